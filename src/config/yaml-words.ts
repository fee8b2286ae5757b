/** What edits put into a YAML file: texts in double quotes, keys plain where they can be. */

/** An item of a list: text, or a map of texts, switches, lists of texts and such maps. */
export type Value = string | { readonly [key: string]: Value | boolean | readonly string[] }

const plain = /^[A-Za-z][\w.+@-]*(?: [\w.+@-]+)*$/
const otherThanText = /^(?:true|false|null|yes|no|on|off|y|n)$/i

/** A text as a key or value: plain where that means the same, else in double quotes. */
export function word(text: string): string {
  return plain.test(text) && !otherThanText.test(text) ? text : JSON.stringify(text)
}

/** A text or a switch as a value. */
export function scalar(value: string | boolean): string {
  return typeof value === 'boolean' ? String(value) : word(value)
}

/** In flow style, on one line. */
export function inFlow(value: Value | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => inFlow(item as string)).join(', ')}]`
  return `{ ${Object.entries(value)
    .map(([key, of]) => `${word(key)}: ${inFlow(of)}`)
    .join(', ')} }`
}

/** A flow pair: the first key, the others below it, and a list of the one value. */
export function inFlowBelow(keys: readonly string[], value: Value): string {
  const [key = '', ...below] = keys
  return `${JSON.stringify(key)}: ${below.length === 0 ? `[${inFlow(value)}]` : `{ ${inFlowBelow(below, value)} }`}`
}

/** A list item's text behind its dash. */
export function inBlock(value: Value, indent: string, lineEnd: string): string {
  if (typeof value === 'string') return JSON.stringify(value)
  const rows = Object.entries(value).map(
    ([key, of]) => `${word(key)}: ${typeof of === 'string' ? word(of) : inFlow(of)}`,
  )
  return rows.join(`${lineEnd}${indent}`)
}

/** Keys below each other in block style, and a list of the one value below the last. */
export function nested(keys: readonly string[], value: Value, indent: string, lineEnd: string): string {
  const [key, ...below] = keys
  if (key === undefined) return `${indent}- ${inBlock(value, `${indent}  `, lineEnd)}`
  if (below.length === 0 && typeof value === 'string') return `${indent}${word(key)}: ${inFlow([value])}`
  return `${indent}${word(key)}:${lineEnd}${nested(below, value, `${indent}  `, lineEnd)}`
}

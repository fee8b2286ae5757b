/**
 * The Authentication-Results field (RFC 8601 section 2.2): what a server upstream found out about who really sent a
 * message. Whether the server is to be believed is not decided here.
 */

/** The result of one method, e.g. `dkim=pass (good signature) header.d=corp.example`. */
interface MethodResult {
  /** Lower case: `dkim`, `spf`, `dmarc`, `arc` … */
  readonly method: string
  /** Lower case: `pass`, `fail`, `none`, `temperror` … */
  readonly result: string
  readonly reason: string | null
  /**
   * Values by `ptype.property` in lower case, e.g. `header.d` or `smtp.mailfrom`; values as written, quotes undone. Of a property that
   * stands twice the first; a result where they differ is in doubt, see `ambiguous`. No prototype.
   */
  readonly properties: Readonly<Record<string, string>>
  /** Whether a property stands twice with different values. */
  readonly ambiguous: boolean
}

interface AuthenticationResults {
  /** The server that says so, in lower case; '' if the field does not begin with one. */
  readonly authservId: string
  /** Empty for `none` and for a field that can't be read. */
  readonly results: readonly MethodResult[]
  /** Codes: `no-authserv-id`, `bad-version`, `bad-result` (such a result and what follows is left out), `unclosed-comment`, `too-long`. */
  readonly defects: readonly string[]
}

/** Characters of a field that are read, and results and properties that are kept. */
const maxLength = 16_384
const maxResults = 64
const maxProperties = 32

/**
 * Parses the body of an Authentication-Results field. Strict, as it grants trust: a result that the grammar does not cover
 * ends the reading, and is never a pass. Never throws; linear in time.
 *
 * @param body unfolded or not, encoded as it stands
 */
export function parseAuthenticationResults(body: string): AuthenticationResults {
  const defects: string[] = []
  if (body.length > maxLength) defects.push('too-long')
  const scanner = new Scanner(body.slice(0, maxLength))
  const id = scanner.value()
  if (id === null || id === '') return { authservId: '', results: [], defects: [...defects, 'no-authserv-id'] }
  const authservId = id.toLowerCase()
  if (!scanner.atEnd() && !scanner.peek(';')) {
    const version = scanner.word()
    if (version === null || !/^\d+$/.test(version))
      return { authservId, results: [], defects: [...defects, 'bad-version'] }
    if (version !== '1') defects.push('bad-version')
    if (version !== '1') return { authservId, results: [], defects }
  }
  const results: MethodResult[] = []
  while (scanner.take(';') && results.length < maxResults) {
    if (scanner.atEnd()) break
    const result = resultOf(scanner)
    if (result === 'none') continue
    if (result === null) {
      defects.push('bad-result')
      break
    }
    results.push(result)
  }
  if (!scanner.atEnd() && !defects.includes('bad-result')) defects.push('bad-result')
  if (scanner.unclosed) defects.push('unclosed-comment')
  // What was cut off in the middle, or swallowed by a comment that a value opened, is not to be believed.
  if (scanner.unclosed || defects.includes('too-long')) results.pop()
  return { authservId, results, defects }
}

/** One `methodspec [reasonspec] *propspec`; 'none' for the word that says there are no results. */
function resultOf(scanner: Scanner): MethodResult | 'none' | null {
  const method = scanner.word()
  if (method === null) return null
  if (!scanner.peek('=') && !scanner.peek('/')) {
    return method.toLowerCase() === 'none' && scanner.endOfResult() ? 'none' : null
  }
  if (scanner.take('/') && !/^\d+$/.test(scanner.word() ?? '')) return null
  const result = scanner.take('=') ? scanner.word() : null
  if (result === null) return null
  let reason: string | null = null
  let ambiguous = false
  const properties: Record<string, string> = Object.create(null) as Record<string, string>
  for (let count = 0; !scanner.endOfResult(); count++) {
    const property = count < maxProperties ? propertyOf(scanner) : null
    if (property === null) return null
    const { key, value } = property
    const known = properties[key]
    if (key === 'reason') reason = value
    else if (known === undefined) properties[key] = value
    else if (known !== value) ambiguous = true
  }
  return { method: method.toLowerCase(), result: result.toLowerCase(), reason, properties, ambiguous }
}

/** A `reason=value` or `ptype.property=value`. */
function propertyOf(scanner: Scanner): { key: string; value: string } | null {
  const type = scanner.word()?.toLowerCase()
  if (type === undefined) return null
  const property = scanner.take('.') ? scanner.word()?.toLowerCase() : ''
  if (property === undefined || (property === '' && type !== 'reason') || !scanner.take('=')) return null
  const value = scanner.value()
  return value === null ? null : { key: property === '' ? type : `${type}.${property}`, value }
}

/** Takes tokens off the text; comments and white space between them go (CFWS, RFC 5322 section 3.2.2). */
class Scanner {
  readonly #text: string
  #at = 0
  /** Whether a comment had no end. */
  unclosed = false

  constructor(text: string) {
    this.#text = text
    this.#skip()
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  endOfResult(): boolean {
    return this.atEnd() || this.peek(';')
  }

  peek(character: string): boolean {
    return this.#text.charAt(this.#at) === character
  }

  take(character: string): boolean {
    if (!this.peek(character)) return false
    this.#at++
    this.#skip()
    return true
  }

  /** A Keyword (RFC 5321 section 4.1.2), with the underscores that some servers write; null if none stands here. */
  word(): string | null {
    return this.#match(/[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?/y)
  }

  /** A value (RFC 2045 section 5.1) or an address as a property's value has it; null if none stands here. */
  value(): string | null {
    if (this.peek('"')) {
      const quoted = this.#match(/"(?:[^"\\]|\\[^])*"/y)
      if (quoted === null) return null
      const content = quoted
        .slice(1, -1)
        .replace(/\r?\n/g, '')
        .replace(/\\([^])/g, '$1')
      if (!this.peek('@')) return content
      return `"${content.replace(/["\\]/g, '\\$&')}"${this.#match(/@[^\s;()"]+/y) ?? ''}`
    }
    return this.#match(/[^\s;()"]+/y)
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? null
    if (found === null) return null
    this.#at += found.length
    this.#skip()
    return found
  }

  #skip(): void {
    const text = this.#text
    let depth = 0
    for (; this.#at < text.length; this.#at++) {
      const character = text.charAt(this.#at)
      if (character === '(') depth++
      else if (character === ')' && depth > 0) depth--
      else if (depth > 0) {
        if (character === '\\') this.#at++
      } else if (!/[ \t\r\n]/.test(character)) return
    }
    if (depth > 0) this.unclosed = true
  }
}

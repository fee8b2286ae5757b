/** What originator fields can be made of: shapes whose every number a search can change. */
import { commonPeople } from './common-names.ts'

/** So many octets a header section has at most where it is held and judged. */
const maxOctets = 250_000
const people = commonPeople()

/** A repeatable stream of numbers from 0 to below 1 (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const given = [...new Set(people.map((person) => person.givenName ?? ''))]
const surnames = [...new Set(people.map((person) => person.surname ?? ''))]
/** What words are made of; each gives the word of a number. */
const alphabets: Readonly<Record<string, (n: number) => string>> = {
  given: (n) => given[n % given.length] ?? '',
  surname: (n) => surnames[n % surnames.length] ?? '',
  both: (n) => (n % 2 === 0 ? (given[(n * 7) % given.length] ?? '') : (surnames[(n * 11) % surnames.length] ?? '')),
  glued: (n) => `${given[n % given.length] ?? ''}${surnames[(n * 3) % surnames.length] ?? ''}`,
  slip: (n) => (surnames[n % surnames.length] ?? '').replace(/(.)(.)$/, '$2$1'),
  hangul: (n) => String.fromCharCode(0xac00 + ((n * 397) % 11172), 0xac00 + ((n * 101) % 11172)),
  han: (n) => String.fromCharCode(0x4e00 + ((n * 37) % 20000), 0x4e00 + ((n * 13) % 20000)),
  arabic: (n) => String.fromCharCode(0x628 + (n % 30), 0x627, 0x628 + ((n * 7) % 30), 0x64a),
  cyrillic: (n) => `\u0418\u0432${String.fromCharCode(0x430 + (n % 32))}\u043d`,
  thai: (n) => String.fromCharCode(0xe01 + (n % 40), 0xe31, 0xe01 + ((n * 3) % 40)),
  square: () => '\u3316',
  ligature: () => '\ufdfa',
  letters: (n) => String.fromCharCode(97 + (n % 26)),
  signs: (n) => `J@n${n % 10}$`,
  turned: () => 'ǝuɐɾ',
  digits: (n) => `jane6${n}6roe`,
  override: () => '\u202eeoR enaJ\u202c',
  marks: () => 'J\u0301\u0302\u0303a\u0301n\u0301e\u0301',
  at: () => 'at',
  address: (n) => `j${n}@corp.example`,
  dotted: (n) => `j.r${n}.`,
  brackets: () => '("Jane") [Roe]',
  quotes: () => "'Jane' \u201cRoe\u201d",
}
const alphabetNames = Object.keys(alphabets)
const domains: readonly ((n: number) => string)[] = [
  () => 'rogue.example',
  (n) => `rogue${n}.example`,
  (n) => `${'a-b'.repeat(12)}${n}.example`,
  (n) => `corp-${n}-group.example`,
  (n) => `xn--${'a'.repeat(20)}${n}.example`,
]
const forms: readonly ((name: string, address: string, n: number) => string)[] = [
  (name, address) => `"${name.replace(/["\\]/g, '')}" <${address}>`,
  (name, address) => `${words(name)} <${address}>`,
  (name, address) => `${address} (${name})`,
  (name, address) => `${words(name)}: ${address}, a${address};`,
  (name, address) =>
    `=?hz-gb-2312?Q?~{${name}?= =?iso-2022-jp?B?GyRC${Buffer.from(name).toString('base64')}?= <${address}>`,
  (name, address) => `${name} <${address}`,
  (name, address) => `<${name}> <${address}>`,
  (name, address) => `${name} ${address}`,
  (name, address) => `((${name}) ${name}) ${address}`,
  (_, address, n) => `<jane.roe${n}+${address}>`,
  (name, address) => `${Buffer.from(name, 'utf8').toString('latin1')}\xe9\xfc <${address}>`,
  (name, address) => `"${words(name)} <${address}>" <${address}>`,
  (name, address) => `${name}\0${name} <${address}>`,
]

/** A name as encoded-words of lawful length. */
function words(name: string): string {
  const found: string[] = []
  let word = ''
  for (const char of name) {
    if (Buffer.byteLength(word + char) > 45) {
      found.push(word)
      word = ''
    }
    word += char
  }
  return [...found, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ')
}

/** What a field is made of; every number of it can be changed by a step of the climb. */
export interface Shape {
  readonly entries: number
  readonly words: number
  readonly alphabet: number
  readonly second: number
  readonly form: number
  readonly domain: number
  readonly separator: number
  readonly distinct: number
  readonly fields: number
}

const ranges: Readonly<Record<keyof Shape, number>> = {
  entries: 260,
  words: 130,
  alphabet: alphabetNames.length,
  second: alphabetNames.length,
  form: forms.length,
  domain: domains.length,
  separator: 5,
  distinct: 2,
  fields: 6,
}
const genes = Object.keys(ranges) as (keyof Shape)[]

export function randomShape(random: () => number): Shape {
  return Object.fromEntries(genes.map((gene) => [gene, Math.floor(random() ** 2 * ranges[gene])])) as unknown as Shape
}

export function changed(shape: Shape, random: () => number): Shape {
  const gene = genes[Math.floor(random() * genes.length)] ?? 'entries'
  const nudged = Math.max(0, Math.floor(shape[gene] * (0.5 + random()) + random() * 3 - 1))
  const value = ranges[gene] > 50 && random() < 0.7 ? nudged : Math.floor(random() * ranges[gene])
  return { ...shape, [gene]: Math.min(value, ranges[gene] - 1) }
}

export function octetsOf(shape: Shape): Buffer {
  const separator = [' ', '', ', ', '.', '-'][shape.separator] ?? ' '
  const first = alphabets[alphabetNames[shape.alphabet] ?? ''] ?? String
  const second = alphabets[alphabetNames[shape.second] ?? ''] ?? String
  const form = forms[shape.form] ?? String
  const domain = domains[shape.domain] ?? String
  const entries: string[] = []
  for (let i = 0; i <= shape.entries; i++) {
    const from = shape.distinct === 1 ? i * 17 : 0
    const name = Array.from({ length: shape.words + 1 }, (_, k) => (k % 2 === 0 ? first : second)(from + k)).join(
      separator,
    )
    entries.push(form(name, `x${i}@${domain(i)}`, i))
  }
  const names = ['From', 'From', 'Sender', 'Reply-To', 'From', 'From']
  const fields = names.slice(0, shape.fields + 1).map((name) => `${name}: ${entries.join(',\r\n ')}\r\n`)
  const text = fields.join('')
  const octets = shape.form === 10 || shape.form === 4 ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8')
  return octets.subarray(0, maxOctets)
}

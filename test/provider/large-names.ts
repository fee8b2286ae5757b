import { unpackKnownNames } from '../../src/names/tables/known-names.ts'

const words = [...unpackKnownNames()].filter((name) => /^[a-z]{4,10}$/.test(name))
const elsewhere: readonly (readonly [string, string])[] = [
  ['Łukasz', 'Żółć'],
  ['Анна', 'Каренина'],
  ['太郎', '山田'],
  ['محمد', 'علي'],
  ['Maria José', 'da Silva'],
  ['Søren', 'Ørsted'],
  ['Nguyễn', 'Văn'],
]

/** Given name and surname of the n-th person of the large tenant: as many different ones as names of the world give. */
export function nameOf(n: number): readonly [given: string, surname: string] {
  // One in fifty is of a few names that many people bear.
  if (n % 50 === 7) return elsewhere[((n / 50) % elsewhere.length) | 0] ?? ['Jane', 'Roe']
  return [
    capital(words[(n * 7919) % words.length]),
    capital(words[(n * 104_729 + ((n / words.length) | 0)) % words.length]),
  ]
}

function capital(word = 'roe'): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

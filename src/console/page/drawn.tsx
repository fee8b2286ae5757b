/** A name drawn letter by letter: as it was sent, and as a reader takes it. */

import type { JSX } from 'preact'
import { Addr, Foreign, invisible, isOdd } from './parts.tsx'

interface LetterPair {
  readonly sent: string
  readonly taken: string
  /** As the model has it: `given-name`, `surname`, `title` … */
  readonly part: string
}

export interface Finding {
  readonly person: string
  readonly name: string
  readonly kind: string
  readonly tier: string
  readonly letters: readonly LetterPair[]
  readonly steps: readonly string[]
  readonly excuse: string | null
  readonly action: string | null
  readonly setting: string | null
}

const maxDrawn = 120

/** What a group of letters is, in words. */
const partWords: Readonly<Record<string, string>> = {
  'given-name': 'given name',
  between: 'between',
  title: 'title, left out',
  invisible: 'invisible',
  rest: 'left out',
}

function isDifferent({ sent, taken }: LetterPair): boolean {
  return taken !== '' && sent.toLowerCase() !== taken.toLowerCase()
}

export function Drawn({
  finding,
  name,
  address,
}: {
  readonly finding: Finding
  readonly name: string
  readonly address: string | null
}): JSX.Element {
  const pairs = finding.letters.slice(0, maxDrawn)
  const groups: { part: string; pairs: LetterPair[] }[] = []
  for (const pair of pairs) {
    const last = groups.at(-1)
    if (last !== undefined && (last.part === pair.part || pair.part === 'invisible')) last.pairs.push(pair)
    else groups.push({ part: pair.part, pairs: [pair] })
  }
  const odd = pairs.filter(
    (pair) => isDifferent(pair) || [...pair.sent].some((letter) => invisible(letter) !== null || isOdd(letter, name)),
  )
  return (
    <>
      <figure class="drawn">
        <figcaption class="vh">
          As sent: <Foreign text={name} max={200} />. Taken as <Foreign text={finding.name} max={200} />.
        </figcaption>
        {groups.length === 0 ? null : (
          <>
            <div class="drawn-rows" aria-hidden="true">
              <span>Upper row: as sent. Lower row: as a reader takes it.</span>
            </div>
            <div class="drawn-line" aria-hidden="true">
              {groups.map(({ part, pairs: letters }, index) => (
                <div key={index} class={`drawn-part${/name/.test(part) ? ' name' : ' extra'}`}>
                  <div class="drawn-word">
                    {letters.flatMap((pair, at) => [<Letter key={at} pair={pair} whole={name} />])}
                  </div>
                  <div class="drawn-cap">{partWords[part] ?? part}</div>
                </div>
              ))}
            </div>
          </>
        )}
        {address === null ? null : (
          <div class="drawn-addr">
            <Addr text={address} />
            <span class="soft">
              {finding.excuse === null ? 'not one of ' : 'beside the name of '}
              <Foreign text={finding.name} max={100} />
              {finding.excuse === null ? '’s addresses' : ''}
            </span>
          </div>
        )}
      </figure>
      {odd.length === 0 ? null : (
        <table class="odd-list">
          <thead>
            <tr>
              <th scope="col">Letter</th>
              <th scope="col">What it is</th>
              <th scope="col">Taken as</th>
              <th scope="col" class="num">
                Times
              </th>
            </tr>
          </thead>
          <tbody>
            {timesEach(odd).map(({ pair, times }, index) => (
              <tr key={index}>
                <td>
                  <Foreign text={pair.sent} />
                </td>
                <td>{whatItIs(pair.sent)}</td>
                <td>{pair.taken === '' ? 'nothing' : <Foreign text={pair.taken} />}</td>
                <td class="num">{times}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

/** So many different letters are listed. */
const maxListed = 20

/** Each odd letter once, with how often it stands there. */
function timesEach(odd: readonly LetterPair[]): { readonly pair: LetterPair; readonly times: number }[] {
  const found = new Map<string, { pair: LetterPair; times: number }>()
  for (const pair of odd) {
    const key = `${pair.sent}\n${pair.taken}`
    const before = found.get(key)
    if (before === undefined) found.set(key, { pair, times: 1 })
    else before.times++
  }
  return [...found.values()].slice(0, maxListed)
}

/** Words for letters that stand for others, each with what tells it. What fits first holds. */
const letterWords: readonly (readonly [RegExp, string])[] = [
  [/^[\u200b-\u200d\u2060\ufeff\u00ad\u180e]$/u, 'no width'],
  [/^[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]$/u, 'turns the direction of writing'],
  [/^[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u, 'a variant of the letter before'],
  [/^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]$/u, 'control character'],
  [/^[\u{1d400}-\u{1d7ff}]$/u, 'mathematical letter'],
  [/^[\uff01-\uff5e]$/u, 'full-width letter'],
  [/^\p{M}$/u, 'accent'],
  [/^\p{N}$/u, 'digit'],
  [/^[\p{P}\p{S}]$/u, 'sign'],
  [/^\p{Script=Cyrillic}$/u, 'Cyrillic letter'],
  [/^\p{Script=Greek}$/u, 'Greek letter'],
  [/^\p{Script=Armenian}$/u, 'Armenian letter'],
  [/^\p{Script=Cherokee}$/u, 'Cherokee letter'],
  [/^\p{Script=Hebrew}$/u, 'Hebrew letter'],
  [/^\p{Script=Arabic}$/u, 'Arabic letter'],
  [/^\p{Script=Latin}$/u, 'Latin letter'],
  [/^\p{L}$/u, 'letter'],
]

/** What a letter is, and its code point; of several, their code points. */
function whatItIs(text: string): string {
  const words = letterWords.find(([fits]) => fits.test(text))?.[1]
  return words === undefined ? codes(text) : `${words}, ${codes(text)}`
}

function codes(text: string): string {
  return [...text]
    .slice(0, 6)
    .map((letter) => `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .join(' ')
}

/** One column: a letter as sent over what it is taken for; several letters for one share it. */
function Letter({ pair, whole }: { readonly pair: LetterPair; readonly whole: string }): JSX.Element {
  const letters = [...pair.sent]
  const taken = [...pair.taken]
  // A run in which each letter stands for itself is drawn a letter a column.
  if (letters.length > 1 && letters.length === taken.length) {
    return (
      <>
        {letters.map((letter, at) => (
          <Letter key={at} pair={{ sent: letter, taken: taken[at] ?? '', part: pair.part }} whole={whole} />
        ))}
      </>
    )
  }
  if (letters.length > 1 && pair.taken === '') {
    return (
      <>
        {letters.map((letter, at) => (
          <Letter key={at} pair={{ sent: letter, taken: '', part: pair.part }} whole={whole} />
        ))}
      </>
    )
  }
  const hidden = letters.length === 1 ? invisible(letters[0] ?? '') : null
  if (hidden !== null) {
    return (
      <span class="drawn-ch inv">
        <span class="g">{hidden}</span>
        <span class="r" />
      </span>
    )
  }
  const odd = isDifferent(pair) || letters.some((letter) => isOdd(letter, whole))
  return (
    <span class={`drawn-ch${odd ? ' odd' : ''}`}>
      <span class="g">
        <bdi>{pair.sent}</bdi>
      </span>
      <span class="r">
        <bdi>{pair.taken === '' ? '·' : pair.taken}</bdi>
      </span>
    </span>
  )
}

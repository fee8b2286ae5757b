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
              {finding.excuse === null ? 'not one of the addresses of ' : 'beside the name of '}
              <Foreign text={finding.name} max={100} />
            </span>
          </div>
        )}
      </figure>
      {odd.length === 0 ? null : (
        <table class="odd-list">
          <thead>
            <tr>
              <th scope="col">Letter</th>
              <th scope="col">Code</th>
              <th scope="col">Taken as</th>
            </tr>
          </thead>
          <tbody>
            {odd.slice(0, 20).map((pair, index) => (
              <tr key={index}>
                <td>
                  <Foreign text={pair.sent} />
                </td>
                <td>{codes(pair.sent)}</td>
                <td>{pair.taken === '' ? 'nothing' : <Foreign text={pair.taken} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
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

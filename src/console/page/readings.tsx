/** Each way in which a message's names can be read, with what was found there and why. */

import type { JSX } from 'preact'
import type { Finding } from './drawn.tsx'
import { Icon } from './icons.tsx'
import { capital, Addr, Foreign, kindName } from './parts.tsx'

export interface Reading {
  readonly field: string
  readonly reader: string
  readonly part: string
  readonly name: string
  readonly address: string | null
  readonly findings: readonly Finding[]
}

export const fieldNames: Record<string, string> = { from: 'From', sender: 'Sender', 'reply-to': 'Reply-To' }
const partNames: Record<string, string> = {
  'display-name': 'as display name',
  comment: 'as comment',
  'group-name': 'as group name',
  'stray-text': 'as text beside the address',
  'address-as-name': 'as an address shown as the name',
  'local-part': 'in the mailbox',
  'whole-field': 'as the whole field',
  none: 'with no name',
}

/** The finding whose letters are drawn: of the person meant, else the first. */
export function drawnFinding(
  readings: readonly Reading[],
  person: string | null,
): { readonly reading: Reading; readonly finding: Finding } | undefined {
  const all = readings.flatMap((reading) => reading.findings.map((finding) => ({ reading, finding })))
  return all.find(({ finding }) => finding.person === person && finding.letters.length > 0) ?? all[0]
}

export function Readings({ readings }: { readonly readings: readonly Reading[] }): JSX.Element {
  return (
    <>
      {readings.map((reading, index) => (
        <details class="reading" key={index} open={index === 0}>
          <summary>
            <span class="chev">
              <Icon name="right" size={14} />
            </span>
            <span class="grow">
              “<Foreign text={reading.name} max={120} />”{' '}
              <span class="muted">
                {partNames[reading.part] ?? reading.part}
                {reading.field === 'from' ? '' : ` of ${fieldNames[reading.field] ?? reading.field}`}
                {reading.reader === 'own' ? '' : ', as some programs read it'}
              </span>
            </span>
            <span class="soft nowrap">
              {reading.findings[0] === undefined ? (
                'no protected name'
              ) : (
                <>
                  matches <Foreign text={reading.findings[0].name} max={60} />
                </>
              )}
            </span>
          </summary>
          <div>
            <ol class="trail">
              {reading.address === null ? null : (
                <li>
                  Beside the address <Addr text={reading.address} />
                </li>
              )}
              {reading.findings.length === 0 ? <li class="clean">Shows nobody’s name that is protected</li> : null}
              {reading.findings.flatMap((finding, n) => [
                ...finding.steps.map((step, k) => (
                  <li key={`${n}-${k}`}>
                    <Foreign text={step} />
                  </li>
                )),
                <li key={`${n}-who`}>
                  So it shows{' '}
                  <b>
                    <Foreign text={finding.name} />
                  </b>
                  <small>
                    {kindName(finding.kind)}, {finding.tier}
                  </small>
                </li>,
                finding.excuse === null ? (
                  <li key={`${n}-end`} class="end">
                    {capital(finding.action ?? '')}, by {finding.setting ?? 'the default'}
                  </li>
                ) : (
                  <li key={`${n}-end`} class="clean">
                    Excused: <Foreign text={finding.excuse} />
                  </li>
                ),
              ])}
            </ol>
          </div>
        </details>
      ))}
    </>
  )
}

/** The four answers to "Is this them?": their words, and the question at the foot of a detection. */

import type { JSX } from 'preact'
import { ask } from './api.ts'
import type { Loaded } from './loaded.ts'
import type { Pair } from './pairs.ts'
import { Button, Foreign, Time } from './parts.tsx'
import { act, readOnly, toast } from './state.ts'

export type Answer = 'them' | 'service' | 'namesake' | 'attack'
export const answers: readonly (readonly [answer: Answer, title: string, about: string])[] = [
  ['them', 'Really them', 'The address becomes one of their secondary emails.'],
  ['service', 'A service we use', 'It may carry their name: a trusted sender, with a note and an end date.'],
  ['namesake', 'Someone else of that name', 'Another person who is called the same. Only this address is let through.'],
  ['attack', 'An attack', 'Nothing changes: it keeps being caught, and leaves this list.'],
]

export const answerNames: Readonly<Record<string, string>> = Object.fromEntries(
  answers.map(([key, name]) => [key, name]),
)

/** What writes a rule is shown in review first, with what it would change; an attack changes nothing and is noted at once. */
export function AnswersHere({
  id,
  pair: loaded,
  name,
}: {
  /** Of the pair. */
  readonly id: string
  readonly pair: Loaded<Pair>
  readonly name: string
}): JSX.Element {
  const path = `/pairs/${encodeURIComponent(id)}`
  const decision = loaded.value?.decision ?? null
  const attack = async (): Promise<void> => {
    const version = loaded.value?.version ?? null
    const made = await act(() => ask<Pair>('POST', `${path}/decision`, { body: { answer: 'attack' }, version }))
    const undo = (): void =>
      void act(() => ask('DELETE', `${path}/decision`, { version: made?.version ?? null }), 'Taken back.').then(
        loaded.reload,
      )
    if (made !== null) toast('Noted as an attack. It keeps being caught, and leaves the review list.', undo)
    loaded.reload()
  }
  return (
    <>
      <p class="ask-line">
        <b>
          Is this <Foreign text={name} max={80} />?
        </b>{' '}
        {decision === null ? null : (
          <span class="soft">
            {answerNames[decision.answer] ?? decision.answer}, said <Foreign text={decision.by} max={80} />{' '}
            <Time at={decision.at} />.
          </span>
        )}
      </p>
      {decision === null && !readOnly.value ? (
        <div class="row wrap">
          {answers.map(([answer, title]) =>
            answer === 'attack' ? (
              <Button key={answer} look="small" onClick={attack}>
                {title}
              </Button>
            ) : (
              <a key={answer} class="btn small" href={`/review?answer=${answer}#${encodeURIComponent(id)}`}>
                {title}
              </a>
            ),
          )}
        </div>
      ) : (
        <a class="btn small" href={decision === null ? `/review#${encodeURIComponent(id)}` : '/review?show=decided'}>
          See it in review
        </a>
      )}
    </>
  )
}

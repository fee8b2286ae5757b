/** The protection file beside the rules: shown, edited as text, and what is said where two have edited it. */

import type { JSX } from 'preact'
import type { Fault } from '../api.ts'
import { FileView, wholeWith } from '../file-view.tsx'
import { Button, Field, Foreign, Note, Time } from '../parts.tsx'
import type { DiffLine } from '../parts.tsx'
import { toast } from '../state.ts'
import type { RulesNow } from './rule-edits.ts'

export interface FilePage {
  readonly text: string
  readonly saved: string
  readonly writable: boolean
  readonly rules: RulesNow | null
  readonly faults: readonly (Fault & { readonly line: number })[]
}

/** The file itself, with what would change, or as text to be edited. */
export function Beside({
  page,
  text,
  onText,
  mayEdit,
  lines,
  faults,
}: {
  readonly page: FilePage
  readonly text: string | null
  readonly onText: (text: string | null) => void
  readonly mayEdit: boolean
  readonly lines: readonly DiffLine[]
  readonly faults: readonly Fault[]
}): JSX.Element {
  return (
    <section class="yaml" aria-labelledby="yaml-h">
      <div class="code-head">
        <h2 id="yaml-h" class="grow">
          protection.yaml
        </h2>
        <span class="muted">
          saved <Time at={page.saved} />
        </span>
        {mayEdit ? (
          text === null ? (
            <Button look="small" icon="file" onClick={() => onText(page.text)}>
              Edit
            </Button>
          ) : text === page.text ? (
            <Button look="small" onClick={() => onText(null)}>
              Close the editor
            </Button>
          ) : null
        ) : null}
      </div>
      {text === null ? (
        <FileView lines={wholeWith(page.text, lines)} label="protection.yaml with what would change" />
      ) : (
        <TextEditor text={text} onInput={onText} faults={faults} />
      )}
      {text !== null || faults.length === 0 ? null : <Faults faults={faults} />}
      <p class="hint">
        {page.writable
          ? 'The file is the truth: comments and order stay, and only the marked lines change. An edit with faults is refused, and what held before holds on.'
          : 'The file is read-only here: put the marked lines into it where it is kept, such as a ConfigMap.'}
      </p>
    </section>
  )
}

export function Faults({ faults }: { readonly faults: readonly Fault[] }): JSX.Element {
  return (
    <ul class="faults" role="alert">
      {faults.slice(0, 20).map(({ path, message, line }, at) => (
        <li key={at}>
          {line === undefined ? '' : `Line ${line}: `}
          {path === '' ? '' : `${path}: `}
          <Foreign text={message} max={600} />
        </li>
      ))}
    </ul>
  )
}

function TextEditor({
  text,
  onInput,
  faults,
}: {
  readonly text: string
  readonly onInput: (text: string) => void
  readonly faults: readonly Fault[]
}): JSX.Element {
  return (
    <Field label="The file as text" hint="Checked while you type.">
      {(attributes) => (
        <>
          <textarea
            class="area mono yaml-text"
            rows={28}
            spellcheck={false}
            {...attributes}
            {...(faults.length > 0 ? { 'aria-invalid': 'true' as const } : {})}
            value={text}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          {faults.length === 0 ? null : <Faults faults={faults} />}
        </>
      )}
    </Field>
  )
}

/** Two people edited the file: both versions, and nothing is overwritten. */
export function Conflict({
  mine,
  theirs,
  onTake,
  onDiscard,
}: {
  readonly mine: string
  readonly theirs: string
  readonly onTake: () => void
  readonly onDiscard: () => void
}): JSX.Element {
  return (
    <section class="card" aria-labelledby="conflict-h">
      <div class="card-head">
        <h2 id="conflict-h">The file was changed meanwhile</h2>
      </div>
      <div class="card-body stack">
        <Note look="warn">
          <p>Somebody else saved it, here or by hand. Nothing of theirs or yours is lost, and nothing was written.</p>
        </Note>
        <div class="two versions">
          <div>
            <h3 class="label">As you began</h3>
            <FileView lines={wholeWith(mine, [])} label="The file as you began" />
          </div>
          <div>
            <h3 class="label">As it is now</h3>
            <FileView lines={wholeWith(theirs, [])} label="The file as it is now" />
          </div>
        </div>
        <div class="row wrap">
          <Button look="primary" onClick={onTake}>
            Make my changes on what is there now
          </Button>
          <Button onClick={onDiscard}>Discard mine</Button>
        </div>
      </div>
    </section>
  )
}

export function CopyLines({ lines }: { readonly lines: readonly DiffLine[] }): JSX.Element {
  const text = lines.map(({ sign, text: line }) => `${sign} ${line}`).join('\n')
  return (
    <Button
      look="primary"
      icon="copy"
      disabled={lines.length === 0}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => toast('Copied. Put the lines into the file by hand.'),
          () => toast('The browser did not let it be copied; mark the lines and copy them by hand.'),
        )
      }}
    >
      Copy the lines
    </Button>
  )
}

/** Card of the rules page: senders who may carry protected names. */

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Addr, Button, count, Dialog, Field, Foreign, Input, Menu, number, Time } from '../parts.tsx'
import type { Editing, Trusted } from './rule-edits.ts'

/** Days until an entry ends from which it is marked. */
const soonDays = 30

export function TrustedSenders({ rules, changes, set, locked }: Editing): JSX.Element {
  const [editing, setEditing] = useState<Trusted | 'new' | null>(null)
  const keyOf = ({ from, names }: Pick<Trusted, 'from' | 'names'>): string => `${from}\n${names.join('\n')}`
  const added = [...changes].flatMap(([key, { body }]) =>
    key.startsWith('trust ')
      ? [{ letThrough: 0, until: null, note: '', requireAuthentication: false, ...body } as unknown as Trusted]
      : [],
  )
  const rows = [...rules.trustedSenders.filter((entry) => !changes.has(`untrust ${keyOf(entry)}`)), ...added]
  const remove = (entry: Trusted): void => {
    if (changes.has(`trust ${keyOf(entry)}`)) set(`trust ${keyOf(entry)}`, null)
    else {
      set(`untrust ${keyOf(entry)}`, {
        body: { do: 'untrust', from: entry.from, names: entry.names },
        words: `${entry.from} is no longer trusted.`,
      })
    }
  }
  return (
    <section class="card" aria-labelledby="trusted-h">
      <div class="card-head">
        <h2 id="trusted-h">Trusted senders</h2>
        {locked ? null : (
          <Button look="small" icon="plus" onClick={() => setEditing('new')}>
            Add a sender
          </Button>
        )}
      </div>
      {rows.length === 0 ? (
        <div class="card-body">
          <p class="soft">No sender may carry a protected name but the people themselves.</p>
        </div>
      ) : (
        <div class="table-wrap">
          <table class="table top fold trusted">
            <thead>
              <tr>
                <th scope="col">Sender</th>
                <th scope="col">May carry</th>
                <th scope="col">Until</th>
                <th scope="col">Authenticated</th>
                <th scope="col" class="num">
                  Let through
                </th>
                <th scope="col">
                  <span class="vh">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((entry) => (
                <tr key={keyOf(entry)}>
                  <td>
                    <span class="cell-2">
                      <Addr text={entry.from} />
                      <small>
                        <Foreign text={entry.note} max={300} />
                      </small>
                    </span>
                  </td>
                  <td data-l="May carry">
                    {entry.names.length === 0 ? 'everyone' : <Foreign text={entry.names.join(', ')} max={300} />}
                  </td>
                  <td data-l="Until" class={entry.until === null ? 'soft' : 'nowrap'}>
                    <Until day={entry.until} />
                  </td>
                  <td data-l="Authenticated" class={entry.requireAuthentication ? '' : 'soft'}>
                    {entry.requireAuthentication ? 'required' : 'not asked for'}
                  </td>
                  <td class="num" data-l="Let through">
                    {number(entry.letThrough)}
                  </td>
                  <td class="num acts-td">
                    {locked ? null : (
                      <Menu
                        label={`Actions for ${entry.from}`}
                        items={[
                          { label: 'Edit', icon: 'file', act: () => setEditing(entry) },
                          { label: 'Remove', icon: 'cross', danger: true, act: () => remove(entry) },
                        ]}
                      />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing === null ? null : (
        <SenderDialog
          entry={editing === 'new' ? null : editing}
          authservIds={rules.authservIds}
          onClose={() => setEditing(null)}
          onDone={(entry) => {
            if (editing !== 'new') remove(editing)
            const { letThrough: _, ...body } = entry
            set(`trust ${keyOf(entry)}`, { body: { do: 'trust', ...body }, words: `${entry.from} is trusted.` })
            setEditing(null)
          }}
        />
      )}
    </section>
  )
}

function Until({ day }: { readonly day: string | null }): JSX.Element {
  if (day === null) return <>no end</>
  const left = Math.ceil((Date.parse(`${day}T23:59:59Z`) - Date.now()) / 86_400_000)
  return (
    <span class="cell-2">
      <span>
        <Time at={day} onlyDay />
      </span>
      {left <= 0 ? (
        <span>
          <span class="pill warn">has ended</span>
        </span>
      ) : left <= soonDays ? (
        <span>
          <span class="pill warn">ends in {count(left, 'day')}</span>
        </span>
      ) : null}
    </span>
  )
}

function SenderDialog({
  entry,
  authservIds,
  onClose,
  onDone,
}: {
  readonly entry: Trusted | null
  readonly authservIds: readonly string[]
  readonly onClose: () => void
  readonly onDone: (entry: Trusted) => void
}): JSX.Element {
  const [from, setFrom] = useState(entry?.from ?? '')
  const [names, setNames] = useState(entry?.names.join('\n') ?? '')
  const [note, setNote] = useState(entry?.note ?? '')
  const [until, setUntil] = useState(entry?.until ?? '')
  const [authenticated, setAuthenticated] = useState(entry?.requireAuthentication ?? authservIds.length > 0)
  const [tried, setTried] = useState(false)
  const noFrom = tried && from.trim() === '' ? 'Give an address or a domain.' : null
  const noNote = tried && note.trim() === '' ? 'Say why it is trusted.' : null
  return (
    <Dialog
      title={entry === null ? 'Trust a sender' : 'Edit a trusted sender'}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            onClick={() => {
              setTried(true)
              if (from.trim() === '' || note.trim() === '') return
              const listed = names
                .split('\n')
                .map((name) => name.trim())
                .filter((name) => name !== '')
              const of = { from: from.trim(), names: listed, note: note.trim(), until: until === '' ? null : until }
              onDone({ ...of, requireAuthentication: authenticated, letThrough: entry?.letThrough ?? 0 })
            }}
          >
            {entry === null ? 'Add' : 'Change'}
          </Button>
        </>
      }
    >
      <Input
        label="Sender"
        mono
        value={from}
        onInput={setFrom}
        error={noFrom}
        hint="An address, a domain, or a /regular expression/ over the whole address."
      />
      <Field label="May carry" hint="Names or addresses of people, one a line. None: everyone.">
        {(attributes) => (
          <textarea
            class="area"
            rows={3}
            {...attributes}
            value={names}
            onInput={(event) => setNames(event.currentTarget.value)}
          />
        )}
      </Field>
      <Input label="Note" value={note} onInput={setNote} error={noNote} hint="For whoever reads this next." />
      <Input label="Last day" type="date" value={until} onInput={setUntil} hint="Left empty: no end." />
      <label class="check">
        <input
          type="checkbox"
          checked={authenticated}
          onChange={(event) => setAuthenticated(event.currentTarget.checked)}
        />
        <span>
          Only if it is authenticated
          {authservIds.length === 0 ? (
            <small>Name your server in authservIds first, else nothing counts as authenticated.</small>
          ) : null}
        </span>
      </label>
    </Dialog>
  )
}

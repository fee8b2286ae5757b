/** Cards of the rules page: what is done, for whom, known services, what counts. */

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { get, query } from '../api.ts'
import { Icon } from '../icons.tsx'
import { useLoaded } from '../loaded.ts'
import { Button, count, Dialog, Foreign, Input, number, Tier } from '../parts.tsx'
import { actionNames, actionWords, tiers } from './rule-edits.ts'
import type { Action, Editing, RulesNow, TierName } from './rule-edits.ts'

const does: readonly (readonly [Action, 'eye' | 'tag' | 'pauseRound' | 'refuse', string])[] = [
  ['monitor', 'eye', 'Log and count. The message is delivered unchanged.'],
  ['tag', 'tag', 'Deliver it with X-Namesake fields, for filters to sort by.'],
  ['quarantine', 'pauseRound', 'Ask the mail server to hold it. By milter only; elsewhere it is tagged.'],
  ['reject', 'refuse', 'Refuse it with 550 while the sender waits. Nobody receives it.'],
]

const tierAbout: Record<TierName, string> = {
  certain: 'The name itself, however disguised',
  likely: 'A name that a reader takes for it',
}

export function WhatIsDone({ rules, changes, set, locked }: Editing): JSX.Element {
  return (
    <section class="card" aria-labelledby="done-h">
      <div class="card-head">
        <h2 id="done-h">What is done</h2>
      </div>
      <div class="card-body act-grid">
        {tiers.map((tier) => {
          const key = `actions ${tier}`
          const wanted = changes.get(key)?.body.actions as Record<string, string> | undefined
          const now = wanted?.[tier] ?? rules.actions[tier]
          return (
            <>
              <div key={`${tier}-l`}>
                <Tier tier={tier} />
                <p class="hint">{tierAbout[tier]}</p>
              </div>
              <fieldset class="act-row" key={tier}>
                <legend class="vh">What is done about {tier} matches</legend>
                {actionNames.map((action) => (
                  <label key={action}>
                    <input
                      type="radio"
                      name={`a-${tier}`}
                      aria-describedby={`does-${action}`}
                      disabled={locked}
                      checked={now === action}
                      onChange={() =>
                        set(
                          key,
                          action === rules.actions[tier]
                            ? null
                            : {
                                body: { do: 'actions', who: null, actions: { [tier]: action } },
                                words: `${tier === 'certain' ? 'Certain' : 'Likely'}: ${rules.actions[tier]} becomes ${action}.`,
                              },
                        )
                      }
                    />
                    <span>{actionWords[action]}</span>
                  </label>
                ))}
              </fieldset>
            </>
          )
        })}
        <div />
        <dl class="does">
          {does.map(([action, icon, about]) => (
            <div id={`does-${action}`} key={action}>
              <dt>
                <Icon name={icon} />
                {actionWords[action]}
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}

export function GroupActions({ rules, changes, set, locked }: Editing): JSX.Element {
  const [adding, setAdding] = useState(false)
  const added = [...changes].flatMap(([key, { body }]) => (key.startsWith('group+ ') ? [String(body.who)] : []))
  const rows: RulesNow['groups'] = [
    ...rules.groups,
    ...added
      .filter((group) => !rules.groups.some((one) => one.group === group))
      .map((group) => ({ group, displayName: group, actions: {}, people: null })),
  ]
  const shownRows = rows.filter(({ group }) => !changes.has(`group- ${group}`))
  const put = (group: string, tier: TierName, before: string | undefined, value: string): void => {
    const isNew = !rules.groups.some((one) => one.group === group)
    const key = `${isNew ? 'group+' : 'group'} ${group}\n${tier}`
    set(
      key,
      (before ?? '') === value
        ? null
        : {
            body: { do: 'actions', who: group, actions: { [tier]: value === '' ? null : value } },
            words: `${group}, ${tier}: ${value === '' ? 'as everyone' : value}.`,
          },
    )
  }
  return (
    <section class="card" aria-labelledby="groups-h">
      <div class="card-head">
        <h2 id="groups-h">For members of a group</h2>
        {locked ? null : (
          <Button look="small" icon="plus" onClick={() => setAdding(true)}>
            Add a group
          </Button>
        )}
      </div>
      {shownRows.length === 0 ? (
        <div class="card-body">
          <p class="soft">No group has a setting of its own.</p>
        </div>
      ) : (
        <div class="table-wrap">
          <table class="table fold">
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">Certain</th>
                <th scope="col">Likely</th>
                <th scope="col" class="num">
                  People
                </th>
                <th scope="col">
                  <span class="vh">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shownRows.map(({ group, displayName, actions, people }) => (
                <tr key={group}>
                  <td>
                    <b>
                      <Foreign text={displayName} max={120} />
                    </b>
                  </td>
                  {tiers.map((tier) => {
                    const change = changes.get(`group ${group}\n${tier}`) ?? changes.get(`group+ ${group}\n${tier}`)
                    const wanted = (change?.body.actions as Record<string, string | null> | undefined)?.[tier]
                    const now = wanted === undefined ? (actions[tier] ?? '') : (wanted ?? '')
                    return (
                      <td key={tier} data-l={tier === 'certain' ? 'Certain' : 'Likely'}>
                        <select
                          class="select small auto"
                          aria-label={`${tier === 'certain' ? 'Certain' : 'Likely'}, ${displayName}`}
                          disabled={locked}
                          value={now}
                          onChange={(event) => put(group, tier, actions[tier], event.currentTarget.value)}
                        >
                          {[
                            ['', 'As everyone'] as const,
                            ...actionNames.map((name) => [name, actionWords[name]] as const),
                          ].map(([value, word]) => (
                            <option key={value} value={value} selected={value === now}>
                              {word}
                            </option>
                          ))}
                        </select>
                      </td>
                    )
                  })}
                  <td class="num" data-l="People">
                    {people === null ? '' : number(people)}
                  </td>
                  <td class="num acts-td">
                    {locked ? null : (
                      <button
                        class="btn quiet small icon"
                        type="button"
                        aria-label={`Remove ${displayName}`}
                        onClick={() => {
                          for (const tier of tiers) set(`group+ ${group}\n${tier}`, null)
                          if (!rules.groups.some((one) => one.group === group)) return
                          const set_ = Object.fromEntries(Object.keys(actions).map((tier) => [tier, null]))
                          set(`group- ${group}`, {
                            body: { do: 'actions', who: group, actions: set_ },
                            words: `${displayName}: as everyone.`,
                          })
                        }}
                      >
                        <Icon name="cross" />
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div class="card-foot">The strictest of several groups counts. What is set on a person counts before groups.</div>
      {adding ? (
        <AddGroup
          taken={rows.map(({ group }) => group)}
          onClose={() => setAdding(false)}
          onPick={(group) => {
            setAdding(false)
            put(group, 'certain', undefined, 'reject')
          }}
        />
      ) : null}
    </section>
  )
}

function AddGroup({
  taken,
  onPick,
  onClose,
}: {
  readonly taken: readonly string[]
  readonly onPick: (group: string) => void
  readonly onClose: () => void
}): JSX.Element {
  const [text, setText] = useState('')
  interface Group {
    readonly id: string
    readonly displayName: string
    readonly directory: string
    readonly people: number
  }
  const found = useLoaded(`groups ${text}`, (signal) =>
    get<{ items: readonly Group[] }>(`/groups${query({ q: text, limit: 8 })}`, signal),
  )
  const free = (found.value?.items ?? []).filter(
    ({ id, displayName }) => !taken.includes(displayName) && !taken.includes(id),
  )
  return (
    <Dialog title="For members of which group?" onClose={onClose} foot={<Button onClick={onClose}>Cancel</Button>}>
      <Input label="Group" type="search" value={text} onInput={setText} />
      <div class="pick-list" aria-live="polite">
        {free.length === 0 ? <p class="soft">No other group fits.</p> : null}
        {free.map((group) => (
          <button
            key={`${group.directory} ${group.id}`}
            class="btn quiet"
            type="button"
            onClick={() =>
              onPick(
                free.filter(({ displayName }) => displayName === group.displayName).length > 1
                  ? group.id
                  : group.displayName,
              )
            }
          >
            <Icon name="group" />
            <Foreign text={group.displayName} max={100} />
            <span class="muted">
              {count(group.people, 'person', 'people')}, {group.directory}
            </span>
          </button>
        ))}
      </div>
    </Dialog>
  )
}

const presetsShown = 6

export function Presets({ rules, changes, set, locked }: Editing): JSX.Element {
  const [all, setAll] = useState(false)
  const isOn = (name: string, on: boolean): boolean =>
    (changes.get(`preset ${name}`)?.body.on as boolean | undefined) ?? on
  const shown = all ? rules.presets : rules.presets.slice(0, presetsShown)
  return (
    <section class="card" aria-labelledby="presets-h">
      <div class="card-head">
        <h2 id="presets-h">Known services</h2>
        <span class="muted">counted as likely, if authenticated</span>
      </div>
      <div class="card-body presets-body">
        <ul class="presets">
          {shown.map(({ name, about, on }) => (
            <li key={name}>
              <label for={`ps-${name}`}>
                {name}
                <small>{about}</small>
              </label>
              <input
                class="switch"
                type="checkbox"
                role="switch"
                id={`ps-${name}`}
                disabled={locked}
                checked={isOn(name, on)}
                onChange={(event) => {
                  const next = event.currentTarget.checked
                  const words = `${name} ${next ? 'on' : 'off'}.`
                  set(`preset ${name}`, next === on ? null : { body: { do: 'preset', name, on: next }, words })
                }}
              />
            </li>
          ))}
        </ul>
      </div>
      {rules.presets.length > presetsShown ? (
        <div class="card-foot">
          <button class="link" type="button" onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${rules.presets.length}`}
          </button>
        </div>
      ) : null}
    </section>
  )
}

const switches: readonly (readonly [string, string, string | null])[] = [
  ['fields.replyTo', 'Read Reply-To', 'A protected name there is likely at most.'],
  ['fields.sender', 'Read Sender', null],
  ['initials', 'Initials, such as J. Roe', 'Many people share them: expect false alarms.'],
  [
    'requireAuthentication.own',
    'Own addresses must be authenticated',
    'Your server must remove such fields that come from outside.',
  ],
  ['requireAuthentication.secondary', 'Secondary addresses must be authenticated', null],
]

export function WhatCounts({ rules, changes, set, locked }: Editing): JSX.Element {
  const value = (option: string): string | boolean | undefined =>
    (changes.get(`option ${option}`)?.body.value as string | boolean | undefined) ?? rules.options[option]
  const put = (option: string, next: string | boolean, words: string): void =>
    set(
      `option ${option}`,
      next === rules.options[option] ? null : { body: { do: 'option', option, value: next }, words },
    )
  return (
    <section class="card" aria-labelledby="counts-h">
      <div class="card-head">
        <h2 id="counts-h">What counts</h2>
      </div>
      <ul class="options">
        {switches.map(([option, label, about]) => (
          <li key={option}>
            <label for={`o-${option}`}>
              {label}
              {about === null ? null : <small>{about}</small>}
            </label>
            <input
              class="switch"
              type="checkbox"
              role="switch"
              id={`o-${option}`}
              disabled={locked}
              checked={value(option) === true}
              onChange={(event) =>
                put(option, event.currentTarget.checked, `${label}: ${event.currentTarget.checked ? 'on' : 'off'}.`)
              }
            />
          </li>
        ))}
        <li>
          <label for="o-unchecked">A message that cannot be judged</label>
          <select
            class="select small auto"
            id="o-unchecked"
            disabled={locked}
            value={String(value('onUnchecked'))}
            onChange={(event) =>
              put('onUnchecked', event.currentTarget.value, `What cannot be judged: ${event.currentTarget.value}.`)
            }
          >
            <option value="tag" selected={value('onUnchecked') === 'tag'}>
              Mark and deliver
            </option>
            <option value="tempfail" selected={value('onUnchecked') === 'tempfail'}>
              Put off with 451
            </option>
          </select>
        </li>
      </ul>
    </section>
  )
}

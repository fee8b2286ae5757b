/** The nodes of a fleet: what each has, when it was last heard of, and what is wrong with it. */

import { useEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import { get } from '../api.ts'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import { Empty, Foreign, Note, number, Pending, State, Time } from '../parts.tsx'

interface FleetNode {
  readonly node: string
  readonly version: string
  readonly seen: string
  readonly rules: number
  readonly directories: readonly { readonly name: string; readonly revision: number }[]
  readonly messages: { readonly total: number; readonly detected: number }
  readonly trouble: readonly string[]
  readonly own: boolean
}

interface NodesAnswer {
  readonly fleet: boolean
  readonly items: readonly FleetNode[]
  readonly away: string | null
}

/** Nothing where this node is in no fleet. */
export function Nodes(): JSX.Element | null {
  const loaded = useLoaded('nodes', (signal) => get<NodesAnswer>('/nodes', signal))
  useEffect(() => loaded.reload(), [changed.directories.value, changed.protection.value])
  const { value } = loaded
  if (value?.fleet === false) return null
  const troubled = value?.items.filter(({ trouble }) => trouble.length > 0).length ?? 0
  return (
    <div class="card">
      <div class="card-head">
        <h3 class="grow">Nodes</h3>
        {value === null ? null : value.away !== null ? (
          <State look="warn">The database does not answer</State>
        ) : troubled > 0 ? (
          <State look="warn">{troubled === 1 ? 'One node to look at' : `${number(troubled)} nodes to look at`}</State>
        ) : (
          <State look="ok">All nodes are well</State>
        )}
      </div>
      {value === null ? (
        <Pending of={loaded} rows={2} />
      ) : value.away !== null ? (
        <div class="card-body">
          <Note look="warn">
            <p>
              <Foreign text={value.away} max={600} /> Each node judges mail as before.
            </p>
          </Note>
        </div>
      ) : value.items.length === 0 ? (
        <Empty icon="clock" title="No node has told of itself yet">
          <p>Each does when it first reaches the database.</p>
        </Empty>
      ) : (
        <div class="table-wrap" tabIndex={0} role="region" aria-label="Nodes">
          <table class="table fold">
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">Last heard of</th>
                <th scope="col">Rules</th>
                <th scope="col">People</th>
                <th scope="col">Messages</th>
              </tr>
            </thead>
            <tbody>
              {value.items.map((one) => (
                <Row key={one.node} {...one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

function Row({ node, version, seen, rules, directories, messages, trouble, own }: FleetNode): JSX.Element {
  return (
    <tr>
      <td>
        <span class="cell-2">
          <b>
            <Foreign text={node} max={100} /> {own ? <span class="pill">this one</span> : null}
          </b>
          <small>
            Namesake <Foreign text={version} max={40} />
          </small>
          {trouble.map((one) => (
            <State look="warn" key={one}>
              <Foreign text={one} max={300} />
            </State>
          ))}
        </span>
      </td>
      <td data-l="Last heard of" class="nowrap soft">
        <Time at={seen} />
      </td>
      <td data-l="Rules" class="nowrap">
        {rules === 0 ? 'none yet' : `revision ${number(rules)}`}
      </td>
      <td data-l="People">
        {directories.map(({ name, revision }) => (
          <div key={name}>
            <Foreign text={name} max={60} /> {revision === 0 ? 'not read yet' : `revision ${number(revision)}`}
          </div>
        ))}
      </td>
      <td data-l="Messages" class="nowrap">
        {number(messages.total)}, {number(messages.detected)} detected
      </td>
    </tr>
  )
}

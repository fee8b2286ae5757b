import { join } from 'node:path'
import { formatMilterAddress } from '../../src/net/addresses.ts'
import type { Decision, Judge, MessageRecord } from '../../src/model.ts'
import { startMilter, type MilterServer } from '../../src/milter/listener.ts'
import type { Skip } from '../../src/milter/negotiation.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import { judgementContext } from '../../src/policy/context.ts'
import { decide } from '../../src/policy/decide.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { entry, group, person, rulesWith } from '../unit/policy/fixtures.ts'

/**
 * A milter entrance with the real judgement over a small directory: Jane Roe is tagged, Rex Roy refused, Quinn Quay
 * quarantined, Mona Moss only counted.
 */
export interface MilterStand {
  readonly port: number
  readonly socket: string
  readonly server: MilterServer
  readonly records: MessageRecord[]
  readonly events: { name: string; details: object }[]
  /** From now on as if no directory had ever been read. */
  setDirectoryMissing(action: 'tag' | 'tempfail' | null): void
}

const people = [
  person('1', 'Jane Roe', ['jane.roe@corp.example'], { groups: ['g1'] }),
  person('2', 'Rex Roy', ['rex.roy@corp.example'], { groups: ['g2'] }),
  person('3', 'Quinn Quay', ['quinn.quay@corp.example'], { groups: ['g3'] }),
  person('4', 'Mona Moss', ['mona.moss@corp.example'], { groups: ['g4'] }),
  person('5', 'Zoë Ångström', ['zoe@corp.example'], { groups: ['g1'] }),
]
const groups = [
  group('g1', 'Tagged', ['1', '5']),
  group('g2', 'Refused', ['2']),
  group('g3', 'Held', ['3']),
  group('g4', 'Counted', ['4']),
]

/** The judgement of the daemon, over these people. */
export function buildStandJudge(missing: () => 'tag' | 'tempfail' | null = () => null): Judge {
  const rules = rulesWith({
    protect: [entry({ groups: ['Tagged', 'Refused', 'Held', 'Counted'] })],
    groupActions: [
      { group: 'Refused', actions: { certain: 'reject', likely: 'reject' } },
      { group: 'Held', actions: { certain: 'quarantine', likely: 'quarantine' } },
      { group: 'Counted', actions: { certain: 'monitor', likely: 'monitor' } },
    ],
  })
  const directory = buildMemoryDirectory(people, groups)
  const policy = compilePolicy(resolveRules(rules, directory).resolved)
  const context = judgementContext(policy, directory.index(policyIndexer(policy)))
  let count = 0
  return (section, entrance): Decision => {
    const onUnchecked = missing()
    const gone = onUnchecked !== null
    return decide(section, entrance, {
      context: gone ? null : context,
      ...(gone ? { onUnchecked } : {}),
      id: `e${++count}`,
      now: Date.now(),
      microseconds: () => performance.now() * 1000,
      onFailure: (error) => {
        throw error
      },
    })
  }
}

/** Listens on TCP and on a unix socket in `folder`, which the MTA's user may reach. */
export async function startMilterStand(folder: string, skip: Skip = 'auto'): Promise<MilterStand> {
  const records: MessageRecord[] = []
  const events: { name: string; details: object }[] = []
  let missing: 'tag' | 'tempfail' | null = null
  const socket = join(folder, 'milter.sock')
  const server = await startMilter({
    listen: [
      { address: { kind: 'tcp', host: '127.0.0.1', port: 0 }, mode: null, group: null },
      { address: { kind: 'unix', path: socket }, mode: 0o666, group: null },
    ],
    clients: ['127.0.0.0/8'],
    skip,
    exempt: { authenticated: true, networks: [] },
    timeout: 60_000,
    limits: { connections: 1000, headerSection: 262_144 },
    judge: buildStandJudge(() => missing),
    onMessage: (record) => records.push(record),
    onEvent: (name, details) => events.push({ name, details }),
  })
  return {
    port: Number(server.addresses.map(formatMilterAddress)[0]?.split(':').pop()),
    socket,
    server,
    records,
    events,
    setDirectoryMissing: (action) => {
      missing = action
    },
  }
}

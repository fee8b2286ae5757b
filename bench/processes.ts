/** What benches of whole processes share: processor time of a process and its children, and a next hop that takes all mail. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { waitUntil } from '../test/integration/peers/daemon.ts'
import { SmtpClient } from '../test/integration/peers/mta-client.ts'
import type { Person } from '../src/model.ts'

/** Ids of a process's children. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  )
}

/**
 * Processor time in seconds that a process and its children have taken.
 * @param leavesOut processes that do not count, nor do their children
 */
export function processorTime(pid: number, leavesOut: (pid: number) => boolean = () => false): number {
  if (leavesOut(pid)) return 0
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const own = (Number(fields[11]) + Number(fields[12])) / 100
  return own + childrenOf(pid).reduce((sum, child) => sum + processorTime(child, leavesOut), 0)
}

/** Starts Postfix's smtp-sink, and waits until it answers. */
export async function startSink(port: number): Promise<ChildProcess> {
  const sink = spawn('smtp-sink', ['-u', process.env['USER'] ?? 'root', `127.0.0.1:${port}`, '1000'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await waitUntil('smtp-sink', async () => {
    try {
      await (await SmtpClient.connect(port)).quit()
      return true
    } catch {
      return undefined
    }
  })
  return sink
}

/** A daemon's files in which all of these people are protected, by a group. */
export function allProtected(people: readonly Person[]): { readonly people: string; readonly protection: string } {
  return {
    people: JSON.stringify({
      users: people.map(({ id, displayName, givenName, surname, addresses }) => ({
        ...{ id, displayName, givenName, surname, mail: addresses[0], groups: ['everyone'] },
      })),
      groups: [{ id: 'everyone', displayName: 'Everyone', members: people.map(({ id }) => id) }],
    }),
    protection: 'protect:\n  - { directory: Staff, groups: [Everyone] }\n',
  }
}

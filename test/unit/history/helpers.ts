import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { History } from '../../../src/history/history.ts'
import type { HistoryRecord } from '../../../src/model.ts'

export const noon = Date.parse('2026-11-20T12:00:00.000Z')

let made = 0

/** A record of a refused impersonation of Jane Roe, with what a test wants otherwise. */
export function record(over: Partial<HistoryRecord> = {}): HistoryRecord {
  const address = over.address === undefined ? 'jane.roe77@mail.example' : over.address
  const name = over.name === undefined ? 'Jane Roe' : over.name
  return {
    id: `e${made++}`,
    time: new Date(noon).toISOString(),
    node: 'mx1',
    verdict: 'detected',
    tier: 'certain',
    kind: 'exact',
    person: 'u1',
    directory: 'Staff',
    name,
    address,
    action: 'reject',
    disposition: 'rejected',
    reason: `Protected Name ${name ?? ''} should not appear as ${address ?? ''}`,
    excusedBy: null,
    excuse: null,
    authenticated: null,
    publicProvider: false,
    entrance: 'smtp',
    client: '192.0.2.1',
    clientName: null,
    helo: 'mail.example',
    tls: null,
    user: null,
    reversePath: address,
    recipients: 1,
    messageId: '<1@mail.example>',
    queueId: null,
    fromName: name,
    fromAddress: address,
    subject: null,
    reply: '550 5.7.1 no',
    size: 1000,
    duration: 3,
    directoryAge: 10,
    judgeTime: 20,
    domains: address === null || address === '' ? [] : [address.slice(address.indexOf('@') + 1)],
    originators: `From: "${name ?? ''}" <${address ?? ''}>\r\n`,
    originatorsComplete: true,
    originatorsCharset: 'utf-8',
    authenticationResults: [],
    explanation: null,
    redacted: [],
    ...over,
  }
}

export function lines(records: readonly HistoryRecord[]): string[] {
  return records.map((one) => JSON.stringify(one))
}

export function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'namesake-history-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A history in a folder of its own, closed at the test's end. */
export async function openHistory(t: Test, path: string = join(folder(t), 'history')): Promise<History> {
  const history = await History.open({ path })
  t.teardown(() => history.close())
  return history
}

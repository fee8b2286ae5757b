/** A message's record for the history, as JSON, without what is redacted. */

import type { Redaction } from '../config/types.ts'
import type { Evidence, HistoryRecord, MessageRecord } from '../model.ts'

/**
 * The record of a message that left evidence, as one line of JSON.
 * @param at when it was dealt with, in milliseconds since the epoch
 * @param redact fields that `log.redact` wants hidden: they are null here, and so is all that tells the same
 */
export function historyLine(
  record: MessageRecord,
  evidence: Evidence,
  at: number,
  node: string,
  redact: readonly Redaction[],
): string {
  const { decision } = record
  const { verdict } = decision
  const { finding } = evidence
  const whole: HistoryRecord = {
    id: decision.id,
    time: new Date(at).toISOString(),
    node,
    verdict: verdict.state,
    tier: finding?.tier ?? null,
    kind: finding?.kind ?? null,
    person: finding?.person.id ?? null,
    directory: finding?.person.directory ?? null,
    name: finding?.name ?? null,
    address: finding?.address ?? null,
    action: verdict.state === 'clean' ? null : verdict.action,
    disposition: record.disposition,
    reason: verdict.state === 'clean' ? null : verdict.reason,
    excusedBy: evidence.excusedBy,
    excuse: evidence.excuse,
    authenticated: evidence.authenticated,
    publicProvider: evidence.publicProvider,
    entrance: record.entrance,
    client: record.client,
    clientName: record.clientName ?? null,
    helo: record.helo,
    tls: record.tls ?? null,
    user: record.user ?? null,
    reversePath: record.reversePath,
    recipients: record.recipients,
    messageId: decision.messageId,
    queueId: record.queueId,
    fromName: decision.fromName,
    fromAddress: decision.fromAddress,
    subject: evidence.subject,
    reply: record.reply,
    size: record.size,
    duration: Math.round(record.duration * 10) / 10,
    directoryAge: decision.directoryAge,
    judgeTime: decision.judgeTime,
    domains: evidence.domains,
    originators: evidence.originators,
    originatorsComplete: evidence.originatorsComplete,
    originatorsCharset: evidence.originatorsCharset,
    authenticationResults: evidence.authenticationResults,
    explanation: evidence.explanation,
    redacted: [],
  }
  return JSON.stringify(redact.length === 0 ? whole : redacted(whole, redact))
}

type RecordPart = Partial<HistoryRecord>

const withoutFields: RecordPart = { originators: null, originatorsComplete: false, explanation: null, excuse: null }

/** What goes with each field: what would tell the same in other words. Of an unchecked message the reason names nobody. */
const goesWith: Record<Redaction, RecordPart> = {
  client: { client: null, clientName: null },
  helo: { helo: null },
  reversePath: { reversePath: null },
  messageId: { messageId: null },
  fromName: { fromName: null, name: null, reason: null, ...withoutFields },
  fromAddress: {
    fromAddress: null,
    address: null,
    reason: null,
    domains: [],
    authenticationResults: [],
    ...withoutFields,
  },
  person: { person: null, directory: null, name: null, reason: null, explanation: null, excuse: null },
}

function redacted(whole: HistoryRecord, redact: readonly Redaction[]): HistoryRecord {
  let record: HistoryRecord = whole
  for (const field of redact) record = { ...record, ...goesWith[field] }
  const reason = whole.verdict === 'unchecked' ? whole.reason : record.reason
  const hidden = (Object.keys(whole) as (keyof HistoryRecord)[]).filter(
    (key) => key !== 'originatorsComplete' && record[key] !== whole[key] && !(key === 'reason' && reason !== null),
  )
  return { ...record, reason, redacted: hidden }
}

/** A decision as answers. */

import type { AddedField, Decision, Reply } from '../model.ts'
import { formatField } from '../mail/format.ts'
import type { HeaderEvents, Removal } from './header-events.ts'
import type { Negotiated } from './negotiation.ts'
import {
  SMFIF,
  SMFIP,
  SMFIR,
  formatDeleteHeader,
  formatInsertHeader,
  formatPacket,
  formatQuarantine,
  formatReplyCode,
} from './wire.ts'

/** The answer that lets the message go on; what any other milter says of it still counts. */
export const goOn: Buffer = formatPacket(SMFIR.CONTINUE)

/**
 * The answers to the end of a message: fields taken out, fields put in, the quarantine, and the one that ends it.
 * Only what was agreed is sent; an MTA drops the whole connection over an edit that it did not offer.
 */
export function formatDecision(decision: Decision, headers: HeaderEvents, agreement: Negotiated): Buffer[] {
  if (decision.reply !== null && (decision.perform === 'reject' || decision.perform === 'defer')) {
    return [formatReply(decision.reply)]
  }
  const packets = [...formatRemovals(headers.ownFields(), agreement), ...formatInsertions(decision.add, agreement)]
  // Last of the edits: some versions of Postfix read nothing more for this message once it is on hold.
  if (quarantines(decision, agreement)) packets.push(formatQuarantine(reasonOf(decision)))
  packets.push(goOn)
  return packets
}

/** A reply for the SMTP client as an answer. */
export function formatReply({ code, status, text }: Reply): Buffer {
  return formatReplyCode(`${code} ${status} ${text}`)
}

/** Whether the message ends in the MTA's quarantine. Where that wasn't offered it is relayed with its fields. */
export function quarantines(decision: Decision, agreement: Negotiated): boolean {
  return decision.perform === 'quarantine' && (agreement.actions & SMFIF.QUARANTINE) !== 0
}

/** Deletions by name and occurrence, from the last, and before anything is put in: our own fields would be counted. */
export function formatRemovals(removals: readonly Removal[], agreement: Negotiated): Buffer[] {
  if ((agreement.actions & SMFIF.CHGHDRS) === 0) return []
  return removals.map((removal) => formatDeleteHeader(removal.name, removal.occurrence))
}

/** Each at index 0, so the last one goes first and they end up in their order. */
function formatInsertions(fields: readonly AddedField[], agreement: Negotiated): Buffer[] {
  if ((agreement.actions & SMFIF.ADDHDRS) === 0) return []
  const space = (agreement.protocol & SMFIP.HDR_LEADSPC) !== 0 ? ' ' : ''
  return fields.map((field) => formatInsertHeader(0, field.name, `${space}${foldedBody(field)}`)).reverse()
}

/** The field's body folded with LF alone, as both MTAs take it; they write their own line ends. */
function foldedBody(field: AddedField): string {
  const text = formatField(field, { lineEnd: '\n', fold: true })
  return text.slice(text.indexOf(': ') + 2, -1)
}

function reasonOf(decision: Decision): string {
  if (decision.verdict.state === 'detected') {
    // The reason may hold any letter; an MTA's queue file and its `mailq` are best served with ASCII.
    return decision.verdict.reason.replace(/[^\x20-\x7e]/g, '?')
  }
  return `Namesake: ${decision.verdict.state} (id ${decision.id})`
}

/** What is agreed with the MTA. */

import type { Offer } from './commands.ts'
import { SMFIC, SMFIF, SMFIM, SMFIP, formatPacket, maxVersion, lowestVersion } from './wire.ts'

/**
 * How much of the dialogue the MTA is asked to leave out. `none`: every event comes and is answered. `all`: nothing
 * is answered before the end of the message. `auto`: what is fastest with the MTA at hand.
 */
export type Skip = 'auto' | 'none' | 'all'

/** What decides the set under `auto`. */
export interface Circumstances {
  /** Whether the connection is TCP; a unix socket has no delayed acknowledgements. */
  readonly tcp: boolean
  /** What the MTA at this listener said that it is; null before it said anything, or if it is another. */
  readonly mta: Mta | null
}

export type Mta = 'postfix' | 'sendmail'

/** What milter and MTA agreed on. */
export interface Negotiated {
  readonly version: number
  /** SMFIF_ bits. */
  readonly actions: number
  /** SMFIP_ bits. */
  readonly protocol: number
  /** Macros for each stage; none if the MTA takes no lists. */
  readonly macros: MacroLists
}

type MacroLists = readonly (readonly [stage: number, names: string])[]

/** Macros wanted for each stage, at most five of them (more are cut off by some MTAs without a word). */
const macroLists: MacroLists = [
  [SMFIM.CONNECT, 'v {client_addr} {client_name}'],
  [SMFIM.HELO, '{tls_version}'],
  [SMFIM.ENVFROM, 'i {auth_authen} {tls_version} {client_addr}'],
  [SMFIM.ENVRCPT, 'i'],
  [SMFIM.DATA, 'i'],
  [SMFIM.EOM, 'i {msg_size}'],
  [SMFIM.EOH, 'i'],
]

/**
 * With Sendmail over TCP: it writes the macros and the command as two small segments, and the second one waits for
 * the first one's acknowledgement, which is delayed by 40 ms since nothing is answered to macros. So they are asked for
 * once a message, where the wait is hidden: DATA isn't answered, and meanwhile the client is told to go on.
 */
const macroListsOnce: MacroLists = [
  [SMFIM.CONNECT, ''],
  [SMFIM.HELO, ''],
  [SMFIM.ENVFROM, ''],
  [SMFIM.ENVRCPT, ''],
  [SMFIM.DATA, 'i v {auth_authen} {tls_version} {client_addr}'],
  [SMFIM.EOM, ''],
  [SMFIM.EOH, ''],
]

/** With Postfix, which knows the queue id by the end of the header section, and sends macros in packets of their own. */
const macroListsFew: MacroLists = [
  [SMFIM.CONNECT, 'v {client_addr} {client_name}'],
  [SMFIM.HELO, '{tls_version}'],
  [SMFIM.ENVFROM, 'i {auth_authen} {tls_version}'],
  [SMFIM.ENVRCPT, ''],
  [SMFIM.DATA, ''],
  [SMFIM.EOM, '{msg_size}'],
  [SMFIM.EOH, 'i'],
]

const wantedActions = SMFIF.ADDHDRS | SMFIF.CHGHDRS | SMFIF.QUARANTINE

/** What every set but `none` leaves out: events that no judgement needs. */
const unneeded = SMFIP.NOBODY | SMFIP.NOUNKNOWN

const noReplies = SMFIP.NR_CONN | SMFIP.NR_HELO | SMFIP.NR_MAIL | SMFIP.NR_RCPT | SMFIP.NR_HDR | SMFIP.NR_EOH

/** The macro lists under `auto`. */
function listsFor({ tcp, mta }: Circumstances): MacroLists {
  if (mta === 'postfix') return macroListsFew
  return tcp && mta === 'sendmail' ? macroListsOnce : macroLists
}

function wantedProtocol(skip: Skip, { tcp, mta }: Circumstances): number {
  switch (skip) {
    case 'none':
      return SMFIP.HDR_LEADSPC
    case 'all':
      return SMFIP.HDR_LEADSPC | SMFIP.NODATA | unneeded | noReplies
    case 'auto':
      // Unanswered fields of Sendmail's would wait for acknowledgements like its macros do.
      if (tcp && mta === 'sendmail') return SMFIP.HDR_LEADSPC | unneeded | SMFIP.NR_DATA
      // Each answer wakes two processes. Over TCP one of them, to DATA, keeps segments from waiting for acknowledgements.
      if (mta === 'postfix') return SMFIP.HDR_LEADSPC | unneeded | noReplies | (tcp ? 0 : SMFIP.NODATA)
      return SMFIP.HDR_LEADSPC | unneeded | SMFIP.NR_HDR
  }
}

/**
 * Answers an offer: only what is offered is taken, and of that only what is known here (so bits 28 to 31, which speak
 * of packet sizes, are never echoed). Null if the version is below what is spoken.
 */
export function negotiate(offer: Offer, skip: Skip, circumstances: Circumstances): Negotiated | null {
  if (offer.version < lowestVersion) return null
  const version = Math.min(offer.version, maxVersion)
  const symlist = version >= 6 ? SMFIF.SETSYMLIST : 0
  let wanted = wantedProtocol(skip, circumstances)
  // An MTA that must send the body may at least be told after its first part that the rest is not needed.
  if ((wanted & ~offer.protocol & SMFIP.NOBODY) !== 0) wanted |= SMFIP.SKIP
  const actions = offer.actions & (wantedActions | symlist)
  const lists = skip === 'auto' ? listsFor(circumstances) : macroLists
  return {
    version,
    actions,
    protocol: offer.protocol & wanted,
    macros: (actions & SMFIF.SETSYMLIST) !== 0 ? lists : [],
  }
}

/** The answer to SMFIC_OPTNEG, with the lists of macros where the MTA takes them (SMFIF_SETSYMLIST, version 6). */
export function formatOptneg(agreement: Negotiated): Buffer {
  const numbers = Buffer.alloc(12)
  numbers.writeUInt32BE(agreement.version, 0)
  numbers.writeUInt32BE(agreement.actions, 4)
  numbers.writeUInt32BE(agreement.protocol, 8)
  const parts = [numbers]
  for (const [stage, names] of agreement.macros) {
    const list = Buffer.alloc(4 + names.length + 1)
    list.writeUInt32BE(stage, 0)
    list.write(names, 4, 'latin1')
    parts.push(list)
  }
  return formatPacket(SMFIC.OPTNEG, Buffer.concat(parts))
}

/**
 * A verdict as it stands in fields and replies. The forms are part of the contract (docs/contract.md, "The fields"); operators match on them.
 */

import { encodeWords } from '../mail/format.ts'
import { isOwnFieldName, ownFields } from '../vocabulary.ts'
import type { AddedField, HeaderSection, Reply, Verdict } from '../model.ts'

/**
 * The fields that say a verdict, to stand above the message's first.
 * @param id event id: ASCII without white space or semicolon
 */
export function verdictFields(verdict: Verdict, id: string): AddedField[] {
  switch (verdict.state) {
    case 'clean':
      return [field(`clean; id=${id}`)]
    case 'unchecked':
      return [field(`unchecked; reason=${verdict.reason}; id=${id}`)]
    case 'detected': {
      if (verdict.action === 'monitor') return [field(`monitored; id=${id}`)]
      const { tier, kind, action, reason } = verdict
      return [
        field(`detected; tier=${tier}; kind=${kind}; action=${action}; id=${id}`),
        { name: ownFields.reason.name, body: encodeWords(oneLine(reason)) },
      ]
    }
  }
}

/** `Protected Name <name> should not appear as <address>` with both put in; the exact words of the contract (docs/contract.md, "The rule"). */
export function reasonText(name: string, address: string): string {
  return `Protected Name ${oneLine(name)} should not appear as ${oneLine(address)}`
}

/**
 * Indices of fields that bear our names, whoever wrote them: only ours may arrive at the next hop. Octets that are no
 * printable ASCII are passed over in the name, as a reader that drops them would see our name.
 */
export function forgedFields(section: HeaderSection): number[] {
  const found: number[] = []
  for (let i = 0; i < section.fields.length; i++) {
    const name = section.fields[i]?.name ?? ''
    const first = name.charCodeAt(0)
    if (first !== upperX && first !== lowerX && !oddOctet.test(name)) continue
    if (isOwnFieldName(name)) found.push(i)
  }
  return found
}

const upperX = 0x58
const lowerX = 0x78
const oddOctet = /[^!-~]/

/** The refusal of a detected message: nothing in it comes from the directory. */
export function refusal(id: string): Reply {
  return {
    code: 550,
    status: '5.7.1',
    text: `The sender name belongs to a protected person who does not use this address (id ${id})`,
  }
}

/** The answer to a message that could not be judged, where the policy asks to defer. */
export function deferral(id: string): Reply {
  return { code: 451, status: '4.7.1', text: `The message could not be checked now, please try again later (id ${id})` }
}

function field(body: string): AddedField {
  return { name: ownFields.verdict.name, body }
}

/** Foreign text for one line: control characters and line separators become spaces. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, ' ')
}

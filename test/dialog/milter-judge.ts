import type { Action, AddedField, Decision, HeaderSection, Judge } from '../../src/model.ts'
import { fieldBodyOctets, fieldsNamed } from '../../src/mail/section.ts'

/**
 * A judge for tests of the milter entrance alone: one protected name, one own address, found in plain From fields.
 * It stands in for `policy/decide`, which has tests of its own.
 */
export interface TestRule {
  readonly action: Action
  /** If set, no directory is there and every message is unchecked. */
  readonly unchecked?: 'tag' | 'tempfail'
}

const ownFields = ['x-namesake', 'x-namesake-reason']

export function buildTestJudge(rule: TestRule): Judge {
  let count = 0
  return (section) => {
    const id = `e${++count}`
    const remove = ownFields.flatMap((name) => fieldsNamed(section, name)).sort((a, b) => a - b)
    const common = {
      id,
      remove,
      fromName: null,
      fromAddress: null,
      messageId: null,
      directoryAge: 0,
      judgeTime: 1,
    }
    if (rule.unchecked !== undefined || section.truncated) {
      const reason = section.truncated ? 'header-too-large' : 'no-directory'
      const defer = rule.unchecked === 'tempfail'
      return {
        ...common,
        verdict: { state: 'unchecked', reason, action: defer ? 'tempfail' : 'tag' },
        perform: defer ? 'defer' : 'relay',
        add: defer ? [] : [{ name: 'X-Namesake', body: `unchecked; reason=${reason}; id=${id}` }],
        reply: defer ? { code: 451, status: '4.7.1', text: `Sender can not be checked now (id ${id})` } : null,
      }
    }
    const address = offender(section)
    if (address === null) {
      const add = [{ name: 'X-Namesake', body: `clean; id=${id}` }]
      return { ...common, verdict: { state: 'clean', note: null }, perform: 'relay', add, reply: null }
    }
    return { ...common, ...detection(rule.action, address, id) }
  }
}

function detection(
  action: Action,
  address: string,
  id: string,
): Pick<Decision, 'verdict' | 'perform' | 'add' | 'reply'> {
  const reason = `Protected Name Jane Roe should not appear as ${address}`
  const add: AddedField[] =
    action === 'monitor'
      ? [{ name: 'X-Namesake', body: `monitored; id=${id}` }]
      : [
          { name: 'X-Namesake', body: `detected; tier=certain; kind=exact; action=${action}; id=${id}` },
          { name: 'X-Namesake-Reason', body: reason },
        ]
  const reading = {
    field: 'from',
    fieldIndex: 0,
    reader: 'own',
    part: 'display-name',
    name: 'Jane Roe',
    address,
  } as const
  const person = { directory: 'Staff', id: '1' }
  return {
    verdict: {
      state: 'detected',
      person,
      name: 'Jane Roe',
      address,
      kind: 'exact',
      tier: 'certain',
      action,
      reason,
      reading,
    },
    perform: action === 'reject' ? 'reject' : action === 'quarantine' ? 'quarantine' : 'relay',
    add: action === 'reject' ? [] : add,
    reply:
      action === 'reject'
        ? { code: 550, status: '5.7.1', text: `The sender name is 100% another person's (id ${id})` }
        : null,
  }
}

/** The address beside Jane Roe's name in a From field, unless it is her own. */
function offender(section: HeaderSection): string | null {
  for (const index of fieldsNamed(section, 'from')) {
    const body = fieldBodyOctets(section, index)
      .toString('latin1')
      .replace(/\r\n(?=[ \t])/g, '')
    const found = /^\s*"?(?:Jane Roe|=\?utf-8\?q\?Jane_Roe\?=)"?\s*<([^>]+)>/i.exec(body)
    if (found && found[1] !== 'jane.roe@corp.example') return found[1] as string
  }
  return null
}

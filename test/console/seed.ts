import { join } from 'node:path'
import { History } from '../../src/history/history.ts'
import { waitUntil } from '../integration/peers/daemon.ts'
import type { Daemon } from '../integration/peers/daemon.ts'
import { RawClient } from '../integration/peers/smtp-client.ts'

/** An installation with people, rules and a month of mail, to look at. */

const names: readonly (readonly [given: string, surname: string, title?: string])[] = [
  ['Jane', 'Roe'],
  ['Erik', 'Lindqvist', 'Dr.'],
  ['María José', 'Fernández Ortega'],
  ['Wei', 'Zhang'],
  ['Margaret', 'Doyle'],
  ['Tomasz', 'Wójcik'],
  ['Omar', 'Haddad'],
  ['Sofía', 'Restrepo'],
  ['Ingrid', 'Halvorsen'],
  ['Kofi', 'Mensah'],
  ['Aiko', 'Tanaka'],
  ['Daniel', 'Okonkwo'],
]

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ó', 'o')
export const addressOf = ([given, surname]: (typeof names)[number]): string =>
  `${plain(given).split(' ')[0] ?? ''}.${plain(surname).split(' ')[0] ?? ''}@corp.example`

export const peopleYaml = `users:
${names
  .map((name, at) => {
    const [given, surname, title] = name
    const shown = `${title === undefined ? '' : `${title} `}${given} ${surname}`
    return `  - { id: p${at + 1}, displayName: ${JSON.stringify(shown)}, givenName: ${JSON.stringify(given)}, surname: ${JSON.stringify(surname)}, mail: ${addressOf(name)} }`
  })
  .join('\n')}
groups:
  - { id: executives, displayName: Executives, members: [p1, p2, p3] }
  - { id: finance, displayName: Finance, members: [p4, p5, payroll] }
  - { id: payroll, displayName: Payroll, members: [p6, p7] }
  - { id: legal, displayName: Legal, members: [p8, p9] }
  - { id: plant, displayName: Plant Rotterdam, members: [p10, p11, p12] }
`

export const protectionYaml = `# Who is protected, and what is done about
# mail that shows their names.

# Reject once the review list is empty for
# two weeks. (md, 24 Nov)
actions:
  certain: tag
  likely: tag

groupActions:
  Executives: { certain: reject }

protect:
  - directory: Staff
    groups: ["Executives", "Finance"]
    users:
      - ingrid.halvorsen@corp.example

people:
  jane.roe@corp.example:
    # asked Jane by phone, 14 Oct (md)
    secondaryEmails: ["jane@home.example"]
    names: ["Janie Roe"]

trustedSenders:
  - from: invitations@calendar.example
    names: ["Jane Roe", "Dr. Erik Lindqvist"]
    note: calendar invitations, ticket 4471
    until: 2099-06-30
  - from: zhang.wei@supplier.example
    names: ["Wei Zhang"]
    note: another Wei Zhang, buyer there

presets: ["google-calendar", "docusign"]
`

/** From fields of a month: one for most kinds. */
export const fromFields: readonly string[] = [
  '"Jane Roe" <jane.roe77@freemail.example>',
  '"Dr. J4ne Roe (CEO)" <ceo.desk@mail.example>',
  '"Roe, Jane" <office@post.example>',
  '=?utf-8?Q?J=D0=B0ne_Roe?= <assistant@mail.example>',
  '"Erik Lindqvist" <erik.l@freemail.example>',
  '"Dr Erik Lindkvist" <dr.erik@post.example>',
  '"erik.lindqvist@corp.example" <relay@bulk.example>',
  '"Wei Zhang" <wei@import.example>',
  '"Zhang Wei via Sign" <noreply@sign.example>',
  '"Margaret Doyle" <m.doyle@freemail.example>',
  '"Peggy Doyle" <peggy@post.example>',
  '"Tomasz Wojcik" <t.wojcik@mail.example>',
  '=?utf-8?B?TWFyw61hIEpvc8OpIEZlcm7DoW5kZXo=?= <mj@mail.example>',
  '"Ingrid Halvorsen" <ingrid@halvorsen.example>',
  '"Jane Roe" <jane.roe77@freemail.example>',
  '"Jane Roe" <invitations@calendar.example>',
  '"Wei Zhang" <zhang.wei@supplier.example>',
  '"Jane Roe" <jane@home.example>',
]

/** Sends the messages, and spreads copies of their records over the month before. */
export async function seed(daemon: Daemon, days = 30): Promise<void> {
  const client = await RawClient.hello(daemon.smtpPort)
  for (const [at, from] of fromFields.entries()) {
    await client.transaction(`From: ${from}\r\nMessage-ID: <seed-${at}@x>\r\n\r\nhi\r\n`, ['a@corp.example'])
  }
  await client.quit()
  const kept = await History.open({ path: join(daemon.folder, 'history') })
  try {
    let before = -1
    const lines = await waitUntil('the records are kept', async () => {
      const found = [...kept.lines({})]
      if (found.length >= 8 && found.length === before) return found
      before = found.length
      await new Promise((resolve) => setTimeout(resolve, 700))
      return undefined
    })
    const copies: string[] = []
    for (let day = 1; day < days; day++) {
      // Fewer at weekends, as mail is.
      const date = new Date(Date.now() - day * 86_400_000)
      const number = [0, 6].includes(date.getDay()) ? 2 : 5 + ((day * 7) % 6)
      for (let n = 0; n < number; n++) {
        const record = JSON.parse(lines[(day * 5 + n * 3) % lines.length] ?? '{}') as Record<string, unknown>
        const time = new Date(date.getTime() - n * 2_700_000).toISOString()
        copies.push(JSON.stringify({ ...record, id: `${String(record['id'])}${day}x${n}`, time }))
      }
    }
    kept.append(copies)
  } finally {
    await kept.close()
  }
}

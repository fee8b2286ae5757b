import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { RawClient } from '../integration/peers/smtp-client.ts'
import { Emulator } from '../provider/emulator/emulator.ts'
import { populate } from '../provider/synced.ts'
import { firstAdministrator, skip, stand } from './harness.ts'

// A browser goes through the whole console.
t.setTimeout(600_000)

/** The product's three steps in a real browser: a directory is added, people are protected, a detection is decided. */

const secret = 'right-secret-of-the-test-application'
const authority = resolve(import.meta.dirname, '../provider/emulator/keys/server.crt.pem')

t.test('from the first link to a message that is let through', { skip, timeout: 600_000 }, async (t) => {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  populate({ emulator } as never)
  emulator.tenant.putUser('user-90', { displayName: 'Nora Field', mail: 'nora.field@contoso.example' })
  emulator.entra.roles.clear()
  const console = await stand({
    protection: '# Who is protected. (md)\nprotect: []\n',
    more: 'log: { level: info }\nhistory: { path: ./history }',
    env: { NAMESAKE_TEST_SECRET: secret, NODE_EXTRA_CA_CERTS: authority, NO_PROXY: 'localhost' },
  })
  t.teardown(() => console.close())
  const { daemon } = console
  const page = await console.open()

  await firstAdministrator(page, console.link)
  t.equal(await page.title(), 'Overview · Namesake')

  // Add a directory.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Directories' }).click()
  await page.getByRole('link', { name: 'Add directory' }).click()
  await page.getByRole('radio', { name: 'Office 365' }).check()
  await page.getByLabel('Directory name').fill('Office 365')
  await page.getByLabel('Tenant').fill('nowhere.example')
  await page.getByLabel('Application (client) ID').fill(emulator.entra.clientId)
  await page.getByLabel('Cloud').selectOption({ label: 'Other' })
  await page.getByLabel('Authority').fill(emulator.origin)
  await page.getByLabel('Graph').fill(emulator.origin)
  await page.getByLabel('Environment variable').fill('NAMESAKE_TEST_SECRET')

  // What no consent would mend is told before anybody is sent away, at its field, with what mends it.
  const authorize = page.getByRole('button', { name: 'Authorize' })
  await authorize.click()
  await page.getByText('there is no such tenant (AADSTS90002); check tenant').waitFor()
  t.equal(await page.getByLabel('Tenant').getAttribute('aria-invalid'), 'true')
  await page.getByLabel('Tenant').fill('contoso.example')
  emulator.entra.secret = 'another'
  await authorize.click()
  await page.getByText('the client secret is wrong (AADSTS7000215); make a new client secret').waitFor()
  t.equal(await page.getByLabel('Environment variable').getAttribute('aria-invalid'), 'true')
  t.equal(new URL(page.url()).pathname, '/directories', 'nobody was sent to Microsoft')
  emulator.entra.secret = secret

  // Consent is refused: why, what to do, and Microsoft's own words; what was described is still there.
  emulator.entra.consent = 'deny'
  await authorize.click()
  await page.getByText('consent was refused; an administrator has to accept it').waitFor()
  await page.getByText('What Microsoft said').click()
  await page.getByText('AADSTS65004: User declined').waitFor()
  emulator.entra.consent = 'grant'
  await page.getByRole('button', { name: 'Authorize again' }).click()
  await page.getByText('Authorized as contoso.example').waitFor()
  t.equal(new URL(page.url()).origin, console.origin, 'back where it began')
  await page.getByRole('region', { name: 'What changes in namesake.yaml' }).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()

  // The row, and the first sync.
  const row = page.getByRole('row', { name: /Office 365/ })
  await row.getByText('In sync').waitFor({ timeout: 120_000 })
  const config = readFileSync(join(daemon.folder, 'namesake.yaml'), 'utf8')
  t.match(config, /name: Office 365\n\s+type: office365/)
  t.notMatch(config, new RegExp(secret), 'the secret stands by its name alone')
  t.match(config, /clientSecret: \{ env: "NAMESAKE_TEST_SECRET" \}/)

  // The permissions are taken away: the row says so, and leads to the consent and back.
  emulator.entra.roles.clear()
  emulator.entra.tokens.clear()
  await row.getByRole('button', { name: 'Sync now' }).click()
  await row.getByText('Needs consent').waitFor()
  await page.getByRole('heading', { name: 'Office 365, last runs' }).waitFor()
  await page.getByRole('img', { name: /runs, the last one failed$/ }).waitFor()
  await row.getByRole('button', { name: 'Authorize again' }).click()
  await page.getByText('Authorized as Office 365').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Sync now' }).click()
  await row.getByText('In sync').waitFor()

  // Protect a group, then a person.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Protection' }).click()
  await page.getByLabel('Directory', { exact: true }).selectOption('Office 365')
  const group = page.getByRole('row', { name: /Executives/ }).first()
  await group.getByRole('button', { name: 'Members of Executives' }).click()
  await group.getByLabel('Actions for Executives').click()
  await group.getByRole('button', { name: 'Protect', exact: true }).click()
  await group.getByText('Protected', { exact: true }).waitFor()
  t.match(readFileSync(join(daemon.folder, 'protection.yaml'), 'utf8'), /# Who is protected\. \(md\)[\s\S]*Executives/)

  const main = page.getByRole('main')
  await main.getByRole('searchbox').fill('nora')
  const person = page.getByRole('row', { name: /Nora Field/ }).first()
  await person.getByLabel('Actions for Nora Field').click()
  await person.getByRole('button', { name: 'Protect', exact: true }).click()
  await person.getByText('Protected', { exact: true }).waitFor()

  // A secondary address, one a line; a fault is told by its line.
  await person.getByRole('link', { name: 'Nora Field' }).click()
  const emails = page.getByLabel('Secondary emails')
  await emails.fill('nora@home.example\nnora@alumni')
  await page.getByText('Line 2: “nora@alumni” has no full domain.').waitFor()
  await emails.fill('nora@home.example')
  await page.getByLabel('Other names').fill('Nora Meadow')
  await page.getByRole('region', { name: 'What changes in protection.yaml' }).waitFor()
  await page.getByRole('complementary').getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.', { exact: true }).waitFor()
  t.match(readFileSync(join(daemon.folder, 'protection.yaml'), 'utf8'), /nora@home\.example[^]*Nora Meadow/)
  await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click()

  // Mail: what is caught stands in the list without a reload.
  const client = await RawClient.hello(daemon.smtpPort)
  t.teardown(() => client.quit())
  let sent = 0
  const judged = async (from: string): Promise<Record<string, unknown>> => {
    const id = `<walk-${(sent += 1)}@x>`
    await client.transaction(`From: ${from}\r\nMessage-ID: ${id}\r\n\r\nhi\r\n`, ['person.1@contoso.example'])
    return daemon.waitFor((line) => line['messageId'] === id)
  }
  t.match(await judged('"Nora Field" <nora@home.example>'), { verdict: 'clean' }, 'the secondary address is theirs')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Detections' }).click()
  const foreign = '=?utf-8?Q?Nora_Fi=D0=B5ld?= <nora77@freemail.example>'
  t.match(await judged(foreign), { verdict: 'detected' })
  const caught = page.getByRole('row', { name: /nora77@freemail\.example/ })
  await caught.first().waitFor()
  await judged('"Person 3" <somebody@freemail.example>')
  await page.getByRole('button', { name: /Show them/ }).click()
  await page.getByRole('row', { name: /somebody@freemail\.example/ }).waitFor()
  await caught.first().getByRole('link').click()
  await page
    .getByRole('heading', { name: 'Protected Name Nora Field should not appear as nora77@freemail.example' })
    .waitFor()

  // Decide where it is seen: it is them. What that writes and would have done is shown first. The next message is clean.
  await page.getByRole('complementary').getByRole('link', { name: 'Really them' }).click()
  await page.getByRole('heading', { name: 'Is this Nora Field?' }).waitFor()
  t.equal(await page.getByRole('radio', { name: 'Really them' }).isChecked(), true)
  await page.getByText('Would have cleared 1 message').waitFor()
  await page.getByRole('button', { name: 'Save and show the next' }).click()
  await page.getByText('nora77@freemail.example is settled').waitFor()
  t.match(await judged(foreign), { verdict: 'clean' }, 'from now on it is theirs')

  // A browser notes that Graph's refusal was passed on; the rest would be ours.
  t.same(
    console.faults.filter((fault) => !fault.includes('status of 503')),
    [],
  )
})

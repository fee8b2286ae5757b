import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { Emulator } from '../provider/emulator/emulator.ts'
import { populate } from '../provider/synced.ts'
import { firstAdministrator, skip, stand } from './harness.ts'

/** The product's three steps in a real browser: a directory is added, people are protected, a detection is decided. */

const secret = 'right-secret-of-the-test-application'
const authority = resolve(import.meta.dirname, '../provider/emulator/keys/server.crt.pem')

t.test('from the first link to a message that is let through', { skip, timeout: 180_000 }, async (t) => {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  populate({ emulator } as never)
  emulator.tenant.putUser('user-90', { displayName: 'Nora Field', mail: 'nora.field@contoso.example' })
  emulator.entra.roles.clear()
  const console = await stand({
    protection: '# Who is protected. (md)\nprotect: []\n',
    more: 'log: { level: info }',
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
  await page.getByLabel('Tenant').fill('contoso.example')
  await page.getByLabel('Application (client) ID').fill(emulator.entra.clientId)
  await page.getByLabel('Cloud').selectOption({ label: 'Other' })
  await page.getByLabel('Authority').fill(emulator.origin)
  await page.getByLabel('Graph').fill(emulator.origin)
  await page.getByLabel('Environment variable').fill('NAMESAKE_TEST_SECRET')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.getByText('Authorized as contoso.example').waitFor()
  t.equal(new URL(page.url()).origin, console.origin, 'back where it began')
  await page.getByRole('region', { name: 'What changes in namesake.yaml' }).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()

  // The row, and the first sync.
  const row = page.getByRole('row', { name: /Office 365/ })
  await row.getByText('In sync').waitFor({ timeout: 60_000 })
  const config = readFileSync(join(daemon.folder, 'namesake.yaml'), 'utf8')
  t.match(config, /name: Office 365\n\s+type: office365/)
  t.notMatch(config, new RegExp(secret), 'the secret stands by its name alone')
  t.match(config, /clientSecret: \{ env: "NAMESAKE_TEST_SECRET" \}/)

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

  t.same(console.faults, [])
})

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { firstAdministrator, stand } from './harness.ts'
import { peopleYaml, protectionYaml, seed } from './seed.ts'

/**
 * Takes the pictures of docs/console.md: npx tsx test/console/pictures.ts [FOLDER]. The build has to be current.
 */

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../../docs/pictures'))

interface Shot {
  readonly name: string
  readonly path: string
  /** What is done before the picture is taken. */
  readonly before?: (page: Page) => Promise<void>
}

export const shots: readonly Shot[] = [
  {
    name: 'overview',
    path: '/overview',
    before: async (page) => {
      await page.locator('canvas').waitFor()
      await page.locator('.asks .ask').first().waitFor()
    },
  },
  {
    name: 'detections',
    path: '/detections',
    before: async (page) => {
      await page
        .getByRole('row', { name: /ceo\.desk@mail\.example/ })
        .first()
        .getByRole('link')
        .click()
      await page.getByText('letter by letter').waitFor()
    },
  },
  {
    name: 'review',
    path: '/review',
    before: async (page) => {
      const pair = page.getByRole('link', { name: /jane\.roe77@freemail/ }).first()
      await pair.waitFor()
      await pair.click()
      await page.getByRole('radio', { name: 'Really them' }).check()
      await page.getByText('Would have cleared').waitFor()
    },
  },
  {
    name: 'protection',
    path: '/protection',
    before: async (page) => {
      await page.getByRole('button', { name: 'Members of Executives' }).click()
      await page.getByRole('link', { name: 'Jane Roe' }).first().click()
      await page.getByLabel('Secondary emails').waitFor()
    },
  },
  { name: 'directories', path: '/directories', before: (page) => page.getByText('In sync').first().waitFor() },
  {
    name: 'rules',
    path: '/rules',
    before: async (page) => {
      await page
        .getByRole('group', { name: 'What is done about certain matches' })
        .getByRole('radio', { name: 'Reject' })
        .check()
      await page.getByText('judged again').waitFor()
    },
  },
  {
    name: 'try',
    path: '/try',
    before: async (page) => {
      await page.getByLabel('From field').fill('"Dr. J4ne Roe (CEO)" <ceo.desk@mail.example>')
      await page.getByRole('button', { name: 'Judge' }).click()
      await page.getByText('letter by letter').waitFor()
    },
  },
  {
    name: 'replay',
    path: '/replay',
    before: async (page) => {
      await page.getByLabel('Folder, mbox or message on the server').fill(`${process.cwd()}/test/corpus`)
      await page.getByRole('button', { name: 'Judge it' }).click()
      await page.getByText('The whole report').waitFor()
    },
  },
  { name: 'settings', path: '/settings', before: (page) => page.getByText('What roles may do').first().waitFor() },
]

const looks = [
  ['light', 1440, 900, false],
  ['dark', 1440, 900, true],
  ['narrow', 390, 844, false],
] as const

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const only = process.argv.slice(3)
  const console_ = await stand({ people: peopleYaml, protection: protectionYaml, more: 'history: { path: ./history }' })
  try {
    await seed(console_.daemon)
    const first = await console_.open()
    await firstAdministrator(first, console_.link)
    const { cookies } = await first.context().storageState()
    for (const [look, width, height, dark] of looks) {
      const page = await console_.open({ width, height }, dark)
      page.setDefaultTimeout(60_000)
      await page.context().addCookies(cookies)
      for (const { name, path, before } of shots) {
        if (only.length > 0 && !only.includes(name)) continue
        try {
          await page.goto(`${console_.origin}${path}`)
          await page.getByRole('main').waitFor()
          await before?.(page)
        } catch (error) {
          process.stderr.write(`${name} ${look}: ${error instanceof Error ? error.message.slice(0, 300) : ''}\n`)
        }
        await page.evaluate('scrollTo(0, 0)')
        await page.waitForTimeout(250)
        await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
      }
    }
    process.stdout.write(`${console_.faults.join('\n')}\n`)
  } finally {
    await console_.close()
  }
}

await main()

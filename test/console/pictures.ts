import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { firstAdministrator, stand, waitUntil } from './harness.ts'
import { inInter, takePicture } from './look.ts'
import { peopleYaml, protectionYaml, seed } from './seed.ts'

/**
 * Takes the pictures of docs/console.md: npx tsx test/console/pictures.ts [FOLDER [PAGE...]]. The build has to be current.
 */

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../../docs/pictures'))

/** Old mail to be tried: a path that says nothing of whoever takes the pictures. */
const archive = join(tmpdir(), 'archive')

interface Shot {
  readonly name: string
  readonly path: string
  /** Taller than the window is else, where that shows the whole of a panel. */
  readonly height?: number
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
    height: 1280,
    before: async (page) => {
      await page.locator('.suggest').waitFor()
      await page.getByRole('button', { name: 'Members of Executives' }).click()
      await page.getByRole('button', { name: 'Members of Finance' }).click()
      await page.getByRole('link', { name: 'Jane Roe' }).first().click()
      await page.getByLabel('Secondary emails').waitFor()
      await page.locator('.hist li').first().waitFor()
      await page.getByText('All detections').waitFor()
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
      await page.getByLabel('Folder, mbox or message on the server').fill(archive)
      const begun = page.waitForResponse((response) => response.request().method() === 'POST')
      await page.getByRole('button', { name: 'Judge it' }).click()
      await begun
      await page.locator('progress').waitFor({ state: 'detached' })
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

/** Somebody is with the executives who leaves them before the pictures are taken. */
const before = peopleYaml
  .replace('groups:', '  - { id: p13, displayName: Anna Keller, mail: anna.keller@corp.example }\ngroups:')
  .replace('members: [p1, p2, p3]', 'members: [p1, p2, p3, p13]')
const after = before.replace(', p13]', ']')

/** Something that was changed about a person, by the page itself. */
async function history(page: Page): Promise<void> {
  const put = `(async () => {
    const { csrf } = await (await fetch('/api/v1/session')).json()
    const path = '/api/v1/directories/Staff/people/p1'
    const before = await fetch(path)
    await fetch(path, { method: 'PUT', body: JSON.stringify({ names: ['Janie Roe', 'Jane Dahl'] }),
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrf, 'if-match': before.headers.get('etag') } })
  })()`
  await page.evaluate(put)
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const only = process.argv.slice(3)
  cpSync(join(import.meta.dirname, '../corpus'), archive, { recursive: true })
  const console_ = await stand(
    { people: before, protection: protectionYaml, more: 'history: { path: ./history }' },
    '',
    inInter(),
  )
  try {
    await seed(console_.daemon)
    const { daemon } = console_
    const rounds = (): number => daemon.lines().filter(({ event }) => event === 'directory-synchronised').length
    const done = rounds()
    writeFileSync(join(daemon.folder, 'people.yaml'), after)
    await waitUntil('she has left', () => (rounds() > done ? true : undefined))
    const first = await console_.open()
    await firstAdministrator(first, console_.link)
    await history(first)
    const { cookies } = await first.context().storageState()
    for (const [look, width, height, dark] of looks) {
      const page = await console_.open({ width, height }, dark)
      page.setDefaultTimeout(60_000)
      await page.context().addCookies(cookies)
      for (const { name, path, height: tall, before } of shots) {
        if (only.length > 0 && !only.includes(name)) continue
        await page.setViewportSize({ width, height: look === 'narrow' ? height : (tall ?? height) })
        try {
          await page.goto(`${console_.origin}${path}`)
          await page.getByRole('main').waitFor()
          await before?.(page)
        } catch (error) {
          process.stderr.write(`${name} ${look}: ${error instanceof Error ? error.message.slice(0, 300) : ''}\n`)
        }
        await page.evaluate('scrollTo(0, 0)')
        await page.mouse.move(0, 0)
        await page.waitForTimeout(250)
        await takePicture(page, join(folder, `${name}-${look}.png`))
      }
    }
    process.stdout.write(`${console_.faults.join('\n')}\n`)
  } finally {
    await console_.close()
    rmSync(archive, { recursive: true, force: true })
  }
}

await main()

import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { createTransport } from 'nodemailer'
import { makeScratch, run } from '../integration/peers/scratch.ts'
import { waitUntil } from '../integration/peers/daemon.ts'
import { chromiumPath, firstAdministrator } from './harness.ts'
import { inInter, takePicture } from './look.ts'

/**
 * What somebody does who has just found Namesake: README's first command in a clean clone, its link, the first account, the first
 * steps, a message, and the message in the browser. Prints how long each took, and takes the pictures of the README and the
 * quickstart: npx tsx test/console/new-user.ts [FOLDER]. Needs npm's registry, and the ports of config/namesake.yaml free.
 */

const root = resolve(import.meta.dirname, '../..')
const pictures = resolve(process.argv[2] ?? join(root, 'docs/pictures'))
const began = Date.now()
let last = began

function done(what: string): void {
  const at = Date.now()
  process.stdout.write(`${((at - last) / 1000).toFixed(1).padStart(6)} s  ${what}\n`)
  last = at
}

async function main(): Promise<void> {
  const scratch = makeScratch('new-user')
  const clone = join(scratch, 'namesake')
  const cloned = await run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone])
  if (cloned.code !== 0) throw new Error(cloned.output)
  done('git clone')
  // A group of its own, so that npm, the shell and the daemon end together.
  const child = spawn('/bin/sh', ['-c', 'npm ci && npm start'], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu'],
    env: { ...process.env, ...inInter() },
  })
  try {
    const link = await waitUntil(
      'the link',
      () => {
        if (child.exitCode !== null) throw new Error(output)
        return /http:\/\/\S+\/first-run#[\w-]+/.exec(output)?.[0]
      },
      280_000,
    )
    done('npm ci && npm start, up to the link')
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' })
    const page = await context.newPage()
    const picture = async (name: string): Promise<void> => {
      await page.waitForTimeout(300)
      await takePicture(page, join(pictures, `${name}.png`))
    }
    await page.goto(link)
    await page.getByLabel('Your name').waitFor()
    await picture('first-run')
    await firstAdministrator(page, link)
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    await page.getByText('Done: ').first().waitFor({ state: 'attached' })
    await picture('first-steps')
    done('the first account, and the first steps')
    const sent = await createTransport({ port: 10025, ignoreTLS: true }).sendMail({
      from: 'Jane Roe <jane.roe77@mail.example>',
      to: 'omar.haddad@corp.example',
      subject: 'Are you at your desk?',
      text: 'I need a favour.',
    })
    done(`a message: ${String(sent.response)}`)
    await tagged(page)
    await picture('first-message')
    done('the message in the browser')
    process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  in all\n`)
  } finally {
    await browser.close()
    // As Ctrl-C does, and what is left after a while at once.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
    const end = (): true | undefined => (child.exitCode !== null || child.signalCode !== null ? true : undefined)
    await waitUntil('its end', end, 40_000).catch(() => process.kill(-(child.pid ?? 0), 'SIGKILL'))
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** It stands in the detections without a reload; opened, it says why. */
async function tagged(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Detections' }).click()
  await page.getByRole('link', { name: 'Jane Roe' }).first().click()
  await page.getByText('Protected Name Jane Roe should not appear as').last().waitFor()
  await page.getByText('letter by letter').waitFor()
}

await main()

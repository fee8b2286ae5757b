import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { freePort } from '../integration/peers/ports.ts'
import { removeDaemon, startDaemon, waitUntil } from '../integration/peers/daemon.ts'
import type { Daemon, DaemonOptions } from '../integration/peers/daemon.ts'

/** The console of a running daemon, and Debian's Chromium in front of it. */

export const chromiumPath = '/usr/bin/chromium'
export const skip: string | false = existsSync(chromiumPath) ? false : 'Chromium is not installed'

export interface Stand {
  readonly daemon: Daemon
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** The link that makes the first administrator. */
  readonly link: string
  /** A fresh browser profile with one page. What goes wrong in it fails the test that asks for `faults`. */
  open(size?: { width: number; height: number }, dark?: boolean): Promise<Page>
  /** Errors of scripts and violations of the page's policy, of all pages. */
  readonly faults: string[]
  close(): Promise<void>
}

/**
 * Starts a daemon with a console, waits for its link, and starts a browser.
 * @param section more options of the console
 * @param env more of the browser's environment
 */
export async function stand(
  options: Partial<DaemonOptions> = {},
  section = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Stand> {
  const port = await freePort()
  const daemon = await startDaemon({
    relay: 'maildir:./mail',
    ...options,
    more: `console: { listen: "127.0.0.1:${port}"${section} }\n${options.more ?? ''}`,
  })
  const profile = mkdtempSync(join(tmpdir(), 'namesake-chromium-'))
  let browser: Browser | null = null
  const faults: string[] = []
  try {
    const line = await daemon.waitFor(({ event }) => event === 'console-invitation', 110_000)
    const link = String(line['url'])
    return {
      daemon,
      origin: new URL(link).origin,
      link,
      faults,
      async open(size = { width: 1440, height: 900 }, dark = false) {
        browser ??= await chromium.launch({
          executablePath: chromiumPath,
          env: { ...process.env, ...env },
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--no-first-run',
          ],
        })
        const context: BrowserContext = await browser.newContext({
          viewport: size,
          colorScheme: dark ? 'dark' : 'light',
          ignoreHTTPSErrors: true,
          acceptDownloads: true,
        })
        const page = await context.newPage()
        page.setDefaultTimeout(90_000)
        page.on('pageerror', (error) => faults.push(`script: ${error.message}`))
        page.on('console', (message) => {
          if (message.type() === 'error' && !/status of 4\d\d|ERR_CONNECTION|ERR_INCOMPLETE/.test(message.text())) {
            faults.push(`console: ${message.text()}`)
          }
        })
        return page
      },
      async close() {
        await browser?.close()
        await removeDaemon(daemon)
        rmSync(profile, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await removeDaemon(daemon)
    throw error
  }
}

export const password = 'correct horse battery'

/** Makes the first administrator by the link, as a person would; or, by another link, an account of its role. */
export async function firstAdministrator(page: Page, link: string, name = 'Mira Dahl'): Promise<void> {
  await page.goto(link)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('User name').fill(name.toLowerCase().replace(' ', '.'))
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Password again').fill(password)
  await page.getByRole('button', { name: 'Make the account and sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

/** Signs in by the form. */
export async function signIn(page: Page, origin: string, userName = 'mira.dahl', word = password): Promise<void> {
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('User name').fill(userName)
  await page.getByLabel('Password').fill(word)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

export { waitUntil }

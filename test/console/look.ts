import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** How pictures look that stand in the documentation, on whatever machine they are taken. */

const replaced = ['system-ui', 'sans', 'sans-serif', 'DejaVu Sans']

/** Environment of a browser that draws in Inter where it is installed (fonts-inter): systems' own letters look like it more than like Debian's default. */
export function inInter(): Record<string, string> {
  const matches = replaced.map(
    (name) =>
      `<match><test name="family"><string>${name}</string></test><edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>`,
  )
  const path = join(mkdtempSync(join(tmpdir(), 'namesake-fonts-')), 'fonts.conf')
  const text = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>${matches.join('')}</fontconfig>`
  writeFileSync(path, text)
  return { FONTCONFIG_FILE: path }
}

/** Takes a picture of what is in the window; a third of the size where pngquant is installed. */
export async function takePicture(page: Page, path: string): Promise<void> {
  await page.screenshot({ path })
  spawnSync('pngquant', ['--force', '--ext', '.png', '--skip-if-larger', '--strip', path], { stdio: 'ignore' })
}

/** The tree of src/ in docs/architecture.md: every file with the first sentence of the comment that it opens with. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const opening = '<!-- The tree is written by `npm run docs` from the first sentence of each file. -->\n\n```text\n'
const region = new RegExp(`${opening.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\s\\S]*?\`\`\`\n`)

/** docs/architecture.md with its tree written anew. @param root folder of the repository @throws Error where the page has no tree */
export function architecturePage(root: string): string {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  if (!region.test(page)) throw new Error(`docs/architecture.md has no tree: it begins with ${opening}`)
  return page.replace(region, () => `${opening}src/\n${lines(join(root, 'src'), '  ').join('\n')}\n\`\`\`\n`)
}

/** Code files first, then folders, each with what it holds. */
function lines(folder: string, indent: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const files = entries.filter((entry) => entry.isFile() && /\.(ts|tsx|css)$/.test(entry.name))
  const folders = entries.filter((entry) => entry.isDirectory())
  return [
    ...files.map(({ name }) => `${indent}${name}`.padEnd(34) + ` ${purpose(join(folder, name))}`.trimEnd()),
    ...folders.flatMap(({ name }) => [`${indent}${name}/`, ...lines(join(folder, name), `${indent}  `)]),
  ]
}

/** The first sentence of the comment that a file opens with, on one line; empty if there is none. */
function purpose(file: string): string {
  const text = readFileSync(file, 'utf8').replace(/^#!.*\n/, '')
  const comment = /^\/\*\*?([\s\S]*?)\*\/\n\n/.exec(text)?.[1] ?? /^\/\/ ?(.*)\n/.exec(text)?.[1] ?? ''
  const words = comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
  return /^.*?(?=[.;](?:\s|$)|$)/.exec(words)?.[0] ?? ''
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fencesOf, root } from './markdown.ts'

/** docs/architecture.md names every file of src/ once, with what it owns: the first sentence of the comment it opens with. */
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
const tree = fencesOf(page).find(({ text }) => text.startsWith('src/\n'))?.text ?? ''

/** Paths below src/ in the order of the page, with their words. */
function filesOf(text: string): [path: string, words: string][] {
  const files: [string, string][] = []
  const folders: string[] = []
  for (const line of text.split('\n').slice(1)) {
    const [, indent = '', name = '', words = ''] = /^( *)(\S+)\s*(.*)$/.exec(line) ?? []
    folders.length = indent.length / 2 - 1
    if (name.endsWith('/')) folders.push(name)
    else files.push([`${folders.join('')}${name}`, words])
  }
  return files
}

t.test('the tree names every file of src/ once', async (t) => {
  const named = filesOf(tree)
  const real = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|css)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'src/').length))
    .sort()
  t.same(named.map(([path]) => path).sort(), real, 'npm run docs')
  for (const [path, words] of named) t.not(words, '', `${path} opens with a comment, and a blank line behind it`)
})

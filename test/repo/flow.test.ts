import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from './markdown.ts'

/** docs/flow.md: each function that a step names stands in the file that it names. */
const page = readFileSync(join(root, 'docs/flow.md'), 'utf8')

/** Pairs of a row's last cell: `file` `function`, `function`; `file` … */
function pairsOf(cell: string): [file: string, name: string][] {
  const pairs: [string, string][] = []
  let file = ''
  for (const [, code = ''] of cell.matchAll(/`([^`]+)`/g)) {
    if (code.endsWith('.ts')) file = code
    else pairs.push([file, code])
  }
  return pairs
}

t.test('every step names what is there', async (t) => {
  const rows = page.split('\n').filter((line) => /^\| \d/.test(line))
  t.ok(rows.length > 30, 'the steps were read')
  for (const row of rows) {
    const pairs = pairsOf(row.split('|').at(-2) ?? '')
    t.ok(pairs.length > 0, `${row.slice(0, 40)}… names a function`)
    for (const [file, name] of pairs) {
      const path = join(root, 'src', file)
      if (!existsSync(path)) {
        t.fail(`docs/flow.md names src/${file}, which is not there`)
        continue
      }
      const defined = new RegExp(
        `^(?:export )?(?:async )?(?:function\\*? |class |const )${name}\\b|^ {2,4}(?:static |private |async |get )*#?\\*?${name}[(<]|^ {2}function ${name}\\(`,
        'm',
      )
      t.match(readFileSync(path, 'utf8'), defined, `src/${file} has ${name}`)
    }
  }
})

t.test('the steps of each part are numbered', async (t) => {
  for (const part of page.split(/^## /m).slice(1)) {
    const numbers = [...part.matchAll(/^\| (\d+) \|/gm)].map(([, n]) => Number(n))
    t.same(
      numbers,
      numbers.map((_, i) => i + 1),
      part.split('\n')[0] ?? '',
    )
  }
})

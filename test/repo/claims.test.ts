import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

/** What docs/security.md and docs/operations.md claim names the test that shows it; that test is there. */
const root = join(import.meta.dirname, '../..')

/** Tables of a page as rows of cells, each table with its head first. */
function tablesOf(page: string): string[][][] {
  const tables: string[][][] = []
  let table: string[][] = []
  for (const line of [...page.split('\n'), '']) {
    if (line.startsWith('|'))
      table.push(line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim())) // prettier-ignore
    else if (table.length > 0) {
      tables.push(table)
      table = []
    }
  }
  return tables
}

/** Whether a cell names something under `test/`, or a command that anyone can run. */
function namedTests(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => name.includes('/') && !name.includes(' '))
}

for (const [file, below] of [
  ['docs/security.md', 'test'],
  ['docs/operations.md', ''],
] as const) {
  t.test(file, async (t) => {
    const page = readFileSync(join(root, file), 'utf8')
    let rows = 0
    for (const [head = [], , ...body] of tablesOf(page)) {
      const column = head.findIndex((cell) => cell === 'Shown by' || cell === 'Test that shows it')
      if (column < 0) continue
      for (const row of body) {
        rows++
        const names = namedTests(row[column] ?? '')
        t.ok(names.length > 0, `${row[0]?.slice(0, 60) ?? ''}: names a test`)
        for (const name of names) {
          const path = join(root, below, name.replace(/\*.*$/, ''))
          t.ok(existsSync(path) || (existsSync(join(path, '..')) && name.includes('*')), `${name} is there`)
        }
      }
    }
    t.ok(rows > 20, `${rows} rows`)
  })
}

t.test('every table of claims in docs/security.md has the column', async (t) => {
  for (const [head = []] of tablesOf(readFileSync(join(root, 'docs/security.md'), 'utf8'))) {
    t.ok(head.includes('Shown by') || head.includes('Test that shows it'), head.join(', '))
  }
})

t.test('what docs/operations.md claims in prose names a test, too', async (t) => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  for (const name of namedTests(page).filter((path) => path.startsWith('test/') && !path.includes('*'))) {
    t.ok(existsSync(join(root, name)), `${name} is there`)
  }
  const sections = page.split(/^## /m).slice(1)
  for (const title of ['Signals', 'Nothing is lost', 'When something fails', 'Health', 'Log', 'The store', 'Syncs']) {
    const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? ''
    t.match(section, /`test\//, title)
  }
})

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { anchorsOf, documents, fencesOf, linksOf, root } from './markdown.ts'

/** Every relative link of the documents leads somewhere, its anchor included. */
t.test('links resolve', async (t) => {
  for (const page of documents()) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const target of linksOf(text)) {
      if (/^(https?|mailto):/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : normalize(join(dirname(page), decodeURI(path)))
      if (!existsSync(join(root, file))) {
        t.fail(`${page} links to ${target}, which is not there`)
        continue
      }
      if (anchor === undefined || statSync(join(root, file)).isDirectory()) continue
      t.ok(
        anchorsOf(readFileSync(join(root, file), 'utf8')).has(anchor),
        `${page} links to ${target}: a heading of that name stands in ${file}`,
      )
    }
  }
  t.pass('all pages were read')
})

t.test('fenced code says what it is', async (t) => {
  const known = ['sh', 'console', 'text', 'yaml', 'json', 'csv', 'html', 'ini', 'toml', 'sql', 'ts', 'powershell']
  for (const page of documents()) {
    for (const { language, line } of fencesOf(readFileSync(join(root, page), 'utf8'))) {
      t.ok(known.includes(language), `${page}:${line}: "${language}" is one of ${known.join(', ')}`)
    }
  }
})

t.test('every page is linked to', async (t) => {
  const reached = new Set<string>()
  for (const page of documents()) {
    for (const target of linksOf(readFileSync(join(root, page), 'utf8'))) {
      const path = target.split('#')[0] ?? ''
      if (!/^(https?|mailto):/.test(target) && path !== '') reached.add(normalize(join(dirname(page), path)))
    }
  }
  for (const page of documents().filter((name) => name.startsWith('docs/'))) {
    t.ok(
      reached.has(page),
      `${page} is linked to from another page (README.md, "More", is the place for those without a better one)`,
    )
  }
})

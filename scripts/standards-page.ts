import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * docs/standards.md: which file leans on which section of which RFC or Unicode report, gathered from the comments. A reference
 * reads `RFC 5322 section 3.4` (or `sections 3.2.1 to 3.2.4`), `UTS #39`.
 */

const reference =
  /RFC (\d{3,4})(?:,? (?:sections?|appendix) ([0-9A-Z](?:\.?[0-9]+)*(?:(?:, | and | to )[0-9]+(?:\.[0-9]+)+)*))?|(UTS|UAX) #(\d+)/g

/** The page as Markdown. @param root folder of the repository */
export function standardsPage(root: string): string {
  const places = new Map<string, Map<string, Set<string>>>()
  for (const file of sourceFiles(join(root, 'src'))) {
    // A reference may be broken over two lines of a comment.
    const text = readFileSync(file, 'utf8').replace(/\n\s*(?:\*|\/\/)?\s*/g, ' ')
    for (const [, rfc, section = '', report, number] of text.matchAll(reference)) {
      const standard = rfc === undefined ? `${report ?? ''} #${number ?? ''}` : `RFC ${rfc}`
      const sections = places.get(standard) ?? new Map<string, Set<string>>()
      places.set(standard, sections)
      const files = sections.get(section) ?? new Set<string>()
      sections.set(section, files.add(relative(root, file)))
    }
  }
  const rows = [...places].sort(byNumber).flatMap(([standard, sections]) =>
    [...sections].sort(byNumber).map(([section, files]) => {
      const list = [...files].sort().map((file) => `\`${file}\``)
      return `| ${standard} | ${section} | ${list.join(', ')} |`
    }),
  )
  return `# Standards

Generated from the comments of \`src/\` by \`npm run docs\`: which file leans on which section.

| standard | section | files |
| --- | --- | --- |
${rows.join('\n')}
`
}

function byNumber([a]: [string, unknown], [b]: [string, unknown]): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sourceFiles(path)
    else if (/\.ts$/.test(entry.name) && !entry.name.endsWith('.data.ts')) yield path
  }
}

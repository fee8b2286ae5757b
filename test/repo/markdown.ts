import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** What tests need of the documents: fenced code, headings' anchors, links. Only the Markdown that these pages use. */

export const root: string = resolve(import.meta.dirname, '../..')

/** Every document of the repository, by its path from the root. */
export function documents(): string[] {
  const named = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']
  return [...named, ...markdownBelow('docs'), ...markdownBelow('deploy'), ...markdownBelow('bench')]
}

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

/** One fenced block of code. */
export interface Fence {
  /** First word of the info string, e.g. `sh`; empty if there is none. */
  readonly language: string
  /** Its further words. */
  readonly words: readonly string[]
  /** Without the indentation of the fence. */
  readonly text: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  /** Whether nothing but blank lines stands between the block before and this one. */
  readonly follows: boolean
}

export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = []
  let open: { info: string; line: number; indent: number; lines: string[]; follows: boolean } | null = null
  let onlyBlank = false
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^( {0,3})```(.*)$/.exec(line)
    if (open !== null && mark !== null) {
      const [language = '', ...words] = open.info.trim().split(/\s+/)
      const { lines, indent, follows } = open
      const text = lines.map((inner) => inner.slice(Math.min(indent, /^ */.exec(inner)?.[0].length ?? 0))).join('\n')
      fences.push({ language, words, text, line: open.line, follows })
      open = null
      onlyBlank = true
    } else if (open !== null) open.lines.push(line)
    else if (mark !== null) {
      open = { info: mark[2] ?? '', line: index + 1, indent: (mark[1] ?? '').length, lines: [], follows: onlyBlank }
    } else if (line.trim() !== '') onlyBlank = false
  }
  if (open !== null) throw new Error(`the fence of line ${open.line} has no end`)
  return fences
}

/** The text without fenced blocks. */
export function proseOf(markdown: string): string {
  return markdown.replace(/^ {0,3}```[^]*?^ {0,3}```$/gm, '')
}

/** Anchors of the headings, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>()
  const count = new Map<string, number>()
  for (const [, heading = ''] of proseOf(markdown).matchAll(/^#{1,6} +(.*)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    const before = count.get(slug) ?? 0
    count.set(slug, before + 1)
    anchors.add(before === 0 ? slug : `${slug}-${before}`)
  }
  return anchors
}

/** Targets of the links and images in the prose. */
export function linksOf(markdown: string): string[] {
  const prose = proseOf(markdown).replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target]) => target ?? '')
}

/** Everything written as code: fenced blocks, blocks indented by four, and what stands between backticks. */
export function codeOf(markdown: string): string[] {
  const prose = proseOf(markdown)
  const indented = [...prose.matchAll(/(?<=\n\n|^)(?: {4}.*\n?|\n(?= {4}))+/g)].map(([block]) => block)
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '')
  return [...fencesOf(markdown).map(({ text }) => text), ...indented, ...inline]
}

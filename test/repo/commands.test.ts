import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import t from 'tap'
import { buildProgram } from '../../src/cli/run.ts'
import { codeOf, documents, root } from './markdown.ts'

/** The documents show no verb and no option that the program does not know, and leave none out. */
const program = buildProgram({ out: process.stdout, err: process.stderr, exit: () => {} })

/** Verbs by their words (`secondary add`), with the options they take. */
const verbs = new Map<string, readonly string[]>()
const collect = (command: Command, words: readonly string[]): void => {
  for (const child of command.commands) collect(child, [...words, child.name()])
  // A verb may have verbs below it and still be one itself: `directory`, `directory show`.
  if (words.length > 0 && (command.commands.length === 0 || command.registeredArguments.length > 0)) {
    const above = words.length > 1 ? (command.parent?.options ?? []) : []
    const options = [...program.options, ...above, ...command.options].flatMap(({ long }) => long ?? [])
    verbs.set(words.join(' '), ['--help', ...options])
  }
}
collect(program, [])

/** Command lines of ours in a piece of code, without `namesake` or what stands for it. */
function commandLines(code: string): string[] {
  const joined = code.replaceAll('\\\n', ' ')
  const starts =
    /(?:^|[|;&(]|\$ )[ \t]*(?:sudo (?:-u \S+ )?)?(?:namesake|node dist\/cli\.js|npx namesake)[ \t]+([^\n|;&)]+)/gm
  return [...joined.matchAll(starts)].map(([, line]) => line ?? '')
}

t.test('what the documents show is known', async (t) => {
  t.ok(verbs.size >= 9, 'the verbs were read')
  for (const page of documents()) {
    for (const line of codeOf(readFileSync(join(root, page), 'utf8')).flatMap(commandLines)) {
      const words = line
        .replace(/\s#.*$/, '')
        .trim()
        .split(/\s+/)
      if (/^(--help|--version|<verb>|…)/.test(words[0] ?? '')) continue
      const verb = [3, 2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => verbs.has(name))
      // `secondary` stands for its two verbs in prose.
      const isGroup = [...verbs.keys()].some((name) => name.startsWith(`${words[0] ?? ''} `)) && words.length === 1
      t.ok(verb !== undefined || isGroup, `${page}: "namesake ${line}" has a verb of ours`)
      for (const option of words.filter((word) => word.startsWith('--'))) {
        const name = option.replace(/=.*$/, '')
        t.ok(verbs.get(verb ?? '')?.includes(name), `${page}: "namesake ${line}": ${verb ?? ''} knows ${name}`)
      }
    }
  }
})

t.test('every verb and option has a place in the operations page', async (t) => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  for (const [verb, options] of verbs) {
    t.match(page, new RegExp(`\`${verb}\\b`), verb)
    for (const option of options.filter((name) => !['--help', '--config', '--version'].includes(name))) {
      t.match(page, option, `${verb} ${option}`)
    }
  }
})

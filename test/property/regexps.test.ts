/**
 * Expressions that take more than linear time: none in src, no exception for any. Two detectors look, as each misses what
 * the other sees; both are shown expressions that once stood in src and held a worker up for seconds.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ESLint } from 'eslint'
import regexp from 'eslint-plugin-regexp'
import { check } from 'recheck'
import t from 'tap'
import ts from 'typescript'
import tseslint from 'typescript-eslint'

// Every expression of the sources is searched for texts that it takes long for.

const root = resolve(import.meta.dirname, '../..')
const files = execFileSync('git', ['ls-files', 'src'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.data.ts'))

const once = [
  String.raw`/[\w.-]+@[\w-]+(?:\.[\w-]+)+/g`,
  String.raw`/^(\S+) at (\S+\.\S+)$/i`,
  String.raw`/~\{([!-~]*)(?:~\}|$)/g`,
  String.raw`/[^\s<>]+@[^\s@<>]+\.\w{2,}/g`,
  String.raw`/\s*(?:@|\(at\))\s*/g`,
  String.raw`/^"[^"]*@[^"]*"$/`,
  String.raw`/^\d+|\d+$/g`,
]

/** The linter's two rules, without what needs types. */
const eslint = new ESLint({
  cwd: root,
  allowInlineConfig: false,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser },
      plugins: { regexp },
      rules: {
        'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
        'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      },
    },
  ],
})

async function linted(source: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(source, { filePath: join(root, 'src/text.ts') })
  return (result?.messages ?? []).map((message) => `line ${message.line}: ${message.message}`)
}

/** What recheck says of each literal of a source that it does not find safe; what it can't settle in time is the linter's. */
async function checked(source: string): Promise<readonly string[]> {
  const results = await Promise.all(
    literalsOf(source).map(async (literal) => {
      const slash = literal.lastIndexOf('/')
      const result = await check(literal.slice(1, slash), literal.slice(slash + 1), { timeout: 2000 })
      return result.status === 'vulnerable' ? `${literal}: ${result.complexity.summary}` : ''
    }),
  )
  return results.filter((result) => result !== '')
}

function literalsOf(source: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) found.push(node.getText())
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('a.ts', source, ts.ScriptTarget.ESNext, true))
  return found
}

t.test('the detectors see expressions of more than linear time', async (t) => {
  for (const expression of once) {
    const source = `export const found = ${expression}\n`
    const seen = [...(await linted(source)), ...(await checked(source))]
    t.ok(seen.length > 0, `${expression}: ${seen.join(', ')}`)
  }
})

t.test('there is none in src', { timeout: 240_000 }, async (t) => {
  let literals = 0
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8')
    t.same(await linted(source), [], `${file}: the linter`)
    t.same(await checked(source), [], `${file}: recheck`)
    literals += literalsOf(source).length
  }
  t.ok(literals > 200, `${literals} expressions`)
})

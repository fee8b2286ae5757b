import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import { compilePolicy, policyIndexer } from '../../../src/policy/compile.ts'
import { inspect } from '../../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import { kindNames } from '../../../src/vocabulary.ts'
import { entry, person, rulesWith } from './fixtures.ts'
import { judgementContext } from '../../../src/policy/context.ts'

/** The table of kinds in docs/detection.md is true: each example gives its kind and tier. */
const page = readFileSync(resolve(import.meta.dirname, '../../../docs/detection.md'), 'utf8')

const directory = buildMemoryDirectory([
  person('jane', 'Jane Roe', ['jane.roe@corp.example']),
  person('greg', 'Gregory Hutton', ['gregory.hutton@corp.example']),
])
const rules = rulesWith({ initials: true, protect: [entry({ users: ['jane', 'greg'] })] })
const policy = compilePolicy(resolveRules(rules, directory).resolved)
const lookup = directory.index(policyIndexer(policy))

const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (certain|likely) \| (.*) \|$/gm)]
t.equal(rows.length, kindNames.length, 'every kind has a row')

for (const [, kind = '', tier = '', examples = ''] of rows) {
  for (const [, example = ''] of examples.matchAll(/`([^`]+)`/g)) {
    if (example.startsWith('initials:')) continue
    const mailbox = example.includes('@') ? example : `${example} <x@evil.example>`
    const head = mailbox.startsWith('Reply-To:') ? `From: x@evil.example\r\n${mailbox}` : `From: ${mailbox}`
    t.match(
      inspect(parseHeaderSection(Buffer.from(`${head}\r\n`)), judgementContext(policy, lookup), 0).verdict,
      { kind, tier },
      example,
    )
  }
}

/** Names that the page's prose speaks of; null for what it says is nobody's. */
const spoken: readonly (readonly [from: string, id: string, kind: string | null])[] = [
  ['Shinichi Takada <x@evil.example>', 'takada', 'exact'],
  ['Takada Shinichi <x@evil.example>', 'takada', 'reordered'],
  ['shinichi.takada77@freemail.example', 'takada', 'local-part'],
  ['Anna Hohenfelt <x@evil.example>', 'anna', 'typo'],
  ['Anna Hohenfels <x@evil.example>', 'anna', null],
  ['Mark Hartnell <x@evil.example>', 'mark', null],
  ['Xiaofagn Li <x@evil.example>', 'li', 'typo'],
  ['Xiaofeng Li <x@evil.example>', 'li', null],
  ['刘洋 <x@evil.example>', 'liu', 'exact'],
  ['刘阳 <x@evil.example>', 'liu', null],
]
const others = buildMemoryDirectory([
  person('takada', '高田 真一', ['shinichi.takada@corp.example'], { givenName: '真一', surname: '高田' }),
  person('anna', 'Anna Hohenfeld', ['anna@corp.example']),
  person('mark', 'Mark Hartwell', ['mark@corp.example']),
  person('li', 'Xiaofang Li', ['xiaofang@corp.example']),
  person('liu', '刘洋', ['liu.yang@corp.example'], { givenName: '洋', surname: '刘' }),
])

t.test('the prose is true of names in it', async (t) => {
  for (const [from, id, kind] of spoken) {
    const guarded = compilePolicy(resolveRules(rulesWith({ protect: [entry({ users: [id] })] }), others).resolved)
    const known = others.index(policyIndexer(guarded))
    const { verdict } = inspect(
      parseHeaderSection(Buffer.from(`From: ${from}\r\n`)),
      judgementContext(guarded, known),
      0,
    )
    t.match(verdict, kind === null ? { state: 'clean' } : { kind }, from)
  }
})

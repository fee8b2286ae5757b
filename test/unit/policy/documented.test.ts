import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import { compilePolicy, policyIndexer } from '../../../src/policy/compile.ts'
import { inspect } from '../../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import { entry, person, rulesWith } from './fixtures.ts'

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
t.equal(rows.length, 11, 'every kind has a row')

for (const [, kind = '', tier = '', examples = ''] of rows) {
  for (const [, example = ''] of examples.matchAll(/`([^`]+)`/g)) {
    if (example.startsWith('initials:')) continue
    const mailbox = example.includes('@') ? example : `${example} <x@evil.example>`
    const head = mailbox.startsWith('Reply-To:') ? `From: x@evil.example\r\n${mailbox}` : `From: ${mailbox}`
    t.match(inspect(parseHeaderSection(Buffer.from(`${head}\r\n`)), policy, lookup, 0).verdict, { kind, tier }, example)
  }
}

import t from 'tap'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Verdict } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import { inspect } from '../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { entry, person, rulesWith } from '../unit/policy/fixtures.ts'
import { judgementContext } from '../../src/policy/context.ts'

/**
 * A protected name beside an address, in every shape that a From field may have: detected with a foreign address, clean with
 * an own one. The same shape is judged both ways, so that leniency can't cost false alarms unseen.
 */

const people = [
  { name: 'Jane Roe', own: 'jane.roe@corp.example' },
  { name: 'Gregory Hutton', own: 'gregory.hutton@corp.example' },
  { name: 'Jörg Bäcker', own: 'joerg.baecker@corp.example' },
]
const foreign = 'q7@rogue.example'

const directory = buildMemoryDirectory(
  people.map(({ name, own }) => person(own, name, [own])),
  [],
)
const { resolved } = resolveRules(rulesWith({ protect: [entry({ users: people.map(({ own }) => own) })] }), directory)
const policy = compilePolicy(resolved)
const lookup = directory.index(policyIndexer(policy))

function judge(section: string | Buffer): Verdict {
  const octets = Buffer.concat([Buffer.isBuffer(section) ? section : Buffer.from(section), Buffer.from('\r\n')])
  return inspect(parseHeaderSection(octets), judgementContext(policy, lookup), Date.parse('2026-11-01T00:00:00Z')).verdict
}

const q = (text: string): string =>
  [...Buffer.from(text)].map((o) => (o === 32 ? '_' : /[A-Za-z0-9]/.test(String.fromCharCode(o)) ? String.fromCharCode(o) : `=${o.toString(16).padStart(2, '0')}`)).join('')
const b = (text: string): string => Buffer.from(text).toString('base64')
const Q = (text: string): string => `=?utf-8?Q?${q(text)}?=`
const B = (text: string): string => `=?utf-8?B?${b(text)}?=`
const first = (name: string): string => name.split(' ')[0] ?? ''
const last = (name: string): string => name.split(' ').slice(1).join(' ')
const cut = (name: string): [string, string] => [name.slice(0, 4), name.slice(4)]

/** One name, one address. */
const shapes: Record<string, (name: string, address: string) => string | Buffer> = {
  plain: (n, a) => `From: ${n} <${a}>`,
  quoted: (n, a) => `From: "${n}" <${a}>`,
  'no space': (n, a) => `From:${n}<${a}>`,
  'lower case': (n, a) => `from: ${n} <${a}>`,
  'space before the colon': (n, a) => `From : ${n} <${a}>`,
  'fold before the colon': (n, a) => `From\r\n : ${n} <${a}>`,
  'space before the field': (n, a) => ` From: ${n} <${a}>`,
  folded: (n, a) => `From:\r\n ${n.replace(' ', '\r\n\t')}\r\n <${a}>`,
  'lines of white space': (n, a) => `From: \r\n \r\n ${n} <${a}>`,
  'behind a bare CR': (n, a) => `Subject: x\rFrom: ${n} <${a}>`,
  'behind an mbox line': (n, a) => `From x@y.example Mon Jan  1 00:00:00 2024\nFrom: ${n} <${a}>`,
  tabs: (n, a) => `From:\t${n.replace(' ', '\t')}\t<${a}>`,
  Q: (n, a) => `From: ${Q(n)} <${a}>`,
  B: (n, a) => `From: ${B(n)} <${a}>`,
  'Q in quotes': (n, a) => `From: "${Q(n)}" <${a}>`,
  'a word each': (n, a) => `From: ${Q(first(n))} ${B(` ${last(n)}`)} <${a}>`,
  'split inside a name': (n, a) => `From: ${Q(cut(n)[0])}\r\n ${B(cut(n)[1])}\r\n <${a}>`,
  'split inside a character': (n, a) => {
    const octets = Buffer.from(n)
    return `From: =?utf-8?B?${octets.subarray(0, 2).toString('base64')}?= =?utf-8?B?${octets.subarray(2).toString('base64')}?= <${a}>`
  },
  'half encoded': (n, a) => `From: ${first(n)} ${Q(last(n))} <${a}>`,
  'raw spaces in Q': (n, a) => `From: =?utf-8?Q?${n}?= <${a}>`,
  'no end': (n, a) => `From: =?utf-8?Q?${q(n)} <${a}>`,
  'half an end': (n, a) => `From: =?utf-8?Q?${q(n)}? <${a}>`,
  'no end, B': (n, a) => `From: =?utf-8?B?${b(n)} <${a}>`,
  'no padding': (n, a) => `From: =?utf-8?B?${b(n).replace(/=+$/, '')}?= <${a}>`,
  nested: (n, a) => `From: ${B(Q(n))} <${a}>`,
  'no charset': (n, a) => `From: =??q?${q(n)}?= <${a}>`,
  'unknown charset': (n, a) => `From: =?nobody?q?${q(n)}?= <${a}>`,
  'wrong charset': (n, a) => `From: =?iso-8859-1?Q?${q(n)}?= <${a}>`,
  'language tag': (n, a) => `From: =?utf-8*en?Q?${q(n)}?= <${a}>`,
  'spaces around the charset': (n, a) => `From: =?utf-8 ? Q ?${q(n)}?= <${a}>`,
  'UTF-16': (n, a) => `From: =?utf-16le?B?${Buffer.from(n, 'utf16le').toString('base64')}?= <${a}>`,
  'raw Latin-1': (n, a) => Buffer.from(`From: ${n} <${a}>`, 'latin1'),
  'NUL inside': (n, a) => `From: ${cut(n).join('\0')} <${a}>`,
  'NUL encoded': (n, a) => `From: =?utf-8?Q?${q(n)}=00zz?= <${a}>`,
  comment: (n, a) => `From: ${a} (${n})`,
  'encoded comment': (n, a) => `From: ${a} (${B(n)})`,
  'comment behind brackets': (n, a) => `From: <${a}> (${n})`,
  'comment before': (n, a) => `From: (${n}) <${a}>`,
  'comment in brackets': (n, a) => `From: <${a} (${n})>`,
  'nested comment': (n, a) => `From: ${a} (x (${n}))`,
  'a comment in a comment': (n, a) => `From: ${a} (${n} (CFO))`,
  'a comment between': (n, a) => `From: ${n.replace(' ', ' (CEO) ')} <${a}>`,
  'a comment for a space': (n, a) => `From: ${n.replace(' ', '(CEO)')} <${a}>`,
  'comments in the address': (n, a) => `From: ${n} <${a.replace('@', '(x)@(y)')}>`,
  'spaces in the address': (n, a) => `From: ${n} < ${a.replace('@', ' @ ')} >`,
  'in a group': (n, a) => `From: Staff: ${n} <${a}>;`,
  'as group': (n, a) => `From: ${n}: ${a};`,
  'as encoded group': (n, a) => `From: ${B(n)}: <${a}>;`,
  'as open group': (n, a) => `From: ${n}: ${a}`,
  'no closing bracket': (n, a) => `From: ${n} <${a}`,
  'no opening bracket': (n, a) => `From: ${n} ${a}>`,
  'no brackets': (n, a) => `From: ${n} ${a}`,
  'no brackets, quoted': (n, a) => `From: "${n}" ${a}`,
  'two pairs of brackets': (n, a) => `From: ${n} <<${a}>>`,
  'no closing quote': (n, a) => `From: "${n} <${a}>`,
  'no opening quote': (n, a) => `From: ${n}" <${a}>`,
  'single quotes': (n, a) => `From: '${n}' <${a}>`,
  'quotes around a half': (n, a) => `From: ${first(n)} "${last(n)}" <${a}>`,
  'quoted pairs': (n, a) => `From: "${n.replace(/[a-z]/g, '\\$&')}" <${a}>`,
  'all in quotes': (n, a) => `From: "${n} <${a}>"`,
  'behind the address': (n, a) => `From: <${a}> ${n}`,
  'behind a bare address': (n, a) => `From: ${a} ${n}`,
  'around the address': (n, a) => `From: ${first(n)} <${a}> ${last(n)}`,
  'a comma behind the name': (n, a) => `From: ${n}, <${a}>`,
  'a comma at the end': (n, a) => `From: ${n} <${a}>,`,
  'a comma before': (n, a) => `From: , ${n} <${a}>`,
  'a semicolon at the end': (n, a) => `From: ${n} <${a}>;`,
  'a role behind a comma': (n, a) => `From: ${n}, CFO <${a}>`,
  'family name first, no quotes': (n, a) => `From: ${last(n)}, ${first(n)} <${a}>`,
  'family name first, raw in Q': (n, a) => `From: =?utf-8?Q?${q(last(n))}, ${q(first(n))}?= <${a}>`,
  'a route': (n, a) => `From: ${n} <@relay.example,@b.example:${a}>`,
  'a link': (n, a) => `From: ${n} <mailto:${a}>`,
  'square brackets': (n, a) => `From: ${n} [${a}]`,
  'parentheses for brackets': (n, a) => `From: ${n} (${a})`,
  'a quoted local-part': (n, a) => `From: ${n} <"${a.replace('@', '"@')}>`,
  'capital letters': (n, a) => `From: ${n} <${a.toUpperCase()}>`,
  'a tag': (n, a) => `From: ${n} <${a.replace('@', '+x@')}>`,
  'an encoded local-part': (n, a) => `From: ${n} <${Q(a.replace(/@.*/, ''))}${a.replace(/.*@/, '@')}>`,
}

t.test('one name and one address', async (t) => {
  for (const [what, shape] of Object.entries(shapes)) {
    for (const { name, own } of people) {
      const bad = judge(shape(name, foreign))
      t.equal(bad.state === 'detected' ? bad.name : bad.state, name, `${what}: ${name} is seen`)
      t.equal(judge(shape(name, own)).state, 'clean', `${what}: ${name} at the own address is left alone`)
    }
  }
})

/** An own address as nobody's program writes it: a reader takes it for the own one, and the mail comes from elsewhere. */
const odd: Record<string, (own: string) => string> = {
  'a full stop at the end': (a) => `${a}.`,
  'mathematical letters': (a) =>
    a.replace(/@.*/, (d) => d.replace(/[a-z]/g, (c) => String.fromCodePoint(0x1d5ee + c.charCodeAt(0) - 97))),
  'full-width letters': (a) => a.replace(/[a-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  'an ideographic full stop': (a) => a.replace(/\.(?=[^.]*$)/, '\u3002'),
  'a zero-width space': (a) => a.replace('@', '@\u200b'),
  'a soft hyphen': (a) => a.replace(/@../, '$&\u00ad'),
}

t.test('an own address in a form that no program writes excuses nothing', async (t) => {
  for (const [what, change] of Object.entries(odd)) {
    for (const { name, own } of people) {
      const bad = judge(`From: ${name} <${change(own)}>`)
      t.equal(bad.state === 'detected' ? bad.name : bad.state, name, `${what}: ${name}`)
    }
  }
})

/** An own address and a foreign one: the own never excuses the other. */
const pairs: Record<string, (name: string, own: string) => string> = {
  'two fields': (n, o) => `From: ${n} <${o}>\r\nFrom: ${n} <${foreign}>`,
  'two fields, foreign first': (n, o) => `From: ${n} <${foreign}>\r\nFrom: ${n} <${o}>`,
  'two pairs of brackets': (n, o) => `From: ${n} <${o}> <${foreign}>`,
  'two pairs of brackets, foreign first': (n, o) => `From: ${n} <${foreign}> <${o}>`,
  'two in a pair of brackets': (n, o) => `From: ${n} <${o} ${foreign}>`,
  'a comma in brackets': (n, o) => `From: ${n} <${o},${foreign}>`,
  'NUL in brackets': (n, o) => `From: ${n} <${foreign}\0${o}>`,
  'address as name': (_, o) => `From: "${o}" <${foreign}>`,
  'address as name, no quotes': (_, o) => `From: ${o} <${foreign}>`,
  'address as name, glued': (_, o) => `From: ${o}<${foreign}>`,
  'address as name, encoded': (_, o) => `From: ${Q(o)} <${foreign}>`,
  'address as name, in brackets': (_, o) => `From: "<${o}>" <${foreign}>`,
  'address as name, full-width': (_, o) => `From: ${B(o.replace('@', '\uff20'))} <${foreign}>`,
  'address as name, spaced': (_, o) => `From: "${o.replace('@', ' @ ')}" <${foreign}>`,
  'address as comment': (_, o) => `From: ${foreign} (${o})`,
  'address as encoded mailbox': (_, o) => `From: ${B(`<${o}>`)},<${foreign}>`,
  'name and address in quotes': (n, o) => `From: "${n} <${o}>" <${foreign}>`,
  'name and address, encoded': (n, o) => `From: ${Q(`${n} <${o}>`)} <${foreign}>`,
  'address in a quoted local-part': (n, o) => `From: ${n} <"${o}"@rogue.example>`,
  'address before another @': (n, o) => `From: ${n} <${o}@rogue.example>`,
  'a group of both': (n, o) => `From: ${n}: ${o}, ${foreign};`,
  'an open comment': (n, o) => `From: ${n} <${o}>(<${foreign}>`,
  'Reply-To': (n, o) => `From: ${n} <${o}>\r\nReply-To: ${n} <${foreign}>`,
}

t.test('an own address beside a foreign one', async (t) => {
  for (const [what, shape] of Object.entries(pairs)) {
    for (const { name, own } of people) {
      const verdict = judge(shape(name, own))
      t.equal(verdict.state === 'detected' ? verdict.name : verdict.state, name, `${what}: ${name}`)
    }
  }
})

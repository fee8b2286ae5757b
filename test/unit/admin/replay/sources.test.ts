import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { gzipSync } from 'node:zlib'
import { readMessageFile } from '../../../../src/admin/replay/message-file.ts'
import { findMessages } from '../../../../src/admin/replay/sources.ts'

/** Messages as they are found: source and first line, or source and problem. */
const folder = mkdtempSync(join(tmpdir(), 'namesake-sources-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const at = (path: string): string => join(folder, path)
function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}

const limit = 10_000

async function found(paths: readonly string[], stdin: Buffer = Buffer.alloc(0)): Promise<string[]> {
  const lines: string[] = []
  for await (const one of findMessages(paths, { headerOctets: limit, stdin: Readable.from([stdin]) })) {
    const name = one.source.replace(`${folder}/`, '')
    if ('problem' in one) lines.push(`${name}: ${one.problem}`)
    else if ('octets' in one) lines.push(`${name} ${firstLine(one.octets)}`)
    else {
      const read = await readMessageFile(one.path, limit)
      lines.push(`${name} ${'problem' in read ? read.problem : firstLine(read.octets)}`)
    }
  }
  return lines
}

const firstLine = (octets: Buffer): string => octets.toString('latin1').split(/\r?\n/)[0] ?? ''
const mark = 'From a@b.example Mon Nov  2 10:00:00 2026\n'

t.test('mboxo and mboxrd', async (t) => {
  const body = {
    mboxo: '>From me to you\nFrom: not a field\n>>From kept\n',
    mboxrd: '>From me\n>>From you\n>>>From x: y\n',
  }
  for (const [form, quoted] of Object.entries(body)) {
    write(`box.${form}`, `${mark}A: 1\n\n${quoted}\n${mark}A: 2\n\n${quoted}`)
    t.same(await found([at(`box.${form}`)]), [`box.${form}#1 A: 1`, `box.${form}#2 A: 2`], form)
  }
})

t.test('compressed, in one part or several', async (t) => {
  const two = Buffer.concat([gzipSync(`${mark}A: 1\n\nx\n\n`), gzipSync(`${mark}A: 2\n\nx\n`)])
  write('parts.gz', two)
  t.same(await found([at('parts.gz')]), ['parts.gz#1 A: 1', 'parts.gz#2 A: 2'], 'members behind one another')
  t.same(await found(['-'], two), ['-#1 A: 1', '-#2 A: 2'], 'standard input')
  write('one.eml.gz', gzipSync(`A: 1\n\n${'x'.repeat(1e6)}`))
  t.same(await found([at('one.eml.gz')]), ['one.eml.gz A: 1'])
  write('cut.eml.gz', gzipSync(`A: 1\nB: ${'xyz'.repeat(1000)}\n`).subarray(0, 30))
  t.same(await found([at('cut.eml.gz')]), ['cut.eml.gz is cut off: the gzip data ends too early'])
  write('bad.gz', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(100, 7)]))
  t.match((await found([at('bad.gz')]))[0], /^bad\.gz: is damaged/)
})

t.test('Maildir++ with folders in it, in the order of delivery', async (t) => {
  for (const sub of ['', '.Sent/', '.Archive.2026/', '.Sent/.odd/']) {
    for (const part of ['cur', 'new', 'tmp']) mkdirSync(at(`Mail/${sub}${part}`), { recursive: true })
  }
  write('Mail/cur/1793613600.M2.h:2,S', 'A: 2\n\n')
  write('Mail/cur/1793613500.M1.h:2,RS', 'A: 1\n\n')
  write('Mail/new/1793613700.M3.h', gzipSync('A: 3\n\n'))
  write('Mail/tmp/1793613800.M4.h', 'A: 4\n\n')
  write('Mail/.Sent/cur/1793613900.M5.h:2,', `${mark}A: 5\n\n${mark}A: no\n\n`)
  write('Mail/.Archive.2026/new/1793614000.M6.h', 'A: 6\n\n')
  write('Mail/dovecot-uidlist', 'A: 7\n\n')
  write('Mail/cur/.nfs0001', 'A: 8\n\n')
  t.same(await found([at('Mail')]), [
    'Mail/.Archive.2026/new/1793614000.M6.h A: 6',
    'Mail/.Sent/cur/1793613900.M5.h:2, From a@b.example Mon Nov  2 10:00:00 2026',
    'Mail/cur/1793613500.M1.h:2,RS A: 1',
    'Mail/cur/1793613600.M2.h:2,S A: 2',
    'Mail/new/1793613700.M3.h A: 3',
  ])
})

t.test('a folder of all sorts', async (t) => {
  write('sorts/2.eml', `${mark}A: 2\n\n${mark}A: no\n\n`)
  write('sorts/10', 'X-A: 10\n\n')
  write('sorts/9', 'X-A: 9\n\n')
  write('sorts/inbox.2026-10', `${mark}A: 11\n\n`)
  write('sorts/photo.jpg', 'A: no\n\n')
  write('sorts/.hidden', 'A: no\n\n')
  symlinkSync(at('sorts'), at('sorts/loop'))
  symlinkSync(at('sorts/9'), at('sorts/link.eml'))
  symlinkSync(at('nowhere'), at('sorts/dangling.eml'))
  t.same(await found([at('sorts')]), [
    'sorts/2.eml From a@b.example Mon Nov  2 10:00:00 2026',
    'sorts/9 X-A: 9',
    'sorts/10 X-A: 10',
    'sorts/dangling.eml does not exist',
    'sorts/inbox.2026-10#1 A: 11',
    'sorts/link.eml X-A: 9',
  ])
})

t.test('what can not be read is named, and the rest goes on', async (t) => {
  write('empty', '')
  write('ok.eml', 'A: 1\n\n')
  const got = await found([at('none'), at('ok.eml/x'), at('empty'), at('ok.eml')])
  t.same(got, [
    'none: does not exist',
    'ok.eml/x: does not exist: a part of the path is no folder',
    'empty: holds no header section',
    'ok.eml A: 1',
  ])
  if (process.getuid?.() !== 0) {
    write('locked/a.eml', 'A: 1\n\n')
    chmodSync(at('locked'), 0)
    t.same(await found([at('locked')]), ['locked: may not be read (permission denied)'])
    chmodSync(at('locked'), 0o700)
  }
})

t.test('a pipe named as a path is read from its beginning', async (t) => {
  execFileSync('mkfifo', [at('pipe')])
  const text = `${mark}A: 1\n\n${'x\n'.repeat(50_000)}\n${mark}A: 2\n\n`
  write('piped', text)
  spawn('sh', ['-c', 'exec cat "$0" > "$1"', at('piped'), at('pipe')])
  t.same(await found([at('pipe')]), ['pipe#1 A: 1', 'pipe#2 A: 2'])
})

t.test('a header section over the limit is cut, and said to be', async (t) => {
  write('long.eml', `A: 1\nB: ${'x'.repeat(limit)}\n\nbody`)
  write('long.mbox', `${mark}A: 1\nB: ${'x'.repeat(limit)}\n\nbody\n\n${mark}A: 2\n\n`)
  write('long.eml.gz', gzipSync(`A: 1\nB: ${'x'.repeat(limit)}\n\nbody`))
  for (const path of ['long.eml', 'long.eml.gz']) {
    const read = await readMessageFile(at(path), limit)
    t.match(read, { truncated: true }, path)
    t.equal('octets' in read && read.octets.length, limit, path)
  }
  const marks: boolean[] = []
  for await (const one of findMessages([at('long.mbox')], { headerOctets: limit, stdin: Readable.from([]) })) {
    if ('octets' in one) marks.push(one.truncated)
  }
  t.same(marks, [true, false])
})

t.test('what is no message, and why', async (t) => {
  const rows: readonly [name: string, octets: Buffer, says: RegExp][] = [
    ['program', Buffer.from('\x7fELF\x02\x01\x01\0\0: From: x', 'latin1'), /is no message: it is a program/],
    ['zip', Buffer.from('PK\x03\x04\x14\0From: Jane Roe <x@y.example>\n\n', 'latin1'), /it is a zip archive/],
    ['page', Buffer.from('%PDF-1.7\n1 0 obj: \n'), /it is a PDF/],
    ['people.yaml', Buffer.from('users:\n  - id: "1"\n    mail: jane@corp.example\n'), /no header field of mail/],
    [
      'random',
      Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919 + (i >> 3)) % 256)),
      /no header field of mail/,
    ],
    ['text', Buffer.from('Dear Jane: how are you?\nBest: Erik\n'), /no header field of mail/],
    ['empty', Buffer.alloc(0), /holds no header section/],
  ]
  for (const [name, octets, says] of rows) {
    write(name, octets)
    const [only, ...others] = await found([at(name)])
    t.match(only, says, name)
    t.same(others, [])
  }
  for (const text of ['Subject: hi\n\n', 'X-Anything: 1\n\n', 'junk first\nfrom : Jane\n\n', 'ARC-Seal: i=1\n\n']) {
    write('message', Buffer.from(text))
    t.notMatch((await found([at('message')]))[0], /is no message/, text)
  }
})

t.test('one message of an mbox, by the name that the results have for it', async (t) => {
  const numbers = Array.from({ length: 120 }, (_, i) => i + 1)
  const all = numbers.map((n) => `${mark}A: ${n}\n\nbody\n\n`).join('')
  write('many.mbox', all)
  write('many.mbox.gz', gzipSync(all))
  t.same(await found([at('many.mbox#100')]), ['many.mbox#100 A: 100'])
  t.same(await found([at('many.mbox.gz#7')]), ['many.mbox.gz#7 A: 7'])
  t.match(await found([at('many.mbox#121')]), ['many.mbox#121: holds no message 121'])
  write('odd#3', Buffer.from('Subject: a file of that name\n\n'))
  t.equal((await found([at('odd#3')])).length, 1)
})

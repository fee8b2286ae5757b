/**
 * How many cases of a detection sample come out right, by kind: names shown that must be found, honest mail beside them, and
 * tiers. The folder holds directory.json and cases.jsonl, and may hold directory2.json and kinds.jsonl; its README says the form.
 * Cases that say what they need are judged under it, the others without.
 *
 * Run: npx tsx bench/detection.ts [FOLDER] [--list] [--initials]
 *   --list      every case that comes out wrong, with what came out
 *   --initials  initials count for every case of kinds.jsonl, not only for those that need them
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseHeaderSection } from '../src/mail/section.ts'
import { inspect } from '../src/policy/inspect.ts'
import { faultOf, loadSample, readCases, sampleFolder } from '../test/corpus/detection-sample.ts'
import type { SampleCase } from '../test/corpus/detection-sample.ts'
import { judgementContext } from '../src/policy/context.ts'
import type { JudgementContext } from '../src/policy/context.ts'

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const folder = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? sampleFolder
const now = Date.parse('2026-11-01T00:00:00Z')

/** Right of all; each by level. */
type Counts = Map<string, { right: number; all: number }>

function count(counts: Counts, key: string, right: boolean): void {
  const found = counts.get(key) ?? { right: 0, all: 0 }
  counts.set(key, found)
  found.all++
  if (right) found.right++
}

function share(counts: Counts, key: string): string {
  const found = counts.get(key)
  if (found === undefined) return '-'
  return `${found.right}/${found.all} (${((100 * found.right) / found.all).toFixed(1)} %)`
}

const columns = ['detect must', 'detect stretch', 'clean must', 'clean stretch', 'tier'] as const

function measure(title: string, cases: readonly SampleCase[], settingsOf: (one: SampleCase) => object): void {
  if (cases.length === 0) return
  const judges = new Map<string, JudgementContext>()
  const kinds = new Map<string, Counts>()
  const total: Counts = new Map()
  for (const one of cases) {
    const settings = settingsOf(one)
    const key = JSON.stringify(settings)
    let judge = judges.get(key)
    if (judge === undefined) {
      const { policy, lookup } = loadSample({ folder, ...settings })
      judges.set(key, (judge = judgementContext(policy, lookup)))
    }
    const octets = Buffer.from(one.from_raw_base64, 'base64')
    const { verdict } = inspect(parseHeaderSection(octets), judge, now)
    const fault = faultOf(one, verdict)
    const counts = kinds.get(one.category) ?? new Map<string, { right: number; all: number }>()
    kinds.set(one.category, counts)
    const told = verdict.state === 'detected' ? `${verdict.kind}, ${verdict.tier}` : verdict.state
    const line = `${one.id}\t${one.level}\t${JSON.stringify(one.shown ?? octets.toString().trim())}\t${told}\t${one.note}\n`
    if (fault !== null && options.includes('--list')) process.stdout.write(`  wrong (${fault})\t${line}`)
    if (one.level === 'debatable') continue
    for (const into of [counts, total]) count(into, `${one.expect} ${one.level}`, fault === null)
    if (one.tier === undefined || one.tier === null || verdict.state !== 'detected') continue
    for (const into of [counts, total]) count(into, 'tier', verdict.tier === one.tier)
    if (verdict.tier !== one.tier && options.includes('--list')) process.stdout.write(`  tier\t${line}`)
  }
  process.stdout.write(`\n| ${title} | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}\n`)
  for (const [kind, counts] of [...kinds].sort()) {
    process.stdout.write(`| ${kind} | ${columns.map((column) => share(counts, column)).join(' | ')} |\n`)
  }
  process.stdout.write(`| **all** | ${columns.map((column) => share(total, column)).join(' | ')} |\n`)
}

const second = existsSync(resolve(folder, 'directory2.json'))
measure('cases.jsonl', readCases('cases.jsonl', folder), () => ({}))
measure('kinds.jsonl', readCases('kinds.jsonl', folder), ({ needs }) => ({
  second,
  initials: needs === 'initials' || options.includes('--initials'),
  presets: needs === 'presets',
}))

/** Schema errors as faults with places and fixes. */

import type * as z from 'zod'
import type { ConfigFault } from '../errors.ts'
import { quote } from '../text.ts'
import { secretAccepts } from '../options/files.ts'
import { nearest } from '../policy/nearest.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

type Issue = z.core.$ZodIssue

/** More faults than anyone reads at once; a file with more is broken in one way, many times. */
const maxFaults = 100

/** Turns what zod found into faults: place, what stands there, what is accepted. */
export function faultsOf(source: YamlSource, data: unknown, issues: readonly Issue[]): ConfigFault[] {
  return issues.slice(0, maxFaults + 1).flatMap((issue) => faultsOfIssue(source, data, issue, []))
}

function faultsOfIssue(source: YamlSource, data: unknown, issue: Issue, above: KeyPath): ConfigFault[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const accepted = issue.message.split(', ')
    return issue.keys.map((key) => {
      const near = nearest(key, accepted)[0]
      const fix = near === undefined ? '' : `; fix: did you mean ${near}?`
      const message = `unknown key ${quote(key)}; accepted: ${issue.message}${fix}`
      return { ...source.placeOfKey([...path, key]), path: formatPath([...path, key]), message }
    })
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const meant = meantBranch(issue.errors)
    if (meant) return meant.flatMap((inner) => faultsOfIssue(source, data, inner, path))
  }
  if (issue.code === 'invalid_key') return issue.issues.flatMap((inner) => faultsOfIssue(source, data, inner, path))
  if (issue.code === 'custom' && issue.params?.elsewhere === true) return []
  return [faultAt(source, data, path, issue)]
}

/** The branch of a union that the operator meant: the one whose outermost shape fits what stands there. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fitting = branches.filter((issues) => !issues.some((i) => i.path.length === 0 && isMisfit(i)))
  const known = fitting.filter((issues) => !issues.some((i) => i.path.length === 0 && i.code === 'unrecognized_keys'))
  const meant = fitting.length === 1 ? fitting : known
  return meant.length === 1 ? (meant[0] ?? null) : null
}

function isMisfit(issue: Issue): boolean {
  if (issue.code === 'invalid_union') return meantBranch(issue.errors) === null
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}

function faultAt(source: YamlSource, data: unknown, path: KeyPath, issue: Issue): ConfigFault {
  const value = valueAt(data, path)
  const accepts = issue.message
  const problem = issue.code === 'custom' ? (issue.params as { problem?: string } | undefined)?.problem : undefined
  const found = problem === undefined || value === undefined ? [] : [problem]
  const message = [...found, whatStands(value, accepts, problem), `accepted: ${accepts}`, ...fixOf(value, issue)]
  return { ...source.placeOf(path), path: formatPath(path), message: message.filter((part) => part !== '').join('; ') }
}

function whatStands(value: unknown, accepts: string, problem: string | undefined): string {
  if (value === undefined) return 'this option is missing'
  if (value === null) return 'nothing stands here'
  if (accepts !== secretAccepts) return `here stands ${quote(value)}`
  if (problem !== undefined) return ''
  return typeof value === 'object' ? 'this is no reference to a secret' : 'a secret stands here (not shown)'
}

function fixOf(value: unknown, issue: Issue): string[] {
  if (typeof value === 'string' && issue.code === 'invalid_type' && issue.expected === 'array') {
    return [`fix: put it in brackets, [${quote(value)}]`]
  }
  if (typeof value === 'string' && issue.code === 'invalid_value') {
    const near = nearest(value, issue.values.map(String))[0]
    return near === undefined ? [] : [`fix: did you mean ${near}?`]
  }
  if (typeof value !== 'number' || issue.code !== 'invalid_type' || issue.expected !== 'string') return []
  return [/^a (?:duration|size)/.test(issue.message) ? 'fix: write the unit' : `fix: put it in quotes, "${value}"`]
}

/** The value at a path of plain data; undefined if it is not there. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  let here = data
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined
    here = (here as Record<PropertyKey, unknown>)[step]
  }
  return here
}

/** `smtp.listen[0]`, `people["jane.roe@corp.example"].names`. */
export function formatPath(path: KeyPath): string {
  let out = ''
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`
    else if (/^[\w-]+$/.test(String(step))) out += out === '' ? String(step) : `.${String(step)}`
    else out += `[${quote(String(step))}]`
  }
  return out
}

/** Sorted by place, doubles removed, and no more than anyone reads. */
export function tidy(faults: readonly ConfigFault[]): ConfigFault[] {
  const seen = new Set<string>()
  const sorted = [...faults]
    .filter((fault) => {
      const key = `${fault.file}\0${fault.line}\0${fault.column}\0${fault.path}\0${fault.message}`
      return seen.has(key) ? false : seen.add(key)
    })
    .sort((a, b) => Number(a.file > b.file) - Number(a.file < b.file) || a.line - b.line || a.column - b.column)
  const [kept, rest] = [sorted.slice(0, maxFaults), sorted[maxFaults]]
  return rest ? [...kept, { ...rest, path: '', message: 'more faults from here on are not shown' }] : kept
}

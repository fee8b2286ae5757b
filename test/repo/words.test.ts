import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { describeOptions } from '../../src/config/json-schema.ts'
import type { OptionSchema } from '../../src/config/json-schema.ts'
import { directorySources } from '../../src/directory/sources/registry.ts'
import { events as eventTable, metrics as metricTable } from '../../src/vocabulary.ts'
import { codeOf, documents, fencesOf, root } from './markdown.ts'

/** Options, events and metrics that the documents name are those of the code. */
const { namesake, protection } = describeOptions(directorySources)
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** What a schema says of one key, in each of its alternatives. */
function below(schema: OptionSchema, key: string): OptionSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.items ? [schema.items] : [])]
  const own = schema.properties?.[key] ?? (schema.additionalProperties || undefined)
  return [...(own === undefined ? [] : [own]), ...inner.flatMap((one) => below(one, key))]
}

function isOption(path: readonly string[], schemas: readonly OptionSchema[]): boolean {
  const [key, ...rest] = path
  if (key === undefined) return schemas.length > 0
  return isOption(
    rest,
    schemas.flatMap((schema) => below(schema, key)),
  )
}

/** Sections that a dotted name in code may begin with; `limits` is short for those of both entrances. */
const sections = ['smtp', 'milter', 'ops', 'log', 'names', 'requireAuthentication', 'fields', 'include']

t.test('options', async (t) => {
  for (const page of documents()) {
    for (const [, name = ''] of read(page).matchAll(/`([a-z][A-Za-z]*(?:\.[A-Za-z]+)+)(?:: [^`]*)?`/g)) {
      const path = name.split('.')
      if (!sections.includes(path[0] ?? '') || /\.(ts|md|yaml|log|cf)$/.test(name)) continue
      t.ok(isOption(path, [namesake, protection]), `${page}: ${name} is an option`)
    }
  }
})

/** Paths of all keys of a value; keys of maps that operators name are looked at as such by the schema. */
function* paths(value: unknown, at: readonly string[] = []): Generator<readonly string[]> {
  if (Array.isArray(value)) for (const item of value) yield* paths(item, at)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield [...at, key]
      yield* paths(inner, [...at, key])
    }
  }
}

t.test('YAML', async (t) => {
  const files = [namesake, protection].map((schema) => Object.keys(schema.properties ?? {}))
  for (const page of documents()) {
    for (const { language, text, line } of fencesOf(read(page))) {
      if (language !== 'yaml') continue
      const value = parse(text) as object | null
      const top = Object.keys(value ?? {})
      // Other programs' files (manifests, compose files) are held by their own tests.
      if (!files.some((keys) => top.every((key) => keys.includes(key)))) continue
      for (const path of paths(value)) {
        t.ok(isOption(path, [namesake, protection]), `${page}:${line}: ${path.join('.')} is an option`)
      }
    }
  }
})

t.test('events', async (t) => {
  const events = Object.keys(eventTable)
  for (const page of ['docs/operations.md', 'docs/troubleshooting.md', 'docs/errors.md', 'README.md']) {
    const text = read(page)
    for (const [, name] of text.matchAll(/"event":"([a-z-]+)"/g)) {
      t.ok(events.includes(name ?? ''), `${page}: ${name} is an event`)
    }
    // Names of two words that begin as some event does.
    const firsts = new Set(events.filter((name) => name.includes('-')).map((name) => name.split('-')[0]))
    for (const [, name = ''] of text.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)) {
      if (!firsts.has(name.split('-')[0])) continue
      const known = events.includes(name) || /^(store-(damaged|unusable)|provider-|judgement-failed)/.test(name)
      t.ok(known, `${page}: ${name} is an event`)
    }
  }
})

t.test('metrics', async (t) => {
  const metrics: string[] = Object.values(metricTable).map(({ name }) => name)
  for (const page of documents()) {
    for (const code of codeOf(read(page))) {
      for (const [name] of code.matchAll(/\bnamesake_[a-z_]+/g)) {
        const plain = name.replace(/_(bucket|sum|count)$/, '')
        t.ok(metrics.includes(name) || metrics.includes(plain), `${page}: ${name} is a metric`)
      }
    }
  }
})

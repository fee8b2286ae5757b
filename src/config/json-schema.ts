/** The options as JSON Schema. */

import * as z from 'zod'
import type { SourceOptions } from '../options/source.ts'
import { namesakeSchema } from './namesake-schema.ts'
import { protectionSchema } from './protection-schema.ts'

/** The part of JSON Schema (draft 2020-12) that describes the two files, and `accepts`: what an option takes, in words. */
export interface OptionSchema {
  readonly $schema?: string
  readonly title?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly accepts?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, OptionSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: OptionSchema | false
  readonly items?: OptionSchema
  readonly anyOf?: readonly OptionSchema[]
  readonly oneOf?: readonly OptionSchema[]
}

/** What may stand in both files, for the documentation. */
export function describeOptions(sources: readonly SourceOptions[]): {
  readonly namesake: OptionSchema
  readonly protection: OptionSchema
} {
  const around = { folder: '/', env: {}, credentials: false }
  const describe = (schema: z.ZodType): OptionSchema =>
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as OptionSchema
  return { namesake: describe(namesakeSchema(around, sources)), protection: describe(protectionSchema()) }
}

/** The same as a JSON Schema for editors: what is accepted stands in the description that they show. */
export function editorSchema(described: OptionSchema, title: string): OptionSchema {
  const { $schema, ...rest } = withHints(described) as OptionSchema
  return { ...($schema !== undefined && { $schema }), title, ...rest }
}

function withHints(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withHints)
  if (typeof value !== 'object' || value === null) return value
  const { accepts, description, ...rest } = value as Record<string, unknown>
  const out: Record<string, unknown> = {}
  if (typeof description === 'string' && description !== '') out.description = description
  if (typeof accepts === 'string') {
    const prose = typeof out.description === 'string' ? `${out.description} ` : ''
    out.description = `${prose}Accepted: ${accepts}.`
  }
  for (const [key, below] of Object.entries(rest)) out[key] = withHints(below)
  return out
}

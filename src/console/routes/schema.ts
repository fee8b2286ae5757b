/** A route's schema as JSON Schema, and schemas that several routes use. */

import * as z from 'zod'

/** JSON Schema (2020-12, as OpenAPI 3.1 has it) of what is sent (`input`) or answered (`output`). */
export function toSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

/** What an edit changes in a file, line by line. */
export const diffSchema = z.array(
  z.object({ sign: z.enum([' ', '+', '-']), number: z.number(), text: z.string() }),
) as z.ZodType<readonly { readonly sign: ' ' | '+' | '-'; readonly number: number; readonly text: string }[]>

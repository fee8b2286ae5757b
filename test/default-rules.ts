import { protectionSchema } from '../src/config/protection-schema.ts'
import type { ProtectionRules } from '../src/policy/rules.ts'

/** The rules of an empty protection file: its schema's own defaults. */
export const defaultRules: ProtectionRules = protectionSchema().parse({})

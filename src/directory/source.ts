/** A source of people: one folder in `sources/`, and one line in their registry. */

import type * as z from 'zod'
import type { OptionContext } from '../options/files.ts'
import type { DirectoryConfig, SourceOptions } from '../options/source.ts'
import type { Provider } from './provider.ts'

/** A source as everybody sees it: its options' types are its own affair. */
export interface DirectorySource extends SourceOptions {
  /** The way to the people that an entry means; nothing is asked or read yet. */
  readonly open: (entry: DirectoryConfig) => Provider
  /** Where it reads from, for people: a tenant, a path. */
  readonly placeOf: (entry: DirectoryConfig) => string
  /**
   * Whether an entry may have changed since a time (milliseconds since the epoch), where that is known without reading
   * it. Null: that can't be told.
   */
  readonly changedSince: ((entry: DirectoryConfig, time: number) => boolean) | null
}

/** A source whose settings are known, for what only it can do. */
export interface TypedSource<Settings> extends DirectorySource {
  /** The entry with its own options; null if it is of another type. */
  readonly settingsOf: (entry: DirectoryConfig) => (DirectoryConfig & Settings) | null
}

interface SourceOf<Shape extends z.ZodRawShape, Settings extends object> {
  readonly type: string
  readonly typeProse: string
  readonly prose: string
  readonly usualSync: string
  readonly signsIn: boolean
  readonly options: (around: OptionContext) => Shape
  readonly settings: (values: z.output<z.ZodObject<Shape>>, ctx: z.RefinementCtx) => Settings
  readonly faults?: SourceOptions['faults']
  readonly open: (entry: DirectoryConfig & Settings) => Provider
  readonly placeOf: (entry: DirectoryConfig & Settings) => string
  readonly changedSince?: (entry: DirectoryConfig & Settings, time: number) => boolean
}

/** A source, with the types of its options, settings and provider tied together. */
export function defineSource<Shape extends z.ZodRawShape, Settings extends object>(
  of: SourceOf<Shape, Settings>,
): TypedSource<Settings> {
  // An entry of this type was made by `settings`, so it has them.
  const own = (entry: DirectoryConfig): DirectoryConfig & Settings => entry as DirectoryConfig & Settings
  const { changedSince } = of
  return {
    ...of,
    faults: of.faults ?? (() => []),
    open: (entry) => of.open(own(entry)),
    placeOf: (entry) => of.placeOf(own(entry)),
    changedSince: changedSince === undefined ? null : (entry, time) => changedSince(own(entry), time),
    settingsOf: (entry) => (entry.type === of.type ? own(entry) : null),
  }
}

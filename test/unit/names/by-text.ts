import { KnownWords } from '../../../src/names/keys/known-words.ts'
import { queryKeys } from '../../../src/names/keys/query-keys.ts'
import type { QueryKey, QueryOptions } from '../../../src/names/keys/query-keys.ts'
import { storedKeys } from '../../../src/names/keys/stored-keys.ts'
import type { StoredKeys } from '../../../src/names/keys/stored-keys.ts'
import { matchName } from '../../../src/names/match/match.ts'
import type { MatchContext, NameMatch } from '../../../src/names/match/match.ts'
import { readPersonNames } from '../../../src/names/person/person-name.ts'
import type { PersonNames } from '../../../src/names/person/person-name.ts'
import type { NameTables } from '../../../src/names/tables/tables.ts'
import { readShown } from '../../../src/names/text/shown-name.ts'

/** Matches a text with a person's names, both as they are written. */
export function matchText(
  shown: string,
  names: PersonNames,
  tables: NameTables,
  context?: MatchContext,
): NameMatch | null {
  return matchName(readShown(shown), readPersonNames(names, tables), tables, context)
}

/** The keys that a text is looked up by. */
export function keysOfText(
  shown: string,
  tables: NameTables,
  options?: QueryOptions & Pick<MatchContext, 'tokenCount'>,
): readonly QueryKey[] {
  const tokenCount = options?.tokenCount
  const people = tokenCount && { tokenCount, mayBear: (token: string) => tokenCount(token) > 0 }
  return queryKeys(readShown(shown), new KnownWords(tables, people), options)
}

/** The keys that a person is stored under. */
export function keysOfPerson(names: PersonNames, tables: NameTables): StoredKeys {
  return storedKeys(readPersonNames(names, tables), tables)
}

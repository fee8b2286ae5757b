/** protection.yaml as a whole. */

import * as z from 'zod'
import type { NameAdditions } from '../names/tables/tables.ts'
import { presetNames } from '../policy/presets.ts'
import { actionNames } from '../vocabulary.ts'
import type { Action } from '../vocabulary.ts'
import type { PersonRule, ProtectEntry, ProtectionRules, TrustedSender } from '../policy/rules.ts'
import {
  choice,
  date,
  expressionOr,
  flag,
  isAddress,
  isDomain,
  list,
  optional,
  options,
  section,
  text,
} from '../options/fields.ts'
import type { Field } from '../options/fields.ts'

const person = 'an e-mail address or an object id'

/** protection.yaml as a whole: the operator's daily file. */
export function protectionSchema(): Field<ProtectionRules> {
  return options(
    {
      protect: list(protectEntry, 'Whose names are guarded.', 'maps with directory, groups, users, exclude').prefault(
        [],
      ),
      people: z
        .record(z.string(), personRule, { error: 'a map by e-mail address or object id' })
        .prefault({})
        .transform((map): PersonRule[] => Object.entries(map).map(([who, rule]) => ({ who, ...rule })))
        .meta({ description: 'Settings of single people, by one of their addresses or their object id.' }),
      trustedSenders: list(trustedSender, 'Senders that may carry protected names.', 'maps with from').prefault([]),
      actions: section({ certain: action('certain'), likely: action('likely') }, tiersProse),
      groupActions: z
        .record(z.string(), someActions, { error: 'a map by group name or object id' })
        .prefault({})
        .transform((map) => Object.entries(map).map(([group, of]) => ({ group, actions: of })))
        .meta({
          description:
            'Actions for the members of a group, by its name or object id. The strictest of several groups wins; a setting on the person wins over groups.',
        }),
      onUnchecked: choice(
        'What is done with a message that could not be judged: marked and relayed, or put off with 451.',
        ['tag', 'tempfail'],
        'tag',
      ),
      oversize: choice(
        'Whether a header section or From field over its limit is unchecked, or judged on the part within the limit.',
        ['unchecked', 'first-part'],
        'unchecked',
      ),
      authservIds: list(
        text('An authserv-id.', 'a name as it stands at the start of an Authentication-Results field'),
        'Servers of yours whose Authentication-Results fields are believed (RFC 8601). They must remove forged ones.',
        'names',
      ).prefault([]),
      requireAuthentication: section(
        {
          own: flag("Whether people's own addresses must have passed.", false),
          secondary: flag('Whether secondary addresses must have passed.', false),
        },
        'Whether an own address counts only with dmarc=pass or an aligned dkim=pass from one of authservIds.',
      ),
      fields: section(
        {
          sender: flag('Whether the Sender field is read.', true),
          replyTo: flag('Whether the Reply-To field is read.', true),
        },
        'Which fields besides From are read. Only a protected name in them counts; a differing address never does.',
      ),
      initials: flag('Whether J. Roe counts as Jane Roe. Many people share initials: expect false alarms.', false),
      presets: list(
        z.enum(presetNames, { error: presetNames.join(', ') }),
        'Presets of well-known services that write in people’s names. A message that one of them really sent counts as likely at most.',
        'names of presets',
      ).prefault([]),
      names: nameAdditions,
    },
    'Who is protected, and what is done about a detection.',
  )
}

const tiersProse =
  'What is done about a detection, by tier: monitor (log and count), tag (add fields), quarantine (milter only), reject.'

function action(tier: string): Field<Action> {
  return choice(`What is done about a match of tier ${tier}.`, actionNames, 'tag')
}

const someActions: Field<Partial<Record<'certain' | 'likely', Action>>> = options(
  {
    certain: z
      .enum(actionNames, { error: actionNames.join(', ') })
      .optional()
      .meta({ description: 'For tier certain.' }),
    likely: z
      .enum(actionNames, { error: actionNames.join(', ') })
      .optional()
      .meta({ description: 'For tier likely.' }),
  },
  tiersProse,
).transform(({ certain, likely }) => ({ ...(certain && { certain }), ...(likely && { likely }) }))

const protectEntry: Field<ProtectEntry> = options(
  {
    directory: text('Name of a directory of namesake.yaml.', 'the name of a directory'),
    groups: list(
      text('A group.', 'a group name or object id'),
      'Groups whose members are guarded, nested ones too.',
      'group names or object ids',
    ).prefault([]),
    users: list(text('A person.', person), 'Single people.', 'addresses or object ids').prefault([]),
    exclude: list(
      text('A person.', person),
      'People left out although a group holds them.',
      'addresses or object ids',
    ).prefault([]),
  },
  'Groups and people of one directory.',
)

const personRule: Field<Omit<PersonRule, 'who'>> = options(
  {
    secondaryEmails: list(
      expressionOr(
        isAddress,
        'An address, or a /regular expression/ over the whole address in lower case.',
        'an e-mail address',
      ),
      'Further addresses of this person, which the directory does not know.',
      'addresses or /regular expressions/',
    ).prefault([]),
    names: list(text('A spelling.', 'a name'), 'Further spellings of the name to guard.', 'names').prefault([]),
    actions: someActions.prefault({}),
  },
  'Settings of one person.',
)

const isSender = (value: string): boolean =>
  isAddress(value) || (isDomain(value.replace(/^@/, '')) && value.includes('.'))

const trustedSender: Field<TrustedSender> = options(
  {
    from: expressionOr(
      isSender,
      'Who: an address, a domain (@corp.example or corp.example), or a /regular expression/ over the whole address in lower case.',
      'an address or a domain',
    ),
    names: list(
      text('A person.', 'a name or an address'),
      'People whose names it may carry, by name or address. None: all.',
      'names or addresses',
    ).prefault([]),
    requireAuthentication: flag(
      'Whether it must have passed dmarc or an aligned dkim, as one of authservIds says.',
      false,
    ),
    note: z
      .string({ error: 'a note' })
      .prefault('')
      .meta({ description: 'Why it is trusted, for whoever reads this next.', accepts: 'a note' }),
    until: optional(date('Last day on which it holds (UTC). Left out: for ever.')),
  },
  'A sender that may carry protected names.',
)

const words = (prose: string, accepts: string): Field<string[]> => list(text('', accepts), prose, accepts).prefault([])

const nameAdditions: Field<NameAdditions> = section(
  {
    titles: words('Titles to leave out of names, such as Dipl.-Ing.', 'titles'),
    roles: words('Roles and departments, such as Purchasing.', 'roles'),
    companies: words('Names of your companies and brands, as people put them behind their names.', 'names'),
    nicknames: list(
      list(text('', 'a given name'), 'Forms of one given name.', 'given names').min(2, {
        error: 'at least two given names',
      }),
      'Given names that stand for one another, a list each, such as [Margaret, Peggy].',
      'lists of given names',
    ).prefault([]),
  },
  'Additions to the built-in tables of titles, roles, companies and nicknames.',
)

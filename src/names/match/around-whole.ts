/** What stands around a name of one word, or around a role. */

import { classes, decoration } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'
import { notesOn } from './around.ts'
import { articles, caseOf, classesOf } from './beside.ts'

/** Words behind the name of a shared mailbox that mean those who work there. */
const staffWords: ReadonlySet<string> = new Set(
  'team department dept group unit desk office noreply donotreply mailbox inbox bot'.split(' '),
)
/** What mail of a shared mailbox is about, beyond the notes of any mail. */
const topics: ReadonlySet<string> = new Set(
  `update updates alert alerts notice notices ticket tickets password passwords slip slips reset verification survey case cases order orders approval approvals confirmation advice memo training timesheet timesheets schedule rota report
  reports trade trades itinerary itineraries expense expenses rota rotas visa visas run cycle query queries helpline hotline escalation escalations automation robot system renewal expiry quarantine voicemail fax scan scans form forms release shift shifts log logs review summary`
    .trim()
    .split(/\s+/),
)
/** English words for what is done: Confirmations, Bookings, Onboarding; no company is called by one alone. */
const abstractNoun = /^.{3,}(?:tions?|sions?|ments?|ings?|ances?|ences?|ities|ity|als)$/

/** Countries, regions and cities that branches are called by. */
const places: ReadonlySet<string> = new Set(
  `uk gb us usa eu emea apac latam dach nordics benelux europe european asia africa america americas international global north south east west northern southern eastern western central
  england scotland wales ireland britain germany deutschland france italy italia spain espana portugal netherlands nederland belgium belgie belgique austria osterreich switzerland schweiz
  suisse denmark danmark sweden sverige norway norge finland suomi iceland poland polska czechia czech slovakia slovenia croatia hungary romania bulgaria greece cyprus malta estonia latvia
  lithuania turkey turkiye russia ukraine israel uae dubai qatar egypt india china japan korea vietnam thailand indonesia malaysia singapore philippines australia zealand canada mexico brazil
  brasil argentina chile colombia peru london manchester birmingham edinburgh glasgow dublin paris lyon berlin munich munchen hamburg frankfurt koln cologne stuttgart dusseldorf vienna wien
  zurich geneva geneve basel bern milan milano rome roma turin torino madrid barcelona valencia lisbon lisboa porto amsterdam rotterdam utrecht brussels bruxelles brussel antwerp antwerpen
  copenhagen kobenhavn stockholm goteborg oslo bergen helsinki warsaw warszawa krakow prague praha brno bratislava budapest bucharest sofia athens istanbul ankara moscow kyiv kiev york boston
  chicago houston dallas atlanta seattle denver toronto montreal vancouver sydney melbourne tokyo osaka seoul beijing shanghai shenzhen hongkong delhi mumbai bangalore jakarta bangkok hanoi`
    .trim()
    .split(/\s+/),
)

const besideRole = decoration | classes.speech | classes.generic | classes.unnamed | classes.companion
const leadsToRole = classes.title | classes.company | classes.from | classes.speech
const behindRole = classes.suffix | classes.company | classes.note | classes.department | classes.role

/**
 * What `judgeOutside` is for names of one word and roles: only known decoration, set off by a mark, leaves one word what it is. Beside a role of
 * several words also the own company with its form (Meridian Ltd Accounts Payable), a sentence, and behind it what its mail is about.
 */
export function judgeOutsideWhole(
  tokens: readonly Token[],
  start: number,
  end: number,
  tables: NameTables,
): string[] | null {
  if (tokens[end - 1]?.possessive === true) return null
  const bits = tokens.map((token) => classesOf(token, tables))
  const isRole = end - start > 1
  const isOwn = isRole && bits.some((bit, i) => (i < start || i >= end) && (bit & classes.company) !== 0)
  const isGivenName = ({ base }: Token): boolean =>
    tables.nicknames.classesOf(base).length > 0 || tables.variants.setsOf(base, 'given').length > 0
  const whole: Whole = { tokens, bits, start, end, isRole, isOwn, isGivenName }
  return isFreeBefore(whole) && isFreeBehind(whole) ? notesOn(tokens, start, end) : null
}

/** A name of one word, or a role of several, among the words of a text. */
interface Whole {
  readonly tokens: readonly Token[]
  /** Bits of `classes` of each word. */
  readonly bits: readonly number[]
  readonly start: number
  readonly end: number
  readonly isRole: boolean
  /** The own company is named beside a role. */
  readonly isOwn: boolean
  readonly isGivenName: (token: Token) => boolean
}

function isBesideWhole({ tokens, bits, isRole, isOwn, isGivenName, end }: Whole, at: number): boolean {
  const token = tokens[at]
  const bit = bits[at] ?? 0
  if (token === undefined || token.numeric || (bit & decoration) !== 0) return true
  if (!isRole) return false
  if (staffWords.has(token.base) || articles.has(token.base)) return true
  // Accounts Payable (Anna)
  if (at === end && token.gap >= gaps.bracket && isGivenName(token)) return true
  if ((bit & besideRole) !== 0 && (bit & classes.organisation) === 0) return true
  if (at >= end && tellsMore(token, bit, at === end)) return true
  // Meridian Ltd, at Meridian, meridian.example.
  if (isOwn && token.gap === gaps.dot && ((bits[at - 1] ?? 0) & classes.company) !== 0) return true
  return isOwn && (bit & (classes.organisation | classes.via | classes.from | classes.particle)) !== 0
}

/** Payroll Office London, Payroll Office Update, Payroll Office: salary slip. */
function tellsMore(token: Token, bit: number, isFirst: boolean): boolean {
  if (places.has(token.base) || topics.has(token.base)) return true
  if (bit === 0 && token.script === 'latin' && abstractNoun.test(token.base)) return true
  if (!/^\p{Ll}{3,}$/u.test(token.raw)) return false
  return isFirst ? token.gap >= gaps.comma && bit === 0 : (bit & classes.organisation) === 0
}

function isFreeBefore(whole: Whole): boolean {
  const { tokens, bits, start, isRole, isOwn } = whole
  for (let i = 0; i < start; i++) if (!isBesideWhole(whole, i)) return false
  const last = tokens[start - 1]
  if (last === undefined || (tokens[start]?.gap ?? 0) >= gaps.comma) return true
  const bit = bits[start - 1] ?? 0
  if ((bit & (classes.title | classes.company)) !== 0) return true
  if (!isRole) return false
  if ((bit & leadsToRole) !== 0 || articles.has(last.base)) return true
  return isOwn && (bit & (classes.organisation | classes.role)) !== classes.role
}

function isFreeBehind(whole: Whole): boolean {
  const { tokens, bits, end, isRole, isOwn } = whole
  const first = tokens[end]
  if (first === undefined) return true
  const bit = bits[end] ?? 0
  // Accounts Payable Team: who are meant by the name, and no other mailbox.
  const isSentence =
    (bit & classes.speech) !== 0 && (caseOf(first.raw) === 'lower' || ((bits[end + 1] ?? 0) & classes.speech) !== 0)
  const isStaff =
    staffWords.has(first.base) ||
    places.has(first.base) ||
    topics.has(first.base) ||
    (bit === 0 && abstractNoun.test(first.base))
  const follows = isRole && (first.numeric || isStaff || isSentence || (bit & behindRole) !== 0 || isOwn)
  if (first.gap < gaps.comma && (bit & (classes.suffix | classes.company)) === 0 && !follows) return false
  for (let i = end; i < tokens.length; i++) if (!isBesideWhole(whole, i)) return false
  return true
}

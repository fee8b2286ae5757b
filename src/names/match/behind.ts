/** What stands behind a name. */

import { classes, decoration, isParticle } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'
import { isJoining, minTelling } from './before.ts'
import { caseOf, classesOf, isDecoration, isOneLetter, isPlainWord, isSpaceless, isSpeech } from './beside.ts'
import type { Surroundings } from './beside.ts'

/** Whether what stands behind a name that ends before word `end` leaves it the person's. */
export function isFreeBehind(around: Surroundings, end: number): boolean {
  const { tokens, tables } = around
  const named = tokens[end - 1]
  let inRole = false
  for (let i = end; i < tokens.length; i++) {
    const token = tokens[i]
    if (token === undefined || token.gap >= gaps.bracket) return true
    const letters = lettersOf(around, i, end)
    if (letters > 0) {
      i += letters - 1
      continue
    }
    const bits = classesOf(token, tables)
    if (token.gap === gaps.comma) return !isOrganisation(around, i)
    if (token.gap <= gaps.dot && isJoining(token, tables)) {
      if (beginsSentence(around, i)) return true
      if (i === end) return namesFollow(around, i + 1)
      continue
    }
    // Behind a role any word is its field or its company: CFO Finance, CEO Acme.
    const followsOn = inRole || (bits & classes.via) !== 0 || isSpeech(around, token)
    if (followsOn && token.gap <= gaps.dot) return !isCampaign(around, i) && !continuesName(around, i)
    if (isOrganisationWord(bits)) {
      if (leadsToPost(around, i)) continue
      return false
    }
    if (!isDecoration(around, i, 'right')) return endsName(around, i, named)
    // President is a surname as well, but not before a small word: Président du directoire.
    const isPost = !tables.isName(token.base) || isSmallWord(tokens[i + 1])
    inRole = (bits & (classes.role | classes.company)) !== 0 && isPost
  }
  return true
}

/** A word in small letters of two and more. */
function isSmallWord(token: Token | undefined): boolean {
  return token !== undefined && token.gap === gaps.space && /^\p{Ll}{2,}$/u.test(token.raw)
}

/** Of organisations, and neither the own company's nor a degree. */
function isOrganisationWord(bits: number): boolean {
  return (bits & classes.organisation) !== 0 && (bits & (classes.company | classes.suffix)) === 0
}

/** Company Secretary, Group CFO, UAB Meridian: a word of organisations right before a post, or before the own company, is of it. */
function leadsToPost({ tokens, tables }: Surroundings, at: number): boolean {
  const next = tokens[at + 1]
  if (next === undefined || next.gap > gaps.dot) return false
  const bits = classesOf(next, tables)
  if ((bits & classes.company) !== 0) return true
  return (
    (bits & classes.role) !== 0 && (bits & (classes.organisation | classes.particle)) === 0 && !tables.isName(next.base)
  )
}

/** How many words at a place are letters that belong to the name: its second surname's initial, a degree. */
function lettersOf(around: Surroundings, at: number, end: number): number {
  const token = around.tokens[at]
  if (token === undefined || !isOneLetter(token)) return 0
  if (at === end && isOwnSurnameInitial(around, token, around.tokens[end - 1])) return 1
  return isDegree(around, at) ? 2 : 0
}

/** Gonzalo Quintana F. for Quintana Ferrer: the second surname's initial. */
function isOwnSurnameInitial({ form }: Surroundings, token: Token, named: Token | undefined): boolean {
  if (named === undefined || token.gap > gaps.dot) return false
  return (
    form.surname[0]?.word.base.startsWith(named.base + token.base) === true &&
    form.surname[0].word.base.length > named.base.length + 2
  )
}

/** S.Kom., B.Tech: a letter with its dot and the rest of a degree. */
function isDegree({ tokens, tables }: Surroundings, at: number): boolean {
  const [token, next] = [tokens[at], tokens[at + 1]]
  if (token === undefined || next === undefined || !token.dotted || next.gap !== gaps.dot) return false
  return (classesOf(next, tables) & classes.suffix) !== 0
}

/** Whether words behind a name that no table knows are no more of it. */
function endsName(around: Surroundings, at: number, named: Token | undefined): boolean {
  return isSentence(around, at, named) || isRoleInFull(around, at, named)
}

/** Whether a word that no table knows begins a sentence: it is written small, or words of a sentence follow. */
function isSentence(around: Surroundings, at: number, named: Token | undefined): boolean {
  const { tokens, tables, isName } = around
  const token = tokens[at]
  if (token === undefined || token.gap !== gaps.space || !/^[\p{L}\p{M}]+$/u.test(token.raw)) return false
  // A name of such a script is one word or two; a further one is no part of it: 李建国 急事.
  if (isSpaceless(token) && named !== undefined && isSpaceless(named)) {
    return !isName(token.base) && !endsWithOrganisation(token, tables)
  }
  const isPlain = isPlainWord(around, token, named)
  // Jane Roe old address: a second word in small letters after one that may be a name; bonus letter: what is written small behind a
  // word of another kind.
  const second = tokens[at + 1]
  if (isPlain && (tokens[at - 1] !== named || (second !== undefined && isSmall(around, second, named)))) return true
  if (isName(token.base) && (classesOf(token, tables) & classes.speech) === 0) return false
  if (isPlain) return true
  for (const next of tokens.slice(at + 1)) {
    const bits = classesOf(next, tables)
    if (next.gap > gaps.dot || (bits & classes.organisation) !== 0) return false
    // A preposition alone makes no sentence: Jean-Michel Perraud at work.
    if (isSpeech(around, next) && (bits & (classes.via | classes.from | classes.particle)) === 0) return true
  }
  return false
}

/** What shops, schools and other places end with in Chinese, Japanese and Korean: 花店, 音乐教室, 치과의원. Base forms are simplified. */
const eastAsianPlace = /(?:[店院所社堂馆厂坊屋园庄塾校寺团城楼吧网报]|教室|점|집|원|방|회사|식당|카페|교회)$/u

/** 天成律师事务所: of words without blanks the last says what they are. */
function endsWithOrganisation({ base }: Token, tables: NameTables): boolean {
  for (let at = 0; at + 1 < base.length; at++)
    if ((tables.classOf(base.slice(at)) & classes.organisation) !== 0) return true
  return eastAsianPlace.test(base)
}

/**
 * Whether words that no table knows are a post or a department with others: one of them is a role (Pirkimų vadovas), or is written small
 * behind a word in capitals that nobody bears (Ljudski resursi), as no surname is.
 */
function isRoleInFull(around: Surroundings, at: number, named: Token | undefined): boolean {
  const { tokens, tables, isName } = around
  let explained = false
  for (const [i, token] of tokens.slice(at).entries()) {
    if (token.gap >= gaps.comma) break
    if (!/^[\p{L}\p{M}]+$/u.test(token.raw) || token.joins || token.possessive) return false
    const bits = classesOf(token, tables)
    if ((bits & classes.organisation) !== 0) return false
    if ((bits & (classes.role | classes.department)) !== 0) explained ||= i > 0 && token.base.length >= minTelling
    else if (isName(token.base) || tables.isBorne(token.base)) return false
    else if (i > 0 && token.base.length >= minTelling) explained ||= isPlainWord(around, token, named)
  }
  return explained
}

/** A word in small letters that is of a sentence, or that is no name beside one in capitals. */
function isSmall(around: Surroundings, token: Token, named: Token | undefined): boolean {
  return isPlainWord(around, token, named) || (caseOf(token.raw) === 'lower' && isSpeech(around, token))
}

/** Whether what stands behind a comma makes an organisation of the whole (Jane Roe, Inc.), and not where somebody works (SIA Meridian). */
function isOrganisation({ tokens, tables }: Surroundings, at: number): boolean {
  const bits = tokens.slice(at).map((token) => classesOf(token, tables))
  if (((bits[0] ?? 0) & classes.organisation) === 0 || ((bits[0] ?? 0) & decoration) !== 0) return false
  return !bits.some((bit) => (bit & classes.company) !== 0)
}

/** Jane Roe for Mayor: what people stand for is an organisation of many. */
function isCampaign({ tokens, tables }: Surroundings, at: number): boolean {
  const next = tokens[at + 1]
  if (tokens[at]?.base !== 'for' || next === undefined || caseOf(next.raw) !== 'title') return false
  const bits = classesOf(next, tables)
  return bits === 0 || (bits & (classes.role | classes.title | classes.organisation)) !== 0
}

/** Inês Carvalho de Sousa: a particle in small letters behind the name, and a word that no table has, are more of a surname. */
function continuesName({ tokens, tables }: Surroundings, at: number): boolean {
  let i = at
  while (tokens[i]?.gap === gaps.space && caseOf(tokens[i]?.raw ?? '') === 'lower' && isParticle(tokens[i], tables)) i++
  const word = tokens[i]
  if (i === at || word === undefined || word.gap > gaps.joined || caseOf(word.raw) !== 'title') return false
  return tables.isName(word.base) || (classesOf(word, tables) === 0 && tables.isBorne(word.base))
}

/** Whether a word that may be an "and" means another thing, as a word of a sentence follows: en réunion, è disponibile. */
function beginsSentence(around: Surroundings, at: number): boolean {
  const next = around.tokens[at + 1]
  return around.tokens[at]?.joins === false && next !== undefined && isSpeech(around, next)
}

/** Jane Roe and John Doe: two people, of whom one is meant; & Team is hers. Jane Roe & Associates is neither. */
function namesFollow(around: Surroundings, from: number): boolean {
  const { tokens, tables } = around
  const next = tokens.slice(from)
  const [first, ...others] = next
  if (first !== undefined && (tables.classOf(first.base) & classes.companion) !== 0) {
    return others.every((t, i) => isDecoration(around, from + 1 + i, 'right') || t.gap >= gaps.bracket)
  }
  if (next.length === 0 || next.some((t) => (tables.classOf(t.base) & classes.organisation) !== 0)) return false
  return next.some((t) => tables.isName(t.base))
}

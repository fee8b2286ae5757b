/** "Is this really them?" For an address that carried a protected name: what to do if the answer is yes. */

import { jsonLine } from '../../text.ts'
import type { NamedPerson, Sender } from './tally.ts'

interface Advice {
  readonly question: string
  /** A command line to paste, where the address may stand in one as it is. */
  readonly command: string | null
  /** Lines of an entry to paste into the protection file below `trustedSenders:`. */
  readonly entry: readonly string[]
}

export interface AdviceContext {
  /** How a person is called in commands: an address or the object id. */
  readonly who: (person: NamedPerson) => string
  /** Path of the configuration, if it is not the default one. */
  readonly config: string | null
  /** Whether the policy believes any Authentication-Results. */
  readonly authenticates: boolean
}

/** Addresses that may stand in a command line or in YAML as they are: a hostile one must not become a command. */
const harmless = /^(?:[A-Za-z0-9][A-Za-z0-9._+=-]{0,63})?@[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/
const harmlessWord = /^[A-Za-z0-9][A-Za-z0-9._+@-]{0,254}$/

/** More names than these are not written out: the entry holds for all. */
const namesWritten = 5

export function adviceFor(sender: Sender, context: AdviceContext): Advice {
  const { address, people } = sender
  if (address === '') {
    return { question: 'The From field holds no address: no honest program sends so.', command: null, entry: [] }
  }
  const [person] = people
  if (person === undefined || !harmless.test(address)) {
    const question = 'Is this really them? The address is not safe to paste: write it into the protection file by hand.'
    return { question, command: null, entry: [] }
  }
  const entry = entryFor(sender, context)
  if (people.length > 1) {
    const names = people.length === 20 ? '20 or more' : String(people.length)
    const question = `Is this a service of yours that writes in the names of ${names} people? Then trust it:`
    return { question, command: null, entry }
  }
  const who = context.who(person)
  const config = context.config === null ? '' : ` --config ${quoted(context.config)}`
  const command = harmlessWord.test(who) ? `namesake secondary add ${who} ${address}${config}` : null
  return { question: 'Is this really them? Then make the address one of theirs:', command, entry }
}

function entryFor({ address, people }: Sender, { authenticates }: AdviceContext): string[] {
  const lines = [`- from: ${jsonLine(address)}`]
  if (people.length <= namesWritten) lines.push(`  names: [${people.map(({ name }) => jsonLine(name)).join(', ')}]`)
  // Without it anybody who writes this address into From is let through.
  if (authenticates) lines.push('  requireAuthentication: true')
  lines.push('  note: "found by namesake check"')
  if (!authenticates) lines.push('  # name your server in authservIds, then add requireAuthentication: true')
  return lines
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  return /^[A-Za-z0-9./_][A-Za-z0-9._/+-]*$/.test(path) ? path : `'${path.replace(/'/g, "'\\''")}'`
}

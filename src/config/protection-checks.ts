/** Rules that take several options of protection.yaml together, or both files. */

import { canonicalAddress } from '../mail/address.ts'
import { Checks, isMap, items } from './checks.ts'
import type { ConfigFaults } from './checks.ts'
import { valueAt } from './faults.ts'
import { quote } from '../text.ts'
import { isAddress } from '../options/fields.ts'
import { nearest } from '../policy/nearest.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

/** Checks across the protection file, and between it and the daemon's configuration. */
export function checkProtection(source: YamlSource, data: unknown, namesake: unknown, now: Date): ConfigFaults {
  const checks = new Checks(source)
  if (!isMap(data)) return checks
  const directories = items(valueAt(namesake, ['directories'])).flatMap((d) =>
    isMap(d) && typeof d.name === 'string' ? [d.name] : [],
  )
  items(data.protect).forEach((entry, index) => {
    const name = valueAt(entry, ['directory'])
    if (typeof name !== 'string' || directories.length === 0 || directories.includes(name)) return
    const near = nearest(name, directories)[0]
    const fix = near === undefined ? '' : `; fix: did you mean ${quote(near)}?`
    const accepted = [...new Set(directories)].map((d) => quote(d)).join(', ')
    checks.fault(['protect', index, 'directory'], `no directory is named ${quote(name)}; accepted: ${accepted}${fix}`)
  })
  checkProtectedUsers(checks, data)
  checkPeople(checks, data)
  checkTrustedSenders(checks, data, now)
  checkQuarantine(checks, data, namesake)
  return checks
}

/** What holds an @ is meant as an address, not as an object id. */
function checkProtectedUsers(checks: Checks, data: Record<string, unknown>): void {
  items(data.protect).forEach((entry, index) => {
    if (!isMap(entry)) return
    for (const key of ['users', 'exclude']) {
      items(entry[key]).forEach((who, i) => {
        if (typeof who !== 'string' || !who.includes('@') || isAddress(who)) return
        checks.fault(
          ['protect', index, key, i],
          `here stands ${quote(who)}; accepted: an e-mail address or an object id`,
        )
      })
    }
  })
}

function checkPeople(checks: Checks, data: Record<string, unknown>): void {
  const seen = new Map<string, string>()
  for (const who of Object.keys(isMap(data.people) ? data.people : {})) {
    const at = ['people', who]
    if (!who.includes('@')) continue
    if (!isAddress(who)) {
      checks.faultAtKey(at, `here stands ${quote(who)}; accepted: an e-mail address or an object id`)
      continue
    }
    const canonical = canonicalAddress(who)
    const before = seen.get(canonical)
    if (before !== undefined) {
      checks.faultAtKey(at, `${quote(who)} is the address of ${quote(before)} above; fix: put both entries into one`)
    }
    seen.set(canonical, who)
  }
}

function checkTrustedSenders(checks: Checks, data: Record<string, unknown>, now: Date): void {
  const today = now.toISOString().slice(0, 10)
  const believed = items(data.authservIds).length > 0
  items(data.trustedSenders).forEach((entry, index) => {
    if (!isMap(entry)) return
    const at = ['trustedSenders', index]
    if (typeof entry.until === 'string' && entry.until < today) {
      checks.warn(
        [...at, 'until'],
        `this entry held until ${entry.until} and no longer does; fix: remove it or set a later day`,
      )
    }
    if (entry.requireAuthentication === true && !believed) {
      checks.warn(
        [...at, 'requireAuthentication'],
        'this entry never holds, as authservIds names no server; fix: add authservIds',
      )
    }
  })
  for (const key of ['own', 'secondary']) {
    if (valueAt(data, ['requireAuthentication', key]) === true && !believed) {
      const message =
        'no address can pass, as authservIds names no server; accepted: false; fix: add authservIds, or set this to false'
      checks.fault(['requireAuthentication', key], message)
    }
  }
}

/** Only a milter can quarantine (SMFIR_QUARANTINE); a proxy has nowhere to put a message aside. */
function checkQuarantine(checks: Checks, data: Record<string, unknown>, namesake: unknown): void {
  if (!isMap(valueAt(namesake, ['smtp']))) return
  const look = (value: unknown, path: KeyPath): void => {
    for (const tier of ['certain', 'likely']) {
      if (valueAt(value, [tier]) === 'quarantine') {
        checks.warn(
          [...path, tier],
          'quarantine works at milter listeners alone; messages through the SMTP proxy are tagged',
        )
      }
    }
  }
  look(data.actions, ['actions'])
  for (const key of ['groupActions', 'people']) {
    for (const [name, value] of Object.entries(isMap(data[key]) ? data[key] : {})) {
      if (key === 'people') look(valueAt(value, ['actions']), [key, name, 'actions'])
      else look(value, [key, name])
    }
  }
}

import type { Store } from '../../src/directory/store/store.ts'
import type { Tenant } from './emulator/tenant.ts'

/** People and groups in a form that can be compared: sorted, plain. */
export interface Picture {
  readonly people: Record<
    string,
    { name: string; given: unknown; surname: unknown; addresses: string[]; groups: string[] }
  >
  readonly groups: Record<string, { name: string; members: string[] }>
}

export interface Rules {
  readonly guests: boolean
  readonly disabled: boolean
}

/** What a store has to hold of a tenant, worked out from the tenant alone and in the plainest way. */
export function wanted(tenant: Tenant, rules: Rules = { guests: false, disabled: true }): Picture {
  const picture: Picture = { people: {}, groups: {} }
  const counts = (id: string): boolean =>
    tenant.users.get(id)?.state === 'live' &&
    (tenant.prop(id, 'userType') !== 'Guest' || rules.guests) &&
    (tenant.prop(id, 'accountEnabled') !== false || rules.disabled) &&
    text(tenant.prop(id, 'displayName')) !== ''
  for (const id of tenant.users.keys()) {
    if (!counts(id)) continue
    const addresses = [tenant.prop(id, 'mail'), tenant.prop(id, 'userPrincipalName')]
    for (const proxy of (tenant.prop(id, 'proxyAddresses') ?? []) as string[]) {
      if (proxy.toLowerCase().startsWith('smtp:')) addresses.push(proxy.slice(5))
    }
    const own = addresses.filter((address) => typeof address === 'string' && !address.includes('#EXT#')) as string[]
    picture.people[id] = {
      name: text(tenant.prop(id, 'displayName')),
      given: tenant.prop(id, 'givenName'),
      surname: tenant.prop(id, 'surname'),
      addresses: [...new Set(own.map((address) => address.toLowerCase()))].sort(),
      groups: [],
    }
  }
  for (const [id, { state }] of tenant.groups) {
    if (state !== 'live') continue
    const members = [...tenant.resolved(id)].filter(counts).sort()
    picture.groups[id] = { name: text(tenant.prop(id, 'displayName')), members }
    for (const member of members) picture.people[member]?.groups.push(id)
  }
  for (const person of Object.values(picture.people)) person.groups.sort()
  return picture
}

/** What a store holds of a directory. */
export function held(store: Store, directory = 'Office 365'): Picture {
  const snapshot = store.snapshot()
  const picture: Picture = { people: {}, groups: {} }
  for (const person of snapshot.people(directory)) {
    picture.people[person.id] = {
      name: person.displayName,
      given: person.givenName,
      surname: person.surname,
      addresses: [...person.addresses].sort(),
      groups: [...person.groups].sort(),
    }
  }
  for (const group of snapshot.groups(directory)) {
    picture.groups[group.id] = { name: group.displayName, members: [...group.members].sort() }
  }
  return picture
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What `config/` hands to the provider: plain data, and functions that give the secrets when they are needed. */
export interface Office365Settings {
  /** The directory's name as in namesake.yaml. */
  readonly name: string
  /** Tenant: its id, or one of its domains. */
  readonly tenant: string
  /** Application (client) id of the app registration. */
  readonly clientId: string
  readonly credential: Credential
  readonly cloud: Cloud | Endpoints
  /** Which accounts count as people besides enabled members. */
  readonly include: { readonly guests: boolean; readonly disabled: boolean }
  /** Whether `otherMails`, which people can set themselves, count as own addresses. */
  readonly trustOtherMails: boolean
}

/** How the app proves who it is. Functions are called for each new token, so a renewed file is seen. */
export type Credential =
  | { readonly kind: 'certificate'; readonly key: () => string; readonly certificate: () => string }
  | { readonly kind: 'secret'; readonly secret: () => string }
  | { readonly kind: 'federated'; readonly assertion: () => string }
  | { readonly kind: 'managed-identity'; readonly clientId: string | null }

export type Cloud = 'global' | 'usgov' | 'usgov-dod' | 'china'

/** Addresses of a cloud of its own, or of a test's. */
export interface Endpoints {
  /** `https://host/tenant`; without a path the tenant is appended. */
  readonly authority: string
  /** `https://host`, without the version. */
  readonly graph: string
  /** Scope of the token; by default `<graph>/.default`. */
  readonly scope?: string
}

/** Source: learn.microsoft.com/graph/deployments. */
const clouds: Readonly<Record<Cloud, { readonly login: string; readonly graph: string }>> = {
  global: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com' },
  usgov: { login: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us' },
  'usgov-dod': { login: 'https://login.microsoftonline.us', graph: 'https://dod-graph.microsoft.us' },
  china: { login: 'https://login.chinacloudapi.cn', graph: 'https://microsoftgraph.chinacloudapi.cn' },
}

/** Where a directory's requests go. */
export interface Addresses {
  /** `https://host/tenant`, without a slash at the end. */
  readonly authority: string
  /** Host with port, as msal wants it among `knownAuthorities`. */
  readonly authorityHost: string
  /** Origin of Graph: `https://host[:port]`. */
  readonly graph: string
  readonly scope: string
}

/** The addresses of a directory's cloud. Throws a TypeError if an own address is not an https URL. */
export function addressesOf(settings: Pick<Office365Settings, 'cloud' | 'tenant'>): Addresses {
  const tenant = encodeURIComponent(settings.tenant)
  if (typeof settings.cloud === 'string') {
    const { login, graph } = clouds[settings.cloud]
    return {
      authority: `${login}/${tenant}`,
      authorityHost: new URL(login).host,
      graph,
      scope: `${graph}/.default`,
    }
  }
  const authority = httpsUrl(settings.cloud.authority, 'authority')
  const graph = httpsUrl(settings.cloud.graph, 'graph').origin
  const path = authority.pathname.replace(/\/+$/, '')
  return {
    authority: `${authority.origin}${path === '' ? `/${tenant}` : path}`,
    authorityHost: authority.host,
    graph,
    scope: settings.cloud.scope ?? `${graph}/.default`,
  }
}

function httpsUrl(text: string, option: string): URL {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:') throw new TypeError(`${option} is not an https URL`)
  return new URL(text)
}

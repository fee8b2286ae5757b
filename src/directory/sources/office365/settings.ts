/** What the provider is told, and the addresses of Microsoft's clouds. */

/** What the provider is told: an `office365` entry of namesake.yaml's `directories` has this shape. */
export interface Office365Settings {
  /** The directory's name as in namesake.yaml. */
  readonly name: string
  /** Tenant: its id, or one of its domains. */
  readonly tenant: string
  /** Application (client) id of the app registration. */
  readonly clientId: string
  readonly credential: Credential
  readonly cloud: Cloud
  /** `https://host/tenant` instead of the cloud's; without a path the tenant is appended. */
  readonly authority: string | null
  /** `https://host` of Graph instead of the cloud's, without the version. */
  readonly graph: string | null
  /** Scope of the token instead of `<graph>/.default`. */
  readonly scope: string | null
  /** Which accounts count as people besides enabled members. */
  readonly include: { readonly guests: boolean; readonly disabled: boolean }
  /** Whether `otherMails`, which people can set themselves, count as own addresses. */
  readonly trustOtherMails: boolean
}

/** A value that prints as something else; asked for anew with each token, so a renewed file can be seen. */
export interface SecretValue {
  reveal(): string
}

/** How the app proves who it is. */
export type Credential =
  /** Private key and certificate, PEM. */
  | { readonly kind: 'certificate'; readonly key: SecretValue; readonly certificate: SecretValue }
  | { readonly kind: 'secret'; readonly secret: SecretValue }
  /** Path of a file with a signed assertion (workload identity): it is renewed, so it is read for each token. */
  | { readonly kind: 'federated'; readonly path: string }
  | { readonly kind: 'managed-identity'; readonly clientId: string | null }

type Cloud = 'global' | 'usgov' | 'usgov-dod' | 'china'

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
export function addressesOf(
  settings: Pick<Office365Settings, 'cloud' | 'tenant' | 'authority' | 'graph' | 'scope'>,
): Addresses {
  const cloud = clouds[settings.cloud]
  const authority = httpsUrl(settings.authority ?? cloud.login, 'authority')
  const graph = httpsUrl(settings.graph ?? cloud.graph, 'graph').origin
  const path = authority.pathname.replace(/(?<!\/)\/+$/, '')
  return {
    authority: `${authority.origin}${path === '' ? `/${encodeURIComponent(settings.tenant)}` : path}`,
    authorityHost: authority.host,
    graph,
    scope: settings.scope ?? `${graph}/.default`,
  }
}

function httpsUrl(text: string, option: string): URL {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:') throw new TypeError(`${option} is not an https URL`)
  return new URL(text)
}

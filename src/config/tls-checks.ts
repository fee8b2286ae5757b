/** TLS files that the configuration names: whether they can be used, and for how long. */

import { formatAddress } from '../net/addresses.ts'
import { certificateEnd, findTlsProblem } from '../net/tls-files.ts'
import type { TlsPaths } from '../net/tls-files.ts'
import { Checks } from './checks.ts'
import type { ConfigFaults } from './checks.ts'
import type { NamesakeConfig } from './types.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

/** Milliseconds before its end from which on a certificate is warned of. */
export const certificateWarnMs = 21 * 86_400_000

/** Checks every certificate, key and authority file as it will be used. */
export function checkTlsFiles(source: YamlSource, config: TlsConfig, now: Date): ConfigFaults {
  const checks = new Checks(source)
  for (const { at, paths, options } of tlsFilesOf(config)) {
    const problem = findTlsProblem(paths)
    if (problem !== null) checks.fault([...at, options[problem.file]], problem.message)
    const end = paths.certificate === null ? null : certificateEnd(paths.certificate)
    if (end === null || end > now.getTime() + certificateWarnMs) continue
    checks.warn([...at, options.certificate], endMessage(paths.certificate ?? '', end, now.getTime()))
  }
  return checks
}

/** That a certificate has ended, or will, with the fix. Times in milliseconds since the epoch. */
export function endMessage(certificate: string, end: number, now: number): string {
  const day = new Date(end).toISOString().slice(0, 10)
  return end <= now
    ? `the certificate ${certificate} ended on ${day}: clients that verify it refuse to talk; fix: renew it`
    : `the certificate ${certificate} ends on ${day}; fix: renew it before`
}

/** The certificate files that are shown to somebody, each with whom it is shown to. */
export function certificatesOf(config: TlsConfig): { readonly listener: string; readonly file: string }[] {
  return tlsFilesOf(config).flatMap(({ listener, paths }) =>
    paths.certificate === null ? [] : [{ listener, file: paths.certificate }],
  )
}

type TlsConfig = Pick<NamesakeConfig, 'smtp' | 'console'>

interface NamedFiles {
  readonly at: KeyPath
  /** Who shows the certificate: a listener by its address, or `next hop` for ours as its client. */
  readonly listener: string
  readonly paths: TlsPaths
  /** Which option names each file. */
  readonly options: Readonly<Record<keyof TlsPaths, string>>
}

const plain = { certificate: 'certificate', key: 'key', ca: 'ca' } as const

/** The files of listeners, of the next hop and of the console, with the places that name them. */
function tlsFilesOf({ smtp, console }: TlsConfig): NamedFiles[] {
  const found: NamedFiles[] = []
  smtp?.listen.forEach(({ address, tls }, index) => {
    if (tls === null) return
    const at = ['smtp', 'listen', index, 'tls']
    const listener = `smtp ${formatAddress(address)}`
    const { certificate, key, clientCa } = tls
    found.push({ at, listener, paths: { certificate, key, ca: clientCa }, options: { ...plain, ca: 'clientCa' } })
    tls.certificates.forEach((named, which) => {
      const paths = { certificate: named.certificate, key: named.key, ca: null }
      found.push({ at: [...at, 'certificates', which], listener, paths, options: plain })
    })
  })
  if (smtp !== null) {
    const { certificate, key, ca } = smtp.nextHop
    found.push({ at: ['smtp', 'nextHop'], listener: 'next hop', paths: { certificate, key, ca }, options: plain })
  }
  if (console?.tls) {
    const listener = `console ${formatAddress(console.listen)}`
    found.push({ at: ['console', 'tls'], listener, paths: { ...console.tls, ca: null }, options: plain })
  }
  return found
}

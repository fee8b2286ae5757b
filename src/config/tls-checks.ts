/** TLS files that the configuration names: whether they can be used, and for how long. */

import { certificateEnd, findTlsProblem } from '../net/tls-files.ts'
import type { TlsPaths } from '../net/tls-files.ts'
import { Checks } from './checks.ts'
import type { Found } from './checks.ts'
import type { NamesakeConfig } from './types.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

/** Milliseconds before its end from which on a certificate is warned of. */
const warnMs = 14 * 86_400_000

/** Checks every certificate, key and authority file as it will be used. */
export function checkTlsFiles(source: YamlSource, config: Pick<NamesakeConfig, 'smtp'>, now: Date): Found {
  const checks = new Checks(source)
  for (const { at, paths, options } of tlsFilesOf(config)) {
    const problem = findTlsProblem(paths)
    if (problem !== null) checks.fault([...at, options[problem.file]], problem.message)
    const end = paths.certificate === null ? null : certificateEnd(paths.certificate)
    if (end === null || end > now.getTime() + warnMs) continue
    const day = new Date(end).toISOString().slice(0, 10)
    const message =
      end <= now.getTime()
        ? `the certificate ${paths.certificate ?? ''} ended on ${day}: clients that verify it refuse to talk; fix: renew it`
        : `the certificate ${paths.certificate ?? ''} ends on ${day}; fix: renew it before`
    checks.warn([...at, options.certificate], message)
  }
  return checks
}

interface NamedFiles {
  readonly at: KeyPath
  readonly paths: TlsPaths
  /** Which option names each file. */
  readonly options: Readonly<Record<keyof TlsPaths, string>>
}

const plain = { certificate: 'certificate', key: 'key', ca: 'ca' } as const

/** The files of listeners and of the next hop, with the places that name them. */
function tlsFilesOf({ smtp }: Pick<NamesakeConfig, 'smtp'>): NamedFiles[] {
  const found: NamedFiles[] = []
  smtp?.listen.forEach(({ tls }, index) => {
    if (tls === null) return
    const at = ['smtp', 'listen', index, 'tls']
    const { certificate, key, clientCa } = tls
    found.push({ at, paths: { certificate, key, ca: clientCa }, options: { ...plain, ca: 'clientCa' } })
    tls.certificates.forEach((named, which) => {
      const paths = { certificate: named.certificate, key: named.key, ca: null }
      found.push({ at: [...at, 'certificates', which], paths, options: plain })
    })
  })
  if (smtp !== null) {
    const { certificate, key, ca } = smtp.nextHop
    found.push({ at: ['smtp', 'nextHop'], paths: { certificate, key, ca }, options: plain })
  }
  return found
}

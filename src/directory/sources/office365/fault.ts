/** Broken exchanges with Microsoft, by kind. */

/** What went wrong with an exchange that brought no whole answer. */
type TransportFault =
  | 'timeout' // no answer, or not the whole of it, in time
  | 'reset' // the connection broke before the answer's header section
  | 'cut' // it broke within the body, or the body can't be unpacked
  | 'refused' // nobody listens, or no route
  | 'name' // the host's name can't be resolved
  | 'tls' // the certificate isn't to be trusted, or no common protocol
  | 'too-large'
  | 'proxy' // the proxy refuses

export class TransportError extends Error {
  readonly fault: TransportFault

  constructor(fault: TransportFault, message: string) {
    super(message)
    this.name = 'TransportError'
    this.fault = fault
  }
}

const faultByCode: Readonly<Record<string, TransportFault>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  ETIMEDOUT: 'timeout',
}

/** Any error of Node's http, net and tls as a TransportError. `answered`: the answer's header section was here. */
export function faultOf(error: unknown, answered: boolean): TransportError {
  if (error instanceof TransportError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = faultByCode[code]
  if (known !== undefined) return new TransportError(known, wordsOf[known])
  // ERR_TLS_… and OpenSSL's names of what is wrong with a certificate.
  if (/^ERR_(TLS|SSL)|CERT|SIGNED|ISSUER|ALTNAME|VERIFY/.test(code)) {
    return new TransportError('tls', `the server's certificate or TLS is not acceptable (${code})`)
  }
  return answered ? new TransportError('cut', wordsOf.cut) : new TransportError('reset', wordsOf.reset)
}

const wordsOf: Readonly<Record<TransportFault, string>> = {
  timeout: 'no answer in time',
  reset: 'the connection broke before the answer',
  cut: 'the connection broke in the middle of the answer',
  refused: 'nobody listens there, or there is no way to it',
  name: "the host's name can't be resolved",
  tls: "the server's certificate is not acceptable",
  'too-large': 'the answer is too large',
  proxy: 'the proxy refuses the connection',
}

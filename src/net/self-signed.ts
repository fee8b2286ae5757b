/** A self-signed certificate, made here: its key never leaves this machine. */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** Private key and certificate, PEM. */
interface SelfSigned {
  readonly key: string
  readonly certificate: string
  readonly until: Date
}

/**
 * Makes an RSA key of 2048 bits and a certificate over it (RFC 5280 section 4.1), as Entra takes them for an application:
 * nobody checks its name or issuer, only that the holder of the key signs.
 * @param commonName ASCII
 */
export function selfSigned(commonName: string, from: Date, until: Date): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm = sequence(oid('2a864886f70d01010b'), Buffer.from([0x05, 0x00])) // sha256WithRSAEncryption
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))))
  const serial = randomBytes(16)
  serial[0] = (serial[0] ?? 0) & 0x7f || 0x01
  const tbs = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', tbs, privateKey)
  const certificate = sequence(tbs, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: pem(certificate),
    until,
  }
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Buffer.concat([Buffer.from([tag, 0x80 | octets.length, ...octets]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts))
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** UTCTime: the years up to 2049 (RFC 5280 section 4.1.2.5.1). */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function pem(octets: Buffer): string {
  const lines = octets.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

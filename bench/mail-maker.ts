/**
 * Mail as it really comes, made from a seed: each message from another sender, with a header section of 2 to 8 KB (10 to 20
 * Received fields, DKIM, ARC, Authentication-Results) and From fields in the shapes that real ones have.
 */

import { commonPeople } from './common-names.ts'

export interface MailOptions {
  readonly seed: number
  readonly count: number
  /** One message in this many shows a protected person's name beside a foreign address; 0: none. */
  readonly detectionEvery: number
  /** Names of protected people. */
  readonly names: readonly string[]
  /** One sender and one header section for all of them, as a mailing's are. */
  readonly oneSender?: boolean
  /** Messages of 4 KB with a header section of five fields, as a program on the same network sends; left out: as mail really comes. */
  readonly short?: boolean
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Messages as they stand on the wire, dot-stuffed, each with its end of data. Some 4 to 10 KB each. */
export function makeMail(options: MailOptions): Buffer[] {
  const next = random(options.seed)
  // Whoever bears a protected name by chance would be a detection too.
  const taken = new Set(options.names)
  const people = commonPeople().filter(({ displayName }) => !taken.has(displayName))
  const messages: Buffer[] = []
  for (let n = 0; n < options.count; n++) {
    if (options.oneSender === true && n > 0) {
      messages.push(messages[0] as Buffer)
      continue
    }
    const detected = options.detectionEvery > 0 && n % options.detectionEvery === options.detectionEvery - 1
    const person = people[Math.floor(next() * people.length)]
    const name = detected
      ? (options.names[Math.floor(next() * options.names.length)] ?? 'Jane Roe')
      : (person?.displayName ?? 'A B')
    const from = fromField(next, name, n)
    messages.push(Buffer.from(options.short === true ? shortMessage(next, n, from) : message(next, n, from), 'latin1'))
  }
  return messages
}

/** How often each shape stands in From, by and large as in public collections of mail. */
const shapes: readonly (readonly [share: number, write: (name: string, address: string) => string])[] = [
  [0.46, (name, address) => `${plain(name)} <${address}>`],
  [0.24, (name, address) => `"${plain(name)}" <${address}>`],
  [0.06, (name, address) => `"${plain(name).split(' ').reverse().join(', ')}" <${address}>`],
  [0.08, (name, address) => `=?UTF-8?Q?${quoted(name)}?= <${address}>`],
  [0.05, (name, address) => `=?utf-8?B?${Buffer.from(name).toString('base64')}?= <${address}>`],
  [0.04, (name, address) => `"${plain(name)} via Lists" <${address}>`],
  [0.05, (_, address) => address],
  [0.02, (name, address) => `${address} (${plain(name)})`],
]

function fromField(next: () => number, name: string, n: number): string {
  const local = `${plain(name)
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')}${n}`
  const address = `${local}@${pick(next, domains)}`
  let share = next()
  for (const [part, write] of shapes) if ((share -= part) < 0) return write(name, address)
  return `${plain(name)} <${address}>`
}

const plain = (name: string): string => name.normalize('NFD').replace(/[^\x20-\x7e]/g, '')
const quoted = (name: string): string =>
  [...Buffer.from(name)]
    .map((octet) =>
      octet === 32
        ? '_'
        : /[a-zA-Z]/.test(String.fromCharCode(octet))
          ? String.fromCharCode(octet)
          : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')

const domains = [
  'client.example',
  'mail.example',
  'post.example',
  'shop.example',
  'news.example',
  'works.example',
  'uni.example',
]
const pick = <T>(next: () => number, list: readonly T[]): T => list[Math.floor(next() * list.length)] as T

function letters(next: () => number, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let text = ''
  for (let i = 0; i < length; i++) text += alphabet[Math.floor(next() * 64)]
  return text
}

function folded(text: string): string {
  return (text.match(/.{1,70}/g) ?? []).join('\r\n\t')
}

const line = 'Some text of a line that is as long as lines are.\r\n'

function shortMessage(next: () => number, n: number, from: string): string {
  const lines = [
    `From: ${from}`,
    'To: Bea Miller <b@hop.example>',
    `Subject: Order ${n} and what comes of it`,
    'Date: Thu, 26 Nov 2026 09:12:33 +0000',
    `Message-ID: <${letters(next, 20).replace(/[+/]/g, '.')}.${n}@${pick(next, domains)}>`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${line.repeat(74)}.\r\n`
}

function message(next: () => number, n: number, from: string): string {
  const domain = pick(next, domains)
  const hops = 10 + Math.floor(next() * 11)
  const lines = [`Return-Path: <bounce-${n}@${domain}>`]
  for (let hop = hops; hop > 0; hop--) {
    lines.push(
      `Received: from mx${hop}.${domain} (mx${hop}.${domain} [192.0.2.${hop}])\r\n\tby relay${hop}.example (Postfix) with ESMTPS id ${letters(next, 12).replace(/[+/]/g, 'x')}\r\n\tfor <b@hop.example>; Thu, 26 Nov 2026 0${hop % 10}:12:${10 + hop} +0000 (UTC)`,
    )
  }
  const signatures = 1 + Math.floor(next() * 2)
  for (let i = 0; i < signatures; i++) {
    lines.push(
      `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain};\r\n\ts=s${i}; t=1795680000; h=From:To:Subject:Date:Message-ID:\r\n\tMIME-Version:Content-Type; bh=${letters(next, 43)}=;\r\n\tb=${folded(letters(next, 342))}==`,
    )
  }
  if (next() < 0.4) {
    lines.push(
      `ARC-Seal: i=1; a=rsa-sha256; t=1795680000; cv=none; d=relay.example; s=arc;\r\n\tb=${folded(letters(next, 342))}==`,
      `ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=relay.example; s=arc;\r\n\th=from:to:subject; bh=${letters(next, 43)}=;\r\n\tb=${folded(letters(next, 342))}==`,
      `ARC-Authentication-Results: i=1; relay.example; dkim=pass header.d=${domain}; spf=pass smtp.mailfrom=${domain}`,
    )
  }
  lines.push(
    `Authentication-Results: relay.example; dkim=pass header.d=${domain};\r\n\tspf=pass smtp.mailfrom=${domain}; dmarc=pass header.from=${domain}`,
    `From: ${from}`,
    `To: Bea Miller <b@hop.example>`,
    `Subject: Order ${n} and what comes of it`,
    `Date: Thu, 26 Nov 2026 09:12:33 +0000`,
    `Message-ID: <${letters(next, 20).replace(/[+/]/g, '.')}.${n}@${domain}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `X-Mailer: Mailer ${n % 7}`,
    `List-Unsubscribe: <https://${domain}/u/${letters(next, 60).replace(/[+/]/g, '-')}>`,
  )
  return `${lines.join('\r\n')}\r\n\r\n${line.repeat(40)}.\r\n`
}

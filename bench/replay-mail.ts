import { closeSync, openSync, writeSync } from 'node:fs'

/** An mbox of made-up mail, as like to a company's as header sections need to be: some 20 fields, bodies of all sizes. */

const names = [
  'Ana Perez',
  'Tom Baker',
  'Lin Wei',
  'Olga Petrova',
  'Sam Hughes',
  'Billing Team',
  'Newsletter',
  'Jan Roe',
]
const people = ['Jane Roe', 'Max Mustermann']

/** A repeatable stream of numbers below a limit (mulberry32). */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % limit
  }
}

const line = 'The quick brown fox jumps over the lazy dog while nobody looks at the mail of last month.\n'
const bodies = [500, 2_000, 4_000, 8_000, 20_000, 60_000, 200_000].map((size) =>
  line.repeat(Math.ceil(size / line.length)),
)

/**
 * Writes an mbox of about so many octets. Every hundredth message shows a protected name beside a foreign address.
 * @returns the number of messages and of those that show a protected name
 */
export function writeMbox(path: string, octets: number): { messages: number; hits: number } {
  const next = numbers(1)
  const file = openSync(path, 'w')
  let [written, messages, hits] = [0, 0, 0]
  let parts: string[] = []
  let held = 0
  while (written + held < octets) {
    const hit = messages % 100 === 99
    const name = (hit ? people : names)[next(hit ? people.length : names.length)] ?? ''
    const text = message(messages, name, next, bodies[next(100) < 2 ? 6 : next(6)] ?? '')
    parts.push(text)
    held += text.length
    messages++
    if (hit) hits++
    if (held > 4_000_000) {
      written += writeSync(file, parts.join(''), null, 'latin1')
      parts = []
      held = 0
    }
  }
  writeSync(file, parts.join(''), null, 'latin1')
  closeSync(file)
  return { messages, hits }
}

function message(number: number, name: string, next: (limit: number) => number, body: string): string {
  const day = 1 + (number % 28)
  const host = `mail${next(500)}.sender${next(3000)}.example`
  const time = `Oct ${day} 10:${String(number % 60).padStart(2, '0')}:00 2026`
  const received = `from ${host} (${host} [192.0.2.${next(255)}])\n\tby mx.corp.example (Postfix) with ESMTPS id 4F${next(1e9)}\n\tfor <someone@corp.example>; Thu, ${day} Oct 2026 10:00:00 +0000 (UTC)`
  const signature = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${host}; s=s1;\n\th=from:to:subject:date:message-id; bh=${'Ab3/x'.repeat(8)};\n\tb=${'qW9+zLk0'.repeat(11)}\n\t ${'Er4/tGh2'.repeat(11)}\n\t ${'Yt5+uJn7'.repeat(11)}==`
  return `From bounce-${number}@${host} Thu ${time}
Return-Path: <bounce-${number}@${host}>
Delivered-To: someone@corp.example
Received: ${received}
Received: ${received}
Received: ${received}
Authentication-Results: mx.corp.example; dkim=pass header.d=${host}; spf=pass smtp.mailfrom=${host}; dmarc=none
DKIM-Signature: ${signature}
ARC-Seal: i=1; ${signature}
From: ${number % 3 === 0 ? `"${name}"` : name} <user${next(5000)}@${host}>
To: Someone Else <someone@corp.example>
Subject: =?utf-8?B?SGVsbG8gd29ybGQ=?= and the numbers of week ${next(52)}
Date: Thu, ${day} Oct 2026 10:00:00 +0000
Message-ID: <${number}.${next(1e9)}@${host}>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit
X-Mailer: Example Mailer 7.${next(9)}
List-Unsubscribe: <https://${host}/u/${next(1e9)}>, <mailto:u-${next(1e9)}@${host}>
Precedence: bulk

${body}
`
}

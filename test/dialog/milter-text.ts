import { SMFIC, SMFIM, SMFIR, formatPacket, type Packet } from '../../src/milter/wire.ts'

/** Packets as a line of text and back: what the dialogue files are written in. */

/** Words of a line: bare ones, JSON strings, and `key=` with a JSON string. */
export function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const [, key = '', quoted, bare] of line.matchAll(/([^\s"=]+=)?("(?:[^"\\]|\\.)*")|(\S+)/g)) {
    words.push(quoted === undefined ? (bare as string) : key + (JSON.parse(quoted) as string))
  }
  return words
}

function number(word: string | undefined): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(Number(word) >>> 0)
  return octets
}

const strings = (words: readonly string[]): Buffer => Buffer.from(words.map((w) => `${w}\0`).join(''), 'utf8')

/** The octets of a packet of the MTA's side. `raw` takes hex as it stands, framing included. */
export function formatLine(line: string): Buffer {
  const [name = '', ...words] = wordsOf(line)
  if (name === 'raw') return Buffer.from(words.join(''), 'hex')
  const command = (SMFIC as Readonly<Record<string, string>>)[name]
  if (command === undefined) throw new Error(`no command is named ${name}`)
  return formatPacket(command, dataOf(name, words))
}

function dataOf(name: string, words: readonly string[]): Buffer {
  switch (name) {
    case 'OPTNEG':
      return Buffer.concat(words.map(number))
    case 'CONNECT': {
      const [host = '', family = 'U', port = '0', address = ''] = words
      const start = Buffer.concat([strings([host]), Buffer.from(family)])
      if (family === 'U') return start
      return Buffer.concat([start, number(port).subarray(2), strings([address])])
    }
    case 'MACRO':
      return Buffer.concat([Buffer.from(words[0] ?? ''), strings(words.slice(1))])
    case 'BODY':
    case 'BODYEOB':
      return Buffer.from(words.join(''), 'utf8')
    default:
      return strings(words)
  }
}

/** A packet of the milter's side as a line, strings in JSON. */
export function showPacket({ command, data }: Packet): string {
  if (command === SMFIC.OPTNEG) return showOptneg(data)
  const name =
    Object.entries(SMFIR).find(([, letter]) => letter === command)?.[0] ?? `unknown ${JSON.stringify(command)}`
  const indexed = command === SMFIR.INSHEADER || command === SMFIR.CHGHEADER
  const index = indexed ? ` ${data.readUInt32BE(0)}` : ''
  const text = data.subarray(indexed ? 4 : 0).toString('latin1')
  const words = text === '' ? [] : text.replace(/\0$/, '').split('\0')
  return [`${name}${index}`, ...words.map((w) => JSON.stringify(w))].join(' ')
}

function showOptneg(data: Buffer): string {
  const bits = [4, 8].map((at) => `0x${data.readUInt32BE(at).toString(16)}`)
  const lists: string[] = []
  for (let at = 12; at < data.length;) {
    const end = data.indexOf(0, at + 4)
    const stage = Object.entries(SMFIM).find(([, n]) => n === data.readUInt32BE(at))?.[0] ?? '?'
    lists.push(` ${stage} ${JSON.stringify(data.toString('latin1', at + 4, end))}`)
    at = end + 1
  }
  return `OPTNEG ${data.readUInt32BE(0)} ${bits.join(' ')}${lists.join('')}`
}

/** A line of a dialogue file in the form that `showPacket` gives, so that the two can be compared. */
export function canonicalLine(line: string): string {
  const [name, ...words] = wordsOf(line)
  const numeric = name === 'INSHEADER' || name === 'CHGHEADER' ? 1 : 0
  if (name === 'OPTNEG') return line.trim()
  return [name, ...words.map((w, i) => (i < numeric ? w : JSON.stringify(w)))].join(' ')
}

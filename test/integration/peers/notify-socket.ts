import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { endChild, findProgram, until } from './scratch.ts'

/** The service manager's end of sd_notify(3): a datagram socket, by Perl's Socket module, as Node has none. */
export interface NotifySocket {
  readonly path: string
  /** The messages so far: assignments, separated by line feeds. */
  messages(): string[]
  waitFor(fits: RegExp): Promise<string>
  close(): Promise<void>
}

/** What is missing for it, or null. */
export function notifyMissing(): string | null {
  if (findProgram('perl') === null) return 'perl is not installed'
  if (findProgram('systemd-notify') === null) return 'systemd-notify is not installed (Debian: systemd)'
  return null
}

// recv takes no ancillary data: the descriptor by which systemd-notify waits for us (BARRIER=1) is closed at once.
const script = `
  use Socket; $| = 1;
  socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die $!;
  bind($s, pack_sockaddr_un($ARGV[0])) or die $!;
  print "listening\\n";
  while (defined recv($s, my $m, 65536, 0)) { $m =~ s/\\n/|/g; print "$m\\n" }`

export async function openNotifySocket(folder: string): Promise<NotifySocket> {
  const path = join(folder, 'notify')
  const child = spawn('perl', ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (part: Buffer) => (text += part.toString()))
  await until('the notify socket is bound', () => text.startsWith('listening\n'))
  const messages = (): string[] =>
    text
      .split('\n')
      .slice(1, -1)
      .filter((line) => line !== 'BARRIER=1')
      .map((line) => line.replace(/\|$/, '').replaceAll('|', '\n'))
  return {
    path,
    messages,
    waitFor: (fits) => until(`${fits}, got ${text}`, () => messages().find((message) => fits.test(message))),
    close: () => endChild(child),
  }
}

import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { run as runVerb } from '../../../src/cli/run.ts'
import { cliPath } from './daemon.ts'
import type { Daemon } from './daemon.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

const { run } = (await import(pathToFileURL(join(dirname(cliPath), 'cli/run.js')).href)) as {
  readonly run: typeof runVerb
}

/** Collects what a verb writes. */
class Collector extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** Runs a verb of the compiled command line within this process: starting one for each takes most of a second. */
export async function namesake({ folder }: Pick<Daemon, 'folder'>, ...args: string[]): Promise<Said> {
  const [out, err] = [new Collector(), new Collector()]
  const code = await run([...args, '--config', join(folder, 'namesake.yaml')], { out, err })
  return { code, out: out.text, err: err.text }
}

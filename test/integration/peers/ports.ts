import { createServer } from 'node:net'

/**
 * Where peers are asked for: below what the system gives to outgoing connections and to `listen(0)`, where any connection
 * of another suite can take a port between its choice and its use. 20 to 30 thousand also keeps clear of documented ports.
 */
const first = 20_000
const count = 10_000

/** Whether nothing listens or is bound on a port of the loopback. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

const given = new Set<number>()

/** A port that is free now and given once a process; for programs that can't be asked which port the system gave them. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const port = first + Math.floor(Math.random() * count)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error(`no free port between ${first} and ${first + count}`)
}

export async function freePorts(wanted: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < wanted) ports.push(await freePort())
  return ports
}

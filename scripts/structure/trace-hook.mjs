// Preload for `node --import`: every function of dist/ tells when it is entered and left, so that calls from file to file can be
// counted (scripts/structure.ts). Only for measuring; nothing of it runs in the product.
import { register } from 'node:module'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env.NAMESAKE_TRACE
const events = []
const stack = []
const most = 4_000_000

/** A function of `file` begins. A call that comes from another file is a crossing. */
globalThis.__namesakeEnter = (file, name) => {
  const from = stack.length === 0 ? '' : stack[stack.length - 1]
  stack.push(file)
  if (from !== file && events.length < most) events.push([performance.timeOrigin + performance.now(), from, file, name])
  return stack.length
}
globalThis.__namesakeLeave = (depth) => {
  stack.length = depth - 1
}

register('./trace-loader.mjs', import.meta.url)
if (folder) {
  process.on('exit', () => {
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(events))
  })
}

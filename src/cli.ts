#!/usr/bin/env node
/** The command: how the heap grows is set before everything else is loaded, as loading alone would let it grow. */

import { keepHeapSmall } from './main/small-heap.ts'

if (process.argv.some((word) => word === 'serve' || word === 'sync')) keepHeapSmall()
// A reload that is asked for before there is anything to reload must not end the start.
if (process.argv.includes('serve')) process.on('SIGHUP', () => {})
const { run } = await import('./cli/run.ts')
process.exitCode = await run()

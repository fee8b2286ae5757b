#!/usr/bin/env node
/** The command: how the heap grows is set before everything else is loaded, as loading alone would let it grow. */

import { keepHeapSmall } from './main/small-heap.ts'

if (process.argv.some((word) => word === 'serve' || word === 'sync')) keepHeapSmall()
const { run } = await import('./cli/run.ts')
process.exitCode = await run()

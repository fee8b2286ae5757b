/** The browser's part, read once at start. */

import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

/** One file that browsers are given. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
  /** The same in brotli. */
  readonly brotli: Buffer
}

export interface Assets {
  /** The page that starts the console; the same for every address of it. */
  readonly page: Asset
  /** By path, `/assets/…`. Names carry a hash, so what is under one never changes. */
  readonly byPath: ReadonlyMap<string, Asset>
}

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Reads what `npm run build` has made. A request's path is looked up in this fixed map and never on disk, so there is no
 * path that leads to another file.
 * @throws Error if it was not built
 */
export function readAssets(): Assets {
  // Compiled or not: the pages are where the build puts them.
  const beside = import.meta.url.endsWith('.ts') ? '../../dist/console/page/' : './page/'
  const folder = fileURLToPath(new URL(beside, import.meta.url))
  const read = (path: string, type: string): Asset => {
    const body = readFileSync(path)
    return { type, body, brotli: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }) }
  }
  const byPath = new Map<string, Asset>()
  for (const name of readdirSync(join(folder, 'assets'))) {
    const type = types[extname(name)]
    if (type !== undefined) byPath.set(`/assets/${name}`, read(join(folder, 'assets', name), type))
  }
  return { page: read(join(folder, 'index.html'), 'text/html; charset=utf-8'), byPath }
}

// The browser's part of the console: one bundle, one style sheet, and the page that names them by hash, in dist/console/page.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const from = 'src/console/page'
const to = 'dist/console/page'
rmSync(to, { recursive: true, force: true })
mkdirSync(join(to, 'assets'), { recursive: true })

const { outputFiles } = await build({
  entryPoints: [join(from, 'main.tsx'), join(from, 'theme.ts')],
  bundle: true,
  write: false,
  outdir: to,
  format: 'esm',
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  external: ['./chevron.svg'],
  sourcemap: 'external',
  logLevel: 'warning',
})

/** Writes an asset under a name with its hash, so that a browser may keep it for ever. */
function put(name, contents) {
  const hash = createHash('sha256').update(contents).digest('base64url').replace(/[-_]/g, '').slice(0, 10)
  const named = `${basename(name, extname(name))}-${hash}${extname(name)}`
  writeFileSync(join(to, 'assets', named), contents)
  return named
}

const output = (suffix) => outputFiles.find(({ path }) => path.endsWith(suffix))
const chevron = put('chevron.svg', readFileSync(join(from, 'chevron.svg')))
const icon = put('icon.svg', readFileSync(join(from, 'icon.svg')))
const theme = put('theme.js', output('theme.js').contents)
const style = put('main.css', output('main.css').text.replaceAll('./chevron.svg', `./${chevron}`))
const script = put('main.js', output('main.js').contents)
// Beside the assets, not among them: they are for whoever debugs a build, and no package holds them.
writeFileSync(join(to, 'main.js.map'), output('main.js.map').contents)

const page = readFileSync(join(from, 'index.html'), 'utf8')
const named = { theme, style, script, icon }
writeFileSync(
  join(to, 'index.html'),
  page.replace(/\{(theme|style|script|icon)\}/g, (_, key) => `/assets/${named[key]}`),
)

const gzipped = [script, style, theme].reduce(
  (sum, name) => sum + gzipSync(readFileSync(join(to, 'assets', name)), { level: 9 }).length,
  0,
)
const limit = 60 * 1024
if (gzipped > limit) throw new Error(`the console's bundle has ${gzipped} octets gzipped; at most ${limit} are wanted`)
if (process.argv.includes('--size')) console.log(`${gzipped} octets gzipped`)

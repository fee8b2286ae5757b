// The browser's part of the console: what every page needs, a part for each page that is opened more rarely, one style
// sheet, and the page that names them by hash, in dist/console/page.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const from = 'src/console/page'
const to = 'dist/console/page'
const assets = join(to, 'assets')
rmSync(to, { recursive: true, force: true })
mkdirSync(assets, { recursive: true })

const common = {
  bundle: true,
  outdir: assets,
  // Names carry a hash, so that a browser may keep what is under one for ever.
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'file' },
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
}
const page = await build({
  ...common,
  entryPoints: [join(from, 'main.tsx')],
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: 'external',
})
const early = await build({ ...common, entryPoints: [join(from, 'theme.ts'), join(from, 'icon.svg')], format: 'iife' })

const outputs = Object.entries({ ...page.metafile.outputs, ...early.metafile.outputs })
const isScript = ([path, { entryPoint }], name) => path.endsWith('.js') && entryPoint === join(from, name)
const [scriptPath, script] = outputs.find((output) => isScript(output, 'main.tsx'))
const [themePath] = outputs.find((output) => isScript(output, 'theme.ts'))
const [iconPath] = outputs.find(([path]) => /\/icon-\w+\.svg$/.test(path))
// What the entry imports at once is asked for with it, not after it.
const staticParts = (output) => output.imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path)
const preload = staticParts(script).map((path) => `<link rel="modulepreload" href="/assets/${basename(path)}" />`)

for (const [path] of outputs) {
  // Beside the assets, not among them: maps are for whoever debugs a build, and no package holds them.
  if (path.endsWith('.map')) renameSync(path, join(to, basename(path)))
  // An icon as an entry leaves a script that names it, for nobody.
  if (/\/icon-\w+\.js$/.test(path)) rmSync(path)
}
const named = {
  theme: themePath,
  style: script.cssBundle,
  script: scriptPath,
  icon: iconPath,
}
const html = readFileSync(join(from, 'index.html'), 'utf8')
  .replace(/\{(theme|style|script|icon)\}/g, (_, key) => `/assets/${basename(named[key])}`)
  .replace('</head>', `${preload.join('')}</head>`)
writeFileSync(join(to, 'index.html'), html)

// The limit holds for whatever page is opened first: what all need, and the part of the page. The plot is fetched behind
// a page that is shown already.
const sizeOf = (path) => gzipSync(readFileSync(path), { level: 9 }).length
const all = new Set([scriptPath, script.cssBundle, themePath, ...staticParts(script)])
const first = [...all].reduce((sum, path) => sum + sizeOf(path), 0)
const isPart = ([path, { entryPoint = '' }]) => path.endsWith('.js') && !all.has(path) && entryPoint.includes('/pages/')
const sizes = outputs.filter(isPart).map(([path]) => sizeOf(path))
const [plotPath] = outputs.find((output) => isScript(output, 'plot.ts'))
const limit = 60 * 1024
const most = first + Math.max(0, ...sizes)
if (most > limit) throw new Error(`a page of the console loads ${most} octets gzipped; at most ${limit} are wanted`)
if (process.argv.includes('--size')) {
  console.log(
    `${first} octets gzipped before the first page; pages: ${sizes.sort((a, b) => b - a).join(', ')}; the plot: ${sizeOf(plotPath)}`,
  )
}

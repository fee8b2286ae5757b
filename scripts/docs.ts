import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { directorySources } from '../src/directory/sources/registry.ts'
import { apiPage } from './api-page.ts'
import { bashCompletion, fishCompletion, manPage, zshCompletion } from './command-line.ts'
import { configurationPage } from './configuration-page.ts'
import { eventsPage } from './events-page.ts'
import { metricsPage } from './metrics-page.ts'
import { architecturePage } from './source-tree.ts'
import { standardsPage } from './standards-page.ts'
import { vocabularyPage } from './vocabulary-page.ts'
import { describeOptions, editorSchema } from '../src/config/json-schema.ts'

/**
 * Writes what is generated from the code: `npm run docs`. With `--check` it writes nothing and fails if a file is not
 * as it would be written.
 */
const root = resolve(import.meta.dirname, '..')

export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

/** Every generated file. */
export function generatedFiles(): GeneratedFile[] {
  const { namesake, protection } = describeOptions(directorySources)
  const schema = (described: typeof namesake, file: string): string =>
    `${JSON.stringify(editorSchema(described, `Namesake: ${file}`), null, 2)}\n`
  return [
    { path: 'docs/api.md', text: apiPage() },
    { path: 'docs/architecture.md', text: architecturePage(root) },
    { path: 'docs/configuration.md', text: configurationPage(namesake, protection) },
    { path: 'docs/events.md', text: eventsPage() },
    { path: 'docs/metrics.md', text: metricsPage() },
    { path: 'docs/standards.md', text: standardsPage(root) },
    { path: 'docs/vocabulary.md', text: vocabularyPage() },
    { path: 'deploy/man/namesake.1', text: manPage() },
    { path: 'deploy/completions/namesake.bash', text: bashCompletion() },
    { path: 'deploy/completions/_namesake', text: zshCompletion() },
    { path: 'deploy/completions/namesake.fish', text: fishCompletion() },
    { path: 'config/namesake.schema.json', text: schema(namesake, 'namesake.yaml') },
    { path: 'config/protection.schema.json', text: schema(protection, 'protection.yaml') },
  ]
}

/** Paths of generated files that are missing or not as they would be written. */
export function staleFiles(): string[] {
  return generatedFiles()
    .filter(({ path, text }) => readIfThere(join(root, path)) !== text)
    .map(({ path }) => path)
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function main(): void {
  const stale = staleFiles()
  if (process.argv.includes('--check')) {
    for (const path of stale) console.error(`${path} is stale: run npm run docs`)
    process.exitCode = stale.length === 0 ? 0 : 1
    return
  }
  for (const { path, text } of generatedFiles()) writeFileSync(join(root, path), text)
  console.error(stale.length === 0 ? 'all generated files are current' : `written: ${stale.join(', ')}`)
}

if (process.argv[1] === import.meta.filename) main()

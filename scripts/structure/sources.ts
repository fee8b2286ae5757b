/** What the texts of src/ say about the house: imports, exports, lengths, comments, module-level state. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

/** A function of src/ with a name or a block. */
export interface SourceFunction {
  readonly name: string
  /** Of its first line, from 1. */
  readonly line: number
  readonly lines: number
}

/** One file of src/ as its text says it is. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly functions: readonly SourceFunction[]
  readonly imports: readonly { readonly path: string; readonly names: readonly string[]; readonly typeOnly: boolean }[]
  readonly exports: readonly string[]
  /** Those of them that are functions, classes or values. */
  readonly values: readonly string[]
  /** Names at module level that can change: `let`, `var`, and collections that begin empty. */
  readonly state: readonly string[]
  /** What is not in the house's dialect: `private` for `#`, a type imported beside values. */
  readonly dialect: readonly string[]
  /** Comments before the first line of code, imports set aside, that stand for themselves. */
  readonly comments: number
}

export function readSources(root: string): SourceFile[] {
  const src = join(root, 'src')
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.data.ts'))
    .map((entry) => readSource(src, join(entry.parentPath, entry.name)))
}

function readSource(src: string, file: string): SourceFile {
  const text = readFileSync(file, 'utf8')
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)
  const lineOf = (position: number): number => tree.getLineAndCharacterOfPosition(position).line + 1
  const functions: SourceFunction[] = []
  const imports: SourceFile['imports'][number][] = []
  const exported: string[] = []
  const values: string[] = []
  const state: string[] = []
  const dialect: string[] = []
  const imported = (name: string, names: readonly string[], typeOnly: boolean): void => {
    if (name.startsWith('.')) imports.push({ path: relative(src, resolve(dirname(file), name)), names, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    // A function is what has a name or a block: a short arrow inside an expression is part of that expression.
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(node.body)) {
      const line = lineOf(node.getStart())
      functions.push({ name: nameOf(node, tree), line, lines: lineOf(node.getEnd()) - line + 1 })
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments
      if (name !== undefined && ts.isStringLiteral(name)) imported(name.text, ['*'], false)
    }
    if (node.kind === ts.SyntaxKind.PrivateKeyword && !ts.isConstructorDeclaration(node.parent))
      dialect.push(`line ${lineOf(node.getStart())}: private, where the house writes #`)
    if (ts.isImportSpecifier(node) && node.isTypeOnly)
      dialect.push(`line ${lineOf(node.getStart())}: ${node.getText(tree)}, where the house imports types apart`)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  for (const statement of tree.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const bindings = statement.importClause?.namedBindings
      const names =
        bindings && ts.isNamedImports(bindings) ? bindings.elements.map((e) => (e.propertyName ?? e.name).text) : ['*']
      imported(statement.moduleSpecifier.text, names, statement.importClause?.isTypeOnly === true)
    }
    if (ts.isVariableStatement(statement)) {
      const changes = (statement.declarationList.flags & ts.NodeFlags.Const) === 0
      for (const { name, type, initializer } of statement.declarationList.declarations) {
        const fixed = type !== undefined && /^(readonly\b|Readonly)/.test(type.getText(tree))
        if (changes || (!fixed && beginsEmpty(initializer, tree))) state.push(name.getText(tree))
      }
    }
    const before = exported.length
    const isExported =
      ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
    if (isExported === true) {
      if (ts.isVariableStatement(statement))
        exported.push(...statement.declarationList.declarations.map((d) => d.name.getText(tree)))
      else if ('name' in statement && statement.name !== undefined)
        exported.push((statement.name as ts.Identifier).text)
      if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement))
        values.push(...exported.slice(before))
    }
  }
  const lines = text.split('\n').length - 1
  return {
    path: relative(src, file),
    text,
    lines,
    functions,
    imports,
    exports: exported,
    values,
    state,
    dialect,
    comments: commentsOf(text),
  }
}

/** How many comments open a file: blocks that an empty line or an import follows, up to the first line of code. */
function commentsOf(text: string): number {
  const lines = text.split('\n')
  let comments = 0
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.startsWith('/**')) {
      while (lines[at]?.endsWith('*/') === false) at++
      const next = lines[at + 1] ?? ''
      if (next !== '' && !next.startsWith('import ')) break
      comments++
    } else if (line.startsWith('import ')) {
      while (lines[at] !== undefined && !/from '|^import '/.test(lines[at] ?? '')) at++
    } else if (line !== '') break
  }
  return comments
}

/** The name of a function: its own, or of what it is given to. */
function nameOf(node: ts.SignatureDeclaration, tree: ts.SourceFile): string {
  if (ts.isConstructorDeclaration(node))
    return `constructor of ${(node.parent as ts.ClassDeclaration).name?.text ?? ''}`
  const named = node.name ?? (node.parent as { name?: ts.Node }).name
  return named === undefined ? 'a function without a name' : named.getText(tree)
}

/** Whether a constant begins as a collection without content, which has a use only if somebody changes it. */
function beginsEmpty(value: ts.Expression | undefined, tree: ts.SourceFile): boolean {
  if (value === undefined) return false
  if (ts.isNewExpression(value))
    return (
      /^(Map|Set|WeakMap|WeakSet|Array)$/.test(value.expression.getText(tree)) && (value.arguments ?? []).length === 0
    )
  return ts.isArrayLiteralExpression(value) && value.elements.length === 0
}

/** Which files import each file. */
export function importersOf(files: readonly SourceFile[]): Map<string, string[]> {
  const importers = new Map<string, string[]>()
  for (const { path: from, imports } of files)
    for (const path of new Set(imports.map((one) => one.path)))
      importers.set(path, [...(importers.get(path) ?? []), from])
  return importers
}

/** Groups of files that import each other, directly or round a corner (Tarjan's strongly connected components). */
export function importCircles(files: readonly Pick<SourceFile, 'path' | 'imports'>[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []
  const visit = (path: string): void => {
    index.set(path, index.size)
    low.set(path, index.get(path) ?? 0)
    open.push(path)
    for (const { path: next } of byPath.get(path)?.imports ?? []) {
      if (!byPath.has(next)) continue
      if (!index.has(next)) visit(next)
      if (open.includes(next)) low.set(path, Math.min(low.get(path) ?? 0, low.get(next) ?? 0))
    }
    if (low.get(path) !== index.get(path)) return
    const circle = open.splice(open.indexOf(path))
    if (circle.length > 1) circles.push(circle)
  }
  for (const { path } of files) if (!index.has(path)) visit(path)
  return circles
}

/** An export that is needless, and why. */
export interface UnusedExport {
  readonly path: string
  readonly name: string
  /** Files of test/, bench/ and scripts/ that import it; none: nothing does. */
  readonly importers: readonly string[]
}

/** Exports of src/ that no other file of src/ imports. */
export function exportsUnusedInSource(root: string, files: readonly SourceFile[]): UnusedExport[] {
  const used = new Set<string>()
  for (const file of files)
    for (const { path, names } of file.imports) for (const name of names) used.add(`${path} ${name}`)
  const outside = new Map<string, string[]>()
  for (const folder of ['test', 'bench', 'scripts']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue
      const file = join(entry.parentPath, entry.name)
      for (const { path, names } of readSource(join(root, 'src'), file).imports) {
        for (const name of names) {
          const key = `${path} ${name}`
          outside.set(key, [...(outside.get(key) ?? []), relative(root, file)])
        }
      }
    }
  }
  return files.flatMap(({ path, exports }) =>
    exports
      .filter((name) => !used.has(`${path} ${name}`) && !used.has(`${path} *`))
      .map((name) => ({
        path,
        name,
        importers: [...(outside.get(`${path} ${name}`) ?? []), ...(outside.get(`${path} *`) ?? [])],
      })),
  )
}

/** Lines of code that stand in two places. */
export interface Duplicate {
  readonly lines: number
  /** `path:line` of the first place and the second. */
  readonly places: readonly [string, string]
}

/** Runs of more than `most` lines of code that stand twice, blanks, comments, imports and closing brackets not counted. */
export function duplicates(files: readonly Pick<SourceFile, 'path' | 'text'>[], most: number): Duplicate[] {
  const code = files.map(({ path, text }) => {
    const plain = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    const lines = plain.split('\n').map((line, i) => ({ text: line.replace(/\/\/.*$/, '').trim(), number: i + 1 }))
    const imports = lines.findLastIndex(
      ({ text: line }) => /^(import\b.*|\} )from '/.test(line) || /^\} from '/.test(line),
    )
    return {
      path,
      lines: lines.slice(imports + 1).filter(({ text: line }) => /[\w'"`]/.test(line) && !/^'[^']*',$/.test(line)),
    }
  })
  const size = most + 1
  const first = new Map<string, { readonly file: number; readonly at: number }>()
  const found: Duplicate[] = []
  code.forEach(({ path, lines }, file) => {
    let skipTo = 0
    for (let at = 0; at + size <= lines.length; at++) {
      const key = lines
        .slice(at, at + size)
        .map(({ text: line }) => line)
        .join('\n')
      const before = first.get(key)
      if (before === undefined || (before.file === file && before.at + size > at)) {
        first.set(key, before ?? { file, at })
        continue
      }
      if (at < skipTo) continue
      const other = code[before.file]
      let length = size
      while (
        lines[at + length]?.text !== undefined &&
        lines[at + length]?.text === other?.lines[before.at + length]?.text
      )
        length++
      const place = (where: string, line: number | undefined): string => `${where}:${line ?? 0}`
      found.push({
        lines: length,
        places: [place(other?.path ?? '', other?.lines[before.at]?.number), place(path, lines[at]?.number)],
      })
      skipTo = at + length
    }
  })
  return found
}

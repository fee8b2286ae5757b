// The loader's half of trace-hook.mjs: puts the two calls around every function's body.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export async function load(url, context, next) {
  const at = url.indexOf('/dist/')
  if (
    !url.startsWith('file:') ||
    at < 0 ||
    url.includes('/node_modules/') ||
    url.endsWith('.data.js') ||
    !url.endsWith('.js')
  ) {
    return next(url, context)
  }
  const source = readFileSync(fileURLToPath(url), 'utf8')
  return { format: 'module', shortCircuit: true, source: instrument(source, url.slice(at + '/dist/'.length)) }
}

/** JavaScript with an entry and an exit call in each function. Functions that can pause (async, generators) leave at once. */
function instrument(source, file) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
  const inserts = []
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) wrap(node)
    ts.forEachChild(node, visit)
  }
  const wrap = (node) => {
    const pauses = node.asteriskToken || node.modifiers?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)
    const name = node.name?.getText(tree) ?? node.parent?.name?.getText?.(tree) ?? ''
    const enter = `const __depth = __namesakeEnter(${JSON.stringify(file)}, ${JSON.stringify(name)});`
    const body = node.body
    if (!ts.isBlock(body)) {
      inserts.push(
        [body.getStart(tree), `{ ${enter} try { return (`],
        [body.getEnd(), `); } finally { __namesakeLeave(__depth) } }`],
      )
    } else if (pauses) {
      inserts.push([body.getStart(tree) + 1, `${enter} __namesakeLeave(__depth);`])
    } else if (ts.isConstructorDeclaration(node) && /\bsuper\(/.test(body.getText(tree))) {
      return
    } else {
      inserts.push(
        [body.getStart(tree) + 1, `${enter} try {`],
        [body.getEnd() - 1, `} finally { __namesakeLeave(__depth) }`],
      )
    }
  }
  visit(tree)
  inserts.sort((a, b) => b[0] - a[0])
  let out = source
  for (const [at, text] of inserts) out = out.slice(0, at) + text + out.slice(at)
  return out
}

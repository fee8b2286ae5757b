import fc from 'fast-check'
import t from 'tap'
import { setScalar } from '../../../src/config/splice-scalar.ts'
import { addToList, removeFromList, unsetKey } from '../../../src/config/splice.ts'
import { parseYaml } from '../../../src/config/yaml-source.ts'

type Path = (string | number)[]
type Value = Parameters<typeof addToList>[2]
type Case = readonly [name: string, before: string, path: Path, value: Value | null, after: string]

/** A null value removes the item at the path. */
const cases: readonly Case[] = [
  ['flow list', 'a: ["x"] # why\n', ['a'], 'y', 'a: ["x", "y"] # why\n'],
  ['flow list with a comma at its end', "a: ['x',]\nb: 1\n", ['a'], 'y', 'a: [\'x\', "y",]\nb: 1\n'],
  ['empty flow list', 'a:   [] # none\n', ['a'], 'y', 'a: # none\n  - "y"\n'],
  ['flow list over lines', 'a: [\n  x, # first\n  z\n]\n', ['a'], 'y', 'a: [\n  x, # first\n  z, "y"\n]\n'],
  ['block list', 'a:\n  - x # first\n# end\n', ['a'], 'y', 'a:\n  - x # first\n  - "y"\n# end\n'],
  ['block list not indented', 'a:\n- x\n- z\nb: 1\n', ['a'], 'y', 'a:\n- x\n- z\n- "y"\nb: 1\n'],
  ['block list without a last line end', 'a:\n  - x', ['a'], 'y', 'a:\n  - x\n  - "y"'],
  ['CR LF', 'a:\r\n  - x # c\r\nb: 1\r\n', ['a'], 'y', 'a:\r\n  - x # c\r\n  - "y"\r\nb: 1\r\n'],
  ['key without a value', 'a: # later\nb: 1\n', ['a'], 'y', 'a: ["y"] # later\nb: 1\n'],
  ['top key missing', '# head\nb: 1 # one\n# tail\n', ['a'], 'y', '# head\nb: 1 # one\n# tail\n\na: ["y"]\n'],
  ['empty flow map', '{}\n', ['a'], 'y', 'a: ["y"]\n'],
  [
    'person missing',
    'people:\n  x@y:\n    names: [X] # c\n\nb: 1\n',
    ['people', 'jane@corp.example', 'secondaryEmails'],
    'j@h',
    'people:\n  x@y:\n    names: [X] # c\n  jane@corp.example:\n    secondaryEmails: ["j@h"]\n\nb: 1\n',
  ],
  [
    'person in a flow map',
    'people: { x@y: { names: [X] } }\n',
    ['people', 'x@y', 'secondaryEmails'],
    'j@h',
    'people: { x@y: { names: [X], "secondaryEmails": ["j@h"] } }\n',
  ],
  [
    'people without any',
    'people: # none yet\n# end\n',
    ['people', 'x@y', 'secondaryEmails'],
    'j@h',
    'people: # none yet\n  x@y:\n    secondaryEmails: ["j@h"]\n# end\n',
  ],
  [
    'list of an entry missing',
    'protect:\n  - directory: A # c\n    groups: [G]\n  - directory: B\n',
    ['protect', 0, 'users'],
    'u',
    'protect:\n  - directory: A # c\n    groups: [G]\n    users: ["u"]\n  - directory: B\n',
  ],
  [
    'entry missing',
    'protect:\n  - directory: A\n    groups:\n      - G # g\n# end\nactions: {}\n',
    ['protect'],
    { directory: 'Office 365', groups: ['H'] },
    'protect:\n  - directory: A\n    groups:\n      - G # g\n  - directory: Office 365\n    groups: ["H"]\n# end\nactions: {}\n',
  ],
  [
    'entries missing',
    'actions: {}\n',
    ['protect'],
    { directory: '1: A', groups: ['H'] },
    'actions: {}\n\nprotect:\n  - directory: "1: A"\n    groups: ["H"]\n',
  ],
  [
    'protect without any',
    'protect:\nb: 1\n',
    ['protect'],
    { directory: 'A', users: ['u'] },
    'protect:\n  - directory: A\n    users: ["u"]\nb: 1\n',
  ],
  [
    'empty flow list of entries',
    'protect: []\n',
    ['protect'],
    { directory: 'A', users: ['u'] },
    'protect:\n  - directory: A\n    users: ["u"]\n',
  ],
  ['first of a flow list', 'a: ["x", "y"] # c\n', ['a', 0], null, 'a: ["y"] # c\n'],
  ['last of a flow list', 'a: ["x", "y"] # c\n', ['a', 1], null, 'a: ["x"] # c\n'],
  ['only one of a flow list', 'a: [ x ]\n', ['a', 0], null, 'a: [  ]\n'],
  [
    'middle of a block list',
    'a:\n  - x\n  # about y\n  - y # y\n  - z\n',
    ['a', 1],
    null,
    'a:\n  - x\n  # about y\n  - z\n',
  ],
  ['last of a block list', 'a:\n  - x\n  - y', ['a', 1], null, 'a:\n  - x\n'],
  ['only one of a block list', 'a: # c\n  - x\nb: 1\n', ['a', 0], null, 'a: [] # c\nb: 1\n'],
]

for (const [name, before, path, value, after] of cases) {
  t.test(name, async (t) => {
    const source = parseYaml('f', before)
    t.equal((value === null ? removeFromList(source, path) : addToList(source, path, value)).text, after)
  })
}

t.test('a layout that splicing does not know is written anew, with its comments', async (t) => {
  const source = parseYaml('f', '# head\na: ~ # tail\n? b\n: - x\n')
  const added = addToList(source, ['a'], 'y').text
  t.same(parseYaml('f', added).data, { a: ['y'], b: ['x'] })
  t.match(added, /# head/)
  t.match(added, /# tail/)
  t.same(removeFromList(source, ['b', 0]).data, { a: null, b: [] })
})

const scalar = fc.constantFrom('plain', '"quo, ted"', "'it''s'", 'two words', '"# no comment"', 'x@y.example')
const comment = fc.constantFrom('', ' # note', ' # with: colon, [and] {more}')
const blank = fc.constantFrom('', '\n', '# line\n', '    # deep\n')

/** A protection file of random layout, its lists in flow or block style, with comments anywhere. */
const layout = fc
  .array(
    fc.record({ flow: fc.boolean(), items: fc.array(scalar, { maxLength: 4 }), comment, blank, dashIndent: fc.nat(3) }),
    { minLength: 1, maxLength: 5 },
  )
  .map((lists) =>
    lists
      .map(({ flow, items, comment: note, blank: gap, dashIndent }, i) => {
        if (flow || items.length === 0) return `${gap}list${i}: [${items.join(', ')}]${note}\n`
        const dash = ' '.repeat(dashIndent)
        return `${gap}list${i}:${note}\n${items.map((item) => `${dash}- ${item}${note}\n${gap}`).join('')}`
      })
      .join(''),
  )

t.test('any layout: the change is made, and every other line stays', async () => {
  fc.assert(
    fc.property(
      layout,
      fc.nat(),
      fc.string({ maxLength: 20 }),
      fc.boolean(),
      fc.boolean(),
      (text, pick, value, add, crlf) => {
        const before = crlf ? text.replaceAll('\n', '\r\n') : text
        const source = parseYaml('f', before)
        const data = source.data as Record<string, string[]>
        const key = Object.keys(data)[pick % Object.keys(data).length] ?? ''
        const list = data[key] ?? []
        if (!add && list.length === 0) return
        const at = pick % Math.max(1, list.length)
        const after = add ? addToList(source, [key], value).text : removeFromList(source, [key, at]).text
        const want = { ...data, [key]: add ? [...list, value] : list.filter((_, i) => i !== at) }
        const got = parseYaml('f', after)
        if (got.faults.length > 0) throw new Error(got.faults[0]?.message)
        if (JSON.stringify(got.data) !== JSON.stringify(want))
          throw new Error(`${JSON.stringify(got.data)} from ${after}`)
        const linesBefore = before.split('\n')
        const kept = after.split('\n').filter((line) => linesBefore.includes(line)).length
        // One line changes or goes; a list that ends changes the line of its key too.
        if (kept < linesBefore.length - 2) throw new Error(`lines lost:\n${before}\n---\n${after}`)
      },
    ),
    { numRuns: 500 },
  )
})

t.test('a switch or text is set, and a key goes, without a change of any other line', (t) => {
  const set: [string, Path, string | boolean, string][] = [
    ['a: true # why\nb: 1\n', ['a'], false, 'a: false # why\nb: 1\n'],
    ['f: { x: true, y: false }\n', ['f', 'x'], false, 'f: { x: false, y: false }\n'],
    ['# head\na: 1\n', ['f', 'x'], false, '# head\na: 1\n\nf:\n  x: false\n'],
    ['a: tag\n', ['a'], 'true', 'a: "true"\n'],
    ['g: {}\n', ['g', 'Executives', 'likely'], 'reject', 'g: { Executives: { likely: reject } }\n'],
  ]
  for (const [before, path, value, after] of set) t.equal(setScalar(parseYaml('f', before), path, value).text, after)
  const gone: [string, Path, string][] = [
    ['a: 1 # one\nb: 2\n', ['a'], 'b: 2\n'],
    ['a: 1\nb: 2', ['b'], 'a: 1\n'],
    ['a: { x: 1, y: 2 }\n', ['a', 'x'], 'a: { y: 2 }\n'],
    ['a: { x: 1, y: 2 }\n', ['a', 'y'], 'a: { x: 1 }\n'],
    [
      'g:\n  # of the board\n  E:\n    c: t\n    l: r # c\nb: 1\n',
      ['g', 'E', 'l'],
      'g:\n  # of the board\n  E:\n    c: t\nb: 1\n',
    ],
    ['g:\n  E:\n    c: t\n  F: { c: r }\n# end\n', ['g', 'E', 'c'], 'g:\n  F: { c: r }\n# end\n'],
    ['h: 1\ng:\n  E: { c: t }\nb: 1\n', ['g', 'E', 'c'], 'h: 1\nb: 1\n'],
    ['a: 1\n', ['b', 'c'], 'a: 1\n'],
    ['a: 1\n\npeople:\n  x:\n    e: [1]\n', ['people', 'x', 'e'], 'a: 1\n'],
    ['a: 1\r\n\r\npeople:\r\n  x: 1\r\n', ['people', 'x'], 'a: 1\r\n'],
    ['a: 1\n\nb: 2\n\nc: 3\n', ['b'], 'a: 1\n\n\nc: 3\n'],
  ]
  for (const [before, path, after] of gone) t.equal(unsetKey(parseYaml('f', before), path).text, after, before)
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('a', 'b', 'c d', '1'),
        fc.dictionary(fc.constantFrom('x', 'y'), fc.string(), { minKeys: 1 }),
        { minKeys: 1 },
      ),
      fc.nat(),
      fc.boolean(),
      (data, pick, flow) => {
        const rows = Object.entries(data).map(([key, of]) => {
          const inner = Object.entries(of).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
          const head = JSON.stringify(key)
          return flow
            ? `${head}: { ${inner.join(', ')} }`
            : `${head}:\n${inner.map((row) => `  ${row} # c`).join('\n')}`
        })
        const paths = Object.entries(data).flatMap(([key, of]) => Object.keys(of).map((name) => [key, name] as const))
        const [key, name] = paths[pick % paths.length] ?? ['', '']
        const { [name]: _gone, ...left } = data[key] ?? {}
        const { [key]: _whole, ...others } = data
        const want = Object.keys(left).length === 0 ? others : { ...others, [key]: left }
        const got = unsetKey(parseYaml('f', `${rows.join('\n')}\n`), [key, name])
        t.same(got.data ?? {}, want)
      },
    ),
    { numRuns: 200 },
  )
  t.end()
})

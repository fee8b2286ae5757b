import type { Command, Option } from 'commander'
import { buildProgram } from '../src/cli/run.ts'

/** The man page and the shells' completions, from the command line's own description. */

interface Verb {
  /** `secondary add`; empty for the program itself. */
  readonly words: string
  readonly command: Command
}

function programAsData(): { program: Command; verbs: Verb[] } {
  const program = buildProgram({ out: process.stdout, err: process.stderr, exit: () => undefined })
  const verbs: Verb[] = []
  const collect = (command: Command, words: readonly string[]): void => {
    for (const child of command.commands) {
      verbs.push({ words: [...words, child.name()].join(' '), command: child })
      collect(child, [...words, child.name()])
    }
  }
  collect(program, [])
  return { program, verbs }
}

function examplesOf(command: Command): string[] {
  let text = ''
  command.configureOutput({ writeOut: (part) => void (text += part) })
  command.outputHelp()
  const at = text.search(/\nExamples?:\n/)
  if (at < 0) return []
  const lines = text
    .slice(at + 1)
    .split('\n')
    .slice(1)
  return lines.filter((line) => line.startsWith('  ')).map((line) => line.trim())
}

function usageOf(command: Command): string {
  return command.registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '…' : ''}`
      return argument.required ? `<${name}>` : `[${name}]`
    })
    .join(' ')
}

/** Text for roff: nothing in it is a request or an escape. */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replace(/…/g, '...')
}

function optionLines(options: readonly Option[]): string[] {
  return options.flatMap((option) => ['.TP', `.B ${roff(option.flags)}`, roff(option.description)])
}

/** namesake(1). */
export function manPage(): string {
  const { program, verbs } = programAsData()
  const lines = [
    '.\\" Written by npm run docs from the command line\'s own description.',
    '.TH NAMESAKE 1 "" "Namesake" "User Commands"',
    '.SH NAME',
    'namesake \\- mail filter that stops display\\-name impersonation',
    '.SH SYNOPSIS',
    '.B namesake',
    '.I verb',
    '[\\fB\\-\\-config\\fR \\fIfile\\fR] [\\fIoption\\fR ...]',
    '.SH DESCRIPTION',
    roff(program.description()),
    "It reads the From field of each message. If the name shown there is a protected person's and the address is not one of",
    'theirs, the message gets detection fields or is refused.',
    '.SH OPTIONS OF ALL VERBS',
    ...optionLines(program.options),
    '.SH VERBS',
  ]
  for (const { words, command } of verbs) {
    if (command.commands.length > 0 && command.registeredArguments.length === 0) continue
    lines.push(`.SS "namesake ${roff(`${words} ${usageOf(command)}`.trim())}"`, roff(command.description()))
    lines.push(...optionLines(command.options))
    const examples = examplesOf(command)
    if (examples.length > 0) lines.push('.PP', examples.length === 1 ? 'Example:' : 'Examples:', '.nf', '.RS')
    lines.push(...examples.map(roff), ...(examples.length > 0 ? ['.RE', '.fi'] : []))
  }
  const codes = [
    ['0', 'done'],
    ['1', 'check detected something'],
    ['64', 'the command line is wrong'],
    ['65', 'what was to be read is wrong'],
    ['69', 'a service is not reachable, or refuses us'],
    ['70', 'our own fault'],
    ['78', 'the configuration, or what it points to, is wrong'],
  ]
  lines.push('.SH EXIT STATUS', ...codes.flatMap(([code = '', means = '']) => ['.TP', `.B ${code}`, means]))
  lines.push(
    '.SH ENVIRONMENT',
    '.TP',
    '.B NAMESAKE_CONFIG',
    'The configuration, where \\-\\-config does not name it.',
    '.SH FILES',
    '.TP',
    '.I config/namesake.yaml, /etc/namesake/namesake.yaml',
    'Where the configuration is looked for, in this order.',
    '.TP',
    '.I protection.yaml',
    'Who is protected, and what is done. Named by namesake.yaml; reloads by itself.',
  )
  return `${lines.join('\n')}\n`
}

/** Words that may follow a verb's words: verbs below it, and long options. */
function wordsAfter({ program, verbs }: ReturnType<typeof programAsData>, words: string): string[] {
  const verb = words === '' ? program : verbs.find((one) => one.words === words)?.command
  if (verb === undefined) return []
  const options = [...verb.options, ...(verb === program ? [] : program.options)]
  const longs = options.flatMap(({ long }) => (long === undefined || long === '--version' ? [] : [long]))
  return [...verb.commands.map((child) => child.name()), ...longs, '--help']
}

/** Lines of a shell's loop over the words typed: what becomes of `verb` at `word`, options set aside. @param verbs a pattern of all */
function takeVerb(verbs: string): string {
  return `    case $word in
      --config) ((i++)); continue ;;
      -*) continue ;;
    esac
    next=\${verb:+$verb }$word
    case $next in
      ${verbs}) verb=$next ;;
      *) break ;;
    esac`
}

/** For bash: verbs and options, and file names elsewhere. */
export function bashCompletion(): string {
  const data = programAsData()
  const cases = ['', ...data.verbs.map(({ words }) => words)].map(
    (words) => `    ${JSON.stringify(words)}) words=${JSON.stringify(wordsAfter(data, words).join(' '))} ;;`,
  )
  const verbs = data.verbs
    .map(({ words }) => words)
    .join('|')
    .replace(/ /g, '\\ ')
  return `# bash completion of namesake. Written by npm run docs from the command line's own description.
_namesake() {
  local cur=\${COMP_WORDS[COMP_CWORD]} verb="" next="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
${takeVerb(verbs)}
  done
  case $verb in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _namesake namesake
`
}

/** A text within single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`
}

export function zshCompletion(): string {
  const data = programAsData()
  const branches = ['', ...data.verbs.map(({ words }) => words)].map((words) => {
    const verb = words === '' ? data.program : data.verbs.find((one) => one.words === words)?.command
    const children = (verb?.commands ?? []).map((child) =>
      quoted(`${child.name()}:${child.summary() || child.description()}`),
    )
    const options = [...(verb?.options ?? []), ...(words === '' ? [] : data.program.options)].flatMap((option) =>
      option.long === undefined || option.long === '--version' ? [] : [quoted(`${option.long}:${option.description}`)],
    )
    return `    ${quoted(words)}) entries=(${[...children, ...options].join(' ')}) ;;`
  })
  const verbs = data.verbs.map(({ words }) => quoted(words)).join('|')
  return `#compdef namesake
# zsh completion of namesake. Written by npm run docs from the command line's own description.
_namesake() {
  local verb="" next="" word i
  local -a entries
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
${takeVerb(verbs)}
  done
  case $verb in
${branches.join('\n')}
  esac
  _describe namesake entries || _files
}
_namesake "$@"
`
}

export function fishCompletion(): string {
  const { program, verbs } = programAsData()
  const lines = ["# fish completion of namesake. Written by npm run docs from the command line's own description."]
  const option = (condition: string, { long, description, required }: Option): void => {
    if (long === undefined || long === '--version') return
    lines.push(`complete -c namesake${condition} -l ${long.slice(2)}${required ? ' -r' : ''} -d ${quoted(description)}`)
  }
  for (const one of program.options) option('', one)
  for (const child of program.commands) {
    lines.push(
      `complete -c namesake -n __fish_use_subcommand -a ${child.name()} -d ${quoted(child.summary() || child.description())}`,
    )
  }
  for (const { words, command } of verbs) {
    const seen = words
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    for (const child of command.commands) {
      lines.push(
        `complete -c namesake -n ${quoted(seen)} -a ${child.name()} -d ${quoted(child.summary() || child.description())}`,
      )
    }
    for (const one of command.options) option(` -n ${quoted(seen)}`, one)
  }
  return `${lines.join('\n')}\n`
}

/** `nightshift completion bash|zsh|fish`: the command tree as a shell can use it. */
import type { Command } from 'commander'
import { UsageFailed } from '../errors.ts'

interface Node {
  readonly path: readonly string[]
  readonly words: readonly string[]
}

const isShown = (command: Command): boolean => !(command as { _hidden?: boolean })._hidden

/** Every command with what may follow it: commands of its own, and its options. */
function nodesOf(command: Command, path: readonly string[] = []): Node[] {
  const children = command.commands.filter(isShown)
  const words = [
    ...children.map((child) => child.name()),
    ...command.options.flatMap((option) => option.long ?? option.short ?? []),
    '--help',
  ]
  return [{ path, words }, ...children.flatMap((child) => nodesOf(child, [...path, child.name()]))]
}

function bash(program: Command): string {
  const cases = nodesOf(program).map(
    ({ path, words }) => `    '${path.join(' ')}') words='${words.join(' ')}' ;;`,
  )
  return `# nightshift completion bash >/etc/bash_completion.d/nightshift
_nightshift() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) break ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case $path in
${cases.join('\n')}
    *) words='' ;;
    esac
    [ -n "$words" ] || [ -z "$path" ] && break
    case $path in *' '*) path=\${path% *} ;; *) path='' ;; esac
  done
  if [ "\${cur#-}" = "$cur" ] && [ -z "$(compgen -W "$words" -- "$cur")" ]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -F _nightshift nightshift
`
}

const zsh = (program: Command): string =>
  `#compdef nightshift
# nightshift completion zsh >"\${fpath[1]}/_nightshift"
autoload -U +X bashcompinit && bashcompinit
${bash(program)}`

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fish(program: Command): string {
  const lines = (command: Command, path: readonly string[]): string[] => {
    const children = command.commands.filter(isShown)
    const names = children.map((child) => child.name()).join(' ')
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
    const none = names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`]
    const when = [...seen, ...none].join('; and ')
    const condition = when === '' ? '' : ` -n ${quoted(when)}`
    return [
      ...children.map(
        (child) =>
          `complete -c nightshift -f${condition} -a ${child.name()} -d ${quoted(child.description())}`,
      ),
      ...command.options.flatMap((option) =>
        option.long == null
          ? []
          : [
              `complete -c nightshift${condition} -l ${option.long.slice(2)} -d ${quoted(option.description)}`,
            ],
      ),
      ...children.flatMap((child) => lines(child, [...path, child.name()])),
    ]
  }
  return `# nightshift completion fish >~/.config/fish/completions/nightshift.fish\n${lines(program, []).join('\n')}\n`
}

const shells = { bash, zsh, fish } as const

export function completion(program: Command, shell: string): string {
  const make = Object.hasOwn(shells, shell) ? shells[shell as keyof typeof shells] : undefined
  if (make === undefined) throw new UsageFailed(`a shell is one of ${Object.keys(shells).join(', ')}`)
  return make(program)
}

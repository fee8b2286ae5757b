# bash completion of namesake. Written by npm run docs from the command line's own description.
_namesake() {
  local cur=${COMP_WORDS[COMP_CWORD]} verb="" next="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --config) ((i++)); continue ;;
      -*) continue ;;
    esac
    next=${verb:+$verb }$word
    case $next in
      init|serve|status|reload|check|explain|sync|directory|directory\ show|protect|unprotect|secondary|secondary\ add|secondary\ remove|secondary\ list|actions|history|history\ erase|history\ summary|history\ audit|review|review\ decide|review\ undo|fleet|fleet\ resolve|fleet\ migrate|authorize|console|console\ invite|console\ user|console\ user\ add|console\ user\ remove|console\ user\ list|console\ token|console\ token\ add|console\ token\ remove|console\ token\ list|config|config\ check) verb=$next ;;
      *) break ;;
    esac
  done
  case $verb in
    "") words="init serve status reload check explain sync directory protect unprotect secondary actions history review fleet authorize console config --config --help" ;;
    "init") words="--people --office365 --tenant --client-id --listen --clients --relay --protect --yes --config --help" ;;
    "serve") words="--config --help" ;;
    "status") words="--json --config --help" ;;
    "reload") words="--force --config --help" ;;
    "check") words="--json --csv --html --explain --all --policy --since --until --jobs --config --help" ;;
    "explain") words="--json --config --help" ;;
    "sync") words="--full --accept-shrink --config --help" ;;
    "directory") words="show --people --groups --group --protected --guests --directory --ids --json --config --help" ;;
    "directory show") words="--json --config --help" ;;
    "protect") words="--directory --yes --diff --preview --config --help" ;;
    "unprotect") words="--directory --yes --diff --preview --config --help" ;;
    "secondary") words="add remove list --config --help" ;;
    "secondary add") words="--yes --diff --preview --config --help" ;;
    "secondary remove") words="--yes --diff --preview --config --help" ;;
    "secondary list") words="--json --config --help" ;;
    "actions") words="--certain --likely --directory --diff --preview --config --help" ;;
    "history") words="erase summary audit --since --until --person --tier --action --limit --explain --json --csv --config --help" ;;
    "history erase") words="--preview --yes --config --help" ;;
    "history summary") words="--since --limit --json --config --help" ;;
    "history audit") words="--since --limit --json --config --help" ;;
    "review") words="decide undo --all --limit --json --config --help" ;;
    "review decide") words="--preview --yes --note --until --name --require-authentication --config --help" ;;
    "review undo") words="--config --help" ;;
    "fleet") words="resolve migrate --json --config --help" ;;
    "fleet resolve") words="--ours --theirs --config --help" ;;
    "fleet migrate") words="--config --help" ;;
    "authorize") words="--open --port --no-consent --config --help" ;;
    "console") words="invite user token --config --help" ;;
    "console invite") words="--role --config --help" ;;
    "console user") words="add remove list --config --help" ;;
    "console user add") words="--role --config --help" ;;
    "console user remove") words="--config --help" ;;
    "console user list") words="--json --config --help" ;;
    "console token") words="add remove list --config --help" ;;
    "console token add") words="--role --until --config --help" ;;
    "console token remove") words="--config --help" ;;
    "console token list") words="--json --config --help" ;;
    "config") words="check --config --help" ;;
    "config check") words="--live --json --config --help" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _namesake namesake

# shellcheck shell=bash
# bash completion for labpipe: tools, options and their values, as the tools themselves say (--completion).

_labpipe() {
    local labpipe=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local tool=${COMP_WORDS[1]} option metavar values options='' _
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "$tool" = help ]; }; then
        options=$("$labpipe" list --tsv 2>/dev/null | cut -f 2)
        [ "$COMP_CWORD" -eq 2 ] || options+=' help list version --help --version --exec-path'
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
        return
    fi
    # bash takes --by=VALUE apart at the sign.
    if [ "$word" = = ]; then
        word=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    while IFS=$'\t' read -r option metavar values _; do
        options+=" $option"
        [ "$option" = "$before" ] && [ "$metavar" != - ] || continue
        compopt +o default # a number or a name is no file
        case $values$metavar in
        -FILE*) compopt -o default ;;
        -*) ;;
        *) mapfile -t COMPREPLY < <(compgen -W "${values//|/ }" -- "$word") ;;
        esac
        return
    done < <("$labpipe" "$tool" --completion 2>/dev/null | tail -n +2)
    case $tool/$word in
    */-*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    example/*) mapfile -t COMPREPLY < <(compgen -W "$("$labpipe" example | cut -d ' ' -f 1)" -- "$word") ;;
    esac
}
complete -o default -F _labpipe labpipe

#compdef labpipe
# zsh completion for labpipe: tools, options and their values, as the tools themselves say (--completion).

_labpipe() {
    local labpipe=$words[1] tool=$words[2] before=$words[CURRENT-1] line
    local -a field described
    if (( CURRENT == 2 )) || [[ $CURRENT == 3 && $tool == help ]]; then
        for line in ${(f)"$($labpipe list --tsv 2>/dev/null)"}; do
            field=("${(@ps:\t:)line}")
            described+=("$field[2]:$field[3]")
        done
        (( CURRENT == 3 )) || described+=(
            'help:options and examples of a tool' 'list:what each tool does' 'version:print the version'
            '--help:print the usage' '--version:print the version' '--exec-path:print the folder of the tools')
        _describe tool described
        return
    fi
    for line in ${${(f)"$($labpipe $tool --completion 2>/dev/null)"}[2,-1]}; do
        field=("${(@ps:\t:)line}")
        described+=("$field[1]:$field[4]")
        # The value of the option before, or of --option= in this word.
        if [[ $field[2] != - && ( $before == $field[1] || $PREFIX == $field[1]=* ) ]]; then
            [[ $before == $field[1] ]] || compset -P '*='
            if [[ $field[3] != - ]]; then
                compadd -- ${(s:|:)field[3]}
            elif [[ $field[2] == FILE* ]]; then
                _files
            else
                _message $field[2]
            fi
            return
        fi
    done
    if [[ $PREFIX == -* ]]; then
        _describe -o option described
    elif [[ $tool == example ]]; then
        compadd -- ${${(f)"$($labpipe example 2>/dev/null)"}%% *}
    else
        _files
    fi
}
_labpipe "$@"

#!/bin/sh
# Usage: completion.sh BIN. Prints bash's completion for labpipe, made from the tools' option tables.
set -eu
bin=$1
echo "# bash completion for labpipe, made from the tools' option tables."
echo "_labpipe() {"
echo "    local word=\${COMP_WORDS[COMP_CWORD]} options="
echo "    case \${COMP_WORDS[1]} in"
for tool in "$bin"/*; do
    name=${tool##*/}
    [ "$name" = labpipe ] ||
        echo "    $name) options='$("$tool" --completion | tail -n +2 | cut -f 1 | tr '\n' ' ')' ;;"
done
echo "    esac"
echo "    if [ \"\$COMP_CWORD\" -eq 1 ]; then"
echo "        options='$(cd "$bin" && printf '%s\n' * | grep -vx labpipe | tr '\n' ' ')'"
echo "    fi"
echo "    mapfile -t COMPREPLY < <(compgen -W \"\$options\" -- \"\$word\")"
echo "}"
echo "complete -o default -F _labpipe labpipe"

#!/bin/sh
# Usage: install.sh PREFIX BIN. Installs the tools, `labpipe`, the manual pages and bash's
# completion under $DESTDIR/PREFIX.
set -eu
prefix=$1 bin=$2
to=${DESTDIR-}$prefix

install -d "$to/bin" "$to/libexec/labpipe" "$to/share/man/man1" \
    "$to/share/bash-completion/completions"
{
    echo "# bash completion for labpipe, made from the tools' option tables."
    echo "_labpipe() {"
    echo "    local word=\${COMP_WORDS[COMP_CWORD]} options="
    echo "    case \${COMP_WORDS[1]} in"
    for tool in "$bin"/*; do
        name=${tool##*/}
        [ "$name" != labpipe ] || continue
        install -m 755 "$tool" "$to/libexec/labpipe/$name"
        "$tool" --man >"$to/share/man/man1/labpipe-$name.1"
        echo "    $name) options='$("$tool" --completion | tail -n +2 | cut -f 1 | tr '\n' ' ')' ;;"
    done
    echo "    esac"
    echo "    if [ \"\$COMP_CWORD\" -eq 1 ]; then"
    echo "        options='$(cd "$bin" && printf '%s\n' * | grep -vx labpipe | tr '\n' ' ')'"
    echo "    fi"
    echo "    mapfile -t COMPREPLY < <(compgen -W \"\$options\" -- \"\$word\")"
    echo "}"
    echo "complete -o default -F _labpipe labpipe"
} >"$to/share/bash-completion/completions/labpipe"
install -m 755 "$bin/labpipe" "$to/bin/labpipe"
echo "labpipe is in $to/bin; the tools are in $to/libexec/labpipe"

#!/bin/sh
# labpipe TOOL [ARGUMENT]...: runs one of labpipe's tools, the way git runs its own. Some tools have
# names that the shell or the system uses too (split, eval), so the PATH holds only this one.
set -u
tools=@LIBEXEC@

case ${1-} in
'' | -h | --help | help)
    if [ $# -ge 2 ]; then
        exec "$tools/$2" --help
    fi
    echo "Usage: labpipe TOOL [OPTION]... [FILE]..."
    echo "       labpipe help TOOL, labpipe --version, labpipe --exec-path"
    echo
    echo "Tools:"
    for tool in "$tools"/*; do
        printf '  %-18s%s\n' "${tool##*/}" "$("$tool" --help | sed -n '2s/\.$//p')"
    done
    echo
    echo "To run a recipe: labpipe inspect --recipe FILE | PATH=\$(labpipe --exec-path):\$PATH bash"
    [ $# -ge 1 ] || exit 2
    ;;
--version) echo "labpipe @VERSION@" ;;
--exec-path) echo "$tools" ;;
-*)
    echo "labpipe: unknown option '$1' (labpipe --help)" >&2
    exit 2
    ;;
*/* | .*)
    echo "labpipe: '$1' is not the name of a tool (labpipe --help lists them)" >&2
    exit 2
    ;;
*)
    tool=$1
    shift
    if [ ! -x "$tools/$tool" ]; then
        echo "labpipe: unknown tool '$tool' (labpipe --help lists them)" >&2
        exit 2
    fi
    exec "$tools/$tool" "$@"
    ;;
esac

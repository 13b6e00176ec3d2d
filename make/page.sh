#!/bin/sh
# Usage: page.sh NAME.SECTION, with BIN, VERSION and RELEASED in the environment: prints a manual page, made of what the
# tool says of itself, or of the page in docs/. page.sh --list prints the names of all.
set -eu
pages="labpipe.1 labpipe-stream.5 labpipe-recipes.7 labpipe-reproducibility.7"
if [ "$1" = --list ]; then
    for page in $pages; do echo "$page"; done
    for source in tools/*.c; do
        name=$(basename "$source" .c)
        [ "$name" = labpipe ] || echo "labpipe-$name.1"
    done
    exit
fi
name=${1%.*}
case " $pages " in
*" $1 "*) ;;
*) exec "$BIN/${name#labpipe-}" --man ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$BIN/labpipe" list --tsv >"$work/tools"
sed -n '/^### Names/,/^##* The recipe/s/^|/&/p' docs/design.md >"$work/names"
LC_ALL=C awk -f make/man.awk -v name="$name" -v section="${1##*.}" -v version="$VERSION" -v released="$RELEASED" \
    -v tools="$work/tools" -v names="$work/names" "docs/${name#labpipe-}.md"

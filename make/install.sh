#!/bin/sh
# Usage: install.sh LIBRARY..., with the Makefile's variables in the environment. Installs `labpipe`, the tools, the
# libraries with the headers of the public one and its .pc, the manual pages and the shells' completions. Every
# path that one file has of another is relative, so that the whole can be moved.
# shellcheck disable=SC2153,SC2154 # RUNPATH and the rest come from there
set -eu

# ---- the folders ----

absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
bindir=$(absolute "$bindir") libdir=$(absolute "$libdir") includedir=$(absolute "$includedir")
share=$(absolute "$datarootdir") mandir=$(absolute "$mandir")
tools=$(absolute "$libexecdir")/labpipe headers=$includedir/labpipe
manifest=$share/labpipe/manifest
between() { realpath -m --relative-to="$1" -- "$2"; } # between FROM TO

# What this run installs and the folders that it makes, for `make uninstall`: a line "file PATH" or "folder PATH",
# as seen from the manifest's own folder. What an earlier version left is taken away at the end.
lines=$(mktemp)
scratch=$(mktemp)
trap 'rm -f "$lines" "$scratch"' EXIT
[ -z "$DESTDIR" ] || mkdir -p -- "$DESTDIR"
folder() { # folder PATH: made with all that it is in
    if ! [ -d "$DESTDIR$1" ]; then
        folder "$(dirname -- "$1")"
        mkdir "$DESTDIR$1"
        chmod 755 "$DESTDIR$1"
        echo "folder $(between "${manifest%/*}" "$1")" >>"$lines"
    fi
}
file() { # file MODE PATH: standard input becomes the file, which is there as a whole or not at all
    folder "${2%/*}"
    cat >"$DESTDIR$2.new"
    chmod "$1" "$DESTDIR$2.new"
    mv -f "$DESTDIR$2.new" "$DESTDIR$2"
    echo "file $(between "${manifest%/*}" "${2%/*}")/${2##*/}" >>"$lines"
}
symbolic_link() { # symbolic_link TARGET PATH
    folder "${2%/*}"
    ln -sf "$(between "${2%/*}" "${1%/*}")/${1##*/}" "$DESTDIR$2"
    echo "file $(between "${manifest%/*}" "${2%/*}")/${2##*/}" >>"$lines"
}
old=
[ ! -e "$DESTDIR$manifest" ] || old=$(cat "$DESTDIR$manifest")

# ---- the libraries ----

binary() { # binary MODE PATH: $scratch, stripped
    # shellcheck disable=SC2086 # STRIP may hold options
    [ -z "$STRIP" ] || $STRIP "$scratch"
    file "$1" "$2" <"$scratch"
}
for library; do
    cat "$BUILD/$library" >"$scratch"
    binary 644 "$libdir/$library"
done
public=$1
symbolic_link "$libdir/$public" "$libdir/${public%.*}"
# shellcheck disable=SC2086 # CC may hold options
for header in $(echo "#include \"$PUBLIC_HEADER\"" | $CC -Ilib -MM -x c - | tr ' ' '\n' | sed -n 's|^lib/||p'); do
    file 644 "$headers/$header" <"lib/$header"
done
[ -e "$DESTDIR$headers/$PUBLIC_HEADER" ] || { echo "make install: $CC finds no headers" >&2; exit 1; }
file 644 "$libdir/pkgconfig/labpipe.pc" <<END
libdir=\${pcfiledir}/..
includedir=\${pcfiledir}/$(between "$libdir/pkgconfig" "$headers")

Name: labpipe
Description: tensor streams: reading, writing, and the command line of a tool
Version: $VERSION
Libs: -L\${libdir} -llabpipe
Cflags: -I\${includedir}
END

# ---- the programs ----

# Linked anew: they look for the libraries in another place than those of the tree.
runpath=
[ "$RUNPATH" = no ] || runpath="\$ORIGIN/$(between "$tools" "$libdir")"
shared=$(for library; do case $library in *-mpi.*) ;; *) echo "$BUILD/$library" ;; esac; done)
for source in tools/*.c; do
    name=$(basename "$source" .c)
    objects="$MALLOC_OBJ $shared"
    [ "$name" != labpipe ] || objects=$BUILD/liblabpipe.a # as in the tree
    # shellcheck disable=SC2086 # words
    $CC $CFLAGS $LDFLAGS ${runpath:+-Xlinker -rpath -Xlinker "$runpath"} -Wl,--as-needed \
        -o "$scratch" "$BUILD/tools/$name.o" $objects $LDLIBS
    binary 755 "$tools/$name"
done
# The program finds the tools beside itself, wherever bindir is.
symbolic_link "$tools/labpipe" "$bindir/labpipe"

# ---- the pages ----

export BIN VERSION RELEASED
for page in $(sh make/page.sh --list); do
    sh make/page.sh "$page" >"$scratch"
    file 644 "$mandir/man${page##*.}/$page" <"$scratch"
done

# ---- completion ----

file 644 "$share/bash-completion/completions/labpipe" <make/completion/labpipe.bash
file 644 "$share/zsh/site-functions/_labpipe" <make/completion/labpipe.zsh
file 644 "$share/fish/vendor_completions.d/labpipe.fish" <make/completion/labpipe.fish

# ---- the manifest ----

folder "${manifest%/*}"
echo "file manifest" >>"$lines"
echo "$old" | sed -n 's/^file //p' | while IFS= read -r path; do
    grep -qxF "file $path" "$lines" || rm -f "$DESTDIR${manifest%/*}/$path"
done
{ echo "$old" | grep '^folder ' || true; cat "$lines"; } >"$DESTDIR$manifest"
chmod 644 "$DESTDIR$manifest"
echo "labpipe is in $bindir; the tools are in $tools"

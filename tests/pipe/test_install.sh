#!/bin/bash
# The tools share their libraries, and load no more of them than they need.
. tests/pipe/lib.sh

libraries=("$BUILD/liblabpipe.so.0" "$BUILD/liblabpipe-draw.so.0")

# ---- in the tree ----

# With debug information, or under a sanitizer, they are larger.
if nm "$tools/split" | grep -q __asan || readelf -S "$tools/split" | grep -q debug_info; then
    skip "a build for debugging: its size"
else
    bytes=$(cat "$tools"/* "${libraries[@]}" | wc -c)
    check "tools and libraries take 8 MB at most: $bytes" [ "$bytes" -le 8000000 ]
fi
drawing=" $(grep -lE '^#include "(draw|page)/' tools/*.c | sed 's|.*/||; s|\.c$||' | tr '\n' ' ')"
for name in $(all_tools); do # labpipe itself needs none
    loaded=$(ldd "$tools/$name" 2>&1) || loaded=
    [[ $drawing == *" $name "* ]] && expected=yes || expected=no
    equal "$name: loads cairo" "$([[ $loaded == *libcairo.so* ]] && echo yes || echo no)" "$expected"
    check "$name: loads the library of the tree" grep -q '/liblabpipe\.so\.0 (0x' <<<"$loaded"
done

# ---- built anew where it is built with something else ----

# Of the library two objects: one that any change concerns, and the one that knows the instruction sets.
objects=("$scratch/build/lib/base/error.o" "$scratch/build/lib/num/kernels.o")
compiles() { # compiles NAME HOW-MANY WORD...: so many of the objects are compiled by a make of these words
    local name=$1 count=$2
    shift 2
    equal "$name" "$(unset MAKEFLAGS MFLAGS MAKELEVEL; make BUILD="$scratch/build" "$@" "${objects[@]}" 2>&1 | grep -c '^CC ')" "$count"
}
compiles "at first" 2
compiles "a second make" 0
compiles "other CFLAGS" 2 CFLAGS='-O1 -DA="it'\''s (a), b"'
compiles "and not again" 0 CFLAGS='-O1  -DA="it'\''s (a), b" '
compiles "the former CFLAGS" 2
compiles "another CC" 2 CC='env cc'
compiles "other LDFLAGS" 2 CC='env cc' LDFLAGS=-Wl,-z,now
compiles "other instruction sets" 1 CC='env cc' LDFLAGS=-Wl,-z,now ISAS=generic
compiles "another version" 2 CC='env cc' LDFLAGS=-Wl,-z,now ISAS=generic VERSION=0.0.1
compiles "MPI=1: none of them" 0 CC='env cc' LDFLAGS=-Wl,-z,now ISAS=generic VERSION=0.0.1 MPI=1
: >"$scratch/build/liblabpipe-mpi.so.0"
by_make() { (unset MAKEFLAGS MFLAGS MAKELEVEL; make -s BUILD="$scratch/build" "$@"); }
check "for mpirun" by_make MPI=1 "$scratch/build/.mpi"
check "its library stays" [ -e "$scratch/build/liblabpipe-mpi.so.0" ]
check "and without" by_make "$scratch/build/.mpi"
check "it is gone" [ ! -e "$scratch/build/liblabpipe-mpi.so.0" ]
in_tree() { (unset MAKEFLAGS MFLAGS MAKELEVEL; CFLAGS=-Og make BIN="$BIN" BUILD="$BUILD" "$@"); }
check "the tree is up to date for what it was built with" in_tree -q tools "${built[@]}"
check "and not for something else" [ "$(in_tree -n tools | grep -c ' -c -o ')" -gt 100 ]
equal "make install takes it as it is" "$(in_tree -n install | grep -c ' -o ')" 0

# ---- installed ----

if nm -D "$tools/split" | grep -Eq '__asan|__gcov'; then
    skip "a build with other compiler flags: make install"
    exit
fi

# As a user who owns nothing but the place.
as_user() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    if setpriv --reuid=65534 --regid=65534 --clear-groups "$tools/split" --version >/dev/null 2>&1; then
        as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
        chmod 777 "$scratch"
    else
        skip "no setpriv, or a tree where others may not run the tools: installing without root"
    fi
fi
installs() { # installs make's words...
    (umask 077 && as_user make -s BIN="$BIN" BUILD="$BUILD" "$@")
}
entries() { (cd "$1" && find . -mindepth 1 | sort); }

place="$scratch/a folder, it's \$new/and one"
in_make=${place//\$/\$\$}
check "make install, a prefix with blanks and quotes" installs install prefix="$in_make"
labpipe=$place/bin/labpipe
equal "labpipe --version" "$("$labpipe" --version)" "labpipe $(sed -n 's/^VERSION := //p' Makefile)"
equal "the tools are there" "$("$labpipe" list --tsv | cut -f 2 | sort)" "$(all_tools)"
gen-moons -n 20 --seed 3 | split --seed 1 >"$scratch/tree.npz"
"$labpipe" gen-moons -n 20 --seed 3 | "$labpipe" split --seed 1 >"$scratch/installed.npz"
same "and do what those of the tree do" "$scratch/tree.npz" "$scratch/installed.npz"
for file in "$place"/libexec/labpipe/* "$place"/lib/*.so.0; do
    name=${file##*/}
    equal "$name: stripped" "$(nm "$file" 2>&1 | grep -c 'no symbols')" 1
    equal "$name: for everybody" "$(stat -c %a "$file")" "$([ "${name%.so.0}" = "$name" ] && echo 755 || echo 644)"
done
same "bash's completion" make/completion/labpipe.bash "$place/share/bash-completion/completions/labpipe"
same "zsh's completion" make/completion/labpipe.zsh "$place/share/zsh/site-functions/_labpipe"
same "fish's completion" make/completion/labpipe.fish "$place/share/fish/vendor_completions.d/labpipe.fish"
# The tools' malloc ends them; whoever uses the libraries has a malloc that need not.
own_malloc() { nm -D --defined-only "$1" | grep -cwE 'malloc|calloc|realloc'; }
for file in "$place"/libexec/labpipe/*; do
    [ "${file##*/}" = labpipe ] || equal "${file##*/}: its own malloc" "$(own_malloc "$file")" 3
done
for file in "$place"/lib/*.so.0; do
    equal "${file##*/}: no malloc" "$(own_malloc "$file")" 0
done
for page in $(sh make/page.sh --list); do
    check "its page $page" grep -q '^\.SH SEE ALSO' "$place/share/man/man${page##*.}/$page"
done
bytes=$(find "$place/bin" "$place/lib" "$place/libexec" -type f -exec cat {} + | wc -c)
check "8 MB at most: $bytes" [ "$bytes" -le 8000000 ]

# ---- moved ----

moved="$scratch/moved to"
check "it can be moved" mv "$place" "$moved"
equal "and goes on working" "$("$moved/bin/labpipe" inspect "$scratch/tree.npz")" "$(inspect "$scratch/tree.npz")"
check "with its pictures" "$moved/bin/labpipe" plot-scatter -o "$scratch/a.png" "$scratch/tree.npz"
# ---- a filter of somebody else's, with the library ----

export PKG_CONFIG_PATH=$moved/lib/pkgconfig
builds_filter() {
    builtin eval "set -- $(pkg-config --cflags --libs labpipe)" &&
        cc -std=c11 -Wall -Wextra -Werror -o "$scratch/clip" "$scratch/clip.c" "$@" -Wl,-rpath,"$moved/lib"
}
awk '/^```c$/ { on = 1; next } /^```/ { on = 0 } on' docs/stream.md >"$scratch/clip.c"
check "the filter of labpipe-stream(5) compiles with pkg-config" builds_filter
check "it has at most 35 lines" [ "$(wc -l <"$scratch/clip.c")" -le 35 ]
cd "$scratch" || exit 1
printf 'a,b\n-7,0.5\n2,7\n' >two.csv
from-csv two.csv >two.npz
equal "it limits x" "$(./clip --limit 2.5 two.npz | to-csv x)" "$(printf 'a,b\n-2.5,0.5\n2,2.5')"
equal "its stage is in the recipe" "$(./clip --limit 2.5 two.npz | inspect --recipe | sed 's/.*| //')" "labpipe clip --limit 2.5"
check "it becomes one of the tools" cp clip "$moved/libexec/labpipe"
equal "which labpipe runs" "$("$moved/bin/labpipe" clip --version)" "$(./clip --version)"
rm "$moved/libexec/labpipe/clip"
refuses "it refuses what a tool does" 2 "option --limit: '-1' is" ./clip --limit -1 two.npz
equal "the version is known to pkg-config" "labpipe $(pkg-config --modversion labpipe)" "$("$moved/bin/labpipe" --version)"
cd "$OLDPWD" || exit 1

# ---- installed again, uninstalled ----

mv "$moved" "$place"
touch "$place/share/man/man1/other.1" "$place/libexec/labpipe/old"
echo 'file ../../libexec/labpipe/old' >>"$place/share/labpipe/manifest"
check "installing again" installs install prefix="$in_make"
check "takes away what is no part any more" [ ! -e "$place/libexec/labpipe/old" ]
check "uninstall" installs uninstall prefix="$in_make"
equal "leaves what others put there" "$(entries "$place")" "$(printf './share\n./share/man\n./share/man/man1\n./share/man/man1/other.1')"
equal "a second uninstall" "$(installs uninstall prefix="$in_make" 2>&1 | head -n 1 | cut -d '(' -f 1)" \
    "make uninstall: labpipe is not installed there "

mkdir -m 777 "$scratch/root"
folders=(PREFIX=/usr bindir=/usr/games libexecdir=/srv/libexec libdir=/usr/lib/x86_64 mandir=/man)
check "DESTDIR and folders of one's own" installs install DESTDIR="$scratch/root" "${folders[@]}"
equal "it runs from any of them" "$("$scratch/root/usr/games/labpipe" --version)" "$("$tools/labpipe" --version)"
check "with its manual" [ -e "$scratch/root/man/man1/labpipe-split.1" ]
equal "no file names the place that it was built for" "$(grep -rlF -e "$scratch" -e "$PWD" "$scratch/root" | wc -l) files" "0 files"
check "uninstall there" installs uninstall DESTDIR="$scratch/root" "${folders[@]}"
equal "no file and no folder is left" "$(entries "$scratch/root" | wc -l) entries" "0 entries"

#!/bin/bash
# `make deb`: lintian finds no error, and dpkg installs the packages, which work, and removes them without a rest.
. tests/pipe/lib.sh

for program in dpkg dpkg-buildpackage dh lintian; do
    command -v "$program" >/dev/null || { skip "no $program: make deb"; exit; }
done
if nm -D "$tools/split" | grep -Eq '__asan|__gcov'; then
    skip "a build with other compiler flags: make deb"
    exit
fi
equal "debian/changelog has the version" "$(dpkg-parsechangelog -S Version)" "$(sed -n 's/^VERSION := //p' Makefile)"
asks_for() { tr -s ' ,\\\n' '\n' | grep -E -- '-dev$|^pkg-config$' | grep -vx libc6-dev | sort; }
equal "debian/control asks for the libraries that make deps installs" \
    "$(sed -n '/^Build-Depends/,/^Rules/p' debian/control | asks_for)" \
    "$(awk '/^DEBIAN_PACKAGES/ { on = 1 } on { print } on && !/\\$/ { exit }' Makefile | asks_for)"

# With what is compiled, and without the unit tests, which run anyway.
export DEB_BUILD_OPTIONS='nocheck noautodbgsym'
check "make deb, and lintian without an error" env OBJECTS="$BUILD" make -s deb "${built[@]}" BUILD="$BUILD"
mapfile -t packages < <(printf '%s\n' "$BUILD"/deb/*.deb)
equal "the packages" "$(printf '%s\n' "${packages[@]##*/}" | cut -d _ -f 1 | tr '\n' ' ')" \
    "labpipe liblabpipe-dev liblabpipe-draw0 liblabpipe0 "
needed() { dpkg-deb -f "$BUILD"/deb/"$1"_*.deb Depends; }
equal "the library needs no cairo" "$(needed liblabpipe0 | grep -c cairo)" 0
check "the pictures do" grep -q cairo <<<"$(needed liblabpipe-draw0)"
check "the tools need both libraries" grep -Eq 'liblabpipe-draw0 \(.*liblabpipe0 \(' <<<"$(needed labpipe)"

# A system of its own, which lacks what they depend on.
root=$scratch/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/triggers"
touch "$root/var/lib/dpkg/status"
in_root() { dpkg --force-not-root,depends --root="$root" --log="$scratch/log" "$@"; }
entries() { (cd "$root" && find . -mindepth 1 -not -path './var*' -not -path './etc*' | sort); }
check "dpkg installs them" in_root --install "${packages[@]}"
library=$(dirname "$(find "$root/usr/lib" -name 'liblabpipe.so.0')")
labpipe() { LD_LIBRARY_PATH=$library "$root/usr/bin/labpipe" "$@"; }
gen-moons -n 50 --seed 2 | split >"$scratch/tree.npz"
labpipe gen-moons -n 50 --seed 2 | labpipe split >"$scratch/installed.npz"
same "they do what the tree does" "$scratch/tree.npz" "$scratch/installed.npz"
check "and draw" labpipe plot-scatter -o "$scratch/a.png" "$scratch/tree.npz"
equal "their pages" "$(find "$root/usr/share/man" -name '*.gz' | wc -l)" "$(sh make/page.sh --list | wc -l)"
check "dpkg removes them" in_root --purge labpipe liblabpipe-dev liblabpipe-draw0 liblabpipe0
equal "and nothing is left" "$(entries | wc -l) entries" "0 entries"

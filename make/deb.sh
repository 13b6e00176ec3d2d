#!/bin/sh
# Usage: deb.sh, with BUILD, VERSION and ISAS in the environment. Builds Debian's packages from a copy of the tree, in
# $BUILD/deb, and lets lintian judge them. With OBJECTS=FOLDER the copy begins with what that one has compiled.
set -eu
# shellcheck disable=SC2153 # the Makefile sets them
work=$BUILD/deb version=$VERSION isas=$ISAS
for program in dpkg-buildpackage dh lintian; do
    command -v "$program" >/dev/null || {
        echo "make deb: $program is missing (run: make deb-deps)" >&2
        exit 1
    }
done
dpkg-checkbuilddeps || { echo "make deb: run make deps deb-deps first" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work/labpipe-$version"
tar --exclude=./.git --exclude=./bin --exclude=./build --exclude=./out --exclude=./data -cf - . |
    tar -x -C "$work/labpipe-$version"
if [ -n "${OBJECTS-}" ]; then
    mkdir "$work/labpipe-$version/build"
    cp -a "$OBJECTS/lib" "$OBJECTS/tools" "$OBJECTS"/liblabpipe*.so.* "$OBJECTS/.flags" "$OBJECTS/.isas" \
        "$OBJECTS/.checked" "$work/labpipe-$version/build"
fi
unset BUILD BIN # the copy has its own
# Objects fit the flags alone that they were compiled with.
MAKEFLAGS=$({ [ -z "${OBJECTS-}" ] || cat "$work/labpipe-$version/build/.flags"; echo "ISAS=$isas"; } | sed 's/ /\\ /g' | tr '\n' ' ')
export MAKEFLAGS
cd "$work/labpipe-$version"
dpkg-buildpackage -b -nc -us -uc >../log 2>&1 || {
    tail -n 20 ../log >&2
    echo "make deb: dpkg-buildpackage failed, see $work/log" >&2
    exit 1
}
cd ..
lintian --allow-root --fail-on error ./*.changes
ls "$PWD"/*.deb

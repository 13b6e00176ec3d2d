#!/bin/sh
# Usage: uninstall.sh, with the Makefile's variables in the environment. Removes the files that install.sh put there
# and the folders that it made, unless something else is in them by now.
set -eu
case $datarootdir in /*) ;; *) datarootdir=$PWD/$datarootdir ;; esac
here=$DESTDIR$datarootdir/labpipe
[ -e "$here/manifest" ] || {
    echo "make uninstall: labpipe is not installed there ($here/manifest is missing)" >&2
    exit 1
}
lines=$(cat "$here/manifest")
here=$(realpath -- "$here")
echo "$lines" | sed -n 's/^file //p' | while IFS= read -r path; do rm -f "$here/$path"; done
# By whole paths: ../.. has no meaning any more where a folder on the way is gone.
echo "$lines" | sed -n 's/^folder //p' | while IFS= read -r path; do realpath -m -- "$here/$path"; done | sort -r |
    while IFS= read -r path; do rmdir "$path" 2>/dev/null || true; done

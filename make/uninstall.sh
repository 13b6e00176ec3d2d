#!/bin/sh
# Usage: uninstall.sh PREFIX. Removes what install.sh put there.
set -eu
to=${DESTDIR-}$1
rm -rf "$to/libexec/labpipe"
rm -f "$to/bin/labpipe" "$to"/share/man/man1/labpipe-*.1 \
    "$to/share/bash-completion/completions/labpipe"

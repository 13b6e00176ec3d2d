#!/bin/sh
# Usage: libraries.sh CC. Says which library is missing, in one line, before anything is compiled.
set -u
cc=$1

need() { # need PACKAGE 'CODE' FLAGS...
    package=$1 code=$2
    shift 2
    # shellcheck disable=SC2086 # CC may hold options
    printf '%s\nint main(void) { return 0; }\n' "$code" |
        $cc -x c -fsyntax-only "$@" - 2>/dev/null || {
        echo "labpipe: $package is missing (run: make deps)" >&2
        exit 1
    }
}

command -v "${cc%% *}" >/dev/null || { echo "labpipe: no C compiler '$cc' (run: make deps)" >&2; exit 1; }
command -v pkg-config >/dev/null || { echo "labpipe: pkg-config is missing (run: make deps)" >&2; exit 1; }
need libc6-dev '#include <stdio.h>'
need zlib1g-dev '#include <zlib.h>'
need libdeflate-dev '#include <libdeflate.h>'
need libpng-dev '#include <png.h>'
need libjansson-dev '#include <jansson.h>'
pkg-config --exists cairo || { echo "labpipe: libcairo2-dev is missing (run: make deps)" >&2; exit 1; }
need nettle-dev '#include <nettle/sha2.h>'
need libcunit1-dev '#include <CUnit/CUnit.h>'

# shellcheck shell=bash
# Sourced by the scripts that compare the labs' streams: makes them, and a digest of each. $BIN and
# $BUILD come from the Makefile.
set -u -o pipefail
export LC_ALL=C
digests=fixtures/digests.txt
jobs=$(nproc 2>/dev/null || echo 1)
rm -rf "$BUILD/identical"
mkdir -p "$BUILD/identical"
work=$(cd "$BUILD/identical" && pwd)

# The makes below start without the variables of the one above, but for those that the tools were built with.
unset MAKEFLAGS MFLAGS MAKELEVEL SMALL ONLY OUT RATINGS TITLE FACES FASHION CIFAR
mapfile -t built < <(cat "$BUILD/.flags" "$BUILD/.isas" "$BUILD/.mpi")

# digest_streams FILE ISA THREADS VARIABLE=VALUE...: makes streams, and writes "DIGEST  NAME" of each
# to FILE, by name. An empty ISA or THREADS is the machine's own.
digest_streams() {
    local to=$1 isa=$2 threads=$3
    shift 3
    rm -rf "$work/out"
    LABPIPE_ISA=$isa LABPIPE_THREADS=$threads make -s -j "$jobs" streams "${built[@]}" "$@" \
        OUT="$work/out" BIN="$BIN" BUILD="$BUILD" >"$work/log" 2>&1 || {
        cat "$work/log"
        return 1
    }
    (cd "$work/out" && find . -name '*.npz' -printf '%P\n' | sort | xargs -r sha256sum) >"$to"
    rm -rf "$work/out"
}

# The labs that have a small form, and what is committed of a form: small (with the labs that have
# no other) or full, of these labs or of all.
small_labs() { sed -n 's,.*  small/\([^/]*\)/.*,\1,p' "$digests" | sort -u; }
committed() { # committed small|full [LAB...]
    local form=$1
    shift
    grep -v '^#' "$digests" | awk -v form="$form" -v only="$*" -v labs="$(small_labs | tr '\n' ' ')" '
        BEGIN {
            n = split(labs, lab, " ")
            for (i = 1; i <= n; i++) has_small[lab[i]] = 1
            n = split(only, lab, " ")
            for (i = 1; i <= n; i++) wanted[lab[i]] = 1
        }
        {
            small = sub(/^small\//, "", $2)
            split($2, part, "/")
            if ((only == "" || part[1] in wanted) && (form == "small" ? small || !(part[1] in has_small) : !small))
                print $1 "  " (small ? "small/" : "") $2
        }' | sort -k 2
}

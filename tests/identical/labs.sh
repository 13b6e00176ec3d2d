#!/bin/bash
# Makes the streams of every lab on every instruction set of this machine with 1, 2, 3 and 7 threads,
# and compares their digests with each other and with fixtures/digests.txt. The labs on pictures run
# in their small form there, and in full on the vector instruction sets, once each: plain C would
# take most of an hour. Prints a line a combination, with one digest over all its streams.
. tests/identical/streams.sh
. tests/isas.sh
trap 'rm -rf "$work"' EXIT
same=0 different=0

hold() { # hold FORM ISA THREADS WHAT VARIABLE=VALUE...: against the first of that form
    local form=$1 isa=$2 threads=$3 what=$4 got=$work/got first=$work/first-$1 start=$SECONDS
    shift 4
    if ! digest_streams "$got" "$isa" "$threads" "$@"; then
        echo "FAILED: $isa, $threads threads, $what: the labs do not run"
        different=$((different + 1))
        return
    fi
    [ -e "$first" ] || cp "$got" "$first"
    printf '%s  %-7s %d thread%s, %s: %d streams, %d s\n' "$(sha256sum <"$got" | cut -c 1-16)" \
        "$isa" "$threads" "$([ "$threads" = 1 ] || echo s)" "$what" "$(wc -l <"$got")" \
        $((SECONDS - start))
    if cmp -s "$first" "$got"; then
        same=$((same + 1))
    else
        different=$((different + 1))
        echo "FAILED: these differ from the first combination's:"
        diff "$first" "$got" | sed -n 's/^> .*  /  /p'
    fi
}

isas=$(runnable_isas "$BIN/gen-moons" -n 2) || exit 1
# shellcheck disable=SC2086 # words
not_among $isas
few=$(small_labs | tr '\n' ' ')
for threads in 1 2 3 7; do
    for isa in $isas; do
        hold small "$isa" $threads "all labs (small: ${few% })" SMALL=1
    done
done
threads=2
for isa in $isas; do
    [ "$isa" = generic ] || hold full "$isa" $threads "in full: ${few% }" ONLY="$few"
    threads=$((threads + 1))
done
echo "not combined: ${few% } in full with plain C, and with other thread counts"

# What all combinations agree on may still not be what was committed.
for form in small full; do
    [ -e "$work/first-$form" ] || continue
    # shellcheck disable=SC2046 # words
    committed $form $([ $form = small ] || echo "$few") >"$work/committed"
    if ! cmp -s "$work/committed" "$work/first-$form"; then
        different=$((different + 1))
        echo "FAILED: these differ from $digests (make digests, if that is meant):"
        diff "$work/committed" "$work/first-$form" | sed -n 's/^[<>] .*  /  /p' | sort -u
    fi
done
echo "labs: $same combinations equal, $different different"
[ "$different" -eq 0 ] && [ "$same" -gt 0 ]

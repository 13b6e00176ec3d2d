# shellcheck shell=sh
# Sourced by the scripts that run every instruction set.

# Those that the kernels know, on whatever architecture.
known_isas() { sed -n 's/^LP_ISA(\([a-z0-9_]*\),.*/\1/p' lib/num/isas.h; }

# runnable_isas COMMAND...: those that a tool or the self-test was built for and this machine runs, the
# best first. The command itself names them where it refuses another; without that refusal, and with
# any other status than the refusal's, the result is an error.
runnable_isas() {
    status=0
    refusal=$(LABPIPE_ISA=none "$@" 2>&1 >/dev/null) || status=$?
    isas=$(echo "$refusal" | sed -n 's/.*(it runs \(.*\))$/\1/p' | tr -d ,)
    if [ $status -ne 2 ] || [ -z "$isas" ]; then
        echo "$1: status $status for an unknown instruction set, and no list of its own: $refusal" >&2
        return 1
    fi
    echo "$isas"
}

# not_among ISA...: a line for each known set that is not among these.
not_among() {
    for isa in $(known_isas); do
        case " $* " in *" $isa "*) ;; *) echo "skipped: $isa, for another machine or build" ;; esac
    done
}

#!/bin/bash
# Usage: seconds.sh FILE COMMAND...: runs the command, and leaves the seconds that it took in FILE.
set -eu
file=$1 TIMEFORMAT=%R
shift
{ time "$@" 2>&3; } 3>&2 2>"$file"

#!/bin/bash
# Usage: origin.sh name VARIABLE FOLDER DEPTH PATTERN...
#        origin.sh list FILE FOLDER DEPTH PATTERN...
#        origin.sh first - FOLDER DEPTH PATTERN...
# Real data for a lab: the files in FOLDER, at most DEPTH folders down, whose names match a PATTERN
# ("a*|b*": either).
#
# name: prints what the lab's paths call the folder; or, after a "!", what is wrong with it: each PATTERN
#       needs a file.
# list: writes each file's path, size and time to FILE, unless it says so already: what is made of FILE
#       is then made again where a file changed, even for an older one. The first line is the folder.
# first: prints the path of the first file of each PATTERN: the plain one where a gzipped one is beside it.
set -eu -o pipefail
export LC_ALL=C
what=$1 to=$2 folder=$3 depth=$4
shift 4

files() { # files PATTERN
    local alternatives names=() name
    IFS='|' read -ra alternatives <<<"$1"
    for name in "${alternatives[@]}"; do names+=(-o -iname "$name"); done
    find -L "$folder/" -mindepth 1 -maxdepth "$depth" -type f \( "${names[@]:1}" \) -printf '%p\t%s %T@\n' | sort
}

wrong() { echo "! $to=$folder: $*"; exit; }

case $what in
name)
    [ -e "$folder" ] || wrong 'there is no such folder'
    [ -d "$folder" ] || wrong 'it is not a folder'
    if ! [ -r "$folder" ] || ! [ -x "$folder" ]; then wrong 'the folder cannot be read'; fi
    for pattern in "$@"; do
        [ -n "$(files "$pattern")" ] || wrong "there is no ${pattern//|/, } in the folder"
    done
    name=$(basename "$(realpath "$folder")" | tr -c 'A-Za-z0-9._\n-' _)
    case $name in generated | [._/-]*) name=folder-$name ;; esac
    echo "$name"
    ;;
list)
    mkdir -p "${to%/*}"
    folder=$(realpath "$folder")
    list=$(echo "$folder" && for pattern in "$@"; do files "$pattern"; done)
    echo "$list" | cmp -s - "$to" || echo "$list" >"$to"
    ;;
first) for pattern in "$@"; do files "$pattern" | sed 's/\t.*//; s,/\+,/,g; q'; done ;;
esac

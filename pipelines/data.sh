#!/bin/bash
# Usage: data.sh TABLE DIR. Fetches the files of TABLE (see pipelines/data.tsv) into DIR with curl, resumes
# an interrupted download, and removes a file whose checksum is not the published one.
set -u -o pipefail
table=$1 dir=$2

is_right() { # is_right FILE SUM
    case ${#2} in
    32) echo "$2  $1" | md5sum --check --status 2>/dev/null ;;
    64) echo "$2  $1" | sha256sum --check --status 2>/dev/null ;;
    *) false ;;
    esac
}

unpack() { # unpack ARCHIVE FOLDER: its files, without their folders
    mkdir -p "$2"
    case $1 in
    *.tar.gz) tar -xzf "$1" -C "$2" --strip-components=1 ;;
    *.zip) unzip -q -o -j "$1" -d "$2" ;;
    esac
}

failed=0
while IFS=$'\t' read -r file address sum folder; do
    case $file in '#'* | '') continue ;; esac
    to=$dir/$file
    mkdir -p "${to%/*}"
    if [ -e "$to" ] && ! is_right "$to" "$sum"; then
        rm -f "$to"
    fi
    if [ ! -e "$to" ]; then
        echo "fetching $address"
        is_right "$to.part" "$sum" || curl -fsSL -C - -o "$to.part" "$address" || {
            echo "data: fetching $address failed (call again to resume)" >&2
            failed=1
            continue
        }
        if ! is_right "$to.part" "$sum"; then
            echo "data: $address: its checksum is not $sum as published (the file has been removed)" >&2
            rm -f "$to.part"
            failed=1
            continue
        fi
        mv "$to.part" "$to"
    fi
    if [ "$folder" != - ] && [ ! -e "$dir/$folder/.unpacked" ]; then
        if unpack "$to" "$dir/$folder"; then
            touch "$dir/$folder/.unpacked"
        else
            echo "data: $to cannot be unpacked" >&2
            failed=1
        fi
    fi
done <"$table"
exit $failed

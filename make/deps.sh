#!/bin/sh
# Installs the Debian packages named on the command line that are missing: as root, or through
# sudo. Without apt-get it says what to install.
set -eu

missing=
for package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done 2>/dev/null
if [ -z "$missing" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "make deps: this system has no apt-get; install the libraries of these Debian packages:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "make deps: run it as root, or install:$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "make deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
$as_root apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 || {
    # The package lists may be missing or old.
    $as_root apt-get update -q >/dev/null
    $as_root apt-get install -y --no-install-recommends $missing >/dev/null
}

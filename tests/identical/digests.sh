#!/bin/bash
# Writes fixtures/digests.txt: the SHA-256 of every stream that the labs make, in both forms.
. tests/identical/streams.sh
digest_streams "$work/full" '' '' || exit 1
digest_streams "$work/small" '' '' SMALL=1 || exit 1
{
    echo '# The SHA-256 of every stream of every lab (make digests writes this, make test holds them to it).'
    sort -u -k 2 "$work/full" "$work/small"
} >"$work/digests" && mv "$work/digests" "$digests"
echo "$digests: $(grep -vc '^#' "$digests") streams"
rm -rf "$work"

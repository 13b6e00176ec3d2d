#!/bin/bash
# The tools share their libraries, and load no more of them than they need.
. tests/pipe/lib.sh

libraries=("$BUILD/liblabpipe.so.0" "$BUILD/liblabpipe-draw.so.0")

# ---- in the tree ----

# With debug information, or under a sanitizer, they are larger.
if nm "$tools/split" | grep -q __asan || readelf -S "$tools/split" | grep -q debug_info; then
    skip "a build for debugging: its size"
else
    bytes=$(cat "$tools"/* "${libraries[@]}" | wc -c)
    check "tools and libraries take 8 MB at most: $bytes" [ "$bytes" -le 8000000 ]
fi
drawing=' plot-confusion plot-curves plot-scatter render-weights '
for tool in "$tools"/*; do
    name=${tool##*/}
    loaded=$(ldd "$tool" 2>&1) || loaded=
    [[ $drawing == *" $name "* ]] && expected=yes || expected=no
    equal "$name: loads cairo" "$([[ $loaded == *libcairo.so* ]] && echo yes || echo no)" "$expected"
    check "$name: loads the library of the tree" grep -q '/liblabpipe\.so\.0 (0x' <<<"$loaded"
done

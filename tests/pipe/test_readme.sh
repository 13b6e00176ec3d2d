#!/bin/bash
# README's commands print what README says.
# shellcheck disable=SC2154 # variables of lib.sh
. tests/pipe/lib.sh
readme=$PWD/README.md
bin=$(dirname "$(command -v from-csv)")
ln -s "$bin" "$scratch/bin"
ln -s "$fixtures" "$scratch/fixtures"
cd "$scratch" || exit 1

# The console blocks as "$ command" lines and what each printed; run in their order.
awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$readme" >session
command='' expected=''
run() {
    [ -z "$command" ] || equal "$command" "$(bash -c "$command" 2>&1)" "${expected%$'\n'}"
    expected=''
}
while IFS= read -r line; do
    if [ "${line#\$ }" != "$line" ]; then
        run
        command=${line#\$ }
    else
        expected+=$line$'\n'
    fi
done <session
run
check "there are commands in README" [ "$passed" -ge 8 ]

# The Python lines work as they stand.
if [ -n "$python" ]; then
    awk '/^```python/ { on = 1; n++; next } /^```/ { on = 0 } on { print > "block" n ".py" }' "$readme"
    check "reading from NumPy" "$python" block1.py
    "$python" block2.py | pick '*' >from_numpy.npz
    check "writing from NumPy, through a pipe" [ -s from_numpy.npz ]
else
    skip "NumPy is not installed"
fi

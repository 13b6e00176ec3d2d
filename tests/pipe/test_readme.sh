#!/bin/bash
# README's commands print what README shows.
. tests/pipe/lib.sh
readme=$PWD/README.md
ln -s "$tools" "$scratch/bin"
ln -s "$fixtures" "$scratch/fixtures"
cd "$scratch" || exit 1

# The console blocks, in their order: "$ command" lines, and the output of each.
awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$readme" >session
command='' expected=''
run() {
    if [ -z "$command" ]; then
        :
    elif [ -z "$expected" ]; then
        silent "$command" piped "$command"
    else
        equal "$command" "$(piped "$command" 2>&1)" "${expected%$'\n'}"
    fi
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
check "README has commands" [ "$passed" -ge 8 ]

# The Python lines work as they stand.
if [ -n "$python" ]; then
    awk '/^```python/ { on = 1; n++; next } /^```/ { on = 0 } on { print > "block" n ".py" }' "$readme"
    check "reading from NumPy" "$python" block1.py
    equal "writing from NumPy, through a pipe" "$("$python" block2.py | inspect --tsv | cut -f 1-3 | tail -n 2)" \
        "$(printf 'x\tf8\t(3, 3)\ny\ti8\t(3,)')"
else
    skip "no NumPy: the Python blocks"
fi

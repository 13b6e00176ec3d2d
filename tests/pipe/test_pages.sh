#!/bin/bash
# README.md and CONTRIBUTING.md: their commands print what the page shows, their tables list what the tree
# has, and the rooms are those of docs/design.md.
# shellcheck disable=SC2016 # backquotes are Markdown's; an inner shell expands the rest
. tests/pipe/lib.sh
for name in README.md CONTRIBUTING.md Makefile lib make pipelines tests tools fixtures docs; do
    ln -s "$PWD/$name" "$scratch/$name"
done
ln -s "$tools" "$scratch/bin"
cd "$scratch" || exit 1
PATH=${PATH#"$tools":}:$tools # as README has it: `split` is the system's
inspect() { labpipe inspect "$@"; }

unset MAKEFLAGS MFLAGS MAKELEVEL # a make of its own
mkdir empty # README's begin with nothing
for page in README.md CONTRIBUTING.md; do
    if [ $page = README.md ]; then cd empty || exit 1; else cd "$scratch" || exit 1; fi
    before=$passed
    runs_page "$scratch/$page"
    check "$page has commands" [ $((passed - before)) -ge 6 ]
done

# ---- Python blocks ----

cd empty || exit 1

if [ -n "$python" ]; then
    awk '/^```python/ { on = 1; n++; next } /^```/ { on = 0 } on { print > "block" n ".py" }' ../README.md
    check "reading from NumPy" "$python" block1.py
    equal "writing from NumPy, through a pipe" "$("$python" block2.py | inspect --tsv | cut -f 1-3 | tail -n 2)" \
        "$(printf 'x\tf8\t(3, 3)\ny\ti8\t(3,)')"
    if "$python" -c 'import torch' 2>/dev/null; then
        { cat "$(grep -l load_state_dict block*.py)"; echo 'numpy.savetxt("theirs", scores.argmax(1).numpy(), "%d")'; } >network.py
        check "a network of labpipe's in PyTorch" "$python" network.py
        labpipe predict --x x_test cnn.npz | labpipe to-csv --no-header y_pred >ours
        same "predicts the same there" ours theirs
    else
        skip "no PyTorch: a network of labpipe's in it"
    fi
    if "$python" -c 'import sklearn' 2>/dev/null; then
        check "a model of scikit-learn" "$python" "$(grep -l sklearn block*.py)"
        equal "answers as it does" "$(eval --tsv --model logistic.npz iris.npz | cut -f 1-3 | tail -n 1)" \
            "$(printf 'all\t150\t0.9733333333333334')"
    else
        skip "no scikit-learn: its model"
    fi
else
    skip "no NumPy: the Python blocks"
fi

# ---- tables ----

cd "$scratch" || exit 1

equal "README lists every tool" "$(sed -n 's/^|[^|]*| `\([a-z-]*\)` | .*/\1/p' README.md | sort | tr '\n' ' ')" \
    "$(cd tools && printf '%s\n' *.c | sed 's/\.c$//' | grep -vx labpipe | sort | tr '\n' ' ')"
equal "and each in its own group, with its own summary" \
    "$(awk -F ' *[|] *' '/^\|[^|]*\| `[a-z-]*` \|/ { group = $2 ? $2 : group; gsub("`", ""); print group "\t" $3 "\t" $4 }' README.md | sort)" \
    "$(labpipe list --tsv | sort)"
equal "README lists every lab" "$(sed -n 's/^| `\([a-z0-9]*\)` | [^|]*|[^|]*|$/\1/p' README.md | sort | tr '\n' ' ')" \
    "$(sed -n 's/^LABS += //p' pipelines/*.mk | sort | tr '\n' ' ')"
silent "the rooms include what docs/design.md allows, and README has its rows" \
    piped 'awk -f make/lint/rooms.awk docs/design.md README.md $(find lib/ tools/ -name "*.[ch]")'

#!/bin/bash
# Every file knows how it was made: the recipes of streams from one input, several, foreign files,
# pipes without a recipe; replaying them gives the same bytes or fails.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

gen-moons -n 40 --seed 7 | split --train 0.5 --seed 3 >parts.npz
equal "a generator and a filter" "$(inspect --recipe parts.npz)" \
    "labpipe gen-moons -n 40 --noise 0.05 --seed 7 | labpipe split --train 0.5 --seed 3"
replays "a pipeline" parts.npz

# What changes no byte is not in it, what has another default in another version is.
gen-moons -n 40 --threads 2 --quiet -o moons.npz
equal "threads and -o are left out" "$(inspect --recipe moons.npz)" "labpipe gen-moons -n 40 --noise 0.05 --seed 0"
gen-moons -n 40 --compress >deflated.npz
equal "--compress is kept" "$(inspect --recipe deflated.npz)" "labpipe gen-moons -n 40 --noise 0.05 --seed 0 --compress"
replays "deflated" deflated.npz

# Older recipes name the tools alone: what continues one leaves it as it was.
if [ -n "$python" ]; then
    "$python" -c 'import numpy as np
d = dict(np.load("moons.npz")); np.savez("old.npz", x=d["x"], y=d["y"], recipe=b"gen-moons -n 40 --seed 0")'
    split old.npz >older.npz
    equal "an older recipe goes on" "$(inspect --recipe older.npz)" \
        "gen-moons -n 40 --seed 0 | labpipe split --train 0.8 --seed 0"
    check "and makes the same tensors" piped \
        'inspect --recipe older.npz | bash | pick "x*" "y*" | to-csv >a; pick "x*" "y*" older.npz | to-csv >b; cmp a b'
fi

# Defaults that what was given or read leaves without a meaning are not in it.
train-mlp --hidden 3 --activation tanh --epochs 1 parts.npz >tanh.npz
train-mlp --init-from tanh.npz --epochs 1 parts.npz >more.npz
check "the activation of --init-from" piped 'inspect --recipe more.npz | grep -q "train-mlp --init-from"'
replays "a start from another network" more.npz
split --validation 0.2 parts.npz >three.npz
equal "a part of x_train" "$(inspect --recipe three.npz)" \
    "$(inspect --recipe parts.npz) | labpipe split --validation 0.2 --seed 0"
replays "a part of x_train" three.npz
gen-ratings -n 300 --users 20 --items 20 | split | factorise --method sgd --rank 2 --bias --reg 0.1 --epochs 1 >biased.npz
check "the biases' own default" piped 'inspect --recipe biased.npz | grep -q -- "--bias --bias-reg 0.1 "'
replays "the biases' own default" biased.npz
gen-ratings -n 300 --users 20 --items 20 | split | factorise --method sgd --rank 2 --lr-schedule 0:0.1,1:0.01 --epochs 2 >rates.npz
replays "rates with their times" rates.npz

# Several inputs.
train-mlp --hidden 3 --epochs 2 parts.npz | pick 'layer*' >model.npz
gen-moons -n 12 --seed 9 >new.npz
predict model.npz new.npz >answers.npz
equal "two inputs" "$(inspect --recipe answers.npz)" \
    "cat <($(inspect --recipe model.npz)) <($(inspect --recipe new.npz)) | labpipe predict"
replays "two inputs" answers.npz
cat model.npz new.npz | predict >answers2.npz
same "cat and two operands" answers.npz answers2.npz
predict --model model.npz new.npz >answers3.npz
equal "a stream that an option names" "$(inspect --recipe answers3.npz)" \
    "$(inspect --recipe new.npz) | labpipe predict --model <($(inspect --recipe model.npz))"
replays "a stream that an option names" answers3.npz

# Words that the shell would take apart.
refuses "a name with a blank" 2 "a name is letters" pick 'x*' --rename 'x=x y' moons.npz
cp moons.npz "it's here.npz"
pick 'x' "./it's here.npz" >quoted.npz
replays "a path with a quote and a blank" quoted.npz

# Foreign files, without a recipe.
if [ -n "$python" ]; then
    "$python" -c 'import numpy as np; np.savez("foreign.npz", x=np.arange(12.).reshape(6, 2), y=np.arange(6) % 2); np.savez("more.npz", z=np.ones(3))'
    scale --by standard foreign.npz >scaled.npz
    check "a foreign file is named with its CRC-32" piped \
        'inspect --recipe scaled.npz | grep -E "^labpipe scale --crc32 [0-9a-f]{8} --by standard foreign.npz$"'
    replays "a foreign file" scaled.npz
    scale --by standard foreign.npz moons.npz >both.npz 2>/dev/null || pick '*' foreign.npz moons.npz >both.npz
    replays "a foreign file beside another" both.npz
    inspect --recipe scaled.npz >recipe
    cp more.npz foreign.npz
    refuses "a replay on another file" 1 'reading foreign.npz: .*CRC-32' bash recipe
    pick z <more.npz >unknown.npz
    refuses "a pipe without a recipe cannot be replayed" 1 \
        "^labpipe inspect: the recipe cannot be replayed: standard input came without a recipe" \
        inspect --recipe unknown.npz
    wrote_nothing "and inspect prints no recipe"
else
    skip "no NumPy: foreign files"
fi

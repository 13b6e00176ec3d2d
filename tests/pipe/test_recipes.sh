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

# What --crc32 and the inputs have to be.
for word in 1234567 123456789 1234567g; do
    refuses "--crc32 $word" 2 "^labpipe pick: option --crc32: '$word' is not eight hexadecimal digits$" \
        pick x --crc32 $word moons.npz
done
refuses "two sums for a file" 2 '^labpipe pick: --crc32 is given 2 times for 1 input$' \
    pick x --crc32 00000000 --crc32 00000000 moons.npz
refuses "one sum for two files" 2 '^labpipe pick: --crc32 is given 1 time for 2 inputs$' \
    pick x --crc32 00000000 moons.npz parts.npz
from-csv --label species "$fixtures/iris.csv" >iris.npz
sums=$(inspect --recipe iris.npz | sed 's/.*--crc32 \([0-9a-f]*\).*/\1/')
refuses "two sums for a foreign file" 2 '^labpipe from-csv: --crc32 is given 2 times for 1 input$' \
    from-csv --label species --crc32 "$sums" --crc32 "$sums" "$fixtures/iris.csv"
refuses "one sum for two foreign files" 2 '^labpipe from-csv: --crc32 is given 1 time for 2 inputs$' \
    from-csv --label species --crc32 "$sums" "$fixtures/iris.csv" "$fixtures/iris.csv"
check "as many sums as foreign files" from-csv --label species --crc32 "$sums" --crc32 "$sums" -o two.npz \
    "$fixtures/iris.csv" "$fixtures/iris.csv"
refuses "an option behind --" 1 '^labpipe from-csv: reading --help: it cannot be opened: No such file' from-csv -- --help
refuses "standard input twice" 2 '^labpipe pick: standard input is named twice$' pick x - -
refuses "a closed standard input" 1 '^labpipe pick: reading standard input: it cannot be read: Bad file descriptor$' \
    bash -c 'exec pick x <&-'

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

    # The digest beside a recipe tells whether another program changed what the recipe made.
    "$python" -c 'import hashlib, numpy as np
z = np.load("parts.npz")
lines = z["recipe.digest"].item().splitlines()
assert lines[:2] == ["labpipe " + lines[0].split()[1], "recipe " + hashlib.sha256(z["recipe"].item().encode()).hexdigest()], lines
names = [n for n in z.files if not n.startswith("recipe")]
assert [l.split()[2] for l in lines[2:]] == [n + ".npy" for n in names], lines
for line, n in zip(lines[2:], names):
    a = z[n]
    assert line.split()[0] == hashlib.sha256(f"{a.dtype.str} {a.shape}\n".encode() + a.tobytes()).hexdigest(), n
d = dict(z)
np.savez("kept.npz", **d)
np.savez("fortran.npz", **{n: np.asfortranarray(a) for n, a in d.items()})
np.savez("swapped.npz", **{n: a.astype(a.dtype.newbyteorder(">")) for n, a in d.items()})
def changed(name, **new):
    np.savez(name, **{**d, **new})
changed("changed.npz", x_test=d["x_test"] * 2)
changed("added.npz", more=np.ones(2))
changed("retyped.npz", y_test=d["y_test"].astype("i4"))
changed("appended.npz", x_test=d["x_test"] * 2, recipe=np.array(d["recipe"].item() + " | python3 double.py"))
changed("version.npz", **{"recipe.digest": np.array(d["recipe.digest"].item().replace(lines[0], "labpipe 0.0.7"))})
np.savez("fewer.npz", **{n: a for n, a in d.items() if n != "x_test"})
np.savez("undigested.npz", **{n: a for n, a in d.items() if n != "recipe.digest"})'
    equal "the digest is hashlib's" $? 0
    recipe=$(inspect --recipe parts.npz)
    for same in kept fortran swapped; do
        equal "not changed: $same" "$(inspect --recipe $same.npz)" "$recipe"
    done
    for other in changed added retyped fewer; do
        pick '*' $other.npz >passed-on.npz
        refuses "changed: $other" 1 \
            '^labpipe inspect: the recipe cannot be replayed: changed by another program$' inspect --recipe $other.npz
        check "and passed on as changed: $other" grep -q "$recipe | not-replayable 'changed by another program' | labpipe pick" \
            <(inspect --tsv passed-on.npz >/dev/null; "$python" -c 'import numpy as np; print(np.load("passed-on.npz")["recipe"])')
    done
    refuses "a recipe whose digest is missing" 1 'changed by another program, which left out recipe.digest$' \
        inspect --recipe undigested.npz
    equal "a stage of another program's own is believed" \
        "$(scale --by standard appended.npz | inspect --recipe)" "$recipe | python3 double.py | labpipe scale --by standard"
    cat parts.npz changed.npz >two.npz
    refuses "one of two archives" 1 'changed by another program$' inspect --quiet --recipe two.npz
    refuses "a model that an option names" 1 'changed by another program$' inspect --recipe \
        <(train-mlp --hidden 3 --epochs 1 parts.npz >m.npz
          "$python" -c 'import numpy as np; d = dict(np.load("m.npz")); d["layer1.bias"] = d["layer1.bias"] + 1; np.savez("m.npz", **d)'
          predict --model m.npz new.npz)

    # The version that made a stream stays with it.
    check "another version" piped 'inspect version.npz 2>&1 >/dev/null | grep -q "made by labpipe 0.0.7 (this is "'
    check "two versions" piped \
        'pick "*" version.npz | inspect 2>&1 >/dev/null | grep -Eq "made by labpipe 0.0.7, [0-9.]+ \(this is "'
    check "that of a model" piped \
        'train-mlp --epochs 1 version.npz | pick "layer*" "model*" >m.npz; predict --model m.npz new.npz | inspect 2>&1 >/dev/null | grep -q "by labpipe .*0.0.7"'
    silent "this version" piped 'inspect parts.npz >/dev/null'
else
    skip "no NumPy: foreign files"
fi

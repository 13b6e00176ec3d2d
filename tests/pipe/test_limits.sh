#!/bin/bash
# What is large in number: a million members, archives, columns, classes, names; and what is small: eight
# dimensions, none, no rows, no columns. Nothing here takes time that grows with the square of its input: each
# command has a minute and takes seconds.
. tests/pipe/lib.sh
needs_numpy "the large inputs are written by Python"
million=1000000
case $(nm -D "$tools/pick") in *__asan_init*) million=20000 ;; esac
cd "$scratch" || exit 1
quick() { timeout 60 "$@"; }

# ---- a million members, and a million archives behind each other ----

"$python" - $million <<'PYTHON'
import io, struct, sys, zlib
import numpy as np
out = io.BytesIO()
np.lib.format.write_array(out, np.array([1.0]))
n, data = int(sys.argv[1]), out.getvalue()
crc, size = zlib.crc32(data), len(data)
at, central = 0, []
with open("members.npz", "wb") as out:
    for i in range(n):
        name = b"t%d.npy" % i
        local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, size, size, len(name), 0) + name + data
        central.append(struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, crc, size, size, len(name),
                                   0, 0, 0, 0, 0, at) + name)
        out.write(local)
        at += len(local)
    central = b"".join(central)
    out.write(central)
    out.write(struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, n, n, len(central), at))
    out.write(struct.pack("<4sIQI", b"PK\6\7", 0, at + len(central), 1))
    out.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 0xffffffff, 0xffffffff, 0))


def archive(**tensors):
    out = io.BytesIO()
    np.savez(out, **tensors)
    return out.getvalue()


one = np.array([[1.0]])
with open("archives.npz", "wb") as out:
    out.write(archive(**{"history.%d" % i: one for i in range(n // 10)}))
    both = archive(x=one, weight=one)
    for i in range(n // 10):
        out.write(both)
    for i in range(n // 100):
        out.write(archive(**{"x": one, "left%d" % i: one}))
PYTHON
expected() { echo $((million / $1)); }
equal "a million members: inspect" "$(quick inspect members.npz | grep -c '^t')" $million
quick pick 't1*' members.npz >some.npz
equal "pick some of them" "$(quick inspect some.npz | grep -c '^t')" "$(seq 0 $((million - 1)) | grep -c '^1')"
equal "one of them" "$(quick to-csv --no-header "t$((million - 1))" members.npz)" 1
check "twice the same, from a pipe" piped 'cat members.npz members.npz | timeout 60 pick t7 | inspect | grep -q "^t7 "'
refuses "one that is not there" 1 'there is no tensor .y. in the stream .it holds t0, .* more' quick onehot members.npz
rm members.npz some.npz
equal "archives that replace each other's data and model" \
    "$(quick inspect archives.npz 2>/dev/null | grep -c '^left\|^history\|^x \|^weight')" \
    $((million / 10 + million / 100 + 2))
rm archives.npz

# ---- a million columns, classes, names ----

"$python" - $million <<'PYTHON'
import sys
n = int(sys.argv[1])
with open("columns.csv", "w") as out:
    print(*("c%d" % i for i in range(n)), "kind", sep=",", file=out)
    for row in range(6):
        print(*((7 * i + 3 * row) % 10 for i in range(n)), "k%d" % (row % 2), sep=",", file=out)
with open("classes.csv", "w") as out:
    print("id,a,kind", file=out)
    for i in range(n):
        print("r%d,%d,k%d" % (i, i % 7, i * 7 % n), file=out)
with open("triples.csv", "w") as out:
    print("user,item,rating", file=out)
    for i in range(n):
        print("u%d,i%d,%d" % (i, n - i, i % 5), file=out)
with open("wide.libsvm", "w") as out:
    print("+1", *("%d:1" % (i + 1) for i in range(n)), file=out)
    print("-1 1:2", file=out)
PYTHON
check "a million columns" quick from-csv --label kind columns.csv -o columns.npz
check "and as another table has them" quick from-csv --label kind --like columns.npz columns.csv -o like.npz
for stage in 'split --train 4' 'scale --by standard' 'train-perceptron --epochs 2' predict; do
    # shellcheck disable=SC2086 # words
    check "$stage" quick $stage columns.npz -o next.npz
    mv next.npz columns.npz
done
check "predict by another table's names" quick predict --model columns.npz like.npz -o predicted.npz
to-csv --class-names y_pred predicted.npz >/dev/null
check "svd" quick factorise --method svd --rank 2 like.npz -o factors.npz
equal "to-csv" "$(quick to-csv x like.npz | tail -n 1 | tr -dc , | wc -c)" $((million - 1))
check "from-libsvm" quick from-libsvm wide.libsvm -o libsvm.npz
check "a million classes" quick from-csv --label kind --id id classes.csv -o classes.npz
check "and as another table has them" quick from-csv --label kind --id id --like classes.npz classes.csv -o again.npz
to-csv y classes.npz >classes.labels
to-csv y again.npz >again.labels
same "they are the same" classes.labels again.labels
check "a million groups" quick split --group y classes.npz -o parts.npz
refuses "one-hot labels of them" 1 '^labpipe onehot: .*out of memory' env LABPIPE_MAX_BYTES=100000000 onehot classes.npz
pick y --rename y=y_pred classes.npz | cat classes.npz - | pick y y_pred >predictions.npz
refuses "a confusion matrix of them" 1 'too many for a confusion matrix' quick eval predictions.npz
check "a million users" quick from-csv --triples user,item,rating triples.csv -o ratings.npz
check "factorise" quick factorise --method sgd --rank 2 --epochs 1 ratings.npz -o factors.npz
equal "predict" "$(quick predict --row "u$((million - 1))" --top 3 factors.npz | to-csv y_pred | wc -l)" 4
# A name of many parts: each might be a column and the text of a category.
"$python" -c 'import numpy as np; np.savez("parts.npz", features=["=" * 50000, "a"])'
printf 'a,b\n1,2\n' >small.csv
refuses "a feature of fifty thousand signs" 1 "there is no column '=====" \
    bash -c 'ulimit -v 2000000; from-csv --like parts.npz small.csv'

# ---- eight dimensions, none, and empty ones ----

"$python" - <<'PYTHON'
import numpy as np
y = np.array([0, 1, 0, 1])
np.savez("eight.npz", x=np.arange(512.0).reshape((4,) + (2,) * 7), y=y)
np.savez("nine.npz", x=np.zeros((1,) * 9), y=y)
np.savez("no-columns.npz", x=np.zeros((4, 2, 0, 2, 2, 2, 2, 2)), y=y)
np.savez("no-rows.npz", x=np.zeros((0, 4)), y=np.zeros(0, "i8"))
np.savez("scalar.npz", x=np.float64(3), y=np.int64(1))
np.savez("nothing.npz")
PYTHON
mapfile -t commands <<'COMMANDS'
inspect
pick *
to-csv x
split --train 0.5
onehot
scale --by standard
impute
augment --mirror
factorise --method svd --rank 1
train-perceptron --epochs 2
train-mlp --hidden 2 --epochs 1
train-cnn --layers conv:1:1 --epochs 1
eval
predict
plot-scatter --x 0 --y 0
plot-curves
plot-confusion
render-weights --tile 1x1 --of x
summarise
COMMANDS
set -f
for file in eight nine no-columns no-rows scalar nothing; do
    wrong='' fine=0
    for command in "${commands[@]}"; do
        status=0
        # shellcheck disable=SC2086 # words
        "$tools"/$command $file.npz >out 2>log || status=$?
        case $status-$(wc -l <log) in
        0-*) fine=$((fine + 1)) ;;
        1-1) [ ! -s out ] || wrong="$wrong; $command wrote something" ;;
        *) wrong="$wrong; $command: status $status, $(cat log)" ;;
        esac
    done
    equal "$file: a result, or one line and nothing ($fine of ${#commands[@]} have one)" "fine$wrong" fine
done
set +f
check "eight dimensions are what they were" "$python" - <<PYTHON
import io, subprocess
import numpy as np
x = np.load("eight.npz")["x"]
split = np.load(io.BytesIO(subprocess.check_output(["split", "--train", "0.5", "--no-shuffle", "eight.npz"])))
assert (split["x_train"] == x[:2]).all() and (split["x_test"] == x[2:]).all()
text = subprocess.check_output(["to-csv", "x", "eight.npz"]).decode().split("\n")[1:-1]
assert (np.array([line.split(",") for line in text], "f8") == x.reshape(4, -1)).all()
PYTHON

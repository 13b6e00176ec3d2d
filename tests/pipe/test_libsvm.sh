#!/bin/bash
# from-libsvm: columns, labels, targets, gzip, recipes, and what is refused.
. tests/pipe/lib.sh

cd "$scratch" || exit 1
cat >train.libsvm <<'EOT'
# weights of a few fruits
+1 1:150 2:0.5
-1 1:120 4:1e-3   # a lemon
+1 3:-7.25
EOT
check "a file" from-libsvm train.libsvm -o train.npz
equal "columns and classes" "$(to-csv train.npz)" \
    "$(printf 'x_0,x_1,x_2,x_3,y\n150,0.5,0,0,1\n120,0,0,0.001,0\n0,0,-7.25,0,1')"
equal "classes by value" "$(to-csv --no-header classes train.npz)" "$(printf '%s\n' -1 1)"
replays "from-libsvm" train.npz

printf '%s\n' '+1 1:1' '-1 2:1' >test.libsvm
from-libsvm --features 4 test.libsvm >test.npz
equal "a given width" "$(inspect test.npz | head -n 1 | tr -s ' ')" "x f8 (2, 4) 0 to 1, mean 0.25"
replays "from-libsvm --features" test.npz
refuses "more columns than that" 1 \
    "^labpipe from-libsvm: reading train.libsvm: line 3, column 10: '4:1e-3': there are 3 features\$" \
    from-libsvm --features 3 train.libsvm

gzip -nk train.libsvm
from-libsvm train.libsvm.gz -o gzipped.npz
equal "gzipped or not" "$(to-csv x y gzipped.npz)" "$(to-csv x y train.npz)"
replays "from-libsvm, gzipped" gzipped.npz
head -c 40 train.libsvm.gz >cut.gz
refuses "a cut gzip file" 1 '^labpipe from-libsvm: reading cut.gz: gzip: cut short$' from-libsvm cut.gz

from-libsvm train.libsvm test.libsvm >both.npz
equal "two files are one table" "$(to-csv y --no-header both.npz | tr '\n' ' ')" "1 0 1 1 0 "

printf '%s\n' '0.5 1:1' '3 1:2' >prices.libsvm
from-libsvm prices.libsvm >prices.npz
equal "labels that are not whole are targets" "$(inspect prices.npz | sed -n 2p | tr -s ' ')" \
    "y f8 (2,) 0.5 to 3, mean 1.75"
from-libsvm --target train.libsvm >target.npz
equal "--target keeps whole labels" "$(to-csv y --no-header target.npz | tr '\n' ' ')" "1 -1 1 "
replays "from-libsvm --target" target.npz

split --train 3 --stratify --seed 1 both.npz | train-mlp --hidden 2 --epochs 2 >model.npz
check "training on it" eval model.npz

refuses "a query id" 1 'line 1, column 3: .qid:1. is a query.s id' \
    from-libsvm <(echo '1 qid:1 1:2')
refuses "another format" 1 "line 1, column 1: 'sepal_length,.*' is several labels; one is read" \
    from-libsvm "$fixtures/iris.csv"
refuses "an empty file" 1 'it is empty' from-libsvm /dev/null

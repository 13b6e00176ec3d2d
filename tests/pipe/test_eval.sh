#!/bin/bash
# eval: its three forms, its figures against NumPy, and what it refuses.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

from-csv --label species "$fixtures/iris.csv" | split --train 100 --seed 4 | scale --by standard >iris.npz
train-mlp --hidden 12 --lr 0.5 --epochs 100 iris.npz >model.npz

eval model.npz >text
check 'a line for each part' grep -Eq '^train: 100 rows, accuracy 0\.[0-9]+, loss 0\.[0-9]+$' text
check 'a line for each class' grep -Eq '^  versicolor  [01]\.[0-9]{4} +[0-9]+ +[0-9]+ +[0-9]+$' text
equal 'a stream cut in two says the same' \
    "$(eval <(pick 'layer*' 'model.*' model.npz) <(pick 'x_*' 'y_*' classes model.npz))" "$(cat text)"
equal 'one member a part' "$(eval --tsv model.npz | cut -f 1 | tr '\n' ' ')" 'part train test '
equal 'an unsplit set is all' \
    "$(gen-moons -n 50 | train-mlp --epochs 1 | eval --tsv | sed -n 2p | cut -f 1,2)" "$(printf 'all\t50')"
equal 'predict gives what eval counts' \
    "$(predict model.npz | pick 'y*' classes | eval --tsv | cut -f 2,3,5-)" \
    "$(eval --tsv model.npz | sed -n '1p;3p' | cut -f 2,3,5-)"
refuses 'nothing to evaluate' 1 'evaluating: there is nothing to evaluate' eval iris.npz
refuses 'another width' 1 'evaluating: x has 2 columns, the model takes 4' eval <(gen-moons -n 30) <(pick 'layer*' 'model.*' model.npz)
refuses 'two models' 1 'there are two models' \
    eval <(cat <(gen-moons -n 9 | train-perceptron | pick --rename weight=w) model.npz | pick --rename w=weight)
refuses 'two forms at once' 2 'contradict' eval --json --tsv model.npz
refuses 'a mask without factors' 2 'go only with factors' eval --mask w model.npz
from-csv --label species "$fixtures/iris.csv" | scale --by centre | factorise --method svd --rank 2 >svd.npz
equal 'factors' "$(eval --tsv svd.npz | awk -F '\t' 'NR == 2 { printf "%s %s %.4f", $1, $2, $3 }')" 'all 600 15.2288'

# Further metrics in the text, and the form for many classes.
check 'figures of a part' grep -Eq '^  balanced accuracy 0\.[0-9]+, log loss 0\.[0-9]+, roc auc [01]' text
check 'means over the classes' grep -Eq '^  macro: precision 0\.[0-9]+, recall 0\.[0-9]+, f1 0\.[0-9]+$' text
eval --per-class --top-k 2 model.npz >table
check '--per-class: a line for each' grep -Eq '^  versicolor  [01]\.[0-9]{4}     [01]\.[0-9]{4}  [01]\.[0-9]{4} +[0-9]+   virginica [0-9]+$' table
check '--top-k' grep -q ', top k accuracy [01]' table
refuses '--per-class is of the text' 2 'contradict' eval --per-class --json model.npz
if [ -n "$python" ]; then
    "$python" -c 'import numpy as np; i = np.arange(900)
x = np.stack([i * 7 % 300, (i * 7 + (i % 5 == 0)) % 300], 1)
np.savez("many.npz", y=x[:, 0], y_pred=x[:, 1]); s = np.eye(300)[x[:, 1]]; s[7, 5] = np.nan
np.savez("nan.npz", y=x[:, 0], y_pred=x[:, 1], y_score=s)
np.savez("short.npz", y=x[:, 0], y_pred=x[:, 1], y_score=s[:9])
np.savez("wide.npz", y=x[:, 0] / 7, y_pred=x / 7)'
    equal '300 classes: no line of the text is long' "$(eval many.npz | awk 'length > 100' | wc -l)" 0
    equal '300 classes: a line for each' "$(eval many.npz | grep -c '^  class [0-9]')" 300
    refuses 'a score that is not finite' 1 'y_score: row 7, column 5 is nan' eval nan.npz
    refuses 'scores of other rows' 1 'y_score has shape \(9, 300\), expected a row for each of the 900' eval short.npz
    refuses 'numbers of another shape' 1 'y_pred has shape \(900, 2\), y has \(900,\)' eval wide.npz
else
    skip 'no NumPy: many classes'
fi

if [ -n "$python" ]; then
    eval --json model.npz >model.json
    eval --tsv model.npz >model.tsv
    check 'accuracy, loss and confusion as NumPy computes them' $python - <<'PYTHON'
import json
import numpy as np
m = np.load('model.npz')
report = json.load(open('model.json'))
lines = [line.rstrip('\n').split('\t') for line in open('model.tsv')]
assert list(report) == ['train', 'test']
for part, line in zip(report, lines[1:]):
    x, y = m['x_' + part].astype('f8'), m['y_' + part]
    h = np.maximum(x @ m['layer1.weight'].T.astype('f8') + m['layer1.bias'], 0)
    o = h @ m['layer2.weight'].T.astype('f8') + m['layer2.bias']
    p = o - o.max(1, keepdims=True)
    p = p - np.log(np.exp(p).sum(1, keepdims=True))
    answer = o.argmax(1)
    confusion = np.zeros((3, 3), int)
    np.add.at(confusion, (y, answer), 1)
    r = report[part]
    assert r['n'] == len(y) and r['confusion'] == confusion.tolist()
    assert r['accuracy'] == (answer == y).mean()
    assert np.allclose(r['per_class'], confusion.diagonal() / confusion.sum(1), rtol=1e-15)
    # the network is f4: 1e-6 relative
    assert abs(r['loss'] + p[np.arange(len(y)), y].mean()) < 1e-6
    named = dict(zip(lines[0], line))
    assert named['part'] == part and int(named['n']) == len(y)
    assert float(named['accuracy']) == r['accuracy'] and float(named['loss']) == r['loss']
    assert [int(named[f'confusion.{i}.{j}']) for i in range(3) for j in range(3)] == confusion.ravel().tolist()
PYTHON
else
    skip 'no NumPy: accuracy, loss and confusion'
fi

#!/bin/bash
# A model meets new data: however the two come together, columns, classes and scaling are matched by
# name, and what does not fit is refused by name. Expected answers are NumPy's.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

if [ -z "$python" ]; then
    skip 'no NumPy: a model and new data, case by case'
    exit
fi

from-csv --label species "$fixtures/iris.csv" >iris.npz
split --train 100 --stratify --seed 4 iris.npz | scale --by standard |
    train-mlp --hidden 8 --lr 0.5 --epochs 60 --seed 1 --dtype f8 >model.npz

# Every variant of the flowers, with the answer for it: accuracy, loss and the predicted names, or
# the line that says why there is none.
mkdir data out
"$python" - <<'PYTHON'
import itertools, json
import numpy as np
iris, m = np.load('iris.npz'), np.load('model.npz')
names, kinds = list(iris['features']), list(iris['classes'])

def scores(x):
    h = np.maximum((x - m['scale.offset']) / m['scale.divisor'] @ m['layer1.weight'].T + m['layer1.bias'], 0)
    o = h @ m['layer2.weight'].T + m['layer2.bias']
    o -= o.max(1, keepdims=True)
    return o - np.log(np.exp(o).sum(1, keepdims=True))

truth = np.array(kinds)[iris['y']]
expected = {}
for scaling, columns, classes in itertools.product(
        ['raw', 'model', 'other'], ['same', 'reordered', 'extra', 'missing'],
        ['same', 'reversed', 'absent', 'unknown']):
    x, y, order = iris['x'], truth, list(names)
    if classes == 'absent':
        x, y = x[y != 'versicolor'], y[y != 'versicolor']
    log_p = scores(x)
    answer = np.array(kinds)[log_p.argmax(1)]
    offset, divisor = m['scale.offset'], m['scale.divisor']
    if scaling == 'other':
        offset, divisor = offset * 1.5, divisor
    if scaling != 'raw':
        x = (x - offset) / divisor
    if columns == 'reordered':
        order = [names[i] for i in (2, 0, 3, 1)]
        x, offset, divisor = x[:, [2, 0, 3, 1]], offset[[2, 0, 3, 1]], divisor[[2, 0, 3, 1]]
    elif columns == 'extra':
        order = [names[0], 'colour'] + names[1:]
        x = np.insert(x, 1, 9.0, axis=1)
        offset, divisor = np.insert(offset, 1, 0.0), np.insert(divisor, 1, 1.0)
    elif columns == 'missing':
        order, x, offset, divisor = names[:3], x[:, :3], offset[:3], divisor[:3]
    own = {'same': kinds, 'reversed': kinds[::-1], 'absent': ['setosa', 'virginica'],
           'unknown': ['setosa', 'other', 'virginica']}[classes]
    shown = np.where(y == 'versicolor', 'other', y) if classes == 'unknown' else y
    data = dict(x=x, y=np.array([own.index(k) for k in shown]), features=np.array(order),
                classes=np.array(own))
    if scaling != 'raw':
        data |= {'scale.offset': offset, 'scale.divisor': divisor}
    case = f'{scaling}-{columns}-{classes}'
    np.savez(f'data/{case}.npz', **data)
    wrong = ("has no column 'petal_width'" if columns == 'missing' else
             'was scaled by other numbers' if scaling == 'other' else None)
    unknown = '50 of 150 rows are of a class that is not among the model' if classes == 'unknown' else None
    label = np.array([kinds.index(k) for k in y])
    expected[case] = dict(
        wrong=wrong or unknown, predict_wrong=wrong, warning="'colour'" if columns == 'extra' else None,
        unknown=unknown, accuracy=float((answer == y).mean()),
        loss=float(-log_p[np.arange(len(y)), label].mean()), answer=answer.tolist(), shown=shown.tolist())
json.dump(expected, open('expected.json', 'w'))
PYTHON

ways='model operands cat pick'
for file in data/*.npz; do
    case=$(basename "$file" .npz)
    for way in $ways; do
        case $way in
        model) meet() { "$tools/$1" --model model.npz "$file" "${@:2}"; } ;;
        operands) meet() { "$tools/$1" model.npz "$file" "${@:2}"; } ;;
        cat) meet() { cat model.npz "$file" | "$tools/$1" "${@:2}"; } ;;
        pick) meet() { pick '*' model.npz "$file" | "$tools/$1" "${@:2}"; } ;;
        esac
        status=0
        meet eval --tsv >"out/$case.$way.tsv" 2>"out/$case.$way.eval" || status=$?
        echo $status >"out/$case.$way.eval.status"
        status=0
        meet predict >"out/$case.$way.npz" 2>"out/$case.$way.predict" || status=$?
        echo $status >"out/$case.$way.predict.status"
    done
done

"$python" - >verdicts <<'PYTHON'
import csv, json
import numpy as np

def read(path):
    return open(path).read()

def line_of(at, tool, wrong):
    """None where the tool ended as it should with that line, or without one."""
    status, lines = int(read(f'{at}.{tool}.status')), read(f'{at}.{tool}').splitlines()
    if status != (1 if wrong else 0):
        return f'{tool} ended with {status}: {lines}'
    if wrong and (len(lines) != 1 or wrong not in lines[0]):
        return f'{tool} said {lines}'

def fault(at, e):
    found = line_of(at, 'eval', e['wrong']) or line_of(at, 'predict', e['predict_wrong'])
    if found:
        return found
    for tool, texts in ('eval', [e['warning']]), ('predict', [e['warning'], e['unknown']]):
        lines, texts = read(f'{at}.{tool}').splitlines(), [t for t in texts if t]
        failed = e['wrong'] if tool == 'eval' else e['predict_wrong']
        if not failed and (len(lines) != len(texts) or not all(t in l for t, l in zip(texts, lines))):
            return f'{tool} warned of {lines}, expected {texts}'
    if not e['wrong']:
        row = list(csv.DictReader(open(f'{at}.tsv'), delimiter='\t'))
        if [r['part'] for r in row] != ['all'] or float(row[0]['accuracy']) != e['accuracy']:
            return f'eval: {row}'
        if not abs(float(row[0]['loss']) - e['loss']) <= 1e-12:
            return f'eval: loss {row[0]["loss"]}, expected {e["loss"]}'
    if not e['predict_wrong']:
        d = np.load(f'{at}.npz')
        if list(d['classes'][d['y_pred']]) != e['answer'] or list(d['classes'][d['y']]) != e['shown']:
            return 'predict: other classes than NumPy'

for case, e in json.load(open('expected.json')).items():
    for way in 'model', 'operands', 'cat', 'pick':
        print(f'{way}, {case}: {fault(f"out/{case}.{way}", e) or "right"}')
PYTHON
while IFS= read -r verdict; do
    case $verdict in
    *': right') pass "$verdict" ;;
    *) fail "$verdict" ;;
    esac
done <verdicts
equal 'every case has a verdict' "$(wc -l <verdicts)" 192

# A stream of an earlier version says only of its data what the model has to know.
score() { "$tools/eval" --tsv "$@" | sed -n 2p | cut -f 1-4; }
expected=$(score --model model.npz iris.npz)
pick --drop model.features --drop model.classes --drop model.offset --drop model.divisor model.npz >old.npz
equal 'an earlier stream: --model' "$(score --model old.npz iris.npz)" "$expected"
equal 'an earlier stream: operands' "$(score old.npz iris.npz)" "$expected"
equal 'an earlier stream: its own data' "$(score old.npz)" "$(score model.npz)"
pick --drop 'x_*' --drop 'y_*' old.npz >weights.npz
equal 'an earlier stream without its data, before' "$(score weights.npz iris.npz)" "$expected"
equal 'an earlier stream without its data, after' "$(score iris.npz weights.npz)" "$expected"

# What an archive brings: the last x, and the last model, with all that describes them.
pick --drop 'x_*' --drop 'y_*' model.npz >weights.npz
equal 'a model after the data leaves them alone' "$(score iris.npz weights.npz)" "$expected"
equal 'a model with data after the data replaces them' "$(eval --tsv iris.npz model.npz)" "$(eval --tsv model.npz)"
gen-moons -n 40 | train-mlp --hidden 4 --epochs 30 --seed 3 >moons.npz
equal 'another model with its data' "$(eval --tsv model.npz moons.npz)" "$(eval --tsv moons.npz)"
predict model.npz | pick 'y_pred' 'x_*' 'y_*' >predicted.npz
refuses 'the predictions go with their data' 1 'nothing to evaluate' eval predicted.npz iris.npz
"$python" - <<'PYTHON'
import numpy as np
d = np.load('iris.npz')
for name in 'x', 'y', 'features', 'classes':
    np.save(name, d[name])
PYTHON
equal 'bare arrays are one archive, in any order' \
    "$(score model.npz classes.npy y.npy x.npy features.npy)" "$expected"
refuses 'a bare x replaces the data of the model' 1 'there is nothing to evaluate' eval model.npz x.npy

# What is picked keeps its meaning.
equal 'x keeps its scaling' "$(score --model model.npz <(pick x_test y_test classes model.npz))" \
    "$(score --model model.npz <(split --train 100 --stratify --seed 4 iris.npz | pick x_test y_test classes))"
equal 'a model keeps what it knows' "$(score <(pick 'layer*' model.npz) iris.npz)" "$expected"

# Factors know their rows and columns by name: another file of the same films, in another order.
gen-ratings -n 3000 --users 60 --items 80 --seed 2 >ratings.npz
factorise --method sgd --rank 2 --bias --epochs 15 ratings.npz >factors.npz
"$python" - <<'PYTHON'
import numpy as np
d, f = np.load('ratings.npz'), np.load('factors.npz')
of_row, of_col = np.random.default_rng(1).permutation(60), np.random.default_rng(2).permutation(80)
row, col = np.argsort(of_row)[d['row']], np.argsort(of_col)[d['col']]
some = np.lexsort((col, row))[::3]
part = dict(row=row[some].astype('i4'), col=col[some].astype('i4'), data=d['data'][some], shape=d['shape'],
            format=np.bytes_('coo'), rows=d['rows'][of_row], cols=d['cols'][of_col])
np.savez('shuffled.npz', **part)
part['rows'] = np.where(part['rows'] == part['rows'][0], 'nobody', part['rows'])
np.savez('stranger.npz', **part)
whole = f['u'] @ f['v'].T + f['mean'] + f['row_bias'][:, None] + f['col_bias']
np.save('expected.npy', whole[d['row'][some], d['col'][some]])
PYTHON
predict factors.npz shuffled.npz >found.npz
check 'each entry is that of its row and column' "$python" -c "import numpy as np
d, y = np.load('found.npz'), np.load('expected.npy')
assert y.size > 900 and np.abs(d['y_pred'] - y).max() < 1e-12"
check 'eval: their error' "$python" - "$(eval --json factors.npz shuffled.npz)" <<'PYTHON'
import json, sys
import numpy as np
error = np.load('expected.npy') - np.load('shuffled.npz')['data']
assert abs(json.loads(sys.argv[1])['observed']['mse'] - (error ** 2).mean()) < 1e-12
PYTHON
refuses 'a row that was not factorised' 1 "row 'nobody' is not among those that were factorised" \
    eval factors.npz stranger.npz
"$python" - <<'PYTHON'
import numpy as np
d = dict(np.load('ratings.npz'))
d['cols'][5] = d['cols'][9]
np.savez('twins.npz', **d)
PYTHON
factorise --method sgd --rank 2 --epochs 2 twins.npz >twins-factors.npz
check 'two films of one title, in the same order' eval twins-factors.npz

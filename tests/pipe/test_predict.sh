#!/bin/bash
# predict: classes, scores and reconstructions, new data scaled as the model's, recipes, refusals.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

from-csv --label species "$fixtures/iris.csv" >raw.npz
split --train 100 --seed 4 raw.npz | scale --by standard | train-mlp --hidden 12 --lr 0.5 --epochs 100 >model.npz

predict --model model.npz raw.npz >answers.npz
scale --by standard raw.npz >otherwise.npz
refuses 'data scaled by other numbers' 1 "x was scaled by other numbers than the model.s data: column 0" \
    predict --model model.npz otherwise.npz
predict --x x_train model.npz >train.npz
equal 'answers for the training part' \
    "$(pick y_pred y_train classes train.npz | eval --tsv | sed -n 2p | cut -f 2,3)" \
    "$(eval --tsv model.npz | sed -n 2p | cut -f 2,3)"
# As many rows in each part: only y_pred.of tells whose labels they are held against.
split --train 75 --seed 4 raw.npz | scale --by standard | train-mlp --hidden 12 --epochs 5 >half.npz
for part in train test; do
    equal "eval of predictions for x_$part" "$(predict --x "x_$part" half.npz | pick '*' --drop 'layer*' --drop 'model.*' | eval --tsv | sed -n 2p | cut -f 1-3)" \
        "$(eval --tsv half.npz | grep "^$part" | cut -f 1-3)"
done
predict --x x_train half.npz | predict | pick '*' --drop 'layer*' --drop 'model.*' >again.npz
equal 'the next predictions are of the test part again' "$(eval --tsv again.npz | sed -n 2p | cut -f 1)" test
pick x_test --rename x_test=x_new half.npz | cat half.npz - | predict --x x_new | pick '*' --drop 'layer*' --drop 'model.*' >new.npz
refuses 'features without labels' 1 'y_pred is of x_new, which no labels belong to' eval new.npz
equal 'scores by the names of their classes' "$(to-csv --class-names y_pred y_score answers.npz | head -n 1)" \
    'y_pred,setosa,versicolor,virginica'
equal 'eval --model scales alike' "$(eval --model model.npz --tsv raw.npz | sed -n 2p | cut -f 1-3)" \
    "$(pick y y_pred classes answers.npz | eval --tsv | sed -n 2p | cut -f 1-3)"
replays 'an answer, its model included' answers.npz
# Beside another model, which is worse: the answers are those to the data alone.
pick x y classes features raw.npz | train-mlp --epochs 0 >worse.npz
predict --model model.npz worse.npz 2>warning >beside.npz
equal 'another model is left out' "$(cat warning)" \
    'labpipe predict: the model beside the data is left out: the predictions are of another'
equal 'the same figures' "$(eval --tsv beside.npz)" "$(eval --tsv answers.npz)"
check 'another than those of the other' test "$(eval --tsv worse.npz | cut -f 3)" != "$(eval --tsv beside.npz | cut -f 3)"
gen-moons -n 40 >moons.npz
refuses 'another width' 1 'x has 2 columns, the model takes 4' predict --model model.npz <(pick x moons.npz)
refuses 'no model' 1 'there is no model' predict moons.npz
refuses 'no such tensor' 1 'z' predict --x z model.npz

# An autoencoder answers with its reconstruction of x.
train-mlp --loss mse --target x --hidden 2 --epochs 5 moons.npz | predict >codes.npz
equal 'a reconstruction has the shape of x' "$(to-csv --no-header y_pred codes.npz | awk -F , '{ print NF }' | sort | uniq -c | tr -s ' ')" ' 40 2'

# Singular vectors reconstruct rows: those that they were computed from, and others.
split --train 100 --seed 4 raw.npz | pick x_test --rename x_test=x >new.npz
split --train 100 --seed 4 raw.npz | scale --by centre | pick x_train 'scale.*' --rename x_train=x |
    factorise --method svd --rank 2 >svd.npz
predict --x x svd.npz >seen.npz
predict --model svd.npz new.npz >unseen.npz
replays 'a projection' unseen.npz
factorise --method gd --rank 2 --lr 0.001 svd.npz >gd.npz
refuses 'gradient factors for new rows' 1 'predicting: these factors are not singular vectors' \
    predict --model gd.npz new.npz
refuses 'factors of another width' 1 'predicting: x has 2 columns, the model takes 4' \
    predict --model svd.npz <(pick x moons.npz)
refuses 'factors of another width, unscaled' 1 'predicting: x has 2 columns, the .* 4' \
    predict --model <(pick --drop 'scale.*' --drop 'model.*' svd.npz) <(pick x moons.npz)
predict svd.npz >whole.npz
replays 'a reconstruction' whole.npz

if [ -n "$python" ]; then
    check 'rows in the space of the singular vectors as NumPy computes them' $python - <<'PYTHON'
import numpy as np
f, seen, unseen, new = (np.load(n + '.npz') for n in ('svd', 'seen', 'unseen', 'new'))
assert np.abs(f['u'] * f['s'] @ f['v'].T - seen['x_pred']).max() < 1e-12
v = np.linalg.svd(f['x'])[2][:2].T
assert np.abs((new['x'] - f['scale.offset']) @ v @ v.T - unseen['x_pred']).max() < 1e-9
assert unseen['x_pred'].shape == (50, 4)
PYTHON
    # Every factorisation reconstructs its matrix, dense or sparse, all of it.
    from-csv --id name <<'CSV' >named.npz
name,a,b,c
first,1,2,3
second,4,5.5,6
third,-1,0,9
fourth,2,2,1
CSV
    echo '1,1,0;1,0,1;1,1,1;0,1,1' | tr ';' '\n' | from-csv --header no | pick --rename x=mask >mask.npz
    cat named.npz mask.npz >masked.npz
    count=0
    for method in mean bias 'svd --rank 2' 'gd --rank 2' 'gd --rank 2 --bias' 'sgd --rank 2 --bias --mask mask' \
        'als --rank 1' 'als --rank 1 --bias --reg 0.1 --mask mask'; do
        count=$((count + 1))
        # shellcheck disable=SC2086 # a method and its options
        factorise --method $method masked.npz | predict >"whole-${method%% *}-$count.npz"
    done
    to-csv ids x_pred whole-svd-3.npz >whole.csv
    equal 'ids and names stay with it' "$(head -n 1 whole.csv) $(cut -d , -f 1 whole.csv | tail -n 1)" 'ids,a,b,c fourth'
    gen-ratings --users 9 --items 11 -n 60 | factorise --method als --rank 2 --bias --reg 0.1 >sparse.npz
    predict --whole sparse.npz >sparse-whole.npz
    predict --whole --clip sparse.npz >sparse-clip.npz
    predict --clip masked.npz whole-gd-5.npz >dense-clip.npz
    check 'the whole matrix from any factors, as NumPy computes it' $python - <<'PYTHON'
import glob
import numpy as np
def whole(f):
    x = (f['u'] * (f['s'] if 's' in f else 1)) @ f['v'].T if 'u' in f else np.zeros((4, 3))
    x = x + (f['mean'] if 'mean' in f else 0)
    return x + f['row_bias'][:, None] + f['col_bias'] if 'row_bias' in f else x
names = sorted(glob.glob('whole-*.npz'))
assert len(names) == 8
for name in names:
    f = np.load(name)
    assert f['x_pred'].dtype == 'f8' and f['x_pred'].shape == (4, 3) and 'y_pred' not in f
    np.testing.assert_allclose(f['x_pred'], whole(f), rtol=0, atol=1e-13, err_msg=name)
u, s, vt = np.linalg.svd(np.load('whole-svd-3.npz')['x'])
np.testing.assert_allclose(np.load('whole-svd-3.npz')['x_pred'], (u[:, :2] * s[:2]) @ vt[:2], rtol=0, atol=1e-12)
f, c, d = (np.load(n + '.npz') for n in ('sparse-whole', 'sparse-clip', 'dense-clip'))
assert f['x_pred'].shape == (9, 11)
np.testing.assert_allclose(f['x_pred'], whole(f), rtol=0, atol=1e-13)
low, high = f['data'].min(), f['data'].max()
assert (c['x_pred'] == np.clip(f['x_pred'], low, high)).all() and (c['x_pred'] != f['x_pred']).any()
assert d['x_pred'].min() >= -1 and d['x_pred'].max() <= 9
PYTHON
    check 'classes and probabilities as NumPy computes them' $python - <<'PYTHON'
import numpy as np
m, a, raw = np.load('model.npz'), np.load('answers.npz'), np.load('raw.npz')
x = (raw['x'] - m['scale.offset']) / m['scale.divisor']
h = np.maximum(x @ m['layer1.weight'].T.astype('f8') + m['layer1.bias'], 0)
o = h @ m['layer2.weight'].T.astype('f8') + m['layer2.bias']
p = np.exp(o - o.max(1, keepdims=True))
p /= p.sum(1, keepdims=True)
assert (a['y_pred'] == o.argmax(1)).all() and a['y_pred'].dtype == 'i8'
assert np.abs(a['y_score'] - p).max() < 1e-5
assert (a['x'] == raw['x']).all() and (a['classes'] == raw['classes']).all()
PYTHON
    gen-gauss -n 30 --mean=2,1 --mean=-1,-1 | train-perceptron | predict >perceptron.npz
    check 'a perceptron as NumPy computes it' $python - <<'PYTHON'
import numpy as np
m = np.load('perceptron.npz')
score = m['x'] @ m['weight'][0] + m['bias']
assert np.abs(score - m['y_score']).max() < 1e-12 and ((score > 0) == m['y_pred']).all()
PYTHON
else
    skip 'no NumPy: reconstructions, classes and probabilities, a perceptron'
fi

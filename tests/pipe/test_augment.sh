#!/bin/bash
# augment: what it makes of pictures, against NumPy, and what it refuses.
. tests/pipe/lib.sh

cd "$scratch" || exit 1
gen-digits -n 30 | split --train 0.8 >digits.npz
augment --shift 2 --times 3 --seed 4 digits.npz >wide.npz
replays 'a widened training part' wide.npz
augment --shift 2 --times 3 --seed 5 digits.npz >other.npz
differ 'another seed' wide.npz other.npz
check 'it trains' train-mlp --epochs 2 --input-scale 1/255 -o model.npz wide.npz

refuses 'nothing to do' 2 '^labpipe augment: --mirror or --shift N is needed' augment digits.npz
refuses 'filling without a shift' 2 'fill goes only with --shift' augment --mirror --fill edge digits.npz
refuses 'once' 2 "option --times: '1' is out of range" augment --mirror --times 1 digits.npz
refuses 'too far a shift' 1 'augmenting: option --shift: 28 is too far for pictures of 28 x 28' \
    augment --shift 28 digits.npz
refuses 'plain numbers' 1 'augmenting: x has shape \(150, 4\), expected pictures: \[n, height, width\]' \
    augment --mirror <(from-csv --label species "$fixtures/iris.csv")
refuses 'no x' 1 'augmenting: .*x' augment --mirror <(pick 'y_*' digits.npz)
refuses 'columns scaled by themselves' 1 'scale.offset differs from pixel to pixel: .*labpipe augment before labpipe scale' \
    augment --mirror <(scale --by standard digits.npz)
check 'pixels all scaled alike' piped 'scale --divide 255 digits.npz | augment --mirror -o alike.npz'

if [ -z "$python" ]; then
    skip 'no NumPy: the copies'
    exit 0
fi
$python - <<'PYTHON'
import numpy as np
r = np.random.default_rng(2)
for name, shape, dtype in (('grey', (3000, 4, 5), 'u1'), ('colour', (200, 6, 4, 3), 'f4'), ('wide', (200, 3, 9), 'f8')):
    x = r.integers(1, 250, shape).astype(dtype)
    n = len(x)
    np.savez(name + '.npz', x_train=x, y_train=np.arange(n), ids_train=np.arange(n).astype('U'),
             weight_train=np.arange(n) / 2, x_test=x[:n // 2], y_test=np.arange(n // 2),
             other=np.arange(n), x_val=x[:9], y_val=np.arange(9))
grey = np.load('grey.npz')['x_train']
np.savez('flat.npz', x=grey.reshape(len(grey), -1), y=np.arange(len(grey)), input_shape=np.array(grey.shape[1:]),
         mine=np.arange(len(grey)), classes=np.array(['a', 'b', 'c']))
np.savez('three.npz', x=grey[:3], y=np.arange(3), classes=np.array(['a', 'b', 'c']), input_shape=np.array([2, 2, 5]))
np.savez('false.npz', x=grey, y=np.arange(7))
np.savez('lie.npz', x=grey.reshape(len(grey), -1), input_shape=np.array([4, 6]))
PYTHON
refuses 'labels of other rows' 1 'augmenting: y has 7 rows, x has 3000' augment --mirror false.npz
refuses 'an input_shape of others' 1 'augmenting: x has shape \(3000, 20\), expected pictures' augment --mirror lie.npz
for name in grey colour wide; do
    augment --mirror --shift 1 --times 3 $name.npz >$name-zeros.npz
    augment --mirror --shift 1 --fill edge --times 3 $name.npz >$name-edge.npz
    augment --shift 2 --times 3 $name.npz >$name-far.npz
    augment --mirror --times 2 $name.npz >$name-mirror.npz
done
augment --mirror --shift 1 --times 3 flat.npz >flat-wide.npz
augment --mirror three.npz >three-wide.npz

cat >copies.py <<'PYTHON'
import numpy as np


def moved(x, mirror, down, right, mode):
    """np.pad and a slice, on all pictures."""
    n, h, w = x.shape[:3]
    x = x[:, :, ::-1] if mirror else x
    x = np.pad(x, [(0, 0), (9, 9), (9, 9)] + [(0, 0)] * (x.ndim - 3), mode)
    return x[:, 9 - down:9 - down + h, 9 - right:9 - right + w]


def check(name, mirrors, shift, mode, times, wide):
    x, copies = np.load(name + '.npz')['x_train'], wide['x_train']
    n = len(x)
    assert copies.dtype == x.dtype and copies.shape == (times * n,) + x.shape[1:]
    assert np.array_equal(copies[:n], x)
    ways = [(m, d, r) for m in mirrors for d in range(-shift, shift + 1) for r in range(-shift, shift + 1)]
    candidates = np.stack([moved(x, *way, mode) for way in ways])
    counts = np.zeros(len(ways))
    for k in range(1, times):
        same = (candidates == copies[k * n:(k + 1) * n]).reshape(len(ways), n, -1).all(2)
        assert (same.sum(0) == 1).all(), 'each copy is one of the ways'
        counts += same.sum(1)
        if k > 1:
            assert (same != before).any(0).mean() > 0.4, 'copies differ'
        before = same
    # Each way as often as the others, within five standard deviations.
    expected = (times - 1) * n / len(ways)
    assert (abs(counts - expected) < 5 * np.sqrt(expected)).all(), counts


for name in ('grey', 'colour', 'wide'):
    for what, mirrors, shift, mode, times in (('zeros', (0, 1), 1, 'constant', 3), ('edge', (0, 1), 1, 'edge', 3),
                                              ('far', (0,), 2, 'constant', 3), ('mirror', (0, 1), 0, 'constant', 2)):
        old, new = np.load(name + '.npz'), np.load('%s-%s.npz' % (name, what))
        check(name, mirrors, shift, mode, times, new)
        for tensor in ('y_train', 'ids_train', 'weight_train'):
            assert np.array_equal(new[tensor], np.concatenate([old[tensor]] * times)), tensor
        for tensor in ('x_test', 'y_test', 'x_val', 'y_val', 'other'):
            assert np.array_equal(new[tensor], old[tensor]), tensor
flat = np.load('flat-wide.npz')
grey = np.load('grey-zeros.npz')
assert np.array_equal(flat['x'].reshape(grey['x_train'].shape), grey['x_train'])
assert np.array_equal(flat['y'], grey['y_train']) and np.array_equal(flat['mine'], grey['y_train'])
assert list(flat['classes']) == ['a', 'b', 'c'] and list(flat['input_shape']) == [4, 5]
three = np.load('three-wide.npz')  # what describes the data is not taken for rows of it
assert len(three['x']) == len(three['y']) == 6 and len(three['classes']) == len(three['input_shape']) == 3
PYTHON
check 'every copy is its picture, mirrored or not, moved and filled; each way as often' $python copies.py

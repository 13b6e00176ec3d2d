#!/bin/bash
# safetensors, both ways: against a reader and a writer that are written here from the format's
# description, and against PyTorch.
. tests/pipe/lib.sh
needs_numpy "safetensors against a reader of its own"
cd "$scratch" || exit 1

# The format in Python. read() holds a file to all of its rules.
cat >safetensors_format.py <<'PYTHON'
import json, numpy as np

TYPES = {"BOOL": "?", "U8": "u1", "I8": "i1", "I16": "<i2", "U16": "<u2", "F16": "<f2", "I32": "<i4",
         "U32": "<u4", "F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8"}

def unique(pairs):
    assert len({k for k, _ in pairs}) == len(pairs), "a key is there twice"
    return dict(pairs)

def read(path):
    raw = open(path, "rb").read()
    n = int.from_bytes(raw[:8], "little")
    assert n % 8 == 0 and n <= 100_000_000 and raw[8:9] == b"{"
    header, data, at, tensors = json.loads(raw[8:8 + n], object_pairs_hook=unique), raw[8 + n:], 0, {}
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(v, str) for v in metadata.values())
    for name, x in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = x["data_offsets"]
        assert begin == at, name
        tensors[name] = np.frombuffer(data[begin:end], TYPES[x["dtype"]]).reshape(x["shape"])
        assert begin % tensors[name].itemsize == 0, name
        at = end
    assert at == len(data)
    return tensors, metadata

def write(path, tensors, metadata=None, pad=0):
    header, parts, at = {} if metadata is None else {"__metadata__": metadata}, [], 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode() + b" " * pad
    open(path, "wb").write(len(text).to_bytes(8, "little") + text + b"".join(parts))

def of_numpy(a):
    a = np.asarray(a)
    return {np.dtype(t): n for n, t in TYPES.items()}[a.dtype], a.shape, a.tobytes()
PYTHON

# ---- every type, both ways ----

"$python" - <<'PYTHON'
import numpy as np
from safetensors_format import *
r = np.random.default_rng(0)
tensors, out = {}, {}
for name, kind in TYPES.items():
    for shape in [(), (0,), (5,), (3, 4), (2, 0, 3), (2, 1, 3, 2)]:
        a = (r.integers(0, 2, shape) if kind == "?" else
             r.normal(size=shape) * 100 if kind[-2] == "f" else
             np.frombuffer(r.bytes(int(np.prod(shape)) * int(kind[-1])), kind).reshape(shape))
        tensors[".".join([name, *map(str, shape)])] = np.asarray(a).astype(kind)
# Every bit pattern of the two halves.
every = np.arange(65536, dtype="<u2")
tensors["every.f16"] = every.view("<f2")
order = sorted(tensors, key=lambda n: r.random()) # in any order, at any place
out = {n: of_numpy(tensors[n]) for n in order}
out["every.bf16"] = ("BF16", (65536,), every.tobytes())
write("types.safetensors", out, {"made": "here", "é": "ö"}, pad=3)
expected = dict(tensors, **{"every.bf16": (every.astype("<u4") << 16).view("<f4")})
np.savez("expected.npz", **{n: a.astype("f4") if a.dtype == np.float16 else a for n, a in expected.items()})
PYTHON
check "a file of every type is read" from-safetensors types.safetensors -o types.npz
cat >same_tensors.py <<'PYTHON'
import sys, numpy as np
a, b = ({n: v for n, v in np.load(p).items() if not n.startswith("recipe")} for p in sys.argv[1:])
assert a.keys() == b.keys() and len(a) > 0, a.keys() ^ b.keys()
for n in a: # NaNs with their bits
    assert a[n].dtype == b[n].dtype and a[n].shape == b[n].shape and a[n].tobytes() == b[n].tobytes(), n
PYTHON
check "its values are those that were written, to the bit" "$python" same_tensors.py types.npz expected.npz
replays "a file of every type" types.npz
to-safetensors --all types.npz -o again.safetensors
check "what is written keeps the format's rules" "$python" -c '
import numpy as np
from safetensors_format import read
tensors, metadata = read("again.safetensors")
z = np.load("expected.npz")
assert tensors.keys() == set(z.files) and metadata["recipe"].startswith("labpipe from-safetensors ")
for n in tensors:
    assert tensors[n].dtype == z[n].dtype and tensors[n].shape == z[n].shape and tensors[n].tobytes() == z[n].tobytes(), n'
from-safetensors again.safetensors -o twice.npz
check "and is read again" "$python" same_tensors.py twice.npz expected.npz

# Texts travel in the metadata.
from-csv --label species "$fixtures/iris.csv" | split --train 0.8 --seed 1 | scale --by standard >iris.npz
to-safetensors --all iris.npz | from-safetensors >iris-again.npz
check "a whole stream there and back, with its texts" "$python" same_tensors.py iris-again.npz iris.npz
"$python" -c '
import numpy as np
np.savez("texts.npz", one=np.array("\u00e9\"\\\n\u2028"), none=np.array([], "U1"), many=np.array(["", "a,b"]), b=np.array([True, False]))'
to-safetensors --all texts.npz | from-safetensors >texts-again.npz
check "texts that JSON has to quote" "$python" same_tensors.py texts-again.npz texts.npz

if "$python" -c 'import safetensors.numpy' 2>/dev/null; then
    check "the safetensors module reads it" "$python" -c '
from safetensors.numpy import load_file
import numpy as np
z = np.load("expected.npz")
t = load_file("again.safetensors")
assert all(t[n].tobytes() == z[n].tobytes() for n in z.files) and len(t) == len(z.files)'
else
    skip "no python3-safetensors: the reference itself"
fi

# ---- models ----

data_of() { # data_of FILE: what is not the model's, into data.npz
    "$python" -c '
import re, sys, numpy as np
z = np.load(sys.argv[1])
np.savez("data.npz", **{n: z[n] for n in z if not re.match("layer|model|history|weight|bias|recipe", n)})' "$1"
}

train-mlp --hidden 10,6 --activation gelu --lr 0.1 --batch 16 --epochs 20 --seed 1 iris.npz >mlp.npz
train-mlp --hidden 4 --bias scalar --dtype f8 --epochs 3 --lr 0.1 iris.npz >scalar.npz
train-mlp --hidden 4 --bias none --activation tanh --epochs 3 --lr 0.1 iris.npz >none.npz
train-mlp --hidden 5,3 --activation elu --loss mse --target x --output-activation sigmoid --epochs 3 iris.npz >auto.npz
gen-gauss -n 40 --mean 0,0 --cov 1,0,0,1 --mean 2,2 --cov 1,0,0,1 --seed 2 | split --train 0.5 |
    train-perceptron --epochs 5 >perceptron.npz
gen-digits -n 60 --side 12 --colour --seed 3 | split --train 0.5 |
    train-cnn --layers conv:4:3:2:1,batch-norm,relu,max-pool:2,dropout:0.25,avg-pool:3:1:1,flatten,dense:7,leaky-relu \
        --input-scale 2/255 --input-shift -1 --batch 10 --epochs 3 --seed 4 >cnn.npz
for model in mlp scalar none auto perceptron cnn; do
    to-safetensors $model.npz -o $model.safetensors
    from-safetensors $model.safetensors -o $model-back.npz
    predict --x x_test $model.npz >$model-predicted.npz
    data_of $model.npz
    predict --x x_test --model $model-back.npz data.npz >$model-back-predicted.npz
    check "$model: predictions there and back are the same" "$python" -c '
import sys, numpy as np
a, b = (np.load(sys.argv[1] + end) for end in ("-predicted.npz", "-back-predicted.npz"))
assert a["y_pred"].size > 0 and a["y_pred"].tobytes() == b["y_pred"].tobytes()
assert ("y_score" in a) == ("y_score" in b) and ("y_score" not in a or a["y_score"].tobytes() == b["y_score"].tobytes())' $model
    check "$model: the file keeps the format's rules" "$python" -c '
import sys
from safetensors_format import read
tensors, metadata = read(sys.argv[1])
assert metadata["format"] == "pt" and "train-" in metadata["recipe"] and tensors' $model.safetensors
done
to-safetensors --names fc1,fc2,out mlp.npz -o named.safetensors
check "--names" "$python" -c '
from safetensors_format import read
a, b = read("mlp.safetensors")[0], read("named.safetensors")[0]
assert list(b) == sorted(b) and set(b) == {p + s for p in ("fc1", "fc2", "out") for s in (".weight", ".bias")}
for one, other in ("0", "fc1"), ("2", "fc2"), ("4", "out"):
    assert all((a[one + s] == b[other + s]).all() for s in (".weight", ".bias"))'
from-safetensors named.safetensors -o named-back.npz
check "the file knows its own names" "$python" -c '
import numpy as np
a, b = np.load("named-back.npz"), np.load("mlp-back.npz")
assert all(a[n].tobytes() == b[n].tobytes() for n in b if not n.startswith("recipe")) and set(a) == set(b)'
# Layers whose prefixes are names of other layers.
to-safetensors --names layer3,layer1,layer2 mlp.npz | from-safetensors >crossed.npz
check "names of layers that are those of others" "$python" -c '
import numpy as np
a, b = np.load("crossed.npz"), np.load("mlp-back.npz")
assert all(a[n].tobytes() == b[n].tobytes() for n in b if not n.startswith("recipe")) and set(a) == set(b)'

# Without labpipe's notes, as another program writes it: --layers tells, or --names.
"$python" - <<'PYTHON'
from safetensors_format import *
for name, prefixes in ("mlp", ("0", "2", "4")), ("cnn", ("0", "1", "7", "9")):
    tensors, _ = read(name + ".safetensors")
    assert {n.split(".")[0] for n in tensors} == set(prefixes), tensors.keys()
    bare = {n: of_numpy(a) for n, a in tensors.items()}
    if name == "cnn":
        bare["1.num_batches_tracked"] = of_numpy(np.array(6))
    write(name + "-bare.safetensors", bare, {"format": "pt"})
    write(name + "-named.safetensors", {"net.l%s" % n: v for n, v in bare.items()})
half = {n: ("BF16", a.shape, (a.view("<u4") >> 16).astype("<u2").tobytes()) for n, a in read("mlp.safetensors")[0].items()}
write("half.safetensors", half)
PYTHON
mlp='dense:10,gelu,dense:6,gelu,dense:3'
cnn='conv:4:3:2:1,batch-norm,relu,max-pool:2,dropout:0.25,avg-pool:3:1:1,flatten,dense:7,leaky-relu,dense:10'
input='--input-shape 12,12,3 --input-scale 2/255 --input-shift -1'
from-safetensors --layers $mlp mlp-bare.safetensors -o mlp-bare.npz
from-safetensors --layers $mlp --names net.l0,net.l2,net.l4 mlp-named.safetensors -o mlp-named.npz
# shellcheck disable=SC2086 # words
from-safetensors --layers $cnn $input cnn-bare.safetensors -o cnn-bare.npz
# shellcheck disable=SC2086
from-safetensors --layers $cnn $input --names net.l0,net.l1,net.l7,net.l9 cnn-named.safetensors -o cnn-named.npz
for model in mlp cnn; do
    pick x_test $model.npz >data.npz
    for how in bare named; do
        predict --x x_test --model $model-$how.npz data.npz >predicted.npz
        check "$model, $how: the same scores" "$python" -c '
import sys, numpy as np
a, b = np.load(sys.argv[1] + "-predicted.npz")["y_score"], np.load("predicted.npz")["y_score"]
assert a.size > 0 and a.tobytes() == b.tobytes()' $model
    done
done
from-safetensors --layers $mlp half.safetensors -o half.npz
check "a model of bfloat16" "$python" -c '
import numpy as np
a, b = np.load("half.npz"), np.load("mlp.npz")
for n in ("layer1.weight", "layer3.bias"):
    assert a[n].dtype == np.float32 and (a[n].view("u4") == b[n].view("u4") >> 16 << 16).all()'
replays "a model with --layers" mlp-bare.npz

# ---- PyTorch ----

if "$python" -c 'import torch' 2>/dev/null; then
    cat >in_torch.py <<'PYTHON'
import numpy as np, torch
from torch import nn
from safetensors_format import read, write, of_numpy
nets = {
    "mlp": nn.Sequential(nn.Linear(4, 10), nn.GELU(), nn.Linear(10, 6), nn.GELU(), nn.Linear(6, 3)),
    "scalar": nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3)).double(),
    "none": nn.Sequential(nn.Linear(4, 4, bias=False), nn.Tanh(), nn.Linear(4, 3, bias=False)),
    "auto": nn.Sequential(nn.Linear(4, 5), nn.ELU(), nn.Linear(5, 3), nn.ELU(), nn.Linear(3, 4), nn.Sigmoid()),
    "perceptron": nn.Linear(2, 1).double(),
    "cnn": nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
                         nn.AvgPool2d(3, 1, 1), nn.Flatten(), nn.Linear(36, 7), nn.LeakyReLU(), nn.Linear(7, 10)),
}
for name, net in nets.items():
    tensors, _ = read(name + ".safetensors")
    net.load_state_dict({n: torch.from_numpy(a.copy()) for n, a in tensors.items()}) # strict
    net.eval()
    z = np.load(name + "-predicted.npz")
    x = z["x_test"]
    if name == "cnn":
        x = (x * (2 / 255) - 1).transpose(0, 3, 1, 2)
    with torch.no_grad():
        out = net(torch.from_numpy(np.ascontiguousarray(x)).to(next(net.parameters()).dtype))
    if name == "auto":
        got, want = z["y_pred"], out.numpy()
    elif name == "perceptron":
        got, want = z["y_score"].reshape(-1), out.numpy().reshape(-1)
    else:
        got, want = z["y_score"], torch.softmax(out.double(), 1).numpy()
    assert got.shape == want.shape and np.isfinite(got).all() and abs(got - want).max() < 1e-6, name
# And back: a network that PyTorch drew.
torch.manual_seed(5)
net = nets["mlp"].apply(lambda m: m.reset_parameters() if isinstance(m, nn.Linear) else None)
write("drawn.safetensors", {n: of_numpy(t.numpy()) for n, t in net.state_dict().items()})
x = np.random.default_rng(6).normal(size=(20, 4)).astype("f4")
with torch.no_grad():
    np.savez("drawn.npz", x=x, want=torch.softmax(net(torch.from_numpy(x)), 1).numpy())
PYTHON
    check "PyTorch loads every model, strictly, and predicts the same" "$python" in_torch.py
    from-safetensors --layers $mlp drawn.safetensors -o drawn-model.npz
    predict --model drawn-model.npz drawn.npz >drawn-predicted.npz
    check "what PyTorch drew predicts the same here" "$python" -c '
import numpy as np
z = np.load("drawn-predicted.npz")
assert z["y_score"].shape == (20, 3) and abs(z["y_score"] - z["want"]).max() < 1e-6'
else
    skip "no PyTorch (python3-torch): its state_dict"
fi

# ---- what is refused ----

refuses "no model" 1 'labpipe to-safetensors: reading the model: there is no model' to-safetensors iris.npz
refuses "other names than layers" 2 "option --names: 2 names for 3 layers" to-safetensors --names a,b mlp.npz
refuses "a name twice" 2 "option --names: 'a' is there twice" to-safetensors --names a,a,b mlp.npz
refuses "an empty name" 2 "option --names: 'a,,b' is not a list" to-safetensors --names a,,b mlp.npz
refuses "a name that is none" 2 "option --names: tensor 'b c.weight': it is not a valid tensor name" to-safetensors --names 'a,b c,d' mlp.npz
refuses "names of a perceptron" 2 'a perceptron is one nn.Linear' to-safetensors --names a perceptron.npz
refuses "layers in both" 1 'the file says which layers it has' from-safetensors --layers $mlp mlp.safetensors
refuses "fewer layers" 1 "no layer is left for '4'" from-safetensors --layers dense:10,gelu,dense:6 mlp-bare.safetensors
refuses "more layers" 1 'layer 4 has parameters, for which there are no' from-safetensors --layers $mlp,dense:2 mlp-bare.safetensors
refuses "other units" 1 'the weights of layer 2 are of 6 units, --layers says 7' \
    from-safetensors --layers dense:10,gelu,dense:7,gelu,dense:3 mlp-bare.safetensors
refuses "layers of another kind" 1 'layer1.weight has shape \(10, 4\), expected \(out, in, height, width\)' \
    from-safetensors --layers conv:10:3,dense:6,dense:3 --input-shape 4,4 mlp-bare.safetensors
refuses "names without an order" 1 "the order of the layers is not to be seen.*--names NAME,NAME" \
    from-safetensors --layers $mlp mlp-named.safetensors
refuses "a name too many" 1 "no layer is left" from-safetensors --layers $mlp --names net.l0,net.l2,net.l4,x mlp-named.safetensors
refuses "another name" 1 "there is no tensor 'fc.weight' \(it holds" \
    from-safetensors --layers $mlp --names fc,net.l2,net.l4 mlp-named.safetensors
refuses "pictures of one number" 2 'option --input-shape: H,W or H,W,C' from-safetensors --layers $cnn --input-shape 12 cnn-bare.safetensors
refuses "the same file twice" 1 "tensor '0.bias': there are two of this name" from-safetensors mlp-bare.safetensors mlp-bare.safetensors
refuses "an .npz" 1 'labpipe from-safetensors: reading mlp.npz: safetensors: its header says that it is' from-safetensors mlp.npz

# Hostile files: NAME, PATTERN, and the file's bytes in Python.
cat >hostile.py <<'PYTHON'
import json
def raw(text, data=b""):
    text = text if isinstance(text, bytes) else text.encode()
    return len(text).to_bytes(8, "little") + text + data
def one(dtype="F32", shape=(2,), offsets=(0, 8), data=bytes(8), name="a"):
    return raw(json.dumps({name: {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}}), data)
def two(a, b, data):
    return raw(json.dumps({"a": {"dtype": "U8", "shape": [a[1] - a[0]], "data_offsets": a},
                           "b": {"dtype": "U8", "shape": [b[1] - b[0]], "data_offsets": b}}), data)
files = {
    "empty of it": (b"1234567", "cut short"),
    "a cut header": ((100).to_bytes(8, "little") + b"{}", "cut short: 2 of the 100 bytes"),
    "a header of 2^64 - 1": (b"\xff" * 8 + b"{}", "at most 100000000 are read"),
    "a header of 100 MB and 1": ((100_000_001).to_bytes(8, "little") + b"{}", "at most 100000000"),
    "no header": (bytes(8), "does not begin with {"),
    "a blank first": (raw(" {}"), "does not begin with {"),
    "a list": (raw("[]"), "does not begin with {"),
    "cut JSON": (raw('{"a":'), "header: JSON, byte"),
    "JSON and more": (raw("{} {}"), "header: JSON, byte"),
    "not UTF-8": (raw(b'{"\xff": 1}'), "header: JSON, byte"),
    "a NUL in a name": (raw('{"a\\u0000b": {}}'), "header: JSON, byte"),
    "a deep nest": (raw('{"a":' + "[" * 5000), "header: JSON, byte"),
    "a key twice": (raw('{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}, "a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}', b"1"), "duplicate"),
    "a key of a tensor twice": (raw('{"a": {"dtype": "U8", "dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}', b"1"), "duplicate"),
    "a number for a tensor": (raw('{"a": 1}'), "not an object of dtype"),
    "no type": (raw('{"a": {"shape": [], "data_offsets": [0, 1]}}', b"1"), "its dtype is missing"),
    "another type": (one("F8_E4M3"), "its dtype 'F8_E4M3' is not one of"),
    "no such type": (one("pickle"), "its dtype 'pickle' is not one of"),
    "no shape": (raw('{"a": {"dtype": "U8", "data_offsets": [0, 1]}}', b"1"), "its shape is missing"),
    "a negative size": (one(shape=(-2,)), "not a list of whole numbers"),
    "half a row": (one(shape=(2.0,)), "not a list of whole numbers"),
    "a text for a size": (one(shape=("2",)), "not a list of whole numbers"),
    "a size beyond 2^63": (raw('{"a": {"dtype": "U8", "shape": [9223372036854775808], "data_offsets": [0, 1]}}', b"1"), "header: JSON, byte"),
    "sizes that overflow": (one(shape=(2**40, 2**40)), "too large|overflow|more than"),
    "nine dimensions": (one("U8", (1,) * 9, (0, 1), b"1"), "more than 8 dimensions"),
    "no places": (raw('{"a": {"dtype": "U8", "shape": [1]}}', b"1"), "its data_offsets are not"),
    "one place": (one(offsets=(0,)), "its data_offsets are not"),
    "a negative place": (one(offsets=(-8, 0)), "its data_offsets are not"),
    "an end before the start": (one(offsets=(8, 0)), "its data_offsets are not"),
    "another size than the shape": (one(offsets=(0, 4), data=bytes(4)), "4 bytes of data cannot be \\(2,\\) of F32"),
    "beyond the end": (one(data=bytes(4)), "have 8 bytes of data, there are 4"),
    "bytes that are of none": (one(data=bytes(9)), "have 8 bytes of data, there are 9"),
    "no tensors, but bytes": (raw("{}", b"1"), "have 0 bytes of data, there are 1"),
    "a hole at the start": (one(offsets=(1, 9), data=bytes(9)), "there is a hole"),
    "a hole between": (two([0, 2], [3, 5], bytes(5)), "begin at byte 3, where 2 was expected .there is a hole"),
    "an overlap": (two([0, 3], [2, 5], bytes(5)), "they overlap"),
    "the same place": (two([0, 3], [0, 3], bytes(3)), "they overlap"),
    "a name with a blank": (one(name="a b"), "tensor 'a b': it is not a valid tensor name"),
    "a name that climbs": (one(name="../up"), "tensor '../up': it is not a valid tensor name"),
    "an empty name": (one(name=""), "tensor '': it is not a valid tensor name"),
    "the recipe's name": (one(name="recipe"), "tensor 'recipe': the name is reserved"),
    "the name of the recipe's digest": (one(name="recipe.digest"), "tensor 'recipe.digest': the name is reserved"),
    "metadata that is a list": (raw('{"__metadata__": []}'), "__metadata__: it is not an object"),
    "metadata of numbers": (raw('{"__metadata__": {"a": 1}}'), "__metadata__: 'a' is not a text"),
    "notes that are not JSON": (raw('{"__metadata__": {"labpipe": "{"}}'), "__metadata__: labpipe: JSON, byte"),
    "notes that are a list": (raw('{"__metadata__": {"labpipe": "[]"}}'), "labpipe: JSON: it is not an object"),
    "a note of a note": (raw('{"__metadata__": {"labpipe": "{\\"a\\": {}}"}}'), "'a': it is neither a text"),
    "a note of both": (raw('{"__metadata__": {"labpipe": "{\\"a\\": [1, \\"b\\"]}"}}'), "'a': it is neither a text"),
    "a note of truth": (raw('{"__metadata__": {"labpipe": "{\\"a\\": [true]}"}}'), "'a': it is neither a text"),
    "a note named recipe": (raw('{"__metadata__": {"labpipe": "{\\"recipe\\": \\"rm\\"}"}}'), "'recipe': the name is reserved"),
    "prefixes that are numbers": (raw('{"__metadata__": {"labpipe": "{\\"state_dict.prefixes\\": [1], \\"layer1.kind\\": \\"flatten\\"}"}}'), "state_dict.prefixes is not a list of names"),
    "layers without end": (raw('{"__metadata__": {"labpipe": "{\\"state_dict.prefixes\\": [], \\"layer1.kind\\": \\"conv\\"}"}}'), "layer 1 has parameters"),
    "a layer that is none": (raw('{"__metadata__": {"labpipe": "{\\"state_dict.prefixes\\": [], \\"layer1.kind\\": \\"rm\\"}"}}'), "layer1.kind is 'rm'"),
}
for i, (name, (data, pattern)) in enumerate(files.items()):
    open("hostile-%d" % i, "wb").write(data)
    print(i, pattern, name, sep="\t")
PYTHON
"$python" hostile.py >hostile
while IFS=$'\t' read -r i pattern name; do
    refuses "hostile: $name" 1 "^labpipe from-safetensors: .*($pattern)" from-safetensors "hostile-$i"
    wrote_nothing "hostile: $name: no output"
done <hostile
# Sound, if odd.
"$python" -c '
from hostile import raw
open("none.safetensors", "wb").write(raw("{}"))
open("odd.safetensors", "wb").write(raw("""{"a": {"extra": 1, "data_offsets": [0, 0], "shape": [0, 7], "dtype": "F64"}, "b": {"dtype": "BOOL", "shape": [], "data_offsets": [0, 1]}}""", b"\1"))' >/dev/null
check "a file without tensors" from-safetensors none.safetensors -o none-out.npz
equal "tensors without elements, in any place" "$(from-safetensors odd.safetensors | inspect | awk '/^[ab]/ { print $1, $2, $3 $4 }' | tr '\n' ' ')" \
    'a f8 (0,7) b b1 ()1 '

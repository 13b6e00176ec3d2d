#!/usr/bin/python3
"""Writes tests/fuzz/corpus/NAME/: small inputs for the fuzz targets, sound ones and such as lie.

    python3 tests/fuzz/corpus.py      (needs NumPy; every byte is written here, by NumPy and zlib)
"""
import gzip
import io
import pathlib
import struct
import zipfile
import zlib

import numpy as np

corpus = pathlib.Path(__file__).parent / "corpus"


def put(target, name, data):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


# ---- npy ----

def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asanyarray(array), version=version)
    return out.getvalue()


def header(text, data=b"", version=1):
    text = text.encode() + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + data


def described(descr, shape, data=b""):
    return header("{'descr': %r, 'fortran_order': False, 'shape': %s}" % (descr, shape), data)


arrays = {
    "f8": np.arange(6.0).reshape(2, 3),
    "f4-fortran": np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3)),
    "f2": np.array([1, -0.5, np.inf], "f2"),
    "i2-big-endian": np.arange(4, dtype=">i2"),
    "u1": np.arange(3, dtype="u1"),
    "bool": np.array([True, False]),
    "text": np.array(["setosa", "ä"]),
    "bytes": np.array([b"ab", b"c"]),
    "scalar": np.float64(3),
    "empty": np.zeros((0, 4)),
}
sound = {name: npy(array) for name, array in arrays.items()}
sound["version-2"] = npy(np.arange(3.0), (2, 0))
sound["version-3"] = npy(np.arange(3.0), (3, 0))
lying = {
    "objects": described("|O", "(1,)", b"\x80\x04N."),
    "records": header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", bytes(8)),
    "overflows": described("<f8", "(4294967296, 4294967296, 4294967296)"),
    "largest": described("<f8", "(18446744073709551615,)"),
    "negative": described("<f8", "(-1,)", bytes(8)),
    "nine-dimensions": described("<f8", "(1, 1, 1, 1, 1, 1, 1, 1, 1)", bytes(8)),
    "wide-text": described("<U1073741824", "(4,)", bytes(16)),
    "twice": header("{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", bytes(8)),
    "more-than-there-is": described("<f8", "(5,)", bytes(8)),
    "long-header": b"\x93NUMPY\x02\0\xff\xff\xff\x7f{'descr': '<f8'",
}
for name, data in (sound | lying).items():
    put("npy", name, data)

# ---- archives ----


class Pipe(io.BytesIO):
    """What zipfile cannot seek in: sizes and checksums then follow the data."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise OSError

    def tell(self):
        raise OSError


def archive(out=None, method=zipfile.ZIP_STORED, zip64=False, members=None):
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in (members or {"x": sound["f8"], "y": sound["u1"]}).items():
            with z.open(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), "w", force_zip64=zip64) as member:
                member.write(data)
    return out.getvalue()


def deflated(members=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in (members or {"x": sound["f8"]}).items():
            z.writestr(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


plain = archive()
recipe = npy(np.array(b"gen-moons -n 2 --seed 0 | split --train 1 --seed 0"))
for name, data in {
    "plain": plain,
    "deflated": deflated(),
    "descriptors": archive(Pipe()),
    "zip64": archive(zip64=True),
    "two": plain + archive(members={"x": sound["scalar"]}),
    "with-recipe": archive(members={"x": sound["scalar"], "recipe": recipe}),
    "bare": sound["f8"],
    "no-members": b"PK\5\6" + bytes(18),
    "climbs": archive(members={"../x": sound["scalar"]}),
    "objects": archive(members={"x": lying["objects"]}),
    "encrypted": plain[:6] + b"\1" + plain[7:],
    "bomb": deflated({"x": described("<f8", "(2,)") + bytes(1 << 20)}),
    "claims-much": deflated({"x": described("<f8", "(1073741824,)")}),
    "followed": plain + b"more",
}.items():
    put("archive", name, data)

# ---- tensors: models, factors, sparse matrices ----


def tensors(**named):
    return b"".join(name.replace("__", ".").encode() + b"\n" + npy(array) for name, array in named.items())


x = np.arange(6.0).reshape(3, 2)
mlp = dict(layer1__weight=np.ones((2, 2), "f4"), layer1__bias=np.zeros(2, "f4"), layer1__activation=np.array(b"relu"),
           layer2__weight=np.ones((2, 2), "f4"), layer2__bias=np.zeros(1, "f4"))
cnn = dict(x=np.arange(32, dtype="u1").reshape(2, 4, 4), model__input_shape=np.array([4, 4]), layer1__kind=np.array(b"conv"),
           layer1__weight=np.ones((2, 1, 3, 3), "f4"), layer1__stride=np.int64(1), layer1__padding=np.int64(1),
           layer1__activation=np.array(b"relu"), layer2__kind=np.array(b"batch-norm"), layer2__weight=np.ones(2, "f4"),
           layer2__bias=np.zeros(2, "f4"), layer2__running_mean=np.zeros(2, "f4"), layer2__running_var=np.ones(2, "f4"),
           layer3__kind=np.array(b"max-pool"), layer3__kernel_size=np.int64(2), layer3__stride=np.int64(2),
           layer3__padding=np.int64(0), layer4__kind=np.array(b"dropout"), layer4__p=np.float64(0.5),
           layer5__kind=np.array(b"flatten"), layer6__weight=np.ones((2, 8), "f4"), layer6__activation=np.array(b"identity"))
coo = dict(row=np.array([0, 1], "i4"), col=np.array([1, 0], "i4"), data=np.array([3.0, 4.0]),
           shape=np.array([2, 2]), format=np.array(b"coo"))
for name, data in {
    "mlp": tensors(x=x, y=np.array([0, 1, 1]), **mlp),
    "cnn": tensors(**cnn),
    "cnn-of-huge-pictures": tensors(**dict(cnn, model__input_shape=np.array([1 << 20, 1 << 20, 1 << 20]))),
    "cnn-of-a-huge-window": tensors(**dict(cnn, layer3__kernel_size=np.int64(1 << 20), layer3__padding=np.int64(1 << 19))),
    "autoencoder": tensors(x=x, model__target=np.array(b"x"), model__loss=np.array(b"mse"), **mlp),
    "perceptron": tensors(x=x, weight=np.ones((1, 2)), bias=np.ones(1)),
    "svd": tensors(x=x, u=np.ones((3, 1)), s=np.ones(1), v=np.ones((2, 1))),
    "biases": tensors(mean=np.float64(3), row_bias=np.zeros(2), col_bias=np.zeros(2), **coo),
    "factors": tensors(u=np.ones((2, 1)), v=np.ones((2, 1)), **coo),
    "csr": tensors(indices=np.array([1, 0], "i4"), indptr=np.array([0, 1, 2], "i4"), data=np.ones(2),
                   shape=np.array([2, 2]), format=np.array(b"csr")),
    "beyond": tensors(row=np.array([-1, 7], "i4"), col=np.array([1, 0], "i4"), data=np.ones(2),
                      shape=np.array([2, 2**62]), format=np.array(b"coo")),
    "scaled": tensors(x=x, scale__offset=np.zeros(2), scale__divisor=np.ones(2), u=np.ones((3, 1)), s=np.ones(1),
                      v=np.ones((2, 1))),
    "shape-alone": tensors(mean=np.float64(3), shape=np.array([1 << 20, 1 << 20])),
    "no-rows": tensors(x=np.zeros((0, 2)), **mlp),
}.items():
    put("tensors", name, data)

# ---- checkpoints: a byte that chooses the learner, and tensors in place of a sound one's ----

for learner, own in enumerate([
    dict(weight=np.ones((1, 2)), bias=np.ones(1)),
    dict(layer1__weight=np.ones((3, 2)), layer1__bias=np.zeros(3), checkpoint__moment1__layer1__weight=np.ones((3, 2))),
    dict(u=np.ones((4, 2)), v=np.ones((2, 2)), mean=np.float64(1)),
]):
    for name, changed in {
        "unchanged": {},
        "model": own,
        "done": dict(checkpoint__done=np.uint64(3)),
        "beyond": dict(checkpoint__done=np.uint64(2**63)),
        "of-others": dict(checkpoint__options=np.array(b"--lr 1"), checkpoint__total=np.float64(9)),
        "best": dict(checkpoint__best_loss=np.float64(-1), checkpoint__waited=np.uint64(99), checkpoint__best_epoch=np.float64(7)),
        "history": dict(history__epoch=np.arange(3.0), history__loss=np.array([np.nan, 1, 2]), history__val_loss=np.ones(2)),
        "snapshots": dict(snapshot__epoch=np.arange(9.0), snapshot__7__weight=np.ones(3)),
    }.items():
        put("checkpoint", "%d-%s" % (learner, name), bytes([learner]) + tensors(**changed))

# ---- options: a byte that chooses the tool, and the words of its command line ----

for tool in range(40):
    put("options", "tool-%02d" % tool, bytes([tool]) + b"--seed\n1\n--lr=0.1\n-o\nx\nfile.npz")
for name, words in {
    "numbers": "--train\n0.8\n--epochs=10\n--lr\n1e-3\n--seed\n18446744073709551615",
    "lists": "--hidden\n20,10\n--mean\n0,0\n--cov=1,0,0,1\n--columns\na,b\n--class-weights\n1,2",
    "choices": "--by\nstandard\n--method\nsvd\n--optimizer\nadam\n--activation=relu",
    "ranges": "--rows\n1:\n--size\n800x600\n--tile=2x2\n--x-range\n0,1",
    "unknown": "--epoch\n--learning_rate\n3\n-z\n--",
    "layers": "--layers\nconv:6:5,relu,max-pool:2,dense:84,dropout:0.5",
    "schedules": "--schedule\nstep:10:0.5\n--lr-schedule\ncosine",
}.items():
    for tool in (1, 9, 12, 17, 26, 27, 28):
        put("options", "%s-%02d" % (name, tool), bytes([tool]) + words.encode())

put("gzip", "text", gzip.compress(b"a,b\n1,2\n", mtime=0))
put("gzip", "joined", gzip.compress(b"a,b\n", mtime=0) + gzip.compress(b"1,2\n", mtime=0))
more = (1 << 12) + 99  # than one growth of the output
put("gzip", "zeros", gzip.compress(bytes(more), mtime=0))
put("gzip", "bomb", gzip.compress(b"\0\0\x08\1\0\0\0\2" + bytes(more), mtime=0))
put("gzip", "idx", gzip.compress(b"\0\0\x08\1\0\0\0\2ab", mtime=0))
put("gzip", "not-gzip", b"a,b\n1,2\n")

# ---- text; of a table after a byte that chooses how it is read ----

for name, text in {
    "iris": "sepal_length,sepal_width,species\n5.1,3.5,setosa\n7,3.2,versicolor\n",
    "no-header": "1,2\n3,4\n",
    "semicolons": "1;2\r\n3;4\r\n",
    "quoted": '\ufeff"a","b","species"\n1,"2","say ""a, b"""\n3,4,"two\nlines"\n',
    "open-quote": 'a,b\n1,"2\n',
    "ragged": "1,2\n3\n",
    "not-numbers": "a,b\n1e999,nan\n0x10,inf\n",
    "blank-lines": "1,2\n\n3,4\n\n\n",
    "many-digits": "0." + "123456789" * 40 + ",1e-400\n",
    "commas": "," * 300 + "\n",
}.items():
    for how in range(5):
        put("csv", "%d-%s" % (how, name), bytes([how]) + text.encode())

for name, text in {
    "classes": "+1 1:0.5 3:-2e3\n-1 2:7 # a comment\n\n# another\n+1\n",
    "targets": "0.5 1:1\r\n-3.25 5:1e-5\r\n",
    "no-index": "1 1:2 3\n",
    "falls": "1 2:1 2:1\n",
    "zero": "1 0:1\n",
    "qid": "1 qid:3 1:1\n",
    "several-labels": "1,2 1:1\n",
    "wide": "1 99999:1\n2 1:1\n",
    "wider": "1 99999999999999999999999:1\n",
    "not-finite": "nan 1:inf\n1 1:1e999\n",
}.items():
    put("libsvm", name, text)

ratings = "user,film,rating,timestamp\n1,10,4.5,0\n2,10,3,0\n1,11,0.5,0\n"
for name, text in {
    "ratings": ratings,
    "named": ratings + '\n--\nfilm,title\n10,"Comma, A (1999)"\n11,Same\n12,Unasked\n',
    "same-titles": ratings + "\n--\nfilm,title\n10,Same\n11,Same\n",
    "twice": ratings + "1,10,2,0\n",
    "no-title": ratings + "\n--\nfilm,title\n10,\n",
    "no-column": "user,rating\n1,2\n",
}.items():
    put("triples", name, text)

for name, text in {
    "pipeline": "gen-moons -n 1000 --seed 0 | split --train 0.8 --seed 0",
    "several": "cat <(pick --crc32 1a2b3c4d '*' data.npz) <(gen-gauss -n 2) | pick x",
    "broken": "not-replayable 'standard input came without a recipe' | split",
    "quotes": "from-csv 'it'\\''s.csv'",
    "option": "-n",
    "control": "a\x1bb\x7f\u0085",
    "nested": "labpipe gen-moons -n 4 --seed 0 | labpipe split | labpipe predict --model "
    "<(cat <(a '*' b.npz) <(c) | labpipe pick 'it'\\''s')",
    "digest": "labpipe 0.1.0\nlabpipe unknown\n"
    "recipe 0d3ae4ffbbf2e21ba5c5a6ecf2ed0be7e39f4ed0b95c2f0b0c10b32d38ca76c4\n"
    "99bfebb0518b83d3c8bca63cb599de5da62d45e51fd7becbf8063dd961ba0f05 38c786ee ../a%20b.npy\n",
}.items():
    put("recipe", name, text)

# ---- pictures ----

types = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
for code, dtype in types.items():
    put("idx", "type-%02x" % code, bytes([0, 0, code, 1]) + struct.pack(">I", 3) + np.arange(3).astype(dtype).tobytes())
images = bytes([0, 0, 8, 3]) + struct.pack(">III", 2, 2, 3) + bytes(range(12))
put("idx", "images", images)
put("idx", "overflows", bytes([0, 0, 14, 4]) + b"\xff" * 16)
put("idx", "nine-dimensions", bytes([0, 0, 8, 9]) + struct.pack(">I", 1) * 9 + b"\0")
put("idx", "no-dimensions", bytes([0, 0, 8, 0]) + b"\0")

put("cifar", "record", bytes([3]) + bytes(range(256)) * 12)
put("cifar", "label-over-9", bytes([10]) + bytes(3072))


def png(width, height, depth, colour, rows, extra=b"", declared=None, level=9, interlaced=0):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = declared or (width, height)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)) + extra +
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), level)) + chunk(b"IEND", b""))


palette = struct.pack(">I", 6) + b"PLTE" + bytes(6) + struct.pack(">I", zlib.crc32(b"PLTE" + bytes(6)))
for name, data in {
    "grey-1.png": png(3, 2, 1, 0, [b"\xa0", b"\x40"]),
    "grey-8.png": png(2, 2, 8, 0, [b"\0\xff", b"\x80\x10"]),
    "grey-16.png": png(1, 1, 16, 0, [b"\x12\x34"]),
    "rgb-8.png": png(1, 2, 8, 2, [b"abc", b"def"]),
    "palette-2.png": png(2, 1, 2, 3, [b"\x40"], palette),
    "grey-alpha-8.png": png(1, 1, 8, 4, [b"\x80\x40"]),
    "rgba-16.png": png(1, 1, 16, 6, [bytes(range(8))]),
    "declares-much.png": png(2, 2, 8, 0, [b"\0\xff"], declared=(60000, 60000)),
    "bomb.png": png(2, 2, 8, 0, [bytes(1 << 16)]),
    "stored-grey-8.png": png(2, 2, 8, 0, [b"\0\xff", b"\x80\x10"], level=0),
    "stored-rgba-16.png": png(1, 1, 16, 6, [bytes(range(8))], level=0),
    "stored-palette-4.png": png(3, 1, 4, 3, [b"\x10\x10"], palette, level=0),
    "stored-interlaced.png": png(2, 2, 8, 0, [b"\1", b"\2", b"\3\4"], level=0, interlaced=1),
    "claims-a-text.png": png(1, 1, 8, 0, [b"\0"], struct.pack(">I", 0x50320a00) + b"zTXt"),
    "no-palette.png": png(2, 1, 2, 3, [b"\x40"]),
    "p2.pgm": b"P2\n# a comment\n2 2 15\n0 1 2 15\n",
    "p3.ppm": b"P3 1 1 255 1 2 3\n",
    "p5.pgm": b"P5 2 1 255\n\1\2",
    "p5-16.pgm": b"P5 1 1 65535\n\1\2",
    "p6.ppm": b"P6\n1 1\n255\nabc",
    "over-maximum.pgm": b"P2 1 1 3\n9\n",
    "declares-much.pgm": b"P5 65535 65535 255\n\0",
    "overflows.ppm": b"P6 4294967297 4294967297 255\n\0",
}.items():
    put("image", name, data)

# ---- safetensors ----


def safetensors(header, data=b""):
    text = header.encode()
    return struct.pack("<Q", len(text)) + text + data


def place(dtype, shape, begin, end):
    return '{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}' % (dtype, shape, begin, end)


notes = r'{\"layer1.activation\":\"relu\",\"model.offset\":[0.5,1.5],\"model.classes\":[\"a\",\"b\"],\"n\":3}'
for name, data in {
    "empty": safetensors("{}"),
    "two": safetensors('{"0.weight":%s,"0.bias":%s}' % (place("F32", "[2,1]", 0, 8), place("F64", "[1]", 8, 16)), bytes(16)),
    "halves": safetensors('{"a":%s,"b":%s}  ' % (place("F16", "[2]", 0, 4), place("BF16", "[2]", 4, 8)), b"\x01\x7c\xff\x83" * 2),
    "notes": safetensors('{"__metadata__":{"format":"pt","labpipe":"%s"},"a":%s}' % (notes, place("U8", "[]", 0, 1)), b"1"),
    "none": safetensors('{"a":%s}' % place("I64", "[0,3]", 0, 0)),
    "reserved": safetensors('{"recipe.digest":%s}' % place("U8", "[1]", 0, 1), b"1"),
    "hole": safetensors('{"a":%s}' % place("U8", "[1]", 1, 2), b"12"),
    "overlap": safetensors('{"a":%s,"b":%s}' % (place("U8", "[2]", 0, 2), place("U8", "[2]", 1, 3)), b"123"),
    "overflows": safetensors('{"a":%s}' % place("F64", "[4294967296,4294967296]", 0, 8), bytes(8)),
    "twice": safetensors('{"a":%s,"a":%s}' % (place("U8", "[]", 0, 1), place("U8", "[]", 0, 1)), b"1"),
    "long-header": struct.pack("<Q", 99999999) + b"{}",
}.items():
    put("safetensors", name, data)

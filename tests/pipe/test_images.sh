#!/bin/bash
# Pictures in and out: from-idx, from-cifar, from-images, render-weights.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

# ---- from-idx ----
printf '\0\0\010\003\0\0\0\002\0\0\0\001\0\0\0\003abcdef' >images
printf '\0\0\010\001\0\0\0\002\001\000' >labels
gzip -nk images labels
check "images and labels" from-idx images labels -o plain.npz
check "gzipped" from-idx images.gz labels.gz -o gzipped.npz
replays "from-idx" gzipped.npz
equal "tensors" "$(to-csv --no-header x y plain.npz | tr '\n' ' ')" "97,98,99,1 100,101,102,0 "
equal "gzipped or not" "$(to-csv x y plain.npz)" "$(to-csv x y gzipped.npz)"
equal "input_shape" "$(to-csv --no-header input_shape plain.npz | tr '\n' ' ')" "1 3 "
check "two sets, class names" from-idx images labels images labels --class no --class yes -o two.npz
equal "two sets" "$(to-csv --no-header --class-names x_test y_test two.npz | head -n 1)" "97,98,99,yes"
refuses "a lone set of labels too many" 1 '2 files of labels|and 2 of labels' from-idx images labels labels
cp images train-images
cp labels train-labels
cp images t10k-images
cp labels t10k-labels
refuses "the parts in the order of their names" 1 \
    '^labpipe from-idx: t10k-images comes before train-images \(the first images become x_train\)$' from-idx t10k-* train-*
check "the part to train on first" from-idx train-* t10k-* -o two.npz
mkdir train # a folder's name says nothing
cp images labels train
check "in a folder called train" from-idx images labels train/images train/labels -o two.npz
head -c 20 images >cut.idx
refuses "a cut file" 1 '^labpipe from-idx: reading cut.idx: IDX: ' from-idx cut.idx
head -c 30 images.gz >cut.idx
refuses "a cut gzip file" 1 '^labpipe from-idx: reading cut.idx: gzip: cut short' from-idx cut.idx
refuses "another format" 1 '^labpipe from-idx: reading .*iris.csv: it is not an IDX file' from-idx "$fixtures/iris.csv"
{ printf '\0\0\010\003\377\377\377\377\0\0\1\0\0\0\1\0'; head -c 1000 /dev/zero; } | gzip >bomb
limit='ulimit -v 2000000' # which a sanitizer's address space does not fit
bash -c "$limit; from-idx --version" >version 2>&1 || limit=:
refuses "a file that lies about its size" 1 'cannot hold the shape' bash -c "$limit; from-idx bomb"
limit='ulimit -v 100000'
bash -c "$limit; from-idx --version" >version 2>&1 || limit=:
{ printf '\0\0\010\001\0\0\0\012'; head -c 300000000 /dev/zero; } | gzip -1 >bomb
refuses "a file that inflates to more than its header says" 1 \
    '^labpipe from-idx: reading bomb: gzip: it holds more than the 18 bytes that its header says' bash -c "$limit; from-idx bomb"
head -c 300000000 /dev/zero | gzip -1 >bomb
refuses "a gzip file of something else" 1 '^labpipe from-idx: reading bomb: it is not an IDX file' bash -c "$limit; from-idx bomb"

# ---- from-cifar ----
record() { printf '%b' "\\0$1"; head -c 3072 /dev/zero | tr '\0' "\\$2"; } # record LABEL PIXEL, octal
{ record 003 101; record 000 102; } >batch.bin
record 011 103 >test.bin
check "batches" from-cifar batch.bin batch.bin -o batches.npz
replays "from-cifar" batches.npz
equal "labels" "$(to-csv --no-header --class-names y batches.npz | tr '\n' ' ')" "cat airplane cat airplane "
check "a test batch" from-cifar batch.bin --test test.bin -o parts.npz
replays "from-cifar --test" parts.npz
equal "test labels" "$(to-csv --no-header --class-names y_test parts.npz)" "truck"
cp test.bin copy.bin
refuses "a test batch that is trained on" 1 '^labpipe from-cifar: copy.bin, to train on, holds the same pictures as test.bin, to test on$' \
    from-cifar --test test.bin batch.bin copy.bin
head -c 3000 batch.bin >cut.bin
refuses "a cut batch" 1 '^labpipe from-cifar: reading cut.bin: 3000 bytes are not a whole number' from-cifar batch.bin cut.bin
record 012 100 >wrong
refuses "a label too large" 1 '^labpipe from-cifar: reading wrong: record 0 has label 10' from-cifar wrong

# ---- from-images ----
mkdir -p faces/anna faces/bob
printf 'P2 2 2 255 1 2 3 4' >faces/anna/1.pgm
printf 'P2 2 2 255 5 6 7 8' >faces/bob/2.PGM
printf 'P2 2 2 255 9 10 11 12' >faces/anna/3.pgm
echo 'not a picture' >faces/anna/README
printf 'broken' >faces/anna/.hidden.png
ln -s nowhere faces/unreadable
refuses "a class folder that cannot be read" 1 '^labpipe from-images: reading faces/unreadable: No such file' from-images --labels faces
rm faces/unreadable
check "a folder of folders" from-images --labels faces -o faces.npz
equal "labels are folders, in order" "$(to-csv --no-header --class-names x y faces.npz | tr '\n' ' ')" \
    "1,2,3,4,anna 9,10,11,12,anna 5,6,7,8,bob "
replays "from-images" faces.npz
mkdir -p mixed/anna
cp faces/anna/1.pgm faces/anna/README mixed/anna
printf x | tee mixed/anna/b.jpg mixed/anna/c.JPEG >mixed/anna/d.txt
check "pictures that cannot be read beside others" from-images --labels mixed -o mixed.npz
equal "are named, and nothing else is" "$(from-images --labels mixed 2>&1 >mixed.npz)" \
    "labpipe from-images: mixed: 2 of its files left out, such as mixed/anna/b.jpg (convert them to PNG)"
equal "the others are read" "$(to-csv --no-header x mixed.npz)" "1,2,3,4"
refuses "such a picture by itself" 1 'reading mixed/anna/b.jpg: it is not a PNG, PGM or PPM picture \(convert it to PNG\)' \
    from-images mixed/anna/b.jpg
from-images --labels faces/ >slash.npz
equal "a slash at its end" "$(to-csv x y faces.npz)" "$(to-csv x y slash.npz)"
crc=$(inspect --recipe faces.npz | sed -n 's/.*crc32 \([0-9a-f]*\).*/\1/p')
check "its CRC-32 is known" from-images --labels --crc32 "$crc" faces -o /dev/null
printf 'P2 2 2 255 9 10 11 13' >faces/anna/3.pgm
refuses "another folder" 1 'reading faces: its CRC-32 is .*it is another folder' \
    from-images --labels --crc32 "$crc" faces
refuses "a folder without pictures" 1 'reading faces: it is a directory without a file of the kind png' \
    from-images faces
printf 'P6 2 2 255 %s' 'abcdefghijkl' >colour.ppm
printf 'P2 3 2 255 1 2 3 4 5 6' >wide.pgm
refuses "mixed sizes" 1 '^labpipe from-images: reading wide.pgm: it is 3 x 2, faces/anna/1.pgm 2 x 2 \(--resize 2x2' \
    from-images faces/anna wide.pgm
refuses "mixed channels" 1 '^labpipe from-images: reading colour.ppm: it is coloured, .* \(--grey makes' \
    from-images faces/anna colour.ppm
check "--grey and --resize make them alike" from-images --grey --resize 2x2 faces/anna wide.pgm colour.ppm -o alike.npz
refuses "no folder to be a label" 1 'its path names no folder' from-images --labels wide.pgm
refuses "a broken picture" 1 '^labpipe from-images: reading broken.png: it is not a PNG' bash -c 'echo x >broken.png; from-images broken.png'
refuses "text from a pipe" 1 '^labpipe from-images: reading standard input: it is not a PNG' \
    bash -c 'echo x | from-images'

# ---- render-weights ----
# What it draws is read back: without gaps and zoom a tile's bytes are the picture's.
render-weights --columns 1 --gap 0 --zoom 1 gzipped.npz -o drawn.png
from-images drawn.png >back.npz
equal "bytes are drawn as they are" "$(to-csv --no-header x back.npz)" "97,98,99,100,101,102"
render-weights --columns 1 --gap 0 --zoom 1 batches.npz --first 1 -o drawn.png
from-images drawn.png >back.npz
equal "colours are drawn as they are" "$(to-csv --no-header x back.npz | tr ',' '\n' | sort -u)" "65"
gen-digits -n 30 --seed 1 | split --train 0.8 --seed 1 | train-mlp --hidden 3 --epochs 1 >model.npz
check "weights, their shape from x_train" render-weights model.npz -o weights.png
pick 'layer*' ./model.npz >bare.npz
check "weights, their shape given" render-weights --tile 28x28 bare.npz -o tiles.png
same "the same picture" weights.png tiles.png
refuses "no shape" 1 '^labpipe render-weights: layer1.weight \(give --tile WxH\)' render-weights bare.npz
refuses "another shape" 1 'does not hold pictures of 5 x 6' render-weights --tile 6x5 bare.npz
refuses "text" 1 '^labpipe render-weights: layer1.activation is text' render-weights --of layer1.activation model.npz
refuses "too many tiles" 1 'do not fit 1 x 2' render-weights --rows 1 --columns 2 --tile 28x28 bare.npz
refuses "too large a picture" 1 'over the limit' render-weights --tile 28x28 --zoom 100 --gap 100 --columns 3 --of x_train model.npz
refuses "captions that are too few" 1 'y_test has 6 entries for 24 tiles' render-weights --of x_train --caption y_test model.npz
refuses "a range upside down" 2 'needs two numbers' render-weights --range 2,1 model.npz
if [ -n "$python" ]; then
    "$python" -c '
import numpy as np
p = np.arange(12.).reshape(3, 2, 2)
np.savez("two-captions.npz", p=p, a=np.array(["x", "y", "z"]), b=np.arange(3))
np.savez("one-caption.npz", p=p, a=np.array(["x → 0", "y → 1", "z → 2"]))'
    render-weights --of p --caption a --caption b -o two-captions.png two-captions.npz
    render-weights --of p --caption a -o one-caption.png one-caption.npz
    same "two captions, with an arrow between them" two-captions.png one-caption.png
fi
check "captions, headings, a title" render-weights --of x_train --of x_test --first 6 --caption y_test \
    --name 'to learn from' --name 'to be tested on' --title 'Digits' model.npz -o captions.png
if [ -n "$python" ]; then
    gen-faces --people 1 --shots 2 >raw.npz
    scale --divide 255 raw.npz | scale --by centre |
        render-weights --of x --unscale --range 0,255 --gap 0 --zoom 1 --columns 2 | from-images >undone.npz
    check "scale is undone to the last bit but one" "$python" -c '
import numpy
raw, undone = numpy.load("raw.npz")["x"].astype(int), numpy.load("undone.npz")["x"][0].astype(int)
assert abs(numpy.hstack(list(raw)) - undone).max() <= 1, abs(numpy.hstack(list(raw)) - undone).max()'
else
    skip "no NumPy: scale is undone"
fi

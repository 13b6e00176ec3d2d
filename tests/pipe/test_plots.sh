#!/bin/bash
# plot-scatter and plot-curves from the command line.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

# size FILE: width and height from a PNG's header.
size() { od -An -tu1 -j16 -N8 "$1" | awk '{ print $1 * 16777216 + $2 * 65536 + $3 * 256 + $4 "x" $5 * 16777216 + $6 * 65536 + $7 * 256 + $8 }'; }

from-csv --label species "$fixtures/iris.csv" >iris.npz
gen-moons -n 200 --seed 1 | split --train 0.8 --seed 1 |
    train-mlp --hidden 8 --epochs 3 --eval-every 1 --batch 32 --seed 1 >a.npz
gen-moons -n 200 --seed 1 | split --train 0.8 --seed 1 |
    train-mlp --hidden 8 --epochs 3 --eval-every 1 --batch 32 --seed 2 >b.npz

# ---- scatter ----
check "columns by number" plot-scatter --x 2 --y 3 iris.npz -o number.png
check "columns by name" plot-scatter --x petal_length --y petal_width iris.npz -o name.png
same "a column's name and its number are the same" number.png name.png
equal "the usual size" "$(size number.png)" 800x600
check "another size" plot-scatter --size 333x444 iris.npz -o small.png
equal "another size" "$(size small.png)" 333x444
check "an SVG by its ending" plot-scatter iris.npz -o iris.svg
equal "an SVG is one" "$(head -c 5 iris.svg)$(tail -n 1 iris.svg)" '<?xml</svg>'
plot-scatter iris.npz -o again.svg
same "an SVG is the same each time" iris.svg again.svg
plot-scatter --plain --x 2 --y 3 iris.npz >plain.png
differ "--plain leaves out the classes" plain.png number.png
check "both parts, one-hot labels" piped 'onehot a.npz | plot-scatter >onehot.png'
plot-scatter a.npz >labels.png
same "one-hot labels and numbers look the same" onehot.png labels.png
check "regions of a network" plot-scatter --boundary a.npz -o regions.png
differ "--boundary draws them" regions.png labels.png
check "regions of a perceptron" piped \
    'gen-moons -n 100 | train-perceptron --epochs 5 | plot-scatter --boundary --x 1 --y 0 >line.png'

refuses "a column past the last" 1 '^labpipe plot-scatter: x: there is no column 4: there are 4, counted from 0' \
    plot-scatter --x 4 iris.npz
refuses "an unknown column" 1 "^labpipe plot-scatter: x: there is no column 'petal'" \
    plot-scatter --x petal iris.npz
refuses "a missing tensor" 1 "^labpipe plot-scatter: there is no tensor 'u'" plot-scatter --of u iris.npz
refuses "no model" 1 '^labpipe plot-scatter: there is no model in the stream' plot-scatter --boundary iris.npz
train-mlp --hidden 2 --epochs 1 iris.npz >four.npz
refuses "a model of four columns" 1 'a model of two columns: this one takes 4' \
    plot-scatter --boundary four.npz
refuses "labels of other rows" 1 '^labpipe plot-scatter: y does not class the 2 rows of layer1.weight' \
    plot-scatter --of layer1.weight four.npz
refuses "text" 1 '^labpipe plot-scatter: features: its shape is' plot-scatter --of features iris.npz
refuses "a size too small" 2 'option --size: .* at least 200' plot-scatter --size 20x20 iris.npz
refuses "--plain with regions" 2 'contradict' plot-scatter --plain --boundary a.npz
printf 'a,b\n1,2\n' | from-csv | plot-scatter >one.png
equal "a single point" "$(size one.png)" 800x600

# ---- colour by a number ----
check "colour by a column" plot-scatter --colour sepal_width --x 2 --y 3 iris.npz -o colour.svg
plot-scatter --colour 1 --x 2 --y 3 iris.npz -o colour-1.svg
same "by name and by number" colour.svg colour-1.svg
check "the least is dark" grep -q 'fill:rgb(26.7%,0.5%,32.9%)' colour.svg
check "the largest is light" grep -q 'fill:rgb(99.3%,90.6%,14.4%)' colour.svg
check "colour by y, of both parts" plot-scatter --colour y a.npz -o y.png
refuses "a colour that is not there" 1 "^labpipe plot-scatter: colour: there is no column 'blue'" plot-scatter --colour blue iris.npz
refuses "colours of a pair" 2 'has no colour' plot-scatter --of x,x --colour y iris.npz
refuses "colour and classes" 2 'contradict' plot-scatter --plain --colour y iris.npz

# ---- one tensor against another ----
split iris.npz | train-mlp --hidden 3 --epochs 2 >c.npz
predict c.npz >answers.npz
check "a pair" plot-scatter --of y_test,y_pred answers.npz -o pair.svg
check "the diagonal is drawn" grep -q 'stroke-dasharray' pair.svg
check "the axes are called after the tensors" grep -q 'y_test\|glyph' pair.svg
refuses "a pair of other shapes" 1 '^labpipe plot-scatter: y_train has shape \(120,\) and y_test has \(30,\)' \
    plot-scatter --of y_train,y_test answers.npz
refuses "half a pair" 1 "^labpipe plot-scatter: there is no tensor 'none'" plot-scatter --of y_test,none answers.npz
refuses "columns of a pair" 2 'draws all of them' plot-scatter --of y_test,y_pred --x 1 answers.npz
refuses "a boundary of a pair" 2 'no boundary' plot-scatter --of y_test,y_pred --boundary answers.npz

# ---- sets, lines, ranges ----
# Points (0, 0) and (1, 1) make both axes alike: the line y = x goes from corner to corner.
line() { grep -o 'stroke:rgb(0%,62%,45.1%).* d="[^"]*"' "$1" | sed 's/.* d="//; s/ *"$//'; }
printf '1,-1\n' | from-csv | pick --rename x=weight >diagonal.npz
printf '1,0\n' | from-csv | pick --rename x=weight >upright.npz
printf 'x,y,class\n0,0,0\n1,1,1\n' | from-csv --label class >two.npz
plot-scatter --line diagonal.npz two.npz -o diagonal.svg
equal "a line from corner to corner" "$(line diagonal.svg | tail -n 1)" 'M 778 48 L 60 546'
plot-scatter --x 1 --y 0 --line diagonal.npz two.npz -o swapped.svg
equal "the columns swapped" "$(line swapped.svg | tail -n 1 | tr -d ML | awk '{ print $1 + $3, $2 + $4 }')" '838 594'
plot-scatter --x-range=-1,1 --y-range=0,1 --line upright.npz two.npz -o upright.svg
equal "x = 0 in the middle of -1 to 1" "$(line upright.svg | tail -n 1 | awk '{ print $2, $5 }')" '419 419'
plot-scatter --x-range 5,6 --line upright.npz --line diagonal.npz --line-name one --line-name two two.npz -o lines.svg
check "a range widens the axis, and hides no point" grep -q 'rgb(83.5%,36.9%,0%)' lines.svg
plot-scatter --by-tensor a.npz -o sets.svg
equal "a ring for each of the 40 test points and in the legend" "$(grep -c 'fill:none;stroke-width:1.4;' sets.svg)" 41
pick x_train --rename x_train=first a.npz >first.npz
pick x_test --rename x_test=second a.npz >second.npz
check "any two tensors" plot-scatter --plain --by-tensor --of first --of second --name '1' --name '2' first.npz second.npz -o any.svg
equal "told apart likewise" "$(grep -c 'fill:none;stroke-width:1.4;' any.svg)" 41
plot-scatter --join two.npz -o joined.svg
plot-scatter --join --plain two.npz -o joined-plain.svg
equal "--join joins the points of a class" \
    "$(grep -c 'stroke-width:1.8.* L ' joined.svg) $(grep -c 'stroke-width:1.8.* L ' joined-plain.svg)" '0 1'
refuses "a line of a network" 1 '^labpipe plot-scatter: a.npz: a network has no line' plot-scatter --line a.npz a.npz
refuses "a line of nothing" 1 '^labpipe plot-scatter: two.npz: there is no model in it' plot-scatter --line two.npz two.npz
printf '0,0\n' | from-csv | pick --rename x=weight >zero.npz
refuses "a line of weights 0" 1 '^labpipe plot-scatter: zero.npz: its weights are 0' plot-scatter --line zero.npz two.npz
refuses "a line in four columns" 1 'a line is drawn for a model of two columns' plot-scatter --line diagonal.npz iris.npz
refuses "a range of one number" 2 'expected two numbers' plot-scatter --x-range 1 two.npz
refuses "a name too many" 2 'is given 2 times for 1 lines' \
    plot-scatter --line upright.npz --line-name a --line-name b two.npz
refuses "four tensors" 2 'at most 3 tensors' \
    plot-scatter --by-tensor --plain --of x --of x --of x --of x two.npz

# ---- confusion ----
plot-confusion c.npz -o confusion.png
equal "the usual size of a confusion matrix" "$(size confusion.png)" 720x640
plot-confusion --part test c.npz -o test.png
same "the test part is the usual one" confusion.png test.png
plot-confusion --part train c.npz -o train.png
differ "another part" train.png test.png
plot-confusion answers.npz -o answers.png
pick 'y*' classes answers.npz | plot-confusion >predicted.png
same "predict's answers" predicted.png test.png
plot-confusion --model c.npz <(pick x_test y_test classes c.npz) -o apart.png
same "a model in a file of its own" apart.png test.png
check "an SVG of it" plot-confusion --title Iris c.npz -o confusion.svg
equal "it is one" "$(head -c 5 confusion.svg)" '<?xml'
# A name too long for its place keeps both its ends, and letters of two bytes whole.
long=$(printf 'é%.0s' {1..80})
for name in "${long}x" "${long}y" "x$long" "y$long"; do
    printf 'a,b\n1,%s\n2,%s\n' "$long" "$name" | from-csv --label b --header yes | pick y classes >true.npz
    pick --rename y=y_pred true.npz | pick '*' - true.npz | plot-confusion >"$name.png"
done
equal "no two such pictures are the same" "$(sha256sum ./*"$long"*.png | cut -c 1-64 | sort -u | wc -l)" 4
refuses "no such part" 1 "^labpipe plot-confusion: there is no part 'all' \(there are: train, test\)" \
    plot-confusion --part all c.npz
refuses "nothing with classes" 1 'part all has no classes' \
    plot-confusion <(scale --by centre iris.npz | factorise --method svd --rank 1)

# ---- curves ----
check "curves of two runs" plot-curves a.npz b.npz -o curves.png
equal "two panels" "$(size curves.png)" 960x420
check "one metric of one run" plot-curves --of loss --log - -o loss.png <a.npz
equal "one panel" "$(size loss.png)" 720x420
plot-curves --name a --name b a.npz b.npz >named.png
same "the usual names are the files'" curves.png named.png
cat a.npz b.npz >joined.npz
plot-curves joined.npz >joined.png
plot-curves b.npz >lone.png
same "archives in one file are one stream, the later replacing" joined.png lone.png

# Formats: by the ending, and no picture of one kind under the name of another.
check "a PDF by its ending" plot-curves a.npz b.npz -o curves.pdf
equal "a PDF is one" "$(head -c 5 curves.pdf)" '%PDF-'
check "it says no time" piped '! grep -aq CreationDate curves.pdf'
for tool in plot-scatter plot-curves plot-confusion render-weights; do
    refuses "$tool writes no JPEG" 2 "^labpipe $tool: option --output: x.jpg: pictures end in .png, .svg or .pdf, not in .jpg" \
        "$tool" a.npz -o x.jpg
done
refuses "tiles are pixels" 2 '^labpipe render-weights: option --output: x.svg: tiles are drawn as PNG only' \
    render-weights a.npz -o x.svg
check "and nothing is left" piped '! ls x.* 2>/dev/null'

# Where a curve begins, and the ends of an axis.
plot-curves --from 1 a.npz -o from.svg
plot-curves a.npz -o whole.svg
differ "--from leaves epochs out" from.svg whole.svg
check "a range" plot-curves --range accuracy:0.5,1 --range loss:0,1 a.npz -o range.svg
differ "--range changes the axes" range.svg whole.svg
plot-curves --range other:0.5,1 a.npz -o other.svg
same "a range of another metric is not this one's" other.svg whole.svg
for range in accuracy 0.5,1 accuracy:1 accuracy:1,0.5 accuracy:0.5,1x accuracy:0,inf; do
    refuses "a range '$range'" 2 "^labpipe plot-curves: option --range: '$range' is not METRIC:FROM,TO" \
        plot-curves --range "$range" a.npz
done
refuses "a logarithm of 0" 2 'option --range: loss:0,1: a logarithmic axis has no 0' plot-curves --log --range loss:0,1 a.npz
refuses "nothing is left" 1 'panel loss: there is no finite value' plot-curves --from 9 a.npz

# What was kept is ringed, and a run that diverged says so.
split --validation 0.2 a.npz | train-mlp --hidden 8 --epochs 3 --eval-every 1 --patience 2 >patient.npz
plot-curves patient.npz -o patient.svg
pick --drop history.best_epoch patient.npz | plot-curves >plain.svg -o plain-patient.svg
differ "the model that was kept is marked" patient.svg plain-patient.svg
train-mlp --hidden 8 --lr 1e20 --epochs 3 --eval-every 1 --on-divergence keep -q a.npz >diverged.npz
plot-curves a.npz diverged.npz -o diverged.svg
pick --drop history.diverged diverged.npz >hidden.npz
plot-curves --name a --name diverged a.npz hidden.npz -o hidden.svg
differ "a run that diverged is called so" diverged.svg hidden.svg

refuses "no history" 1 '^labpipe plot-curves: iris.npz: there is no history.epoch' plot-curves a.npz iris.npz
refuses "a metric that was not recorded" 1 '^labpipe plot-curves: a.npz: there is no history.nose' \
    plot-curves --of nose a.npz
refuses "too few names" 2 '^labpipe plot-curves: --name is given 1 times for 2 inputs' \
    plot-curves --name a a.npz b.npz
refuses "panels without room" 2 'panels need a picture of another width' \
    plot-curves --size 300x300 a.npz

# ---- text: the program's own font, whatever the machine has ----
plot() { plot-curves --title 'Ag Σ Ж' --name 'one é' --name 'two' "$@" a.npz b.npz; }
mkdir empty
for format in png svg pdf; do
    plot -o here.$format
    env -i ASAN_OPTIONS="$ASAN_OPTIONS" "$tools/plot-curves" --title 'Ag Σ Ж' --name 'one é' --name 'two' a.npz b.npz -o bare.$format
    FONTCONFIG_FILE=/dev/null HOME=$scratch/empty plot -o fontless.$format
    same "without an environment, $format" here.$format bare.$format
    same "without any font, $format" here.$format fontless.$format
done
if command -v strace >/dev/null; then
    strace -f -e trace=open,openat -o trace "$tools/plot-curves" --title 'Ag Σ Ж' a.npz -o traced.png
    check "no font is looked for" piped '! grep -E "/fonts/|fonts.conf|fontconfig/" trace'
else
    skip "no strace: which files a plot opens"
fi
# Held against FreeType's drawing of the same file, where there is Pillow: how wide a title is, and how much ink.
if [ -n "$python" ] && "$python" -c 'import PIL.ImageFont' 2>/dev/null; then
    for text in 'Over-fitting: 784-128-10' 'WAVE ijl, 0.1 (é ü ß)' 'Σ Жук Ωmega ≤ →'; do
        plot-curves --of loss --title "$text" a.npz -o title.png
        check "the title '$text'" "$python" - "$text" "$fixtures/../lib/draw/font/DejaVuSans-Bold.ttf" <<'END'
import sys, numpy
from PIL import Image, ImageDraw, ImageFont
text, path = sys.argv[1:]
ours = 255.0 - numpy.asarray(Image.open("title.png").convert("L"), float)[8:34, :600]
picture = Image.new("L", (600, 26), 255)
font = ImageFont.truetype(path, 15, layout_engine=0)
ImageDraw.Draw(picture).text((14, 26 - 8), text, font=font, fill=38, anchor="ls")
theirs = 255.0 - numpy.asarray(picture, float)
columns = [numpy.nonzero(image.sum(0) > 40)[0] for image in (ours, theirs)]
assert len(columns[0]) > 20, "no ink"
assert abs(columns[0][0] - columns[1][0]) <= 2, (columns[0][0], columns[1][0])
# Pillow puts each glyph on a whole pixel: half a pixel for each.
assert abs(columns[0][-1] - columns[1][-1]) <= 2 + len(text) / 2, (columns[0][-1], columns[1][-1])
assert abs(ours.sum() / theirs.sum() - 1) < 0.1, ours.sum() / theirs.sum()
END
    done
else
    skip "no Pillow: text held against FreeType's"
fi

# The pictures' digests, for the version of cairo that they were made with.
cairo=$(grep -ao -m 1 'cairo [0-9.]*' here.pdf)
digests=$fixtures/pictures.txt
if [ "$cairo" = "$(sed -n 's/^# //p' "$digests")" ]; then
    plot-scatter --x 2 --y 3 --title 'Iris: petals' iris.npz -o scatter.svg
    plot-scatter --x 2 --y 3 --title 'Iris: petals' iris.npz -o scatter.png
    plot-confusion c.npz -o confusion.png
    render-weights --of x --tile 2x2 --first 20 --colours signed --title 'Tiles' iris.npz -o tiles.png
    sha256sum here.png here.svg here.pdf scatter.png scatter.svg confusion.png tiles.png >got.txt
    check "the pictures are those of $digests (copy the new lines there, if they are meant to change)" diff <(grep -v '^#' "$digests") got.txt
else
    skip "$cairo: $digests is of another"
fi

#!/bin/bash
# from-csv and to-csv on real files, against what NumPy reads from the same text.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
cp "$fixtures"/iris.csv "$fixtures"/digits.csv .

from-csv --label species iris.csv >iris.npz
from-csv --label 65 digits.csv >digits.npz

# Text to tensors and back: the digits are whole numbers, so the file comes back byte for byte.
to-csv --no-header digits.npz >digits.back
same "digits.csv comes back" digits.back digits.csv
to-csv --class-names iris.npz | from-csv --label y | pick x y classes features >again.npz
from-csv --label species iris.csv | pick x y classes features >once.npz
for name in x y classes features; do
    equal "iris comes back: $name" "$(pick "$name" again.npz | to-csv "$name")" \
        "$(pick "$name" once.npz | to-csv "$name")"
done
equal "labels in the order of first appearance" "$(to-csv --no-header classes iris.npz | tr '\n' ' ')" \
    "setosa versicolor virginica "
equal "the header's names" "$(to-csv --no-header features iris.npz | tr '\n' ' ')" \
    "sepal_length sepal_width petal_length petal_width "

if [ -n "$python" ]; then
    check "x and y are what NumPy reads from the text" "$python" - <<'PYTHON'
import csv, numpy
rows = list(csv.reader(open("iris.csv")))[1:]
z = numpy.load("iris.npz")
assert z["x"].dtype == numpy.dtype("<f8") and z["y"].dtype == numpy.dtype("<i8")
assert numpy.array_equal(z["x"], [[float(c) for c in r[:4]] for r in rows])
assert [z["classes"][k] for k in z["y"]] == [r[4] for r in rows]
d = numpy.loadtxt("digits.csv", delimiter=",")
z = numpy.load("digits.npz")
assert numpy.array_equal(z["x"], d[:, :64]) and numpy.array_equal(z["y"], d[:, 64])
assert "classes" not in z.files and "features" not in z.files
PYTHON
    # Numbers of every size, as Python prints them: the shortest text of each.
    "$python" - >hard.csv <<'PYTHON'
import random, struct
random.seed(1)
numbers = []
while len(numbers) < 3000:
    x, = struct.unpack("<d", random.getrandbits(64).to_bytes(8, "little"))
    if x == x and abs(x) != float("inf"):
        numbers.append(x)
for i in range(0, 3000, 3):
    print(",".join(map(repr, numbers[i:i + 3])))
PYTHON
    from-csv hard.csv >hard.npz
    check "3000 random doubles are exact, both ways" "$python" - <<'PYTHON'
import csv, numpy, subprocess
x = numpy.load("hard.npz")["x"]
want = numpy.array([[float(c) for c in r] for r in csv.reader(open("hard.csv"))])
assert x.tobytes() == want.tobytes()
text = subprocess.run(["to-csv", "--no-header", "hard.npz"], capture_output=True, check=True).stdout.decode()
back = [[float(c) for c in r] for r in csv.reader(text.splitlines())]
assert numpy.array(back).tobytes() == want.tobytes()
PYTHON
else
    skip "no Python with NumPy"
fi

# Line ends, a byte order mark, quotes, another separator: the same tensors.
sed 's/$/\r/' iris.csv >crlf.csv
{ printf '\357\273\277'; cat iris.csv; } >bom.csv
tr , ';' <iris.csv >semicolon.csv
tr , '\t' <iris.csv >tab.tsv
sed 's/[^,]*/"&"/g' iris.csv >quoted.csv
{ cat iris.csv; echo; } >blank-end.csv
head -c -1 iris.csv >no-end.csv
pick x y classes features iris.npz | to-csv --class-names >want
for way in crlf.csv bom.csv quoted.csv blank-end.csv no-end.csv 'semicolon.csv --separator ;' \
    'tab.tsv --separator tab'; do
    # shellcheck disable=SC2086 # a file and an option
    from-csv --label species $way | to-csv --class-names >got
    same "the same from $way" got want
done
head -n 76 iris.csv >first.csv
{ head -n 1 iris.csv; tail -n 75 iris.csv; } >second.csv
from-csv --label species first.csv second.csv | to-csv --class-names >got
same "two files are one table" got want
tail -n +2 iris.csv >bare.csv
from-csv --label 5 bare.csv | to-csv --class-names --no-header >got
tail -n +2 want >headless
same "no header, the label by number" headless got

# Columns that a program numbered from 0: nothing in the file tells such a header from a row.
{ echo 0,1,2,3,species; cat bare.csv; } >numbered.csv
refuses "numbers from 0 in the first row" 1 \
    '^labpipe from-csv: reading numbered.csv: row 1 \(line 1\): its numbers are 0, 1, 2, \.\.\. \(is it a header\? say --header yes, or no\)$' \
    from-csv --label -1 numbered.csv
from-csv --header yes --label species numbered.csv | to-csv --class-names --no-header >got
same "a header of numbers" got headless
from-csv --header no --label 5 numbered.csv | to-csv --class-names --no-header | tail -n +2 >got
same "a row of them" got headless
printf '0,1,1\n0,0,0\n' >xor.csv
equal "two bits are no header" "$(from-csv --label 3 xor.csv | to-csv --no-header | tr '\n' ' ')" "0,1,1 0,0,0 "

# The recipe names the file by its CRC-32, and a replay refuses another one.
equal "its recipe" "$(inspect --recipe iris.npz)" \
    "labpipe from-csv --crc32 $(gzip -c iris.csv | tail -c 8 | od -An -N4 -tx4 | tr -d ' ') --label species --header auto --separator , --decimal . iris.csv"
replays "a CSV file" iris.npz
inspect --recipe iris.npz >recipe.sh
sed -i s/5.1,3.5/5.2,3.5/ iris.csv
refuses "a replay on another file" 1 '^labpipe from-csv: reading iris.csv: its CRC-32 is [0-9a-f]{8}, ' bash recipe.sh
wrote_nothing "and writes nothing"
from-csv <digits.csv >piped.npz
refuses "a stream made from a pipe" 1 '^labpipe inspect: the recipe cannot be replayed: ' inspect --recipe piped.npz

# An error names row and column, and nothing is written.
printf 'a,b\n1,2\n3,abc\n' >bad.csv
refuses "a bad cell" 1 "^labpipe from-csv: reading bad.csv: row 2 \\(line 3\\), column b: 'abc' is not a number\$" from-csv bad.csv
wrote_nothing "a bad cell writes nothing"
printf 'a,b\n"1,500",2\n' >thousands.csv
refuses "a number in groups of three" 1 "column a: '1,500' is not a number \\(numbers are read without separators of thousands\\)\$" from-csv thousands.csv
printf 'a;b\n1,5;2\n' >comma.csv
refuses "a decimal comma" 1 "column a: '1,5' is not a number \\(--decimal ',' reads it as one\\)\$" from-csv --separator ';' comma.csv
printf 'a,b\n' >headed.csv
refuses "a header alone" 1 '^labpipe from-csv: reading headed.csv: there are no rows below the header$' from-csv headed.csv
printf 'a,b\n1,2\n3\n' >ragged.csv
refuses "a ragged row" 1 '^labpipe from-csv: reading ragged.csv: row 2 \(line 3\): 1 cell, the first row has 2$' from-csv ragged.csv
refuses "a missing label" 1 "^labpipe from-csv: reading iris.csv: --label: there is no column 'kind'" from-csv --label kind iris.csv
refuses "a missing file" 1 '^labpipe from-csv: reading none.csv: it cannot be opened: No such file' from-csv none.csv
refuses "a folder" 1 '^labpipe from-csv: reading \.: it is a directory$' from-csv .
refuses "an empty file" 1 '^labpipe from-csv: reading /dev/null: it is empty$' from-csv /dev/null
refuses "no text" 1 '^labpipe from-csv: reading iris.npz: line [0-9]+: ' from-csv iris.npz
refuses "a bad separator" 2 "separator.*',,' is not a separator" from-csv --separator ,, iris.csv
refuses "a bad header" 2 "header" from-csv --header maybe iris.csv
refuses "a missing tensor" 1 "^labpipe to-csv: there is no tensor 'z' in the stream" to-csv z digits.npz
refuses "tensors of other lengths" 1 "^labpipe to-csv: tensor 'classes' has 3 rows, 'x' has 150" to-csv x classes again.npz

# inspect: what it prints, in text and tab-separated.
equal "inspect" "$(inspect again.npz | head -n 4)" \
"x         f8    (150, 4)  0.1 to 7.9, mean 3.46367
y         i8    (150,)    0 to 2, mean 1
classes   U10   (3,)      setosa, versicolor, virginica
features  U12   (4,)      sepal_length, sepal_width, petal_length, petal_width"
equal "inspect --tsv" "$(inspect --tsv again.npz | sed -n 1,3p)" \
"$(printf 'name\ttype\tshape\tmin\tmax\tmean\tnonfinite\ttext\nx\tf8\t(150, 4)\t0.1\t7.9\t3.463666666666664\t0\t\ny\ti8\t(150,)\t0\t2\t1\t0\t')"
cat digits.npz digits.npz >twice.npz
inspect twice.npz >/dev/null 2>warning
equal "two archives in a file are mentioned" "$(cut -d: -f2 warning | cut -d' ' -f2-4)" "2 archives follow"

# ---- which columns, and what they mean ----

cat >people.csv <<'EOT'
# a made-up list
name,age,sex,port,fare,survived

"Doe, Jane",29,f,S,7.25,1
"Roe, Rich",?,m,C,,0
"Poe, Ed",54,m,?,71.2833,0
EOT
check "a table of people" from-csv --comment '#' --label survived --id name --categories sex,port --missing '?,' \
    people.csv -o people.npz
equal "ids, categories, missing cells" "$(to-csv people.npz)" \
"ids,age,sex=f,sex=m,port=C,port=S,fare,y
\"Doe, Jane\",29,1,0,0,1,7.25,1
\"Roe, Rich\",nan,0,1,1,0,nan,0
\"Poe, Ed\",54,0,1,nan,nan,71.2833,0"
replays "from-csv with every option" people.npz

cat >more.csv <<'EOT'
port,fare,survived,name,sex,age
S,8,1,Zoe,f,3
?,,0,Moe,m,4
EOT
check "--like" from-csv --like people.npz --label survived --id name more.csv -o more.npz
equal "the same columns in the same order" "$(to-csv more.npz)" \
"ids,age,sex=f,sex=m,port=C,port=S,fare,y
Zoe,3,1,0,0,1,8,1
Moe,4,0,1,nan,nan,nan,0"
replays "from-csv --like" more.npz
sed 's/Zoe,f,3/Zoe,f,NA/' more.csv >gaps.csv
equal "--like with more texts for what is missing" \
    "$(from-csv --like people.npz --missing NA --label survived --id name gaps.csv | to-csv | tail -n 2 | cut -d , -f 1-3,7)" \
    "$(printf 'Zoe,nan,1,8\nMoe,4,0,nan')"
sed 's/Zoe,f/Zoe,x/' more.csv >odd.csv
refuses "an unknown category" 1 "row 1 \(line 2\), column sex: 'x' is not among the categories of --like" \
    from-csv --like people.npz odd.csv
cut -d, -f 1-3 more.csv >narrow.csv
refuses "a missing column" 1 "reading narrow.csv: --like: there is no column 'age'; there are: port, fare, survived" \
    from-csv --like people.npz narrow.csv

printf 'age,fare,fare\n3,1,2\n' >twice.csv
from-csv twice.csv >twice.npz
refuses "two columns of one name" 1 "reading twice.csv: --like: several columns are called 'fare' \\(rename all but one\\)\$" \
    from-csv --like twice.npz twice.csv

# A model trained on one order of the classes reads a file in another with --like.
{ head -n 1 "$fixtures/iris.csv"; tail -n +2 "$fixtures/iris.csv" | tac; } >backward.csv
from-csv --label species "$fixtures/iris.csv" >forward.npz
from-csv --label species backward.csv >backward.npz
equal "classes are sorted, whatever the order of the rows" "$(to-csv classes backward.npz)" "$(to-csv classes forward.npz)"
to-csv --class-names backward.npz | tail -n +2 | tac >got
to-csv --class-names forward.npz | tail -n +2 >want
same "and each row keeps its class" got want

printf 'a;b;price\n1,5;2;1000,25\n-,5;3;1e3\n' >houses.csv
from-csv --separator ';' --decimal , --target price --columns b,1 houses.csv >houses.npz
equal "a target, a decimal comma, columns in an order" "$(to-csv houses.npz)" \
"$(printf 'b,a,y\n2,1.5,1000.25\n3,-0.5,1000')"
equal "a target is f8" "$(inspect houses.npz | grep '^y ' | tr -s ' ' | cut -d ' ' -f 2)" f8
replays "from-csv --target" houses.npz
gzip -nk houses.csv
from-csv --separator ';' --decimal , --target -1 --drop -2 houses.csv.gz >negative.npz
equal "gzipped, and numbers from the end" "$(to-csv negative.npz)" "$(printf 'a,y\n1.5,1000.25\n-0.5,1000')"
replays "from-csv on a gzip file" negative.npz
gzip </dev/null >nothing.gz
refuses "nothing, gzipped" 1 '^labpipe from-csv: reading nothing.gz: it is empty$' from-csv nothing.gz
refuses "a label of prices" 1 "'1000,25' is a number, but not a whole one \(--target price for numbers to predict\)\$" \
    from-csv --separator ';' --decimal , --label price houses.csv
refuses "the wrong separator" 1 \
    "there is no column 'price'; there are: a;b;price \(the file looks separated by ';': --separator ';'\)\$" \
    from-csv --target price houses.csv
refuses "the wrong decimal point" 1 "'1,5' is not a number \(--decimal ',' reads it as one\)\$" from-csv --separator ';' houses.csv
refuses "a missing cell" 1 "column age: '\?' is not a number \(--missing '\?' reads it as NaN\)\$" \
    from-csv --comment '#' --drop name,sex,port people.csv
refuses "a column of texts" 1 "column name: 'Doe, Jane' is not a number \(a column of texts goes to --label, --categories, --id or --drop\)\$" \
    from-csv --comment '#' people.csv
refuses "--label and --target" 2 'label.*target|target.*label' from-csv --label a --target b houses.csv
refuses "--columns and --drop" 2 'columns.*drop|drop.*columns' from-csv --columns a --drop b houses.csv
refuses "--decimal as --separator" 2 "are both ','" from-csv --decimal , houses.csv
refuses "a long comment mark" 2 "'//' is not one character" from-csv --comment // houses.csv

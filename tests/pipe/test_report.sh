#!/bin/bash
# The report page: what it shows, what it refuses, that hostile text in files stays text, and, in a browser
# (Debian's chromium; skipped where there is none), that every picture loads, nothing is complained about, nothing
# is fetched, and that it fits a phone.
. tests/pipe/lib.sh
top=$PWD
cd "$scratch" || exit 1
cp "$fixtures/iris.csv" .

from-csv --label species iris.csv | split --train 0.8 --stratify --seed 1 | scale --by standard >parts.npz
train-mlp --hidden 8 --lr 0.1 --epochs 40 --eval-every 5 --seed 1 parts.npz >sgd.npz
train-mlp --hidden 8 --optimizer adam --lr 0.01 --epochs 40 --eval-every 5 --seed 1 parts.npz >adam.npz
gen-digits -n 60 --side 12 | split --train 0.5 | train-mlp --hidden 4 --epochs 3 --eval-every 1 >digits.npz
scale --by centre parts.npz | pick x_train --rename x_train=x | factorise --method svd --rank 2 >svd.npz

# text FILE: what a page says, without its tags, pictures, style and script.
text() { sed -e '/^<style>/,/<\/style>/d' -e '/^<script>/,/<\/script>/d' -e 's/data:[^"]*//g' -e 's/<[^>]*>/ /g' "$1" | tr -s ' \n' ' '; }
has() { # has NAME FILE TEXT...: the page says each of the texts
    local name=$1 file=$2 said
    said=$(text "$file")
    shift 2
    for part in "$@"; do
        case $said in *"$part"*) pass "$name: $part" ;; *) fail "$name: $part" ;; esac
    done
}

report --title 'Two ways' --name 'plain SGD' --name Adam --about 'Is Adam faster?' --about 'Yes.' -o two.html sgd.npz adam.npz
accuracy=$(eval --tsv sgd.npz | awk -F'\t' '$1 == "test" { printf "%.6g", $3 }')
loss=$(eval --tsv adam.npz | awk -F'\t' '$1 == "train" { printf "%.6g", $4 }')
has 'the page of two runs' two.html 'Two ways' 'plain SGD' 'Is Adam faster?' 'test accuracy' " $accuracy " " $loss " \
    'train-mlp --optimizer sgd adam' 'train-mlp --lr 0.1 0.01' 'All runs: loss' 'All runs: accuracy' \
    'Learning curve: loss' 'Confusion matrix of part test, 30 rows' 'Versions of labpipe: ' ' tensors, with SHA-256' \
    'layer1.weight f4 (8, 4)'
equal 'what does not differ is in no table' "$(text two.html | grep -c 'train-mlp --epochs 40 40')" 0
recipe=$(inspect --recipe sgd.npz)
shown=$(sed -n 's/.*<pre class="recipe"><code>\(.*\)<\/code><\/pre>.*/\1/p' two.html | head -n 1 | sed -e 's/<[^>]*>//g' -e 's/&lt;/</g' -e 's/&gt;/>/g')
equal 'the recipe, word for word' "$shown" "$recipe"
if [ -n "$python" ]; then
    sha256=$("$python" -c 'import numpy, hashlib
a = numpy.load("sgd.npz")["layer1.weight"]
print(hashlib.sha256(f"{a.dtype.str} {a.shape}\n".encode() + a.tobytes()).hexdigest())')
    has "a tensor's digest is NumPy's" two.html "$sha256"
fi
report sgd.npz >one.html
report - <sgd.npz -o - >piped.html
has 'a page of standard input' piped.html 'standard input' 'Confusion matrix'
report sgd.npz >again.html
same 'the same page again' one.html again.html
report -o digits.html digits.npz svd.npz
has 'weights, and factors' digits.html 'Weights of the first layer' 'explained_variance' 'Confusion matrix of part test'
pick x_train parts.npz >bare.npz
report -o bare.html bare.npz
has 'a stream without a model' bare.html ' 3 tensors, with SHA-256' 'labpipe pick x_train'

# A folder is a section.
mkdir lab
cp sgd.npz adam.npz lab
printf 'lab\tthe report\there\naccuracy\t0.9\t0.8 <b>\n\tnote\tnot <i>alike</i>\n' >lab/table.tsv
printf 'item\tanswer\nQ1\tyes\n' >lab/table-questions.tsv
printf 'not\tshown\n' >lab/other.tsv
plot-curves -o lab/curves.png sgd.npz
render-weights --of x_train digits.npz -o lab/tiles.png
report --about 'A question' -o folder.html lab
has 'a folder' folder.html ' A question' ' the report ' '0.8 &lt;b&gt;' 'not &lt;i&gt;alike&lt;/i&gt;' ' Q1 yes ' ' curves ' ' tiles ' \
    ' 2 streams ' 'train-mlp --optimizer adam sgd' 'How they were made'
equal 'its other tables are left out' "$(text folder.html | grep -c shown)" 0
rm lab/table.tsv
report -o folder.html lab
has 'a folder without table.tsv' folder.html ' not shown '

# make report: every lab that has been run.
mkdir -p out/lab2 out/small/faces/generated
cp adam.npz out/lab2
cp sgd.npz out/small/faces/generated
printf 'lab 2\tthe report\there\nrank 2\t15.2288\t15.2287\n' >out/lab2/table.tsv
cp out/lab2/table.tsv out/small/faces/generated
mkdir -p out/lab1/generated out/lab1/real
cp adam.npz out/lab1
plot-curves adam.npz -o out/lab1/curves-sgd.png
cp out/lab2/table.tsv out/lab1/generated
cp out/lab2/table.tsv out/lab1/real
labs() { (cd "$top" && bash make/report.sh "$tools" "$scratch/$1"); }
check 'make report' labs out
has 'the labs' out/report.html 'labpipe&#39;s labs' 'an MLP 4-12-3 with scalar biases, ten runs' '15.2287' ' questions ' \
    'Iris, centred, rank 2: error 15.2288'
equal 'what a lab has for all its data is there once' \
    "$(grep -o '^<h2>lab[^<]*' out/report.html | cut -c 5- | tr '\n' ' ')" 'lab1 lab1/generated lab1/real lab2 '
equal 'with its picture' "$(grep -o 'alt="curves-sgd"' out/report.html | wc -l)" 1
equal 'small forms are left out' "$(text out/report.html | grep -c faces)" 0
rm -r out/lab1 out/lab2
check 'make report of small forms' labs out
has 'the labs in small' out/report.html 'small/faces/generated' 'autoencoders that die'
rm -r out/small
refuses 'make report without a lab' 1 'no lab has been run into .*/out \(make labs runs them all\)' labs out

# What is no run.
printf 'hello\n' >hello.npz
mkdir empty
refuses 'text' 1 'reading hello.npz' report -o none.html hello.npz
refuses 'a file that is missing' 1 'reading missing.npz: it cannot be opened' report -o none.html sgd.npz missing.npz
refuses 'nothing' 1 'reading empty: the folder has no streams, tables or pictures' report -o none.html empty
cp hello.npz lab
refuses 'text in a folder' 1 'reading lab/hello.npz' report -o none.html lab
rm lab/hello.npz
printf 'hello\n' >lab/hello.png
refuses 'a picture that is none' 1 'reading lab/hello.png' report -o none.html lab
rm lab/hello.png
: >empty.npz
refuses 'an empty file' 1 'reading empty.npz' report -o none.html empty.npz
refuses 'one name for two' 2 'name is given 1 times for 2 inputs' report --name A -o none.html sgd.npz adam.npz
refuses 'a CRC-32' 1 'CRC-32' report --crc32 00000000 -o none.html sgd.npz
check 'nothing is left of these' test ! -e none.html

# Hostile text: classes, tensors' names, recipes, titles, tables.
if [ -n "$python" ]; then
    cat >hostile.py <<'PYTHON'
import numpy as np
evil = ["<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "\"><b>", "a\x1b[2J\u202eb", "'&amp;"]
n = len(evil)
np.savez("evil.npz", x=np.eye(n), y=np.arange(n), y_pred=np.arange(n)[::-1], classes=np.array(evil), texts=np.array(evil),
         recipe=np.array(("gen-moons --title '</code></pre>" + evil[0] + evil[1] + "' | pick x").encode()))
PYTHON
    "$python" hostile.py
    report --title '</title><script>document.title="owned"</script>' --name '<script>document.title="owned"</script>' \
        --about '<img src=http://127.0.0.1:9/x>' -o evil.html evil.npz
    equal "the page's own script is the only one" "$(grep -c '<script' evil.html)" 1
    equal 'no picture but its own' "$(grep -o '<img[^>]*src="[^d]' evil.html | wc -l)" 0
    equal 'no handler' "$(grep -c '<[a-z][^>]* on[a-z]*=' evil.html)" 0
    equal 'no control character' "$(LC_ALL=C tr -d '\n\t\40-\176\200-\377' <evil.html | wc -c)" 0
    has 'the hostile page' evil.html '&lt;script&gt;document.title=' '&lt;img src=x onerror='
else
    skip 'hostile text: no Python with NumPy'
fi
for page in two one digits folder; do
    equal "nothing from elsewhere: $page" "$(sed 's/data:image[^"]*//g' $page.html | grep -Eo '(src|href|url)[=(]["'\'']?[^"#)]' | grep -vc 'src="$')" 0
done
check 'four runs are small' test "$(wc -c <two.html)" -lt 1000000

# In a browser.
if ! command -v chromium >/dev/null; then
    skip 'no chromium'
    exit 0
fi
browse() { # browse WIDTH FILE: the document as it is after loading; complaints go to `complaints`
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$scratch/profile" \
        --window-size="$1,900" --virtual-time-budget=5000 --enable-logging=stderr --v=0 --dump-dom "file://$scratch/$2" 2>log
    grep CONSOLE log >complaints || :
}
# The same page with a probe: the policy is taken out, which would forbid it.
probe() { # probe FILE
    sed '/^<meta http-equiv="Content-Security-Policy"/d' "$1"
    cat <<'HTML'
<script>
const images = [...document.images], root = document.documentElement;
document.body.dataset.probe = ['images', images.length, 'loaded', images.filter(i => i.complete && i.naturalWidth > 1).length,
    'copies', document.querySelectorAll('pre + button').length, 'wider', Math.max(0, root.scrollWidth - innerWidth),
    'fetched', performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length].join(' ');
</script>
HTML
}
printf '<!DOCTYPE html><title>x</title><script>console.error("seen")</script>' >gate.html
if ! browse 800 gate.html | grep -q '<title>x' || ! grep -q seen complaints; then
    skip 'chromium does not run here'
    exit 0
fi
pages='two:6:2 one:3:1 digits:4:2 folder:2:2'
[ ! -e evil.html ] || pages+=' evil:1:1'
for page in $pages; do
    IFS=: read -r name images copies <<<"$page"
    probe "$name.html" >"probe-$name.html"
    for width in 500 1280; do
        found=$(browse $width "probe-$name.html" | grep -o 'data-probe="[^"]*"')
        [ "$name" != two ] || images=8
        equal "$name at $width: pictures, buttons, width" "$found" "data-probe=\"images $images loaded $images copies $copies wider 0 fetched 0\""
    done
    browse 1280 "$name.html" >dom
    equal "$name: no complaint" "$(cat complaints; wc -l <complaints)" 0
    equal "$name: its script runs under its policy" "$(grep -c '<button type="button">Copy' dom)" "$(grep -c '<pre class="recipe">' "$name.html")"
    equal "$name: its title" "$(grep -c '<title>owned' dom)" 0
done

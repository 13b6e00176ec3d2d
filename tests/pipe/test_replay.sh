#!/bin/bash
# labpipe replay: the same bytes, other bytes and where, moved files; and what a hostile recipe may not
# do: nothing but the tools is ever started, nothing is written, nothing is read that it may not name.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

cp "$fixtures/iris.csv" .
gen-moons -n 40 --seed 7 | split --train 0.5 --seed 3 >parts.npz
from-csv --label species iris.csv >iris.npz
train-mlp --hidden 3 --epochs 2 parts.npz | pick 'layer*' 'model*' >model.npz
gen-moons -n 12 --seed 9 >new.npz
predict --model model.npz new.npz >answers.npz
predict model.npz new.npz >joined.npz
gen-moons -n 40 --compress >deflated.npz
cat new.npz parts.npz >two.npz
printf 'PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >plain.npz # an archive without members
for file in parts iris model answers joined deflated two; do
    equal "the same: $file" "$(replay $file.npz)" "$file.npz: the recipe gives the same bytes"
done
equal "through a pipe" "$(pick '*' answers.npz | replay)" "standard input: the recipe gives the same bytes"
equal "started to ignore its children's ends" "$(trap '' CHLD; replay parts.npz)" "parts.npz: the recipe gives the same bytes"
refuses "two files at a time" 2 'one FILE at a time' replay iris.npz parts.npz
refuses "a file without a recipe" 1 'plain.npz came without a recipe' replay plain.npz
check "-o keeps what came out" piped 'replay -o again.npz answers.npz && cmp again.npz answers.npz'
check "-o - writes it to standard output" piped 'replay -o - answers.npz 2>verdict | cmp - answers.npz && grep -q "the same bytes" verdict'

# Files that are elsewhere.
mkdir -p data/deep pictures
mv iris.csv data/deep/renamed.csv
refuses "a file that is missing" 1 '^labpipe replay: iris.npz: labpipe from-csv: reading iris.csv: it cannot be opened: No such file' replay iris.npz
equal "--find" "$(replay --find data iris.npz)" "iris.npz: the recipe gives the same bytes"
printf 'a,b\n1,2\n' >iris.csv
refuses "another file in its place" 1 'iris.csv: its CRC-32 is [0-9a-f]{8}, --crc32 asks' replay iris.npz
equal "--find beside another file of that name" "$(replay --find data iris.npz)" "iris.npz: the recipe gives the same bytes"
sed -i s/5.1,3.5/5.2,3.5/ data/deep/renamed.csv
refuses "--find in a folder that is not there" 1 'there is no file with the CRC-32 8872abc5 in nowhere either' \
    replay --find nowhere iris.npz
refuses "--find without such a file" 1 'there is no file with the CRC-32 8872abc5 in data either' replay --find data iris.npz
cp "$OLDPWD/docs/iris.png" pictures/a.png
if from-images pictures >pictures.npz; then
    equal "a folder" "$(replay pictures.npz)" "pictures.npz: the recipe gives the same bytes"
    mkdir attic
    equal "--find beside a folder that is there" "$(replay --find attic pictures.npz)" \
        "pictures.npz: the recipe gives the same bytes"
    mv pictures attic/
    equal "--find and a folder" "$(replay --find attic pictures.npz)" "pictures.npz: the recipe gives the same bytes"
else
    fail "from-images on a folder"
fi

mkdir below
cp "$fixtures/iris.csv" below/iris.csv
from-csv --label species below/iris.csv >below.npz
mv below/iris.csv data
equal "--find: a path with a folder" "$(replay --find . below.npz)" "below.npz: the recipe gives the same bytes"
equal "a day's time" "$(replay --time-limit 86400 deflated.npz)" "deflated.npz: the recipe gives the same bytes"
equal "a year's time" "$(replay --time-limit 31536000 deflated.npz)" "deflated.npz: the recipe gives the same bytes"

# What the system does not give: descriptors, processes, a tool that can be started.
wrong=''
for ((limit = 4; limit < 40; limit++)); do
    status=0
    line=$(bash -c 'ulimit -n "$1" && exec replay answers.npz' - "$limit" 2>&1) || status=$?
    case $status$line in
    '0answers.npz: the recipe gives the same bytes') enough=${enough:-$limit} ;;
    '1labpipe replay: answers.npz: '*': Too many open files') ;;
    *) wrong="$wrong; $limit descriptors: status $status: $line" ;;
    esac
done
equal "few descriptors: one line, or the same bytes" "$wrong${enough:+ enough}" ' enough'
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups "$tools/replay" --version >/dev/null 2>&1; then
    chmod 755 .
    # shellcheck disable=SC2016 # the inner shell's
    refuses "no processes" 1 '^labpipe replay: joined.npz: starting a tool: Resource temporarily unavailable$' \
        setpriv --reuid=65534 --clear-groups bash -c 'ulimit -u 1 && exec "$0" joined.npz' "$tools/replay"
else
    skip "only root can become another user: no processes"
fi
mkdir broken
cp "$tools"/train-perceptron broken
: >broken/gen-moons
chmod +x broken/gen-moons
refuses "a tool that cannot be started" 1 '^labpipe replay: new.npz: labpipe gen-moons failed$' \
    env LABPIPE_EXEC_PATH="$PWD/broken" replay new.npz
printf '#!/bin/sh\nprintf "line %%02000d\\n" 1 2 3 4 >&2\nexit 1\n' >broken/gen-moons
refuses "a tool with much to say" 1 '^labpipe replay: new.npz: line 0{80,}' \
    env LABPIPE_EXEC_PATH="$PWD/broken" replay new.npz

if [ -z "$python" ]; then
    skip "no NumPy: files that other programs wrote"
    exit
fi

# What another program wrote anew is compared tensor by tensor: its bytes lie elsewhere. The recipe is
# another text, so that its digest is not asked.
rewritten() { # rewritten NAME VERDICT PYTHON
    "$python" -c '
import sys, numpy as np
z = dict(np.load("model-parts.npz"))
exec(sys.argv[1])
z["recipe"] = np.array(z["recipe"].item().replace("--hidden 3", "--hidden  3"))
np.savez("rewritten.npz", **z)' "$3"
    local status=0 verdict
    verdict=$(replay rewritten.npz 2>&1) || status=$?
    equal "rewritten by NumPy: $1" "$status $verdict" "1 rewritten.npz: different: $2"
}
train-mlp --hidden 3 --epochs 2 parts.npz >model-parts.npz
rewritten 'nothing else' 'the tensors are the same, but another program wrote the file' 'pass'
rewritten 'one weight' 'layer1.weight differs first, in element 3' 'z["layer1.weight"][1, 1] += 1e-6'
rewritten 'a NaN' 'x_train differs first, in element 10' 'z["x_train"][5, 0] = np.nan'
rewritten 'another shape' 'layer2.bias differs first, in its type or shape' 'z["layer2.bias"] = z["layer2.bias"][:, None]'
rewritten 'another type' 'y_test differs first, in its type or shape' 'z["y_test"] = z["y_test"].astype("i4")'
rewritten 'a tensor less' 'the file has no layer2.bias' 'del z["layer2.bias"]'
rewritten 'a tensor more' 'the recipe makes no extra' 'z["extra"] = np.eye(2)'
rewritten 'another recipe' 'layer1.weight differs first, in its type or shape' \
    'z["recipe"] = np.array(z["recipe"].item().replace("--hidden 3", "--hidden 4"))'
refuses 'nowhere to keep what came' 1 'no temporary file can be made in /none \(TMPDIR\): No such file' \
    env TMPDIR=/none replay rewritten.npz
mkdir full
# shellcheck disable=SC2016 # the inner shell expands it
if unshare -rm bash -c 'mount -t tmpfs -o size=4k none full' 2>/dev/null; then
    refuses 'no room to keep it' 1 'writing a temporary file \(TMPDIR\): No space left' unshare -rm \
        bash -c 'mount -t tmpfs -o size=4k none full && TMPDIR=$PWD/full replay rewritten.npz'
else
    skip 'no name space to mount in: replay with a full TMPDIR'
fi

# lie.py makes files whose digest agrees with what they hold, but whose recipe makes something else:
#   lie.py patch: parts.npz with other bytes in one member, every checksum mended
#   lie.py forge FILE RECIPE: any recipe at all
cat >lie.py <<'PYTHON'
import hashlib, re, struct, sys, zipfile, zlib, numpy as np

def sha256(a):
    return hashlib.sha256(f"{a.dtype.str} {a.shape}\n".encode() + a.tobytes()).hexdigest()

def replace(archive, name, change):
    info = zipfile.ZipFile("parts.npz").getinfo(name)
    at = info.header_offset
    start = at + 30 + sum(struct.unpack_from("<HH", archive, at + 26))
    data = change(bytes(archive[start:start + info.file_size]))
    assert len(data) == info.file_size and data != archive[start:start + info.file_size]
    archive[start:start + info.file_size] = data
    central = archive.find(b"PK\1\2")
    while archive[central + 46:central + 46 + len(name) + 1] != name.encode() + b"P" and \
            archive[central + 46:central + 46 + len(name)] != name.encode():
        central = archive.find(b"PK\1\2", central + 4)
    for place in (at + 14, central + 16):
        struct.pack_into("<I", archive, place, zlib.crc32(data))

def patch(out, name, change, version=lambda v: v):
    archive = bytearray(open("parts.npz", "rb").read())
    if name:
        replace(archive, name + ".npy", change)
    open(out, "wb").write(archive)
    z = np.load(out)
    lines = z["recipe.digest"].item().splitlines()
    lines[0] = version(lines[0])
    for i, line in enumerate(lines[2:], 2):
        n = line.split()[2]
        lines[i] = f"{sha256(z[n[:-4]])} {zipfile.ZipFile(out).getinfo(n).CRC:08x} {n}"
    text = ("\n".join(lines) + "\n").encode("utf-32-le")
    old = z["recipe.digest"].tobytes()
    if text != old:
        replace(archive, "recipe.digest.npy", lambda b: b.replace(old, text))
    open(out, "wb").write(archive)

def forge(out, recipe):
    x = np.arange(6.0)
    version = np.load("parts.npz")["recipe.digest"].item().splitlines()[0]
    np.savez(out, x=x, recipe=np.array(recipe), **{"recipe.digest": np.array(
        f"{version}\nrecipe {hashlib.sha256(recipe.encode()).hexdigest()}\n{sha256(x)} 00000000 x.npy\n")})

if sys.argv[1] == "forge":
    forge(*sys.argv[2:])
else:
    patch("element.npz", "x_test", lambda b: b[:-9] + bytes([b[-9] ^ 1]) + b[-8:])
    patch("shape.npz", "y_train", lambda b: b.replace(b"(20,)", b"(4,5)"))
    patch("version.npz", None, None, lambda v: re.sub("[0-9]", "9", v))
PYTHON
"$python" lie.py patch
# x_test is (20, 2): the element before the last.
for row in "element:x_test differs first, in element 38" "shape:y_train differs first, in its type or shape" \
    "version:the tensors are the same, the recipe or its digest is not"; do
    file=${row%%:*}
    check "found: $file" piped "! replay -q $file.npz >verdict"
    equal "and where: $file" "$(cat verdict)" "$file.npz: different: ${row#*:}"
done
check "another version is said" piped '{ replay version.npz 2>&1 >/dev/null || true; } | grep -Eq "made by labpipe 9.9.9 .this is [0-9.]+.: other bytes"'
check "-o keeps what is different, too" piped '! replay -o again.npz element.npz && cmp again.npz parts.npz'

# ---- hostile recipes ----

# Every program that a recipe could hope to run is a trap on the PATH, and everything in this folder is
# listed before and after.
traps=$scratch/traps
mkdir "$traps" work
for name in sh bash dash env cat rm touch cp mv tee awk sed python3 perl curl split eval gen-moons labpipe not-replayable; do
    printf '#!/bin/sh\necho "%s $*" >>"%s/sprung"\n' "$name" "$traps" >"$traps/$name"
done
chmod +x "$traps"/*
replay_trapped() { env PATH="$traps" "$tools/replay" "$@"; }

cp iris.npz parts.npz element.npz work
cp data/deep/renamed.csv work/secret.csv
cd work || exit 1
crc=$("$python" -c 'import zlib; print("%08x" % zlib.crc32(open("secret.csv", "rb").read()))')
mkfifo fifo
ln -s /dev/zero zero
ln -s /proc/self/environ environ
listing() { find . -type f -exec cksum {} + | sort; find . | sort; }

# hostile NAME PATTERN RECIPE [OPTION]...
hostile() {
    local name=$1 pattern=$2
    "$python" ../lie.py forge ../bad.npz "$3"
    shift 3
    listing >../before
    refuses "hostile: $name" 1 "$pattern" timeout 60 env PATH="$traps" "$tools/replay" "$@" ../bad.npz
    wrote_nothing "and says nothing else: $name"
    listing >../after
    same "and changes no file: $name" ../before ../after
}

not_a_tool='which is not a tool of labpipe: nothing was run'
for recipe in 'rm -rf .' 'sh -c id' '/bin/sh' './gen-moons' 'env labpipe gen-moons' 'labpipe sh' 'labpipe ../bin/gen-moons' \
    "labpipe $tools/gen-moons" 'labpipe labpipe gen-moons' 'LD_PRELOAD=./x.so labpipe gen-moons' 'PATH=. gen-moons' \
    'labpipe gen-moons -n 4 | tee pwned' "labpipe pick --crc32 $crc '*' <(touch pwned) | labpipe scale --by centre" \
    'cat <(labpipe gen-moons) <(sh -c id) | labpipe split' "''" "labpipe ''" 'labpipe --exec-path' "'labpipe gen-moons'" \
    'exec labpipe gen-moons' '. ./x' 'labpipe cat'; do
    hostile "$recipe" "$not_a_tool" "$recipe"
done
hostile "labpipe alone" 'a command without a name' labpipe
# shellcheck disable=SC2016 # texts
for recipe in 'labpipe gen-moons; touch pwned' 'labpipe gen-moons & touch pwned' 'labpipe gen-moons > pwned' \
    'labpipe gen-moons -n $(touch pwned)' 'labpipe gen-moons -n `touch pwned`' 'labpipe from-csv *' 'labpipe from-csv ~/x' \
    'labpipe gen-moons "-n" 4' 'labpipe gen-moons < secret.csv' 'labpipe gen-moons >(touch pwned)' \
    $'labpipe gen-moons\ntouch pwned' 'labpipe gen-moons -n ${HOME}' 'labpipe gen-moons # x' '! labpipe gen-moons' \
    '{ labpipe gen-moons; }' '(labpipe gen-moons)'; do
    hostile "${recipe//$'\n'/ }" 'the recipe: character [0-9]+: (it has another meaning to a shell|there is no <\()' "$recipe"
done
hostile 'an open quote' 'a quote has no end' "labpipe gen-moons 'x"
hostile 'cat of a file' "cat takes 'secret.csv'" 'cat secret.csv <(labpipe gen-moons)'
hostile 'cat of nothing' 'cat joins nothing' 'cat | labpipe split'
hostile 'no file' 'the recipe cannot be replayed: why' "labpipe gen-moons | not-replayable why"
hostile 'no reason' 'the recipe cannot be replayed: no reason$' "labpipe gen-moons | not-replayable"
hostile 'a stream as the reason' 'the recipe cannot be replayed: no reason$' "not-replayable <(labpipe gen-moons)"

for option in '-o pwned' -opwned --output=pwned '--sync -o pwned' '--threads 4' '--memory 1M' --progress --help --version --man \
    --completion -q; do
    hostile "gen-moons $option" "labpipe gen-moons: a recipe never has -" "labpipe gen-moons -n 4 $option"
done
hostile 'a checkpoint' 'a recipe never has --checkpoint' \
    "labpipe gen-moons -n 4 | labpipe train-mlp --checkpoint pwned --checkpoint-every 1"
hostile 'an abbreviated option' 'unknown option' 'labpipe gen-moons --out pwned'
for call in 'plot-scatter -o pwned' to-csv inspect eval 'replay parts.npz' 'plot-curves' 'render-weights'; do
    hostile "a tool that makes no stream: $call" 'a recipe makes a stream, and this tool does not' \
        "labpipe gen-moons -n 4 | labpipe $call"
done

missing='a recipe names a file with its --crc32'
hostile 'a file without a CRC-32' "secret.csv: $missing" 'labpipe from-csv secret.csv'
hostile 'a stream without a CRC-32' "iris.npz: $missing" 'labpipe pick x iris.npz'
hostile 'a stream of an option' "parts.npz: $missing" 'labpipe gen-moons -n 4 | labpipe predict --model parts.npz'
hostile 'another file' 'secret.csv: its CRC-32 is' 'labpipe from-csv --crc32 00000000 secret.csv'
hostile 'a named pipe' 'fifo: a recipe names regular files only' 'labpipe from-csv --crc32 00000000 fifo'
hostile 'a device' '/dev/zero: a recipe names regular files only' 'labpipe from-csv --crc32 00000000 /dev/zero'
hostile 'a link to a device' 'zero: a recipe names regular files only' 'labpipe from-csv --crc32 00000000 zero'
hostile 'a terminal' '/dev/tty: a recipe names regular files only|/dev/tty: .*No such' 'labpipe from-csv --crc32 00000000 /dev/tty'
hostile 'the environment' '/proc/self/environ: a recipe names no files in /proc' \
    'labpipe from-csv --crc32 00000000 /proc/self/environ'
hostile 'a link to the environment' 'environ: a recipe names no files in /proc' 'labpipe from-csv --crc32 00000000 environ'
if touch /dev/shm/secret.$$ 2>/dev/null; then
    hostile 'a file in /dev' "/dev/shm/secret.$$: a recipe names no files in /dev$" \
        "labpipe from-csv --crc32 00000000 /dev/shm/secret.$$"
    rm -f /dev/shm/secret.$$
else
    skip "no /dev/shm: a file in /dev"
fi
hostile 'a way round' 'a recipe names no files in /proc' "labpipe from-csv --crc32 00000000 $PWD/../../../../proc/self/../self/environ"
hostile 'standard input' 'standard input: it is empty' 'labpipe from-csv --crc32 00000000 -'
for fd in /dev/fd/2 /proc/self/fd/2 /dev/stderr; do
    hostile "its own errors: $fd" "$fd: a recipe names (regular files only|no files in)" "labpipe from-csv --crc32 00000000 $fd"
done
hostile 'an open descriptor' "/dev/fd/9: (it cannot be opened|$missing)" 'labpipe gen-moons -n 4 | labpipe predict --model /dev/fd/9'

# Too much: of memory, of commands, of depth, of time.
hostile 'terabytes' 'labpipe gen-moons: .*(out of memory|LABPIPE_MAX_BYTES|bytes)' 'labpipe gen-moons -n 1000000000000'
"$python" - <<'PYTHON'
import subprocess, sys
many = "labpipe gen-moons" + " | labpipe scale --by centre" * 9999
wide = "cat" + " <(labpipe gen-moons -n 2)" * 5000 + " | labpipe split"
deep = "labpipe pick " + "x <(labpipe pick " * 10000 + ")" * 10000
for name, recipe in (("many", many), ("wide", wide), ("deep", deep)):
    sys.argv = ["lie.py", "forge", f"../{name}.npz", recipe]
    exec(open("../lie.py").read().replace('open("parts', 'open("../parts'))
PYTHON
refuses 'ten thousand stages' 1 'there are more than 1000 commands' "$tools/replay" ../many.npz
refuses 'five thousand inputs' 1 'there are more than 1000 commands' "$tools/replay" ../wide.npz
refuses 'ten thousand brackets' 1 'lies too deep' "$tools/replay" ../deep.npz
hostile 'for ever' 'was not done after 1 seconds' \
    'labpipe gen-moons -n 100 | labpipe train-mlp --epochs 9000000000000000' --time-limit 1
sleep 0.2
check "and nothing goes on" piped '! grep -aqs "900000000000000[0]" /proc/[0-9]*/cmdline'
(cd .. && "$python" lie.py forge killed.npz 'labpipe gen-moons -n 100 | labpipe train-mlp --epochs 9000000000000000')
refuses 'a tool that a signal ends' 1 '^labpipe replay: .*: labpipe train-mlp was ended by signal [0-9]+$' \
    bash -c 'ulimit -c 0 && ulimit -t 1 && exec "$@"' - "$tools/replay" --time-limit 0 ../killed.npz
hostile 'a tool that reads nothing behind a cat' 'unknown option' \
    'cat <(labpipe gen-moons -n 100000) <(labpipe gen-moons -n 100000) | labpipe split --no-such-option'
hostile 'a tool that fails' 'labpipe gen-moons: ' 'labpipe gen-moons -n 0 | labpipe split'

# The honest way, past the same traps.
check "the honest recipe" piped "PATH=$traps $tools/replay parts.npz"
if [ -e "$traps/sprung" ]; then fail "a trap was sprung: $(cat "$traps/sprung")"; else pass "no trap was sprung"; fi

# What the kernel saw: nothing was executed but tools from their own folder.
if command -v strace >/dev/null && strace -qo /dev/null true 2>/dev/null; then
    cp ../answers.npz ../joined.npz .
    for file in answers.npz joined.npz ../bad.npz; do
        strace -qq -f -e trace=execve,execveat -o ../calls "$tools/replay" "$file" >/dev/null 2>&1 || true
        check "only tools are executed: $file" piped \
            "! grep -oE 'execve(at)?\\(.*' ../calls | grep -vF 'execve(\"$tools/'"
    done
    check "and there were some" piped 'grep -c execve ../calls >/dev/null'
else
    skip "no strace: which programs are executed"
fi

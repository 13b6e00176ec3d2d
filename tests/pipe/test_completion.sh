#!/bin/bash
# Every option of every tool is in its help, its manual page and each shell's completion, with the values of a
# choice: bash, zsh and fish are driven, on a terminal, key by key.
. tests/pipe/lib.sh
completion=$PWD/make/completion
cd "$scratch" || exit 1
printf x | tee iris.npz model.npz "a name.npz" >/dev/null
mkdir stub zsh

# ---- the tables ----

# TOOL, option and choice a line: what the completions have to know.
for tool in $(all_tools); do
    "$tools/$tool" --completion | tail -n +2 >rows
    cut -f 1 rows | sort >expected
    check "$tool has options" [ "$(wc -l <expected)" -ge 8 ]
    equal "$tool: its help has the same" \
        "$("$tools/$tool" --help | sed -n '/^Options:$/,/^Examples:$/s/^  \(-.*\)/\1/p' | sed 's/, /\n/' | cut -d ' ' -f 1 | sort)" \
        "$(cat expected)"
    equal "$tool: its manual page has the same" \
        "$("$tools/$tool" --man | awk '/^\.SH/ { on = $2 == "OPTIONS" } on' | sed -n '/^\.TP$/{n;s/\\-/-/g;s/^\.B //;s/, /\n/;p}' | cut -d ' ' -f 1 | sort)" "$(cat expected)"
    "$tools/$tool" --help | tr -s ' \n' ' ' >help
    while read -r choices; do
        check "$tool: its help has the choices $choices" grep -qF ": $choices" help
    done < <(cut -f 3 rows | grep -vxF -e -)
    awk -v tool="$tool" -F '\t' '{ all = all " " $1; if ($3 != "-") { gsub(/\|/, " ", $3); print tool, $1 "\t" $3 } }
        END { print tool " -\t" substr(all, 2) }' rows >>table
done
names=$(all_tools | paste -sd ' ')
check "the tables have choices" [ "$(grep -vc ' -	' table)" -ge 20 ]

# ---- the shells ----

# What is typed, and the command that it becomes; <all> inserts all that fits, <tab> what fits alone.
{
    printf 'labpipe <all>\t%s help list version --help --version --exec-path\n' "$names"
    printf 'labpipe help <all>\thelp %s\n' "$names"
    while IFS=$'\t' read -r words values; do
        case $words in
        *' -') printf 'labpipe %s<all>\t%s %s\n' "$words" "${words% -}" "$values" ;;
        *) printf 'labpipe %s <all>\t%s %s\n' "$words" "$words" "$values" ;;
        esac
    done <table
    printf '%s\t%s\n' 'labpipe spl<tab>' 'split' 'labpipe split --str<tab>' 'split --stratify' \
        'labpipe impute --by med<tab>' 'impute --by median' 'labpipe impute --by=med<tab>' 'impute --by=median' \
        'labpipe predict --model mod<tab>' 'predict --model model.npz' 'labpipe inspect -o mod<tab>' 'inspect -o model.npz' \
        'labpipe inspect a<tab>' 'inspect a name.npz' 'labpipe help insp<tab>' 'help inspect' \
        'labpipe example iris.c<tab>' 'example iris.csv' 'labpipe split --seed iri<tab>' 'split --seed iri' \
        'labpipe inspect iris.npz mo<tab>' 'inspect iris.npz model.npz' 'labpipe nosuch -<tab>' 'nosuch -'
} >session
in_order() { tr ' ' '\n' <<<"$1" | sort | paste -sd ' '; }

compare() { # compare SHELL FILE: a line for each of the session
    local shell=$1 typed expected actual
    equal "$shell: every line was typed" "$(wc -l <"$2")" "$(wc -l <session)"
    while IFS=$'\t' read -r typed expected && read -r actual <&3; do
        if [ "$(in_order "$actual")" = "$(in_order "$expected")" ]; then
            pass "$shell: $typed"
        else
            fail "$shell: $typed becomes '$actual', expected '$expected'"
        fi
    done <session 3<"$2"
}

# What completion asks goes to labpipe, what is typed into a file.
cat >stub/labpipe <<'SH'
#!/bin/sh
case $#,$1,$2 in
2,list,--tsv | 2,*,--completion | 1,example,) exec "$LABPIPE" "$@" ;;
esac
echo "$*" >>"$TYPED"
SH
chmod +x stub/labpipe
export LABPIPE=$tools/labpipe TYPED=$scratch/typed PATH=$scratch/stub:$PATH

# The keys of the session, each line once the one before has been taken: a terminal holds 4,096 bytes.
keys() { # keys INSERT-ALL
    local line n=0
    while IFS= read -r line; do
        printf '%s\n' "$line"
        n=$((n + 1))
        for _ in {1..500}; do
            [ "$(wc -l <typed)" -lt $n ] || break
            sleep 0.02
        done
    done < <(cut -f 1 session | sed "s/<all>/$1/; s/<tab>/\t/")
    echo exit
}
drives() { # drives SHELL INSERT-ALL COMMAND: types the session into it
    command -v "$1" >/dev/null || { skip "no $1: its completion"; return; }
    : >typed
    keys "$2" | timeout 300 script -qec "$3" /dev/null >log 2>&1 || true
    compare "$1" typed
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    cat >bashrc <<RC
. '$completion/labpipe.bash'
bind 'set bell-style none'
RC
    drives bash '\x1b*' 'bash --noprofile --rcfile bashrc -i'
    cp "$completion/labpipe.zsh" zsh/_labpipe
    cat >zsh/.zshrc <<'RC'
fpath=($ZDOTDIR $fpath)
autoload -Uz compinit && compinit -u -d $ZDOTDIR/dump
bindkey '^I' complete-word
zle -C all-matches complete-word _generic
bindkey '^X*' all-matches
zstyle ':completion:all-matches:*' insert true
zstyle ':completion:all-matches::::' completer _all_matches _complete
RC
    export ZDOTDIR=$scratch/zsh
    drives zsh '\x18*' 'zsh -i'
else
    skip "this machine has no pseudo-terminals: completion in bash and zsh"
fi

# fish says itself what it would offer; one candidate replaces the word.
if command -v fish >/dev/null; then
    cat >drive.fish <<'FISH'
source $argv[1]/labpipe.fish
while read -l -d \t typed expected
    set -l line (string replace -r '^labpipe ?' '' -- $typed)
    set -l before (string replace -r '[^ ]*<(all|tab)>$' '' -- $line)
    set -l found (complete -C (string replace -r '<(all|tab)>$' '' -- $typed) | string replace -r '\t.*' '')
    if test -z "$found"
        string replace '<tab>' '' -- $line
    else if string match -q '*<tab>' -- $typed
        echo $before$found[1]
    else
        echo $before(string join ' ' -- $found)
    end
end <session
FISH
    # Options of labpipe itself are offered after a dash alone.
    timeout 300 fish --no-config drive.fish "$completion" >typed 2>log
    sed -i '1s/$/ --help --version --exec-path/' typed
    compare fish typed
else
    skip "no fish: its completion"
fi

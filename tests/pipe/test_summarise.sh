#!/bin/bash
# summarise: many runs as one, against NumPy, and the picture of it.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

for seed in 1 2 3 4; do
    gen-moons -n 120 --seed "$seed" | split --train 0.5 --seed "$seed" |
        train-mlp --hidden 6 --lr 0.3 --epochs $((4 + 2 * (seed > 2))) --eval-every 2 --seed "$seed" >seed-$seed.npz
done
runs="seed-1.npz seed-2.npz seed-3.npz seed-4.npz"
# shellcheck disable=SC2086 # the files
{
    summarise $runs >all.npz
    summarise --tsv $runs >metrics.tsv
    summarise --runs $runs >runs.tsv
    summarise --tsv --of test.accuracy $runs >one.tsv
    summarise --name a --name b --name c --name d $runs >named.npz
}
replays 'summarise' all.npz
replays 'summarise --name' named.npz
equal 'a line for the metric' "$(cut -f 1,2 one.tsv | tr '\n\t' ' :')" 'metric:n test.accuracy:4 '
equal 'a line for each run' "$(cut -f 1 runs.tsv | tr '\n' ' ')" 'run seed-1 seed-2 seed-3 seed-4 '
equal 'the names that were given' "$(to-csv summary.run named.npz | tail -n 4 | tr '\n' ' ')" 'a b c d '
equal 'epochs of the longest run' "$(to-csv history.loss.n all.npz | tail -n 4 | tr '\n' ' ')" '4 4 4 2 '
equal 'one run' "$(summarise --tsv --of train.n seed-1.npz | tail -n 1)" "$(printf 'train.n\t1\t60\tnan\t60\t60')"
long=history.$(printf 'x%.0s' {1..300})
for seed in 1 2; do pick --rename history.loss="$long" --rename history.accuracy="${long}y" seed-$seed.npz >long-$seed.npz; done
summarise long-1.npz long-2.npz >long.npz
equal 'names of any length' "$(inspect long.npz | grep -oE '^history[^ ]*' | sort | tr '\n' ' ')" \
    "$(for name in history.epoch history.val_{accuracy,loss}{,.max,.min,.n,.sd} "$long"{,y}{,.max,.min,.n,.sd}; do
        echo "$name"; done | sort | tr '\n' ' ')"
refuses 'names for other files' 2 "name is given 1 times for 2 inputs" summarise --name a seed-1.npz seed-2.npz
refuses 'a metric that no run has' 1 "^labpipe summarise: no metric matches 'test.mse'" summarise --of test.mse seed-1.npz
refuses 'a stream without a run' 1 '^labpipe summarise: seed-1: there is nothing to evaluate, and no history' \
    summarise <(pick 'y*' seed-1.npz) --name seed-1
refuses 'both tables' 2 'contradict' summarise --tsv --runs seed-1.npz

plot-curves all.npz -o band.svg
plot-curves seed-1.npz -o line.svg
equal 'a band for each of four curves' "$(grep -c 'fill-opacity:0.18' band.svg)" 4
equal 'a run has none' "$(grep -c 'fill-opacity:0.18' line.svg)" 0
equal 'two training curves are dashed, and their line in the legend' "$(grep -c 'stroke-dasharray:6' line.svg)" 3
check 'on a logarithmic axis' plot-curves --log --of loss all.npz seed-1.npz -o log.png

if [ -n "$python" ]; then
    for seed in 1 2 3 4; do eval --tsv seed-$seed.npz >seed-$seed.tsv; done
    check "NumPy's mean, std, min and max" "$python" - <<'PYTHON'
import numpy as np
out = np.load("all.npz")
metric = list(out["summary.metric"])
assert list(out["summary.run"]) == [f"seed-{s}" for s in (1, 2, 3, 4)]
for r, seed in enumerate((1, 2, 3, 4)):
    lines = [line.rstrip("\n").split("\t") for line in open(f"seed-{seed}.tsv")]
    seen = 0
    for line in lines[1:]:
        for name, value in zip(lines[0][1:], line[1:]):
            if f"{line[0]}.{name}" in metric:
                assert out["summary.value"][r, metric.index(f"{line[0]}.{name}")] == float(value)
                seen += 1
    assert seen == len(metric) and "test.f1_macro" in metric and "test.per_class.1" in metric
def same(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
value = out["summary.value"]
same(out["summary.mean"], value.mean(0))
same(out["summary.sd"], value.std(0, ddof=1))
same(out["summary.min"], value.min(0))
same(out["summary.max"], value.max(0))
table = [line.split("\t") for line in open("metrics.tsv").read().splitlines()]
assert [row[0] for row in table[1:]] == metric
same([float(row[3]) for row in table[1:]], out["summary.sd"])
runs = [np.load(f"seed-{s}.npz") for s in (1, 2, 3, 4)]
same(out["history.epoch"], np.unique(np.concatenate([r["history.epoch"] for r in runs])))
for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
    for k, epoch in enumerate(out["history.epoch"]):
        v = np.concatenate([r["history." + name][r["history.epoch"] == epoch] for r in runs])
        assert out[f"history.{name}.n"][k] == len(v)
        same(out["history." + name][k], v.mean())
        same(out[f"history.{name}.sd"][k], v.std(ddof=1))
        same(out[f"history.{name}.min"][k], v.min())
        same(out[f"history.{name}.max"][k], v.max())
PYTHON
else
    skip 'no NumPy: the figures of summarise'
fi

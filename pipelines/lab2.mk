# Lab 2, «PyTorch autograd»: centred Iris factorised by gradient descent and by truncated SVD, and
# an MLP 4-12-3 with scalar biases in ten runs.

LABS += lab2
LAB2 := $(OUT)/lab2
LAB2_RANKS := 1 2 3
LAB2_RUNS := 01 02 03 04 05 06 07 08 09 10
LAB2_SVD := $(LAB2_RANKS:%=$(LAB2)/svd-%.npz)
LAB2_MLP := $(LAB2_RUNS:%=$(LAB2)/mlp-%.npz)
STREAMS += $(LAB2)/iris.npz $(LAB2)/gd.npz $(LAB2_SVD) $(LAB2_MLP)

.PHONY: lab2
lab2: $(LAB2)/table.tsv $(LAB2)/u-gd.png $(LAB2)/u-svd.png ## run lab 2: factors of Iris, ten MLPs
	@awk -f pipelines/table.awk $(LAB2)/table.tsv

# (a) The factors. The sheet centres the columns first. Of normal starts one in twenty diverges, the
# others reach the smallest error of rank 2; uniform ones end up to 0.005 above it.
$(LAB2)/iris.npz: fixtures/iris.csv $(BIN)/from-csv $(BIN)/scale
	@mkdir -p $(@D)
	$(BIN)/from-csv --label species $< | $(BIN)/scale --by centre -o $@

$(LAB2)/gd.npz: $(LAB2)/iris.npz $(BIN)/factorise
	$(BIN)/factorise --method gd --rank 2 --epochs 1000 --lr 0.01 --init normal --seed 0 -o $@ $<

$(LAB2_SVD): $(LAB2)/svd-%.npz: $(LAB2)/iris.npz $(BIN)/factorise
	$(BIN)/factorise --method svd --rank $* -o $@ $<

# (b) The flowers in both factor spaces.
$(LAB2)/u-gd.png: $(LAB2)/gd.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --of u --title 'Iris: U by gradient descent, rank 2' -o $@ $<

$(LAB2)/u-svd.png: $(LAB2)/svd-2.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --of u --title 'Iris: U by truncated SVD, rank 2' -o $@ $<

# (c) The network. The sheet divides by the variance, not by the standard deviation.
$(LAB2_MLP): $(LAB2)/mlp-%.npz: fixtures/iris.csv $(BIN)/from-csv $(BIN)/split $(BIN)/scale \
                                $(BIN)/train-mlp
	@mkdir -p $(@D)
	$(BIN)/from-csv --label species $< | $(BIN)/split --train 100 --seed $* | \
	    $(BIN)/scale --by variance | \
	    $(BIN)/train-mlp --hidden 12 --activation relu --bias scalar --init normal --batch 0 \
	        --epochs 100 --lr 0.01 --seed $* -o $@

$(LAB2)/table.tsv: $(LAB2)/gd.npz $(LAB2_SVD) $(LAB2_MLP) $(BIN)/eval $(BIN)/summarise pipelines/lab2.sh $(TABLE)
	BIN=$(BIN) bash pipelines/lab2.sh $(LAB2) >$@

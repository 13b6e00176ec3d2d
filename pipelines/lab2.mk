# Lab 2, «PyTorch autograd»: centred Iris factorised by gradient descent and by truncated SVD, and
# an MLP 4-12-3 with scalar biases in ten runs, as the listing has it and as the sheet asks for it.

LABS += lab2
LAB2 := $(OUT)/lab2
LAB2_RANKS := 1 2 3
LAB2_RUNS := 01 02 03 04 05 06 07 08 09 10
LAB2_SVD := $(LAB2_RANKS:%=$(LAB2)/svd-%.npz)
LAB2_MLP := $(foreach kind,listing own mlp raw,$(LAB2_RUNS:%=$(LAB2)/$(kind)-%.npz))
STREAMS += $(LAB2)/iris.npz $(LAB2)/gd.npz $(LAB2_SVD) $(LAB2)/map.npz $(LAB2_MLP)

.PHONY: lab2
lab2: $(LAB2)/table.tsv $(patsubst %,$(LAB2)/%.png,u-gd u-svd planes curves-gd curves-mlp) ## run lab 2: factors of Iris, ten MLPs
	@awk -f pipelines/table.awk $(LAB2)/table.tsv

# (a) The factors. The sheet centres the columns first. Of normal starts one in twenty diverges, the
# others reach the smallest error of rank 2; uniform ones end up to 0.005 above it.
$(LAB2)/iris.npz: fixtures/iris.csv $(BIN)/from-csv $(BIN)/scale
	@mkdir -p $(@D)
	$(BIN)/from-csv --label species $< | $(BIN)/scale --by centre -o $@

$(LAB2)/gd.npz: $(LAB2)/iris.npz $(BIN)/factorise pipelines/lab2.mk
	$(BIN)/factorise --method gd --rank 2 --epochs 1000 --lr 0.01 --init normal --eval-every 10 --seed 0 -o $@ $<

$(LAB2_SVD): $(LAB2)/svd-%.npz: $(LAB2)/iris.npz $(BIN)/factorise
	$(BIN)/factorise --method svd --rank $* -o $@ $<

$(LAB2)/curves-gd.png: $(LAB2)/gd.npz $(BIN)/plot-curves
	$(BIN)/plot-curves --log --title 'Iris, rank 2: the mean squared error of gradient descent' -o $@ $<

# (b) The flowers in both factor spaces. Both span one plane: a 2 x 2 map, a linear network without
# biases, turns the descent's U into SVD's, whose columns are stretched to a deviation of 1.
$(LAB2)/u-gd.png: $(LAB2)/gd.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --of u --title 'Iris: U by gradient descent, rank 2' -o $@ $<

$(LAB2)/u-svd.png: $(LAB2)/svd-2.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --of u --title 'Iris: U by truncated SVD, rank 2' -o $@ $<

$(LAB2)/map.npz: $(LAB2)/gd.npz $(LAB2)/svd-2.npz $(addprefix $(BIN)/,pick scale train-mlp predict) pipelines/lab2.mk
	$(BIN)/pick u --rename u=x $(LAB2)/svd-2.npz | $(BIN)/scale --by standard | $(BIN)/pick x --rename x=y | \
	    $(BIN)/train-mlp --loss mse --bias none --dtype f8 --lr 0.5 --batch 0 --epochs 200 --seed 0 \
	        <($(BIN)/pick u --rename u=x $(LAB2)/gd.npz) - | $(BIN)/predict -o $@

$(LAB2)/planes.png: $(LAB2)/map.npz $(LAB2)/iris.npz $(BIN)/plot-scatter $(BIN)/pick
	$(BIN)/pick x y y_pred --rename x=descent --rename y=svd --rename y_pred=mapped $< | \
	    $(BIN)/plot-scatter --equal --size 800x800 --by-tensor --of descent --name 'U by gradient descent' \
	        --of svd --name 'U by SVD, times √150' --of mapped --name 'U by gradient descent, after the best 2 x 2 map' \
	        --x-label 'first column of U' --y-label 'second column of U' \
	        --title 'Iris: the factors of both methods differ by a 2 x 2 map' -o $@ - <($(BIN)/pick y classes $(LAB2)/iris.npz)

# (c) The network. The listing never clears its gradients: every step takes their sum so far, which is a
# momentum of 1. Its validation column is another network, trained on the 50 validation rows. The sheet
# divides by the variance, not by the standard deviation.
LAB2_NET := --hidden 12 --activation relu --bias scalar --init normal --batch 0 --epochs 100 --lr 0.01
LAB2_SCALE := $(BIN)/scale --by variance |
LAB2_OWN := $(BIN)/pick x_test y_test classes --rename x_test=x --rename y_test=y |
# lab2_runs NAME,PIPELINE,OPTIONS
define lab2_runs
$(LAB2_RUNS:%=$(LAB2)/$(1)-%.npz): $(LAB2)/$(1)-%.npz: fixtures/iris.csv $(addprefix $(BIN)/,from-csv split scale pick train-mlp) \
                                   pipelines/lab2.mk
	@mkdir -p $$(@D)
	$(BIN)/from-csv --label species $$< | $(BIN)/split --train 100 --seed $$* | $(2) \
	    $(BIN)/train-mlp $(LAB2_NET) $(3) --seed $$* -o $$@
endef
$(eval $(call lab2_runs,listing,$(LAB2_SCALE),--momentum 1 --eval-every 10))
$(eval $(call lab2_runs,own,$(LAB2_SCALE) $(LAB2_OWN),--momentum 1))
$(eval $(call lab2_runs,mlp,$(LAB2_SCALE),--eval-every 10))
$(eval $(call lab2_runs,raw,))

$(LAB2)/curves-mlp.png: $(LAB2_MLP) $(BIN)/summarise $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'MLP 4-12-3 on Iris: mean and deviation of ten runs' \
	    --name 'gradients accumulate (the listing)' --name 'gradients cleared (the sheet)' -o $@ \
	    <($(BIN)/summarise $(filter $(LAB2)/listing-%,$(LAB2_MLP))) <($(BIN)/summarise $(filter $(LAB2)/mlp-%,$(LAB2_MLP)))

$(LAB2)/table.tsv: $(LAB2)/gd.npz $(LAB2_SVD) $(LAB2)/map.npz $(LAB2_MLP) $(addprefix $(BIN)/,eval summarise to-csv) \
                   pipelines/lab2.sh $(TABLE)
	BIN=$(BIN) bash pipelines/lab2.sh $(LAB2) >$@

# Lab «autodiff» (Deep Learning 2020, assignment 2): every derivative checked, and small networks on
# 60,000 + 10,000 points inside and outside of a quadratic form; batch 128, 20 epochs, summed loss.

LABS += autodiff
AUTODIFF := $(OUT)/autodiff
AUTODIFF_SEEDS := 1 2 3 4 5
AUTODIFF_RUNS := sigmoid-2 relu-2 relu-3 relu-3-frozen rising schedule momentum sigmoid-2-sqrt relu-2-fast
# The narrow networks, which depend more on their start, in five runs each.
AUTODIFF_W4 := sigmoid-2-w4 relu-2-w4 relu-3-w4 relu-3-frozen-w4
AUTODIFF_NARROW := $(foreach run,$(AUTODIFF_W4),$(AUTODIFF_SEEDS:%=$(run)-%))
STREAMS += $(AUTODIFF)/data.npz $(patsubst %,$(AUTODIFF)/%.npz,$(AUTODIFF_RUNS) $(AUTODIFF_NARROW))
AUTODIFF_ALL := --batch 128 --epochs 20 --eval-every 1 --reduction sum

# The hidden layers are 8 wide, as in the library's own network, or (w4) 4, as in the report's listing. Its
# initial deviation is 2 / (in + out), without a square root.
AUTODIFF_2 := --hidden 8 --init normal --init-scale 0.2 --lr 0.001
AUTODIFF_3 := --hidden 8,8 --init normal --init-scale 0.2,0.125,0.2 --lr 0.001
AUTODIFF_2_W4 := --hidden 4 --init normal --init-scale 0.3333333333333333 --lr 0.001
AUTODIFF_3_W4 := --hidden 4,4 --init normal --init-scale 0.3333333333333333,0.25,0.3333333333333333 --lr 0.001
AUTODIFF_sigmoid-2 := $(AUTODIFF_2) --activation sigmoid
AUTODIFF_sigmoid-2-w4 := $(AUTODIFF_2_W4) --activation sigmoid
AUTODIFF_relu-2 := $(AUTODIFF_2)
AUTODIFF_relu-2-w4 := $(AUTODIFF_2_W4)
AUTODIFF_relu-3 := $(AUTODIFF_3)
AUTODIFF_relu-3-w4 := $(AUTODIFF_3_W4)
AUTODIFF_relu-3-frozen := $(AUTODIFF_3) --freeze 3
AUTODIFF_relu-3-frozen-w4 := $(AUTODIFF_3_W4) --freeze 3
AUTODIFF_momentum := $(AUTODIFF_2) --momentum 0.9
AUTODIFF_sigmoid-2-sqrt := --hidden 8 --init glorot --lr 0.001 --activation sigmoid
AUTODIFF_relu-2-fast := --hidden 8 --init normal --init-scale 0.2 --lr 0.1
# Rates that change with the epochs: 0.01, 0.02, ..., 0.2, and halved every 5 epochs.
AUTODIFF_rising := --hidden 8 --init normal --init-scale 0.2 --lr 0.2 --lr-schedule warmup:20,constant
AUTODIFF_schedule := --hidden 8 --init normal --init-scale 0.2 --lr 0.001 --lr-schedule step:5:0.5

.PHONY: autodiff
autodiff: $(AUTODIFF)/gradcheck.txt $(AUTODIFF)/table.tsv \
          $(patsubst %,$(AUTODIFF)/curves-%.png,networks rates scale frozen narrow) ## check every derivative; networks on a quadratic form
	@cat $(AUTODIFF)/gradcheck.txt && echo && awk -f pipelines/table.awk $(AUTODIFF)/table.tsv

$(AUTODIFF)/gradcheck.txt: $(BIN)/gradcheck
	@mkdir -p $(@D)
	$(BIN)/gradcheck -o $@

$(AUTODIFF)/data.npz: $(BIN)/gen-ellipse $(BIN)/split
	@mkdir -p $(@D)
	$(BIN)/gen-ellipse -n 70000 --seed 1 | $(BIN)/split --train 60000 --seed 1 -o $@

# The points stay in data.npz: a run is its network and its history.
AUTODIFF_RUN = $(BIN)/train-mlp $(AUTODIFF_ALL) $(1) --seed $(2) $< | $(BIN)/pick --drop 'x_*' --drop 'y_*' -o $@
$(AUTODIFF_RUNS:%=$(AUTODIFF)/%.npz): $(AUTODIFF)/%.npz: $(AUTODIFF)/data.npz $(BIN)/train-mlp $(BIN)/pick \
                                      pipelines/autodiff.mk
	$(call AUTODIFF_RUN,$(AUTODIFF_$*),1)

define autodiff_narrow
$(AUTODIFF_SEEDS:%=$(AUTODIFF)/$(1)-%.npz): $(AUTODIFF)/$(1)-%.npz: $(AUTODIFF)/data.npz $(BIN)/train-mlp $(BIN)/pick \
                                        pipelines/autodiff.mk
	$$(call AUTODIFF_RUN,$$(AUTODIFF_$(1)),$$*)
endef
$(foreach run,$(AUTODIFF_W4),$(eval $(call autodiff_narrow,$(run))))

# The report's two panels, training loss and validation accuracy, of the runs.
AUTODIFF_CURVES = $(BIN)/plot-curves --from 1 -o $@ \
    $(foreach run,$(filter %.npz,$^),<($(BIN)/pick history.epoch history.loss history.val_accuracy \
        --rename history.val_accuracy=history.accuracy $(run)))
autodiff_runs = $(1:%=$(AUTODIFF)/%.npz) $(BIN)/plot-curves $(BIN)/pick pipelines/autodiff.mk

$(AUTODIFF)/curves-networks.png: $(call autodiff_runs,sigmoid-2 relu-2 relu-3 relu-3-frozen)
	$(AUTODIFF_CURVES) --title 'Training loss and validation accuracy: sigmoid and ReLU, two and three layers' \
	    --name '2 layers, sigmoid' --name '2 layers, ReLU' --name '3 layers, ReLU' --name '3 layers, the third not trained'

$(AUTODIFF)/curves-rates.png: $(call autodiff_runs,relu-2 rising schedule momentum)
	$(AUTODIFF_CURVES) --log --title 'Training loss and validation accuracy: a rate that changes is not momentum' \
	    --name 'rate 0.001' --name 'rate 0.01, 0.02, ..., 0.2' --name 'rate 0.001, halved every 5 epochs' \
	    --name 'rate 0.001, momentum 0.9'

$(AUTODIFF)/curves-scale.png: $(call autodiff_runs,sigmoid-2 sigmoid-2-sqrt)
	$(AUTODIFF_CURVES) --title 'Training loss and validation accuracy: the initial deviation makes the plateau' \
	    --name 'sigmoid, deviation 2 / (in + out)' --name 'sigmoid, its square root'

$(AUTODIFF)/curves-narrow.png: $(call autodiff_runs,$(AUTODIFF_SEEDS:%=sigmoid-2-w4-%))
	$(AUTODIFF_CURVES) --title 'Training loss and validation accuracy: sigmoid, 4 hidden units, five seeds' \
	    $(AUTODIFF_SEEDS:%=--name 'seed %')

$(AUTODIFF)/curves-frozen.png: $(call autodiff_runs,relu-3 relu-3-frozen relu-3-w4-1 relu-3-frozen-w4-1)
	$(AUTODIFF_CURVES) --log --title 'Training loss and validation accuracy: three layers, and the third not trained' \
	    --name '8 wide' --name '8 wide, the third not trained' --name '4 wide' --name '4 wide, the third not trained'

$(AUTODIFF)/table.tsv: $(patsubst %,$(AUTODIFF)/%.npz,$(AUTODIFF_RUNS) $(AUTODIFF_NARROW)) $(BIN)/to-csv pipelines/autodiff.sh $(TABLE)
	BIN=$(BIN) bash pipelines/autodiff.sh $(AUTODIFF) >$@

# Lab «autodiff» (Deep Learning 2020, assignment 2): every derivative checked, and small networks on
# 60,000 + 10,000 points inside and outside of a quadratic form; batch 128, 20 epochs, summed loss.

LABS += autodiff
AUTODIFF := $(OUT)/autodiff
AUTODIFF_RUNS := sigmoid-2 relu-2 relu-3 schedule momentum sigmoid-2-sqrt relu-3-frozen relu-2-fast
STREAMS += $(AUTODIFF)/data.npz $(AUTODIFF_RUNS:%=$(AUTODIFF)/%.npz)
AUTODIFF_ALL := --batch 128 --epochs 20 --eval-every 1 --reduction sum --seed 1

# The report's initial deviation is 2 / (in + out), without its square root: 0.2 and, 8 to 8, 0.125.
AUTODIFF_2 := --hidden 8 --init normal --init-scale 0.2 --lr 0.001
AUTODIFF_3 := --hidden 8,8 --init normal --init-scale 0.2,0.125,0.2 --lr 0.001
AUTODIFF_sigmoid-2 := $(AUTODIFF_2) --activation sigmoid
AUTODIFF_relu-2 := $(AUTODIFF_2)
AUTODIFF_relu-3 := $(AUTODIFF_3)
AUTODIFF_schedule := --hidden 8 --init normal --init-scale 0.2 --lr 0.001 --lr-schedule step:5:0.5
AUTODIFF_momentum := $(AUTODIFF_2) --momentum 0.9
AUTODIFF_sigmoid-2-sqrt := --hidden 8 --init glorot --lr 0.001 --activation sigmoid
AUTODIFF_relu-3-frozen := $(AUTODIFF_3) --freeze 3
AUTODIFF_relu-2-fast := --hidden 8 --init normal --init-scale 0.2 --lr 0.1

.PHONY: autodiff
autodiff: $(AUTODIFF)/gradcheck.txt $(AUTODIFF)/table.tsv \
          $(patsubst %,$(AUTODIFF)/curves-%.png,networks rates scale frozen) ## check every derivative; networks on a quadratic form
	@cat $(AUTODIFF)/gradcheck.txt && echo && awk -f pipelines/table.awk $(AUTODIFF)/table.tsv

$(AUTODIFF)/gradcheck.txt: $(BIN)/gradcheck
	@mkdir -p $(@D)
	$(BIN)/gradcheck -o $@

$(AUTODIFF)/data.npz: $(BIN)/gen-ellipse $(BIN)/split
	@mkdir -p $(@D)
	$(BIN)/gen-ellipse -n 70000 --seed 1 | $(BIN)/split --train 60000 --seed 1 -o $@

# The points stay in data.npz: a run is its network and its history.
$(AUTODIFF_RUNS:%=$(AUTODIFF)/%.npz): $(AUTODIFF)/%.npz: $(AUTODIFF)/data.npz $(BIN)/train-mlp $(BIN)/pick \
                                      pipelines/autodiff.mk
	$(BIN)/train-mlp $(AUTODIFF_ALL) $(AUTODIFF_$*) $< | $(BIN)/pick --drop 'x_*' --drop 'y_*' -o $@

AUTODIFF_CURVES = $(BIN)/plot-curves --parts validation -o $@ $(filter %.npz,$^)

$(AUTODIFF)/curves-networks.png: $(patsubst %,$(AUTODIFF)/%.npz,sigmoid-2 relu-2 relu-3 schedule) $(BIN)/plot-curves
	$(AUTODIFF_CURVES) --log --title 'Sigmoid and ReLU, two and three layers' --name '2 layers, sigmoid' \
	    --name '2 layers, ReLU' --name '3 layers, ReLU' --name '2 layers, ReLU, rate halved every 5 epochs'

$(AUTODIFF)/curves-rates.png: $(patsubst %,$(AUTODIFF)/%.npz,relu-2 schedule momentum) $(BIN)/plot-curves
	$(AUTODIFF_CURVES) --log --title 'A rate schedule is not momentum' --name 'constant rate' \
	    --name 'rate halved every 5 epochs' --name 'momentum 0.9'

$(AUTODIFF)/curves-scale.png: $(patsubst %,$(AUTODIFF)/%.npz,sigmoid-2 sigmoid-2-sqrt) $(BIN)/plot-curves
	$(AUTODIFF_CURVES) --title 'The plateau of the sigmoid is the initial scale' --name '2 / (in + out)' \
	    --name 'its square root'

$(AUTODIFF)/curves-frozen.png: $(patsubst %,$(AUTODIFF)/%.npz,relu-3 relu-3-frozen) $(BIN)/plot-curves
	$(AUTODIFF_CURVES) --log --title 'Three layers, and the last one frozen' --name 'all trained' \
	    --name 'layer 3 frozen'

$(AUTODIFF)/table.tsv: $(AUTODIFF_RUNS:%=$(AUTODIFF)/%.npz) $(BIN)/to-csv pipelines/autodiff.sh $(TABLE)
	BIN=$(BIN) bash pipelines/autodiff.sh $(AUTODIFF) >$@

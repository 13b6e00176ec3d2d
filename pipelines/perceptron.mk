# Lab «perceptron» (CS324, part I): two Gaussians in five settings, and how a perceptron parts them.

LABS += perceptron
PERCEPTRON := $(OUT)/perceptron
PERCEPTRON_TESTS := 1 2 3 4 5
STREAMS += $(PERCEPTRON_TESTS:%=$(PERCEPTRON)/test-%.npz)

# 100 points a class; the means of both classes, and the diagonals of their covariances.
PERCEPTRON_1 := 10,16 -6,-3 3,0,0,4 2,0,0,5
PERCEPTRON_2 := 1,-6 -2,-3 3,0,0,4 2,0,0,5
PERCEPTRON_3 := 10,16 -6,-3 40,0,0,34 38,0,0,35
PERCEPTRON_4 := 1,-6 -2,-3 40,0,0,34 38,0,0,35
PERCEPTRON_5 := 19,16 5,6 4,0,0,4 3,0,0,5

PERCEPTRON_TOOLS := $(addprefix $(BIN)/,gen-gauss split train-perceptron eval)

.PHONY: perceptron
perceptron: $(PERCEPTRON)/table.tsv $(PERCEPTRON_TESTS:%=$(PERCEPTRON)/test-%.png) ## run the perceptron on five pairs of Gaussians
	@awk -f pipelines/table.awk $<

# One run, seed 1, for the picture of its line among the points.
$(PERCEPTRON)/test-%.npz: $(PERCEPTRON_TOOLS) pipelines/perceptron.mk
	@mkdir -p $(@D)
	set -- $(PERCEPTRON_$*) && $(BIN)/gen-gauss -n 100 --mean=$$1 --mean=$$2 --cov=$$3 --cov=$$4 --seed 1 | \
	    $(BIN)/split --train 0.8 --seed 1 | $(BIN)/train-perceptron --seed 1 -o $@

$(PERCEPTRON)/test-%.png: $(PERCEPTRON)/test-%.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --boundary --title 'Test $*: the line after one update a wrong row' -o $@ $<

# 50 seeds of each rule: the accuracy on the 40 points that were held out.
$(PERCEPTRON)/seeds-%.tsv: $(PERCEPTRON_TOOLS) $(BIN)/to-csv pipelines/perceptron.sh $(TABLE) \
                           pipelines/perceptron.mk
	@mkdir -p $(@D)
	BIN=$(BIN) bash pipelines/perceptron.sh seeds $(PERCEPTRON_$*) >$@

$(PERCEPTRON)/table.tsv: $(PERCEPTRON_TESTS:%=$(PERCEPTRON)/seeds-%.tsv) pipelines/perceptron.sh $(TABLE)
	bash pipelines/perceptron.sh table $(PERCEPTRON) >$@

# Lab «perceptron» (CS324, part I): two Gaussians in five settings, and how a perceptron parts them.

LABS += perceptron
PERCEPTRON := $(OUT)/perceptron
PERCEPTRON_TESTS := 1 2 3 4 5
PERCEPTRON_RULES := listing plain bias
PERCEPTRON_DATA := $(PERCEPTRON_TESTS:%=$(PERCEPTRON)/data-%.npz)
PERCEPTRON_RUNS := $(foreach rule,$(PERCEPTRON_RULES),$(PERCEPTRON_TESTS:%=$(PERCEPTRON)/$(rule)-%.npz))
STREAMS += $(PERCEPTRON_DATA) $(PERCEPTRON_RUNS)

# 100 points a class, of which 80 train: the means of both classes, and the diagonals of their covariances.
PERCEPTRON_1 := --mean=10,16 --mean=-6,-3 --cov=3,0,0,4 --cov=2,0,0,5
PERCEPTRON_2 := --mean=1,-6 --mean=-2,-3 --cov=3,0,0,4 --cov=2,0,0,5
PERCEPTRON_3 := --mean=10,16 --mean=-6,-3 --cov=40,0,0,34 --cov=38,0,0,35
PERCEPTRON_4 := --mean=1,-6 --mean=-2,-3 --cov=40,0,0,34 --cov=38,0,0,35
PERCEPTRON_5 := --mean=19,16 --mean=5,6 --cov=4,0,0,4 --cov=3,0,0,5
PERCEPTRON_TITLE_1 := far apart
PERCEPTRON_TITLE_2 := means close together
PERCEPTRON_TITLE_3 := means far apart, wide spread
PERCEPTRON_TITLE_4 := means close together, wide spread
PERCEPTRON_TITLE_5 := far apart, but both on one side of the origin

# The report's listing, its text's rule, and that with a bias.
PERCEPTRON_listing := --rule batch --no-bias --lr 0.01 --epochs 100 --eval-every 0
PERCEPTRON_plain := --rule row --no-bias --lr 0.01 --epochs 100 --eval-every 0
PERCEPTRON_bias := --rule row --lr 0.01 --epochs 100 --eval-every 0

PERCEPTRON_TOOLS := $(addprefix $(BIN)/,gen-gauss split train-perceptron)

.PHONY: perceptron
perceptron: $(PERCEPTRON)/table.tsv $(PERCEPTRON_TESTS:%=$(PERCEPTRON)/test-%.png) ## run the perceptron on five pairs of Gaussians
	@awk -f pipelines/table.awk $<

# One run, seed 1, for the picture of the lines among the points.
$(PERCEPTRON_DATA): $(PERCEPTRON)/data-%.npz: $(PERCEPTRON_TOOLS) pipelines/perceptron.mk
	@mkdir -p $(@D)
	$(BIN)/gen-gauss -n 100 $(PERCEPTRON_$*) --seed 1 | $(BIN)/split --train 0.8 --stratify --seed 1 -o $@

define perceptron_run
$(PERCEPTRON_TESTS:%=$(PERCEPTRON)/$(1)-%.npz): $(PERCEPTRON)/$(1)-%.npz: $(PERCEPTRON)/data-%.npz $(BIN)/train-perceptron
	$(BIN)/train-perceptron $(PERCEPTRON_$(1)) --seed 1 -o $$@ $$<
endef
$(foreach rule,$(PERCEPTRON_RULES),$(eval $(call perceptron_run,$(rule))))

# The report draws its line from x = -10 to 10.
$(PERCEPTRON)/test-%.png: $(PERCEPTRON)/listing-%.npz $(PERCEPTRON)/plain-%.npz $(PERCEPTRON)/bias-%.npz \
                          $(BIN)/plot-scatter $(BIN)/eval pipelines/perceptron.sh $(TABLE)
	BIN=$(BIN) bash pipelines/perceptron.sh picture $(PERCEPTRON) $* \
	    'Test $*: two classes, $(PERCEPTRON_TITLE_$*)' $@

# 50 seeds of each rule, as summarise has them.
$(PERCEPTRON)/seeds-%.tsv: $(PERCEPTRON_TOOLS) $(addprefix $(BIN)/,eval summarise to-csv) \
                           pipelines/perceptron.sh $(TABLE) pipelines/perceptron.mk
	@mkdir -p $(@D)
	BIN=$(BIN) bash pipelines/perceptron.sh seeds $(foreach rule,$(PERCEPTRON_RULES),'$(PERCEPTRON_$(rule))') \
	    $(PERCEPTRON_$*) >$@

$(PERCEPTRON)/table.tsv: $(PERCEPTRON_TESTS:%=$(PERCEPTRON)/seeds-%.tsv) pipelines/perceptron.sh $(TABLE)
	bash pipelines/perceptron.sh table $(PERCEPTRON) >$@

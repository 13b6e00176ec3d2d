# Lab «fashion» (ECE4179, questions 2 and 3): how wide, how deep, which rate, activation and
# optimiser, and over-fitting, on pictures of 28 x 28 in ten classes. FASHION=folder takes the four
# IDX files of MNIST or Fashion-MNIST, gzipped or not.

LABS += fashion
FASHION_FILES := 1 'train-images*' 'train-labels*' 't10k-images*' 't10k-labels*'
FASHION_ORIGIN := $(call data_origin,FASHION,$(FASHION_FILES))
FASHION_LAB := $(OUT)/$(SMALL_FORM)fashion/$(FASHION_ORIGIN)
FASHION_SEEDS := $(if $(SMALL),1,1 2 3)
FASHION_NET := --input-scale 1/255 --threads $(or $(LABPIPE_THREADS),1)
FASHION_N := $(if $(SMALL),320,10000)
FASHION_FEW := $(if $(SMALL),100,500)
FASHION_RUN := --batch 64 --epochs $(if $(SMALL),1,20) --eval-every 1

# The report's deep model A. The widths of B and C are not in it, but that C has half of A's parameters,
# 111,146: B has 73 % of them here.
FASHION_A := --hidden 128,64,32
FASHION_SGD := $(FASHION_RUN) --lr 0.1
FASHION_SLOW := $(FASHION_RUN) --lr 0.01
FASHION_ADAM := $(FASHION_RUN) --optimizer adam --lr 1e-4

# The runs: a name, and its options for train-mlp.
FASHION_w32 := --hidden 32 $(FASHION_SGD)
FASHION_w128 := --hidden 128 $(FASHION_SGD)
FASHION_w512 := --hidden 512 $(FASHION_SGD)
FASHION_a := $(FASHION_A) $(FASHION_SGD)
FASHION_b := --hidden 96,48,24 $(FASHION_SGD)
FASHION_c := --hidden 66,40,20 $(FASHION_SGD)
FASHION_w128-slow := --hidden 128 $(FASHION_SLOW)
FASHION_a-slow := $(FASHION_A) $(FASHION_SLOW)
FASHION_w128-sigmoid := --hidden 128 --activation sigmoid $(FASHION_SGD)
FASHION_a-sigmoid := $(FASHION_A) --activation sigmoid --batch 64 --epochs $(if $(SMALL),2,150) --eval-every 1 --lr 0.1
FASHION_w32-adam := --hidden 32 $(FASHION_ADAM)
FASHION_w128-adam := --hidden 128 $(FASHION_ADAM)
FASHION_w512-adam := --hidden 512 $(FASHION_ADAM)
FASHION_a-adam := $(FASHION_A) $(FASHION_ADAM)
FASHION_WHOLE := w32 w128 w512 a b c w128-slow a-slow w128-sigmoid a-sigmoid w32-adam w128-adam \
                 w512-adam a-adam

# Over-fitting, on few pictures: the report's rate and epochs, ten times that rate, and both stopped early.
FASHION_FEW_RUN := $(FASHION_A) --batch 64 --optimizer adam --eval-every $(if $(SMALL),1,5)
FASHION_few := $(FASHION_FEW_RUN) --lr 1e-4 --epochs $(if $(SMALL),8,1000)
FASHION_few-stopped := $(FASHION_few) --patience $(if $(SMALL),2,10)
FASHION_few-fast := $(FASHION_FEW_RUN) --lr 1e-3 --epochs $(if $(SMALL),8,300)
FASHION_few-fast-stopped := $(FASHION_few-fast) --patience $(if $(SMALL),2,10)
FASHION_FEW_RUNS := few few-stopped few-fast few-fast-stopped

FASHION_ALL := $(foreach run,$(FASHION_WHOLE) $(FASHION_FEW_RUNS),$(FASHION_SEEDS:%=$(run)-%))
STREAMS += $(patsubst %,$(FASHION_LAB)/%.npz,data few-data $(FASHION_ALL))
FASHION_PICTURES := shallow deep rates activations sigmoid-deep optimisers overfitting overfitting-fast

.PHONY: fashion
fashion: $(FASHION_LAB)/table.tsv $(FASHION_PICTURES:%=$(FASHION_LAB)/%.png) $(FASHION_LAB)/data.png \
         $(FASHION_LAB)/weights.png ## run widths, depths, rates and optimisers on pictures
	@awk -f pipelines/table.awk $< $(SMALL_NOTE)

ifdef FASHION
$(FASHION_LAB)/origin: FORCE
	@bash pipelines/origin.sh list $@ $(call quoted,$(FASHION)) $(FASHION_FILES)

$(FASHION_LAB)/data.npz: $(FASHION_LAB)/origin $(BIN)/from-idx
	@mapfile -t files < <(bash pipelines/origin.sh first - $(call quoted,$(FASHION)) $(FASHION_FILES)) && \
	    $(BIN)/from-idx -o $@ "$${files[@]}"
else
$(FASHION_LAB)/data.npz: $(BIN)/gen-digits $(BIN)/split
	@mkdir -p $(@D)
	$(BIN)/gen-digits -n $(FASHION_N) | $(BIN)/split --train 0.8 -o $@
endif

# As many pictures to watch as to train on; the test part is for the table.
$(FASHION_LAB)/few-data.npz: $(FASHION_LAB)/data.npz $(BIN)/split $(BIN)/pick
	$(BIN)/pick --rows :$$((2 * $(FASHION_FEW))) --of x_train --of y_train $< | \
	    $(BIN)/split --validation $(FASHION_FEW) -o $@

$(FASHION_LAB)/data.png: $(FASHION_LAB)/data.npz $(BIN)/render-weights
	$(BIN)/render-weights --of x_train --caption y_train --first 60 --columns 12 --title 'The first pictures ($(FASHION_ORIGIN))' -o $@ $<

# A run keeps its weights and history, not the pictures; its seconds are in a file beside it.
define fashion_run
$(FASHION_LAB)/$(1)-$(2).npz: $(FASHION_LAB)/$(3).npz $(BIN)/train-mlp $(BIN)/pick pipelines/fashion.mk pipelines/seconds.sh
	bash pipelines/seconds.sh $$(@:.npz=.seconds) \
	    $(BIN)/train-mlp $(FASHION_$(1)) $(FASHION_NET) --seed $(2) $$< | $(BIN)/pick --drop 'x_*' --drop 'y_*' -o $$@
endef
$(foreach run,$(FASHION_WHOLE),$(foreach seed,$(FASHION_SEEDS),$(eval $(call fashion_run,$(run),$(seed),data))))
$(foreach run,$(FASHION_FEW_RUNS),$(foreach seed,$(FASHION_SEEDS),$(eval $(call fashion_run,$(run),$(seed),few-data))))

# fashion_curves PICTURE,TITLE,RUN...: the first seed of each. Over-fitting shows best on a linear axis.
define fashion_curves
$(FASHION_LAB)/$(1).png: $(3:%=$(FASHION_LAB)/%-1.npz) $(BIN)/plot-curves
	$(BIN)/plot-curves $(if $(filter overfitting%,$(1)),,--log) --from 1 --title '$(2)' $(3:%=--name '$$(FASHION_NAME_%)') -o $$@ $$(filter %.npz,$$^)
endef
FASHION_NAME_w32 := 784-32-10
FASHION_NAME_w128 := 784-128-10
FASHION_NAME_w512 := 784-512-10
FASHION_NAME_a := 784-128-64-32-10
FASHION_NAME_b := 784-96-48-24-10
FASHION_NAME_c := 784-66-40-20-10
FASHION_NAME_w128-slow := $(FASHION_NAME_w128), rate 0.01
FASHION_NAME_a-slow := $(FASHION_NAME_a), rate 0.01
FASHION_NAME_w128-sigmoid := $(FASHION_NAME_w128), sigmoid
FASHION_NAME_a-sigmoid := $(FASHION_NAME_a), sigmoid
FASHION_NAME_w128-adam := $(FASHION_NAME_w128), Adam
FASHION_NAME_a-adam := $(FASHION_NAME_a), Adam
FASHION_NAME_few := to the end
FASHION_NAME_few-stopped := stopped early
FASHION_NAME_few-fast := to the end
FASHION_NAME_few-fast-stopped := stopped early
$(eval $(call fashion_curves,shallow,One hidden layer: how wide,w32 w128 w512))
$(eval $(call fashion_curves,deep,Three hidden layers: how large,a b c))
$(eval $(call fashion_curves,rates,Learning rate 0.1 against 0.01,w128 w128-slow a a-slow))
$(eval $(call fashion_curves,activations,One hidden layer: ReLU against sigmoid,w128 w128-sigmoid))
$(eval $(call fashion_curves,sigmoid-deep,Three hidden layers: ReLU against sigmoid,a a-sigmoid))
$(eval $(call fashion_curves,optimisers,SGD 0.1 against Adam 1e-4,w128 w128-adam a a-adam))
$(eval $(call fashion_curves,overfitting,Over-fitting: A on $(FASHION_FEW) pictures with Adam 1e-4,few few-stopped))
$(eval $(call fashion_curves,overfitting-fast,Over-fitting: A on $(FASHION_FEW) pictures with Adam 1e-3,few-fast few-fast-stopped))

$(FASHION_LAB)/weights.png: $(FASHION_LAB)/w32-1.npz $(BIN)/render-weights
	$(BIN)/render-weights --tile 28x28 --columns 8 --scaling common \
	    --title 'The 32 hidden units of 784-32-10 (pale: units that hardly learned)' -o $@ $<

$(FASHION_LAB)/table.tsv: $(FASHION_ALL:%=$(FASHION_LAB)/%.npz) $(BIN)/to-csv $(BIN)/summarise $(BIN)/inspect pipelines/fashion.sh $(TABLE)
	BIN=$(BIN) bash pipelines/fashion.sh $(FASHION_LAB) >$@

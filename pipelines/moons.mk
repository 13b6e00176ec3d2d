# Lab «moons» (CS324, parts II and III): an MLP 2-20-2 on two half-moons, full batch and one random
# row a step.

LABS += moons
MOONS := $(OUT)/moons
MOONS_RUNS := full full-text full-unscaled short short-small sample sample-small sample-unscaled well
STREAMS += $(MOONS)/data.npz $(MOONS_RUNS:%=$(MOONS)/%.npz)

# A mean gradient and small initial weights give the report's figures; its text has a sum and normals of
# deviation 1.
MOONS_FULL := --init normal --lr 0.01 --batch 0 --steps 1500
MOONS_SHORT := --init normal --lr 0.01 --sample --steps 1500
MOONS_SAMPLE := --init normal --lr 0.01 --sample --steps 45000
MOONS_full := $(MOONS_FULL) --init-scale 0.01
MOONS_full-text := $(MOONS_FULL) --reduction sum
MOONS_full-unscaled := $(MOONS_FULL)
MOONS_short := $(MOONS_SHORT) --init-scale 0.01
MOONS_short-small := $(MOONS_SHORT) --init-scale 0.0001
MOONS_sample := $(MOONS_SAMPLE) --init-scale 0.01
MOONS_sample-small := $(MOONS_SAMPLE) --init-scale 0.0001
MOONS_sample-unscaled := $(MOONS_SAMPLE)
MOONS_well := --optimizer adam --lr 0.01 --batch 32 --epochs 60
MOONS_EVERY_sample := 500
MOONS_EVERY_sample-small := 500
MOONS_EVERY_sample-unscaled := 500
MOONS_EVERY_well := 1
# Those whose time the table compares.
MOONS_TIMED := full short sample

.PHONY: moons
moons: $(MOONS)/table.tsv $(patsubst %,$(MOONS)/%.png,data $(patsubst %,curves-%,full short sample well) $(MOONS_RUNS:%=regions-%)) ## run the MLP on two half-moons, full batch and row by row
	@awk -f pipelines/table.awk $<

$(MOONS)/data.npz: $(BIN)/gen-moons $(BIN)/split
	@mkdir -p $(@D)
	$(BIN)/gen-moons -n 1000 --noise 0.05 --seed 1 | $(BIN)/split --train 0.8 --seed 1 -o $@

$(MOONS_RUNS:%=$(MOONS)/%.npz): $(MOONS)/%.npz: $(MOONS)/data.npz $(BIN)/train-mlp pipelines/moons.mk
	$(BIN)/train-mlp --hidden 20 $(MOONS_$*) --eval-every $(or $(MOONS_EVERY_$*),10) --seed 1 -o $@ $<

# The training alone, without evaluations: the least of five times.
$(MOONS_TIMED:%=$(MOONS)/%.seconds): $(MOONS)/%.seconds: $(MOONS)/data.npz $(BIN)/train-mlp pipelines/moons.mk pipelines/seconds.sh
	for i in 1 2 3 4 5; do \
	    bash pipelines/seconds.sh $@.one $(BIN)/train-mlp --hidden 20 $(MOONS_$*) --eval-every 0 --threads 1 --seed 1 $< >/dev/null && \
	    cat $@.one || exit 1; \
	done | sort -g | sed -n 1p >$@
	@rm $@.one

$(MOONS)/data.png: $(MOONS)/data.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --equal --size 800x480 --title 'Two moons: 1000 points in two classes' -o $@ $<

# moons_curves PICTURE,TITLE,RUN...: the loss is a row's; the report draws the sum over its 800 rows.
define moons_curves
$(MOONS)/curves-$(1).png: $(3:%=$(MOONS)/%.npz) $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'Two moons, $(2) (a mean loss of 0.693 is a sum of 554.5 in the report)' --x-label step \
	    $(3:%=--name '$$(MOONS_NAME_%)') -o $$@ $$(filter %.npz,$$^)
endef
MOONS_NAME_full := mean gradient, weights 0.01
MOONS_NAME_full-text := summed gradient, weights 1
MOONS_NAME_full-unscaled := mean gradient, weights 1
MOONS_NAME_short := weights 0.01
MOONS_NAME_short-small := weights 0.0001
MOONS_NAME_sample := weights 0.01
MOONS_NAME_sample-small := weights 0.0001
MOONS_NAME_sample-unscaled := weights 1
$(eval $(call moons_curves,full,full batch,full full-text full-unscaled))
$(eval $(call moons_curves,short,one row a step,short short-small))
$(eval $(call moons_curves,sample,one row a step,sample sample-small sample-unscaled))

$(MOONS)/curves-well.png: $(MOONS)/well.npz $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'Two moons, Adam, batches of 32 (the loss is the mean of a row)' -o $@ $<

MOONS_TITLE_full := full batch, $(MOONS_NAME_full)
MOONS_TITLE_full-text := full batch, $(MOONS_NAME_full-text)
MOONS_TITLE_full-unscaled := full batch, $(MOONS_NAME_full-unscaled)
MOONS_TITLE_short := 1,500 single rows, weights 0.01
MOONS_TITLE_short-small := 1,500 single rows, weights 0.0001
MOONS_TITLE_sample := 45,000 single rows, weights 0.01
MOONS_TITLE_sample-small := 45,000 single rows, weights 0.0001
MOONS_TITLE_sample-unscaled := 45,000 single rows, weights 1
MOONS_TITLE_well := Adam, batches of 32
$(MOONS)/regions-%.png: $(MOONS)/%.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --boundary --by-tensor --equal --size 800x480 --title 'Two moons: $(MOONS_TITLE_$*)' -o $@ $<

$(MOONS)/table.tsv: $(MOONS_RUNS:%=$(MOONS)/%.npz) $(MOONS_TIMED:%=$(MOONS)/%.seconds) $(BIN)/eval $(BIN)/to-csv pipelines/moons.sh $(TABLE)
	BIN=$(BIN) bash pipelines/moons.sh $(MOONS) >$@

# Lab «moons» (CS324, parts II and III): an MLP 2-20-2 on two half-moons, full batch and one random
# row a step.

LABS += moons
MOONS := $(OUT)/moons
MOONS_RUNS := full full-text full-unscaled sample sample-unscaled well
STREAMS += $(MOONS)/data.npz $(MOONS_RUNS:%=$(MOONS)/%.npz)

# A mean gradient and small initial weights give the report's figures; its text has a sum and normals of
# deviation 1.
MOONS_full := --init normal --init-scale 0.01 --lr 0.01 --steps 1500 --eval-every 10
MOONS_full-text := --init normal --reduction sum --lr 0.01 --steps 1500 --eval-every 10
MOONS_full-unscaled := --init normal --lr 0.01 --steps 1500 --eval-every 10
MOONS_sample := --init normal --init-scale 0.01 --lr 0.01 --sample --steps 45000 --eval-every 500
MOONS_sample-unscaled := --init normal --lr 0.01 --sample --steps 45000 --eval-every 500
MOONS_well := --optimizer adam --lr 0.01 --batch 32 --epochs 60 --eval-every 1

.PHONY: moons
moons: $(MOONS)/table.tsv $(MOONS)/curves-full.png $(MOONS)/curves-sample.png $(MOONS)/curves-well.png \
       $(MOONS_RUNS:%=$(MOONS)/regions-%.png) ## run the MLP on two half-moons, full batch and row by row
	@awk -f pipelines/table.awk $<

$(MOONS)/data.npz: $(BIN)/gen-moons $(BIN)/split
	@mkdir -p $(@D)
	$(BIN)/gen-moons -n 1000 --noise 0.05 --seed 1 | $(BIN)/split --train 0.8 --seed 1 -o $@

$(MOONS_RUNS:%=$(MOONS)/%.npz): $(MOONS)/%.npz: $(MOONS)/data.npz $(BIN)/train-mlp pipelines/moons.mk
	$(BIN)/train-mlp --hidden 20 $(MOONS_$*) --seed 1 -o $@ $<

$(MOONS)/curves-full.png: $(MOONS)/full.npz $(MOONS)/full-text.npz $(MOONS)/full-unscaled.npz $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'Two moons, full batch' --x-label step --name 'mean, weights 0.01' \
	    --name 'sum, weights 1' --name 'mean, weights 1' -o $@ $(filter %.npz,$^)

$(MOONS)/curves-sample.png: $(MOONS)/sample.npz $(MOONS)/sample-unscaled.npz $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'Two moons, one row a step' --x-label step --name 'weights 0.01' \
	    --name 'weights 1' -o $@ $(filter %.npz,$^)

$(MOONS)/curves-well.png: $(MOONS)/well.npz $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'Two moons, Adam, batches of 32' -o $@ $<

MOONS_TITLE_full := full batch, mean gradient, weights 0.01
MOONS_TITLE_full-text := full batch, summed gradient, weights 1
MOONS_TITLE_full-unscaled := full batch, mean gradient, weights 1
MOONS_TITLE_sample := one row a step, weights 0.01
MOONS_TITLE_sample-unscaled := one row a step, weights 1
MOONS_TITLE_well := Adam, batches of 32
$(MOONS)/regions-%.png: $(MOONS)/%.npz $(BIN)/plot-scatter
	$(BIN)/plot-scatter --boundary --title 'Two moons: $(MOONS_TITLE_$*)' -o $@ $<

$(MOONS)/table.tsv: $(MOONS_RUNS:%=$(MOONS)/%.npz) $(BIN)/eval pipelines/moons.sh $(TABLE)
	BIN=$(BIN) bash pipelines/moons.sh $(MOONS) >$@

# Lab «cifar» (Deep Learning 2020, assignment 2, question 10): a classifier of coloured pictures of
# 32 x 32 in ten classes; SGD, Adam, and Adam at a rate that is too high. CIFAR=folder takes
# CIFAR-10's binary batches.

LABS += cifar
CIFAR_LAB := $(OUT)/$(SMALL_FORM)cifar
CIFAR_NET := --hidden 128,64 --batch 64 --input-scale 1/255 --eval-every 1 --threads $(or $(LABPIPE_THREADS),1) --seed 1
CIFAR_PICTURES := $(if $(SMALL),-n 320)
CIFAR_LONG := --epochs $(if $(SMALL),2,20)
CIFAR_SHORT := --epochs $(if $(SMALL),1,5)

CIFAR_RUNS := sgd adam adam-high adam-5
CIFAR_sgd := --lr 0.05 $(CIFAR_LONG)
CIFAR_adam := --optimizer adam --lr 3e-4 $(CIFAR_LONG)
CIFAR_adam-high := --optimizer adam --lr 0.1 $(CIFAR_SHORT)
CIFAR_adam-5 := --optimizer adam --lr 3e-4 $(CIFAR_SHORT)
STREAMS += $(CIFAR_LAB)/data.npz $(CIFAR_RUNS:%=$(CIFAR_LAB)/%.npz)

.PHONY: cifar
cifar: $(CIFAR_LAB)/table.tsv $(CIFAR_LAB)/data.png $(CIFAR_LAB)/curves.png \
       $(CIFAR_LAB)/weights.png ## run SGD, Adam and too high a rate on coloured pictures
	@awk -f pipelines/table.awk $< $(SMALL_NOTE)

CIFAR_FILES = $(if $(CIFAR),$(CIFAR)/test_batch.bin $(wildcard $(CIFAR)/data_batch_*.bin))
$(CIFAR_LAB)/data.npz: $(CIFAR_FILES) $(BIN)/gen-digits $(BIN)/from-cifar $(BIN)/split
	@mkdir -p $(@D)
	$(if $(CIFAR),$(BIN)/from-cifar -o $@ --test $(CIFAR_FILES),$(BIN)/gen-digits $(CIFAR_PICTURES) --colour --side 32 --noise 12 | $(BIN)/split --train 0.8 -o $@)

$(CIFAR_LAB)/data.png: $(CIFAR_LAB)/data.npz $(BIN)/render-weights
	$(BIN)/render-weights --of x_train --caption y_train --first 60 --columns 12 --zoom 2 --title 'The first pictures' -o $@ $<

$(CIFAR_RUNS:%=$(CIFAR_LAB)/%.npz): $(CIFAR_LAB)/%.npz: $(CIFAR_LAB)/data.npz $(BIN)/train-mlp pipelines/cifar.mk
	$(BIN)/train-mlp $(CIFAR_NET) $(CIFAR_$*) -o $@ $<

$(CIFAR_LAB)/curves.png: $(CIFAR_RUNS:%=$(CIFAR_LAB)/%.npz) $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'Coloured pictures, 3072-128-64-10' --name 'SGD 0.05' \
	    --name 'Adam 3e-4' --name 'Adam 0.1' --name 'Adam 3e-4, 5 epochs' -o $@ $(filter %.npz,$^)

$(CIFAR_LAB)/weights.png: $(CIFAR_LAB)/sgd.npz $(BIN)/render-weights
	$(BIN)/render-weights --of layer1.weight --columns 16 --zoom 2 \
	    --title 'The 128 hidden units after SGD (noise: units that never learned)' -o $@ $<

$(CIFAR_LAB)/table.tsv: $(CIFAR_RUNS:%=$(CIFAR_LAB)/%.npz) $(BIN)/eval $(BIN)/to-csv pipelines/cifar.sh $(TABLE)
	BIN=$(BIN) bash pipelines/cifar.sh $(CIFAR_LAB) >$@

# Lab «cifar» (Deep Learning 2020, assignment 2, question 10): a classifier of coloured pictures of
# 32 x 32 in ten classes, the network of PyTorch's tutorial «Training a classifier»: SGD, Adam, a rate
# that is too high, more epochs, and an MLP. CIFAR=folder takes CIFAR-10's binary batches.

LABS += cifar
CIFAR_FILES := 1 'data_batch_*.bin' 'test_batch.bin'
CIFAR_LAB := $(OUT)/$(SMALL_FORM)cifar/$(call data_origin,CIFAR,$(CIFAR_FILES))
CIFAR_CNN := train-cnn --batch 4 --layers conv:6:5,relu,max-pool:2,conv:16:5,relu,max-pool:2,dense:120,relu,dense:84,relu
CIFAR_MLP := train-mlp --batch 64 --hidden 128,64
CIFAR_INPUT := --input-scale 2/255 --input-shift -1 --eval-every 1 --threads $(or $(LABPIPE_THREADS),1) --seed 1
CIFAR_PICTURES := $(if $(SMALL),-n 320)
CIFAR_SHORT := --epochs $(if $(SMALL),1,2)
CIFAR_LONG := --epochs $(if $(SMALL),2,5)

# The runs: a name, the tool and its options. The tutorial's SGD; Adam as torch.optim has it.
CIFAR_sgd := $(CIFAR_CNN) --lr 0.001 --momentum 0.9 $(CIFAR_SHORT)
CIFAR_adam := $(CIFAR_CNN) --optimizer adam --lr 0.001 $(CIFAR_SHORT)
CIFAR_adam-high := $(CIFAR_CNN) --optimizer adam --lr 0.1 $(CIFAR_SHORT)
CIFAR_sgd-5 := $(CIFAR_CNN) --lr 0.001 --momentum 0.9 $(CIFAR_LONG)
CIFAR_adam-5 := $(CIFAR_CNN) --optimizer adam --lr 0.001 $(CIFAR_LONG)
CIFAR_mlp := $(CIFAR_MLP) --optimizer adam --lr 3e-4 $(CIFAR_LONG)
CIFAR_RUNS := sgd adam adam-high sgd-5 adam-5 mlp
CIFAR_STREAMS := $(CIFAR_RUNS:%=$(CIFAR_LAB)/%.npz)
STREAMS += $(CIFAR_LAB)/data.npz $(CIFAR_STREAMS)
CIFAR_PNG := data curves kernels maps confusion mistakes

.PHONY: cifar
cifar: $(CIFAR_LAB)/table.tsv $(CIFAR_PNG:%=$(CIFAR_LAB)/%.png) ## run SGD, Adam, too high a rate and an MLP on coloured pictures (CIFAR=DIR)
	@awk -f pipelines/table.awk $< $(SMALL_NOTE)

ifdef CIFAR
$(CIFAR_LAB)/origin: FORCE
	@bash pipelines/origin.sh list $@ $(call quoted,$(CIFAR)) $(CIFAR_FILES)

$(CIFAR_LAB)/data.npz: $(CIFAR_LAB)/origin $(BIN)/from-cifar
	@mapfile -t files < <(sed '1d; s/\t.*//' $<) && \
	    $(BIN)/from-cifar -o $@ --test "$${files[-1]}" "$${files[@]:0:$${#files[@]}-1}"
else
$(CIFAR_LAB)/data.npz: $(BIN)/gen-digits $(BIN)/split
	@mkdir -p $(@D)
	$(BIN)/gen-digits $(CIFAR_PICTURES) --colour --side 32 --noise 12 | $(BIN)/split --train 0.8 -o $@
endif

# A run keeps its weights and history, not the pictures.
$(CIFAR_STREAMS): $(CIFAR_LAB)/%.npz: $(CIFAR_LAB)/data.npz $(BIN)/train-cnn $(BIN)/train-mlp $(BIN)/pick \
                                      pipelines/cifar.mk
	$(BIN)/$(CIFAR_$*) $(CIFAR_INPUT) $< | $(BIN)/pick --drop 'x_*' --drop 'y_*' -o $@

$(CIFAR_LAB)/data.png: $(CIFAR_LAB)/data.npz $(BIN)/render-weights
	$(BIN)/render-weights --of x_train --caption y_train --first 60 --columns 12 --zoom 2 --title 'The first pictures' -o $@ $<

# The runs of 2 epochs are the beginnings of those of 5.
CIFAR_CURVES := $(patsubst %,$(CIFAR_LAB)/%.npz,sgd-5 adam-5 adam-high mlp)
$(CIFAR_LAB)/curves.png: $(CIFAR_CURVES) $(BIN)/plot-curves
	$(BIN)/plot-curves --title 'The tutorial'"'"'s network, and an MLP' --name 'SGD 0.001' --name 'Adam 0.001' \
	    --name 'Adam 0.1' --name 'MLP, Adam 3e-4' -o $@ $(CIFAR_CURVES)

$(CIFAR_LAB)/kernels.png: $(CIFAR_LAB)/sgd-5.npz $(BIN)/render-weights
	$(BIN)/render-weights --of layer1.weight --columns 6 --zoom 24 \
	    --title 'The first layer'"'"'s six kernels, 5 x 5 in colour (SGD, 5 epochs)' -o $@ $<

$(CIFAR_LAB)/maps.png: $(CIFAR_LAB)/sgd-5.npz $(CIFAR_LAB)/data.npz $(BIN)/render-weights $(BIN)/pick
	$(BIN)/pick x_test $(CIFAR_LAB)/data.npz | $(BIN)/render-weights --maps 0 --of x_test \
	    --title 'What its layers make of a picture' -o $@ $< -

$(CIFAR_LAB)/confusion.png: $(CIFAR_LAB)/sgd-5.npz $(CIFAR_LAB)/data.npz $(BIN)/plot-confusion
	$(BIN)/plot-confusion --model $< --part test --title 'SGD, 5 epochs: test pictures' -o $@ $(CIFAR_LAB)/data.npz

$(CIFAR_LAB)/mistakes.png: $(CIFAR_LAB)/sgd-5.npz $(CIFAR_LAB)/data.npz pipelines/mistakes.sh $(BIN)/predict \
                           $(BIN)/to-csv $(BIN)/pick $(BIN)/render-weights
	BIN=$(BIN) bash pipelines/mistakes.sh 16 $< $(CIFAR_LAB)/data.npz | $(BIN)/render-weights --of x_test \
	    --caption y_test --caption y_pred --columns 8 --zoom 4 \
	    --title 'The sixteen most confident mistakes: true → predicted' -o $@

$(CIFAR_LAB)/table.tsv: $(CIFAR_STREAMS) $(CIFAR_LAB)/data.npz $(BIN)/eval $(BIN)/to-csv $(BIN)/inspect pipelines/cifar.sh $(TABLE)
	BIN=$(BIN) bash pipelines/cifar.sh $(CIFAR_LAB) $(if $(CIFAR),$(call quoted,$(CIFAR))) >$@

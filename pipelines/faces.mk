# Lab «faces» (ECE4179, question 1): ReLU autoencoders 4096-n-4096 on portraits of 64 x 64, pictures of
# their weights, and eigenfaces. FACES=folder takes the pictures in a folder and in the folders in it, as most
# collections have one for each person.

LABS += faces
FACES_FILES := 2 '*.pgm|*.png|*.ppm|*.pnm'
FACES_ORIGIN := $(call data_origin,FACES,$(FACES_FILES))
FACES_LAB := $(OUT)/$(SMALL_FORM)faces/$(FACES_ORIGIN)
FACES_WIDTHS := 16 64
FACES_KINDS := report low sgd adam
FACES_RUNS := $(foreach kind,$(FACES_KINDS),$(FACES_WIDTHS:%=$(kind)-%))
FACES_BATCHES := $(foreach kind,report sgd adam,$(FACES_WIDTHS:%=$(kind)-%-batches))
FACES_RANKS := 16 24 64

# The report's rate on the pictures as they are; a lower rate and smaller batches, which it proposes; rates
# that learn, on the pictures less their mean. (Momentum: as fast as ten times the rate without, and steady
# also where the pictures differ far more than these.)
FACES_DATA_report := faces
FACES_DATA_low := faces
FACES_DATA_sgd := centred
FACES_DATA_adam := centred
FACES_report := --lr 0.01 --batch $$$$batch
FACES_low := --lr 1e-3 --batch $$$$small_batch
FACES_sgd := --lr 3e-5 --momentum 0.9 --init glorot --init-scale 0.1 --batch $$$$batch
FACES_adam := --lr 1e-3 --init glorot --init-scale 0.1 --optimizer adam --batch $$$$batch
FACES_NET := --target x --loss mse --reduction sum --on-divergence keep --quiet --seed 1

# A long run, and five epochs that evaluate every batch. $(FACES_LAB)/size says how many that is.
FACES_PEOPLE := $(if $(SMALL),--people 8)
FACES_EPOCHS := $(if $(SMALL),2,100)
FACES_STEPS := --steps $$$$((5 * batches)) --eval-every 1 --batch-loss --snapshot-every $$$$batches

.PHONY: faces
faces: $(FACES_LAB)/table.tsv $(FACES_LAB)/data.png $(FACES_LAB)/eigenfaces.png \
       $(FACES_LAB)/loss-batches.png $(FACES_LAB)/loss-batches-report.png $(FACES_LAB)/loss-epochs.png \
       $(FACES_BATCHES:%-batches=$(FACES_LAB)/weights-%.png) $(FACES_WIDTHS:%=$(FACES_LAB)/decoder-adam-%.png) \
       $(FACES_LAB)/reconstructions.png $(FACES_LAB)/reconstructions-report.png ## run the autoencoders and eigenfaces
	@awk -f pipelines/table.awk $< $(SMALL_NOTE)

# ---- data: pixels in 0 .. 1, and the same less the mean face ----

ifdef FACES
$(FACES_LAB)/origin: FORCE
	@bash pipelines/origin.sh list $@ $(call quoted,$(FACES)) $(FACES_FILES)

$(FACES_LAB)/faces.npz: $(FACES_LAB)/origin $(BIN)/from-images $(BIN)/scale
	$(BIN)/from-images --grey --resize 64x64 --labels $(call quoted,$(FACES)) | $(BIN)/scale --divide 255 -o $@
else
$(FACES_LAB)/faces.npz: $(BIN)/gen-faces $(BIN)/scale
	@mkdir -p $(@D)
	$(BIN)/gen-faces $(FACES_PEOPLE) | $(BIN)/scale --divide 255 -o $@
endif

$(FACES_LAB)/centred.npz: $(FACES_LAB)/faces.npz $(BIN)/scale
	$(BIN)/scale --by centre -o $@ $<

$(FACES_LAB)/data.png: $(FACES_LAB)/faces.npz $(BIN)/render-weights
	$(BIN)/render-weights --of x --range 0,1 --first 40 --columns 10 --title 'The first faces ($(FACES_ORIGIN))' -o $@ $<

# What depends on the number of pictures.
$(FACES_LAB)/size: $(FACES_LAB)/faces.npz pipelines/faces.sh $(TABLE)
	BIN=$(BIN) bash pipelines/faces.sh size $(FACES_LAB) $(FACES_EPOCHS) >$@

# ---- autoencoders ----

define faces_run
$(FACES_LAB)/$(1)-$(2).npz: $(FACES_LAB)/$(FACES_DATA_$(1)).npz $(FACES_LAB)/size $(BIN)/train-mlp pipelines/faces.mk
	. $(FACES_LAB)/size && $(BIN)/train-mlp --hidden $(2) $(FACES_$(1)) $(FACES_NET) --epochs $$$$epochs --eval-every 1 -o $$@ $$<

$(FACES_LAB)/$(1)-$(2)-batches.npz: $(FACES_LAB)/$(FACES_DATA_$(1)).npz $(FACES_LAB)/size $(BIN)/train-mlp pipelines/faces.mk
	. $(FACES_LAB)/size && $(BIN)/train-mlp --hidden $(2) $(FACES_$(1)) $(FACES_NET) $(FACES_STEPS) -o $$@ $$<
endef
$(foreach kind,$(FACES_KINDS),$(foreach n,$(FACES_WIDTHS),$(eval $(call faces_run,$(kind),$(n)))))

# The first layer's weights at the start and after each epoch, the first 16 units, as in the report.
FACES_TITLE_report := SGD at rate 0.01
FACES_TITLE_sgd := SGD, mean subtracted
FACES_TITLE_adam := Adam, mean subtracted
faces_title = $(FACES_TITLE_$(firstword $(subst -, ,$(1)))); $(2) $(lastword $(subst -, ,$(1))) units
$(FACES_LAB)/weights-%.png: $(FACES_LAB)/%-batches.npz $(BIN)/render-weights $(BIN)/to-csv pipelines/faces.sh
	BIN=$(BIN) bash pipelines/faces.sh weights $(FACES_LAB) $< \
	    'What the hidden units look for: $(call faces_title,$*,$(if $(filter %-16,$*),all,16 of))' $@

$(FACES_LAB)/decoder-%.png: $(FACES_LAB)/%.npz $(BIN)/render-weights
	$(BIN)/render-weights --of layer2.weight --first 32 --columns 8 --zoom 2 --colours grey \
	    --title 'What the hidden units draw: $(call faces_title,$*,$(if $(filter %-16,$*),all,32 of))' -o $@ $<

FACES_LEARNING := $(foreach kind,sgd adam,$(FACES_WIDTHS:%=$(kind)-%))
FACES_NAMES := --name 'SGD, 16 units' --name 'SGD, 64 units' --name 'Adam, 16 units' --name 'Adam, 64 units'
FACES_PANELS := --of batch_loss --of loss --x-label 'batch number'
$(FACES_LAB)/loss-batches.png: $(FACES_LEARNING:%=$(FACES_LAB)/%-batches.npz) $(BIN)/plot-curves
	$(BIN)/plot-curves $(FACES_PANELS) --title 'Squared error: each batch, summed (left), and a face of all (right); mean subtracted' \
	    $(FACES_NAMES) -o $@ $(filter %.npz,$^)

$(FACES_LAB)/loss-batches-report.png: $(FACES_WIDTHS:%=$(FACES_LAB)/report-%-batches.npz) $(BIN)/plot-curves
	$(BIN)/plot-curves $(FACES_PANELS) --log --title "Squared error at the report's rate: each batch, summed (left), and a face of all (right)" \
	    --name 'n = 16' --name 'n = 64' -o $@ $(filter %.npz,$^)

$(FACES_LAB)/loss-epochs.png: $(FACES_LEARNING:%=$(FACES_LAB)/%.npz) $(BIN)/plot-curves
	$(BIN)/plot-curves --log --title 'Squared error of a face; mean subtracted' $(FACES_NAMES) \
	    -o $@ $(filter %.npz,$^)

# ---- reconstructions of a dozen faces ----

$(FACES_LAB)/sample-%.npz: $(FACES_LAB)/%.npz $(FACES_LAB)/size $(BIN)/split $(BIN)/pick
	. $(FACES_LAB)/size && $(BIN)/split --quiet --train $$dozen --seed 2 $< | \
	    $(BIN)/pick x_train 'scale.*' --rename x_train=x -o $@

$(FACES_LAB)/answer-%.npz: $(FACES_LAB)/%.npz $(FACES_LAB)/sample-centred.npz $(BIN)/predict $(BIN)/pick
	$(BIN)/predict --model $< $(FACES_LAB)/sample-centred.npz | \
	    $(BIN)/pick $(if $(filter pca-%,$*),x,y)_pred --rename $(if $(filter pca-%,$*),x,y)_pred=$* -o $@

FACES_ANSWERS := $(foreach n,$(FACES_WIDTHS),sgd-$(n) adam-$(n) pca-$(n))
STREAMS += $(patsubst %,$(FACES_LAB)/%.npz,faces centred $(FACES_RUNS) $(FACES_BATCHES) \
               $(FACES_ANSWERS:%=answer-%) sample-faces sample-centred $(FACES_RANKS:%=pca-%) share)
$(FACES_LAB)/reconstructions.png: $(FACES_LAB)/sample-centred.npz $(FACES_LAB)/size \
                                  $(FACES_ANSWERS:%=$(FACES_LAB)/answer-%.npz) $(BIN)/render-weights
	. $(FACES_LAB)/size && $(BIN)/render-weights --unscale --range 0,255 --of x $(FACES_ANSWERS:%=--of %) --name originals \
	    $(foreach n,$(FACES_WIDTHS),--name 'SGD, $(n) units' --name 'Adam, $(n) units' --name "PCA, $$rank_$(n) eigenfaces") \
	    --columns 12 --zoom 1 -o $@ $(filter %.npz,$^)

$(FACES_LAB)/reconstructions-report.png: $(FACES_LAB)/report-16.npz $(FACES_LAB)/sample-faces.npz \
                                         $(BIN)/predict $(BIN)/render-weights
	$(BIN)/predict --model $< $(FACES_LAB)/sample-faces.npz | \
	    $(BIN)/render-weights --range 0,1 --of x --of y_pred --name originals \
	        --name "the report's rate, 16 units" --columns 12 --zoom 1 -o $@

# ---- eigenfaces ----

$(FACES_RANKS:%=$(FACES_LAB)/pca-%.npz): $(FACES_LAB)/pca-%.npz: $(FACES_LAB)/centred.npz $(FACES_LAB)/size $(BIN)/factorise
	. $(FACES_LAB)/size && $(BIN)/factorise --method svd --rank $$rank_$* -o $@ $<

$(FACES_LAB)/share.npz: $(FACES_LAB)/pca-24.npz $(BIN)/to-csv $(BIN)/eval $(BIN)/from-csv $(BIN)/pick pipelines/faces.sh $(TABLE)
	BIN=$(BIN) bash pipelines/faces.sh share $(FACES_LAB) | $(BIN)/from-csv --header no | \
	    $(BIN)/pick x --rename x=share -o $@

$(FACES_LAB)/eigenfaces.png: $(FACES_LAB)/pca-24.npz $(FACES_LAB)/share.npz $(FACES_LAB)/size $(BIN)/render-weights
	. $(FACES_LAB)/size && $(BIN)/render-weights --of v --columns 6 --zoom 2 --caption share \
	    --title "$$rank_24 eigenfaces; how much of the variance each explains, in percent" \
	    -o $@ $(filter %.npz,$^)

$(FACES_LAB)/table.tsv: $(FACES_RUNS:%=$(FACES_LAB)/%.npz) $(FACES_RANKS:%=$(FACES_LAB)/pca-%.npz) \
                        $(BIN)/eval $(BIN)/predict $(BIN)/pick $(BIN)/to-csv pipelines/faces.sh $(TABLE)
	BIN=$(BIN) bash pipelines/faces.sh table $(FACES_LAB) >$@

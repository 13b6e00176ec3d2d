# Lab 1, «Playing with gradients and matrices»: a 3 x 3 matrix factorised element by element, by
# truncated SVD and with two entries hidden, then a ratings matrix that is 98 % empty.
# RATINGS=DIR takes MovieLens' ratings.csv and movies.csv from DIR, TITLE=... asks for another film.

LABS += lab1
LAB1 := $(OUT)/lab1
LAB1_FILES := 1 'ratings.csv' 'movies.csv'
LAB1_SET := $(LAB1)/$(call data_origin,RATINGS,$(LAB1_FILES))
LAB1_SEEDS := 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20
LAB1_STARTS := 1 2 3 4 5
LAB1_RANKS := 2 5 10 20 40 64
LAB1_SGD := $(LAB1_SEEDS:%=$(LAB1)/sgd-%.npz)
LAB1_MASKED := $(LAB1_SEEDS:%=$(LAB1)/masked-%.npz)
LAB1_SVD := $(LAB1)/svd-1.npz $(LAB1)/svd-2.npz $(LAB1)/svd-3.npz
LAB1_GD := $(foreach lr,1e-5 1e-4,$(LAB1_STARTS:%=$(LAB1_SET)/gd-$(lr)-%.npz))
LAB1_TRIED := $(LAB1_RANKS:%=$(LAB1_SET)/rank-%.npz)
LAB1_HELD := $(patsubst %,$(LAB1_SET)/%.npz,mean bias factors chosen)
STREAMS += $(LAB1)/x.npz $(LAB1)/mask.npz $(LAB1_SGD) $(LAB1_SVD) $(LAB1_MASKED) $(LAB1_SET)/ratings.npz \
           $(LAB1_GD) $(LAB1_SET)/split.npz $(LAB1_SET)/inner.npz $(LAB1_TRIED) $(LAB1_HELD)
comma := ,
TITLE ?= $(if $(RATINGS),Beautiful Mind$(comma) A (2001),That Honest Island (1996))

.PHONY: lab1 lab1-title
lab1: $(LAB1_SET)/table.tsv $(LAB1)/curves-sgd.png $(LAB1)/curves-masked.png $(LAB1)/singular-values.png \
      $(LAB1_SET)/curves-ranks.png $(LAB1_SET)/ranks.png ## run lab 1: a 3 x 3 matrix and ratings factorised (RATINGS=DIR)
	@awk -f pipelines/table.awk $<

# (1), (2), (3) The small matrix.
$(LAB1)/x.npz: fixtures/lab1.csv $(BIN)/from-csv
	@mkdir -p $(@D)
	$(BIN)/from-csv -o $@ $<

$(LAB1)/mask.npz: fixtures/lab1-mask.csv $(BIN)/from-csv $(BIN)/pick
	@mkdir -p $(@D)
	$(BIN)/from-csv $< | $(BIN)/pick --rename x=mask -o $@

LAB1_STEPS := --method sgd --rank 2 --epochs 1000 --lr 0.01 --eval-every 10
$(LAB1_SGD): $(LAB1)/sgd-%.npz: $(LAB1)/x.npz $(BIN)/factorise pipelines/lab1.mk
	$(BIN)/factorise $(LAB1_STEPS) --seed $* -o $@ $<

$(LAB1_SVD): $(LAB1)/svd-%.npz: $(LAB1)/x.npz $(BIN)/factorise
	$(BIN)/factorise --method svd --rank $* -o $@ $<

$(LAB1_MASKED): $(LAB1)/masked-%.npz: $(LAB1)/x.npz $(LAB1)/mask.npz $(BIN)/factorise pipelines/lab1.mk
	$(BIN)/factorise $(LAB1_STEPS) --mask mask --seed $* -o $@ $(LAB1)/x.npz $(LAB1)/mask.npz

$(LAB1)/curves-sgd.png: $(LAB1_SGD) $(BIN)/summarise $(BIN)/plot-curves
	$(BIN)/summarise $(LAB1_SGD) | $(BIN)/plot-curves --log --parts training \
	    --title 'The 3 x 3 matrix, rank 2: mean squared error of SGD, 20 seeds' -o $@

$(LAB1)/curves-masked.png: $(LAB1_MASKED) $(BIN)/summarise $(BIN)/plot-curves
	$(BIN)/summarise $(LAB1_MASKED) | $(BIN)/plot-curves --log \
	    --title 'Seven entries seen (training), two hidden (validation): mean squared error' -o $@

$(LAB1)/singular-values.png: $(LAB1)/svd-3.npz $(BIN)/to-csv $(BIN)/from-csv $(BIN)/plot-scatter pipelines/lab1.sh
	BIN=$(BIN) bash pipelines/lab1.sh values $< | $(BIN)/from-csv --label what | \
	    $(BIN)/plot-scatter --join --y-range 0,0 --x-label 'rank' --y-label value \
	        --title 'The 3 x 3 matrix: singular values, and the summed squared error of each rank' -o $@

# (4) The ratings.
ifdef RATINGS
$(LAB1_SET)/origin: FORCE
	@bash pipelines/origin.sh list $@ $(call quoted,$(RATINGS)) $(LAB1_FILES)

$(LAB1_SET)/ratings.npz: $(LAB1_SET)/origin $(BIN)/from-csv
	@mapfile -t files < <(bash pipelines/origin.sh first - $(call quoted,$(RATINGS)) $(LAB1_FILES)) && \
	$(BIN)/from-csv --triples userId,movieId,rating --names "$${files[1]}:movieId:title" -o $@ "$${files[0]}"
else
$(LAB1_SET)/ratings.npz: $(BIN)/gen-ratings
	@mkdir -p $(@D)
	$(BIN)/gen-ratings --seed 0 -o $@
endif

# As on the sheet: the full gradient of the observed entries, V's step with the new U.
define lab1_gd
$(LAB1_STARTS:%=$(LAB1_SET)/gd-$(1)-%.npz): $(LAB1_SET)/gd-$(1)-%.npz: $(LAB1_SET)/ratings.npz \
                                            $(BIN)/factorise
	$(BIN)/factorise --method gd --update alternate --rank 5 --epochs 1000 --lr $(1) --init uniform \
	    --seed $$* -o $$@ $$<
endef
$(foreach lr,1e-5 1e-4,$(eval $(call lab1_gd,$(lr))))

# Models judged on a tenth of the ratings, held out. Rank and epochs are chosen on another tenth, of the
# ratings that are left; the models are then trained on all of these.
$(LAB1_SET)/split.npz: $(LAB1_SET)/ratings.npz $(BIN)/split
	$(BIN)/split --train 0.9 --seed 1 -o $@ $<

$(LAB1_SET)/inner.npz: $(LAB1_SET)/split.npz $(BIN)/pick $(BIN)/split
	$(BIN)/pick '*_train' shape format --rename row_train=row --rename col_train=col --rename data_train=data $< | \
	    $(BIN)/split --train 0.9 --seed 2 | \
	    $(BIN)/pick --rename row_test=row_val --rename col_test=col_val --rename data_test=data_val -o $@

LAB1_MODEL := --method sgd --bias --reg 0.05 --init normal --init-scale 0.02 --lr 0.01 --shuffle --seed 1
$(LAB1_TRIED): $(LAB1_SET)/rank-%.npz: $(LAB1_SET)/inner.npz $(BIN)/factorise pipelines/lab1.mk
	$(BIN)/factorise --quiet $(LAB1_MODEL) --rank $* --epochs 400 --eval-every 5 --patience 10 -o $@ $<

# For each rank its best epoch, and the root mean squared error then, on the validation part.
$(LAB1_SET)/ranks.tsv: $(LAB1_TRIED) $(BIN)/to-csv pipelines/lab1.sh
	BIN=$(BIN) bash pipelines/lab1.sh ranks $(LAB1_TRIED) >$@

$(LAB1_SET)/mean.npz: $(LAB1_SET)/split.npz $(BIN)/factorise
	$(BIN)/factorise --quiet --method mean -o $@ $<

$(LAB1_SET)/bias.npz: $(LAB1_SET)/split.npz $(BIN)/factorise
	$(BIN)/factorise --quiet --method bias --reg 4 --epochs 20 -o $@ $<

$(LAB1_SET)/factors.npz: $(LAB1_SET)/split.npz $(LAB1_SET)/ranks.tsv $(BIN)/factorise
	set -- $$(grep -w ^5 $(LAB1_SET)/ranks.tsv) && \
	    $(BIN)/factorise --quiet $(LAB1_MODEL) --rank $$1 --epochs $$2 -o $@ $<

$(LAB1_SET)/chosen.npz: $(LAB1_SET)/split.npz $(LAB1_SET)/ranks.tsv $(BIN)/factorise
	set -- $$(sort -g -k 3 $(LAB1_SET)/ranks.tsv | sed -n 1p) && \
	    $(BIN)/factorise --quiet $(LAB1_MODEL) --rank $$1 --epochs $$2 -o $@ $<

$(LAB1_SET)/curves-ranks.png: $(LAB1_TRIED) $(BIN)/plot-curves
	$(BIN)/plot-curves --parts validation --from 5 --title 'Film ratings: mean squared error on the validation part, by rank' \
	    $(LAB1_RANKS:%=--name 'rank %') -o $@ $(LAB1_TRIED)

$(LAB1_SET)/ranks.png: $(LAB1_SET)/ranks.tsv $(LAB1_HELD) $(BIN)/from-csv $(BIN)/plot-scatter pipelines/lab1.sh $(TABLE)
	BIN=$(BIN) bash pipelines/lab1.sh points $(LAB1_SET) | $(BIN)/from-csv --label part | \
	    $(BIN)/plot-scatter --join --x-label rank --y-label RMSE \
	        --title 'Film ratings: error on ratings that were held out, by rank' -o $@

$(LAB1_SET)/table.tsv: $(LAB1_SGD) $(LAB1_SVD) $(LAB1_MASKED) $(LAB1)/mask.npz $(LAB1_GD) $(LAB1_SET)/ranks.tsv \
                       $(LAB1_HELD) $(BIN)/eval $(BIN)/predict $(BIN)/to-csv $(BIN)/inspect pipelines/lab1.sh \
                       $(TABLE) $(LAB1_SET)/title
	BIN=$(BIN) bash pipelines/lab1.sh table $(LAB1) $(LAB1_SET) >$@

# Changes only with the film.
$(LAB1_SET)/title: export LAB1_TITLE = $(TITLE)
$(LAB1_SET)/title: lab1-title
	@mkdir -p $(@D)
	@printf '%s\n' "$$LAB1_TITLE" | cmp -s - $@ || printf '%s\n' "$$LAB1_TITLE" >$@
lab1-title: ;

# Lab 1, «Playing with gradients and matrices»: a 3 x 3 matrix factorised element by element, by
# truncated SVD and with two entries hidden, then a ratings matrix that is 98 % empty.
# RATINGS=DIR takes MovieLens' ratings.csv and movies.csv from DIR, TITLE=... asks for another film.

LABS += lab1
LAB1 := $(OUT)/lab1
LAB1_SEEDS := 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20
LAB1_SET := $(LAB1)/$(if $(RATINGS),movielens,generated)
LAB1_STARTS := 1 2 3 4 5
LAB1_SGD := $(LAB1_SEEDS:%=$(LAB1)/sgd-%.npz)
LAB1_MASKED := $(LAB1_SEEDS:%=$(LAB1)/masked-%.npz)
LAB1_SVD := $(LAB1)/svd-1.npz $(LAB1)/svd-2.npz
LAB1_GD := $(foreach lr,1e-5 1e-4,$(LAB1_STARTS:%=$(LAB1_SET)/gd-$(lr)-%.npz))
LAB1_HELD := $(LAB1_SET)/mean.npz $(LAB1_SET)/bias.npz $(LAB1_SET)/factors.npz
STREAMS += $(LAB1)/x.npz $(LAB1)/mask.npz $(LAB1_SGD) $(LAB1_SVD) $(LAB1_MASKED) $(LAB1_SET)/ratings.npz \
           $(LAB1_GD) $(LAB1_SET)/split.npz $(LAB1_HELD)
TITLE ?= $(if $(RATINGS),Beautiful Mind$(comma) A (2001),That Honest Island (1996))
comma := ,

.PHONY: lab1 lab1-title
lab1: $(LAB1_SET)/table.tsv ## run lab 1: a 3 x 3 matrix and ratings factorised (RATINGS=DIR)
	@awk -f pipelines/table.awk $<

# (1), (2), (3) The small matrix.
$(LAB1)/x.npz: fixtures/lab1.csv $(BIN)/from-csv
	@mkdir -p $(@D)
	$(BIN)/from-csv -o $@ $<

$(LAB1)/mask.npz: fixtures/lab1-mask.csv $(BIN)/from-csv $(BIN)/pick
	@mkdir -p $(@D)
	$(BIN)/from-csv $< | $(BIN)/pick --rename x=mask -o $@

$(LAB1_SGD): $(LAB1)/sgd-%.npz: $(LAB1)/x.npz $(BIN)/factorise
	$(BIN)/factorise --method sgd --rank 2 --epochs 1000 --lr 0.01 --seed $* -o $@ $<

$(LAB1_SVD): $(LAB1)/svd-%.npz: $(LAB1)/x.npz $(BIN)/factorise
	$(BIN)/factorise --method svd --rank $* -o $@ $<

$(LAB1_MASKED): $(LAB1)/masked-%.npz: $(LAB1)/x.npz $(LAB1)/mask.npz $(BIN)/factorise
	$(BIN)/factorise --method sgd --rank 2 --epochs 1000 --lr 0.01 --mask mask --seed $* -o $@ \
	    $(LAB1)/x.npz $(LAB1)/mask.npz

# (4) The ratings.
ifdef RATINGS
$(LAB1_SET)/ratings.npz: $(RATINGS)/ratings.csv $(RATINGS)/movies.csv $(BIN)/from-csv
	@mkdir -p $(@D)
	$(BIN)/from-csv --triples userId,movieId,rating --names $(RATINGS)/movies.csv:movieId:title \
	    -o $@ $<
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

# Models judged on a tenth of the ratings, held out. Their settings are ordinary ones, chosen on the
# generated ratings.
$(LAB1_SET)/split.npz: $(LAB1_SET)/ratings.npz $(BIN)/split
	$(BIN)/split --train 0.9 --seed 1 -o $@ $<

$(LAB1_SET)/mean.npz: $(LAB1_SET)/split.npz $(BIN)/factorise
	$(BIN)/factorise --quiet --method mean -o $@ $<

$(LAB1_SET)/bias.npz: $(LAB1_SET)/split.npz $(BIN)/factorise
	$(BIN)/factorise --quiet --method bias --reg 4 --epochs 20 -o $@ $<

$(LAB1_SET)/factors.npz: $(LAB1_SET)/split.npz $(BIN)/factorise
	$(BIN)/factorise --quiet --method sgd --rank 5 --bias --reg 0.1 --init normal --init-scale 0.1 \
	    --lr 0.01 --epochs 50 -o $@ $<

$(LAB1_SET)/table.tsv: $(LAB1_SGD) $(LAB1_SVD) $(LAB1_MASKED) $(LAB1)/mask.npz $(LAB1_GD) \
                       $(LAB1_HELD) $(BIN)/eval $(BIN)/predict $(BIN)/to-csv pipelines/lab1.sh \
                       $(TABLE) $(LAB1_SET)/title
	BIN=$(BIN) bash pipelines/lab1.sh $(LAB1) $(LAB1_SET) >$@

# Changes only with the film.
$(LAB1_SET)/title: export LAB1_TITLE = $(TITLE)
$(LAB1_SET)/title: lab1-title
	@mkdir -p $(@D)
	@printf '%s\n' "$$LAB1_TITLE" | cmp -s - $@ || printf '%s\n' "$$LAB1_TITLE" >$@
lab1-title: ;

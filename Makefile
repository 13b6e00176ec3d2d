# labpipe: `make` builds and runs the quick tests, `make help` lists the rest.

# Pipelines fail where any of their stages fails.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec

CC ?= cc
# DEBUG=1: with debug information, ten times the size.
CFLAGS ?= -O2 $(if $(DEBUG),-g)
BUILD ?= build
BIN ?= bin
OUT ?= out
VERSION := 0.1.0
# The version's date, for the manual pages.
RELEASED := 2026-11-21

# -ffp-contract=off: a product and a sum become one rounding only where the source says fma.
ALL_CFLAGS = -std=c11 -Wall -Wextra -D_GNU_SOURCE -DLP_VERSION='"$(VERSION)"' -Ilib \
             -ffp-contract=off -fno-math-errno -fPIC -fno-semantic-interposition -MMD -MP $(CFLAGS)
CAIRO_CFLAGS = $(shell pkg-config --cflags cairo)
LDLIBS = -Wl,--as-needed -lcairo -lpng -ljansson -ldeflate -lz -lnettle -ldl -lm

# One short line a file, whole commands with V=1, nothing with -s.
ifndef V
.SILENT:
endif
silent := $(V)$(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS))))
say = $(if $(silent),,$(info $(1)))

# ---- what is built: every .c of its folder ----

# The instruction sets of this architecture: the rows of lib/num/isas.h.
ARCH ?= $(shell uname -m)
isa_rows = $(shell sed -nE 's/^LP_ISA\(($(1)), ($(2)), (.*)\)$$/$(3)/p' lib/num/isas.h)
ISAS := $(call isa_rows,\w+,$(ARCH)|any,\1)
isa_features = $(patsubst HAS(%),%,$(call isa_rows,$(1),\w+,\3))
# What a kernel, and what a room that `make coverage` counts, is compiled with besides.
KERNEL_CFLAGS ?=
COUNTED := base io cli
COUNTED_CFLAGS ?=

# What the objects, the dispatch among the kernels and the tools are built with: a file each, a line a variable.
# `make install` takes what it finds there, whoever calls it.
built_with/.flags := CC CFLAGS LDFLAGS KERNEL_CFLAGS COUNTED_CFLAGS VERSION RELEASED
built_with/.isas := ISAS
built_with/.mpi := MPI
BUILT_WITH := .flags .isas .mpi
recall = $(foreach name,$(built_with/$(1)),$(eval $(name) := $$(shell sed -n 's/^$(name)=//p' $(BUILD)/$(1))))
ifneq ($(filter install,$(MAKECMDGOALS)),)
$(foreach file,$(BUILT_WITH),$(if $(wildcard $(BUILD)/$(file)),$(call recall,$(file))))
endif

KERNEL_OBJ := $(foreach isa,$(ISAS),$(foreach size,4 8,$(BUILD)/lib/num/kernels/$(isa).f$(size).o))
FONT_OBJ := $(patsubst %.ttf,$(BUILD)/%.o,$(wildcard lib/draw/font/*.ttf))
TABLE_OBJ := $(BUILD)/fixtures/iris.o
# MPI=1: the ranks of `mpirun` too. They are a library of their own, which a tool loads in such a job alone, so
# that a build with and one without are the same otherwise.
MPI_SOURCE := lib/num/ranks_mpi.c
MPI_SHARED := $(BUILD)/liblabpipe-mpi.so.0
mpi_flags = $(shell pkg-config $(1) ompi-c)
# The tools' own malloc belongs to no library, whose users have theirs; nor to sanitized tools, for the same reason.
MALLOC_SOURCE := lib/base/malloc.c
MALLOC_OBJ := $(if $(findstring -fsanitize=,$(CFLAGS)),,$(MALLOC_SOURCE:%.c=$(BUILD)/%.o))
LIB_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MALLOC_SOURCE) $(MPI_SOURCE),$(wildcard lib/*/*.c))) \
           $(KERNEL_OBJ) $(FONT_OBJ) $(TABLE_OBJ)
# Static for the tests; shared for the tools, in two, so that only those that draw load cairo.
LIB := $(BUILD)/liblabpipe.a
SOVERSION := 0
SHARED := $(BUILD)/liblabpipe.so.$(SOVERSION)
DRAW_SHARED := $(BUILD)/liblabpipe-draw.so.$(SOVERSION)
DRAW_OBJ := $(filter $(BUILD)/lib/draw/% $(BUILD)/lib/page/%,$(LIB_OBJ))
TOOLS := $(patsubst tools/%.c,$(BIN)/%,$(wildcard tools/*.c))
UNIT := $(patsubst tests/unit/test_%.c,$(BUILD)/tests/unit/test_%,$(wildcard tests/unit/test_*.c))
# The numeric part needs lib/base and lib/num alone, so it also runs on another architecture.
SELFTEST := $(BUILD)/tests/identical/selftest
CROSS_SELFTEST := $(BUILD)/aarch64/tests/identical/selftest
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,\
           $(filter-out tests/fuzz/fuzz.c tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)))
FUZZ_MAIN ?= $(BUILD)/tests/fuzz/replay.o
# Faults are injected by a tracer and, for allocations and files without a name, by libraries that are loaded first.
FAULTS_BINARIES := $(BUILD)/tests/faults/inject $(BUILD)/tests/faults/malloc.so $(BUILD)/tests/faults/named.so
BENCH := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,\
           $(filter-out tests/bench/bench.c,$(wildcard tests/bench/*.c)))

.PHONY: all tools quick test identical identical-kernels digests report mutants vmath-exhaustive number-exhaustive runs streams labs bench install \
        uninstall deb deb-deps asan faults fuzz fuzzers format help clean deps
.DELETE_ON_ERROR:
.SECONDARY: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tools/*.c tests/*/*.c))
MAKEFLAGS += --no-builtin-rules

all: tools quick ## build the tools and run the quick tests (the default)
tools: $(TOOLS) $(BUILD)/.mpi $(if $(MPI),$(MPI_SHARED)) ## build the tools into bin/ (V=1: whole commands, DEBUG=1: debug information, MPI=1: for mpirun too)

# A file is written anew where they are built with something else now, and they after it.
now_with = $(strip $(foreach name,$(built_with/$(1)),$(name)=$($(name))))
before_with = $(strip $(shell cat $(BUILD)/$(1) 2>/dev/null))
define write_anew
ifneq ($$(call now_with,$(1)),$$(call before_with,$(1)))
$(BUILD)/$(1): FORCE
endif
endef
$(foreach file,$(BUILT_WITH),$(eval $(call write_anew,$(file))))
$(BUILT_WITH:%=$(BUILD)/%): $(BUILD)/%:
	@mkdir -p $(@D)
	@$(if $(MPI),,rm -f $(MPI_SHARED))
	@printf '%s\n' $(foreach name,$(built_with/$*),$(call quoted,$(name)=$($(name)))) >$@
FORCE:
READY := $(BUILD)/.checked $(BUILD)/.flags

# The kernels are compiled once for every instruction set $(1) and element size $(2).
define kernel_rule
$$(BUILD)/lib/num/kernels/$(1).f$(2).o: lib/num/kernels/table.c $$(READY)
	$$(call say,CC $$< ($(1), f$(2)))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) $$(KERNEL_CFLAGS) $$(addprefix -m,$$(call isa_features,$(1))) \
	    -DLP_ISA=$(1) -DLP_IS_$(1) -DLP_SIZE=$(2) -c -o $$@ $$<
endef
$(foreach isa,$(ISAS),$(foreach size,4 8,$(eval $(call kernel_rule,$(isa),$(size)))))

# The dispatch knows what is compiled, and is compiled anew where that changes.
$(BUILD)/lib/num/kernels.o $(BUILD)/lint/lib/num/kernels.o: ALL_CFLAGS += $(ISAS:%=-DLP_HAS_%)
$(BUILD)/lib/num/kernels.o: $(BUILD)/.isas

$(BUILD)/lib/cli/usage.o $(BUILD)/lint/lib/cli/usage.o: ALL_CFLAGS += -DLP_RELEASED='"$(RELEASED)"'
$(BUILD)/lib/draw/%.o: ALL_CFLAGS += $(CAIRO_CFLAGS)
$(foreach room,$(COUNTED),$(BUILD)/lib/$(room)/%.o): ALL_CFLAGS += $(COUNTED_CFLAGS)
$(MPI_SOURCE:%.c=$(BUILD)/%.o): ALL_CFLAGS += $(call mpi_flags,--cflags)
$(MPI_SOURCE:%.c=$(BUILD)/%.o): $(BUILD)/.checked-mpi
$(BUILD)/.checked-mpi:
	@pkg-config --exists ompi-c || { echo 'labpipe: MPI=1 needs libopenmpi-dev and openmpi-bin' >&2; exit 1; }
	@mkdir -p $(@D)
	@touch $@
$(BUILD)/%.o: %.c $(READY)
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# A font or a table is an array in the program, ended by a NUL: lp_DejaVuSans, lp_iris.
AS_ARRAY = { echo 'extern const unsigned char lp_$(subst -,_,$(*F))[]; const unsigned char lp_$(subst -,_,$(*F))[] = {'; \
	    od -An -v -tu1 $< | sed 's/[0-9][0-9]*/&,/g'; echo '0};'; } | $(CC) $(ALL_CFLAGS) -x c -c -o $@ -
$(FONT_OBJ): $(BUILD)/%.o: %.ttf $(READY)
	$(call say,FONT $<)
	@mkdir -p $(@D)
	$(AS_ARRAY)
$(TABLE_OBJ): $(BUILD)/%.o: %.csv $(READY)
	$(call say,TABLE $<)
	@mkdir -p $(@D)
	$(AS_ARRAY)

$(LIB): $(LIB_OBJ)
	$(call say,AR $@)
	@rm -f $@
	$(AR) rcs $@ $^

# A name that a library lacks is an error here, and its own functions are bound to each other at once.
LINK_SHARED = $(CC) $(ALL_CFLAGS) $(LDFLAGS) -shared -Wl,-z,defs -Wl,-Bsymbolic-functions -Wl,-soname,$(@F) -o $@ $^ $(LDLIBS)
$(SHARED): $(filter-out $(DRAW_OBJ),$(LIB_OBJ))
	$(call say,LD $@)
	$(LINK_SHARED)
$(DRAW_SHARED): $(DRAW_OBJ) $(SHARED)
	$(call say,LD $@)
	$(LINK_SHARED)
$(MPI_SHARED): $(MPI_SOURCE:%.c=$(BUILD)/%.o) $(SHARED)
	$(call say,LD $@)
	$(LINK_SHARED) $(call mpi_flags,--libs)

# A tool finds the libraries from where it is itself: the tree can be moved as a whole.
$(BIN)/%: $(BUILD)/tools/%.o $(MALLOC_OBJ) $(SHARED) $(DRAW_SHARED)
	$(call say,LD $@)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/$(shell realpath -m --relative-to=$(BIN) $(BUILD))' \
	    -Wl,--as-needed -o $@ $^ $(LDLIBS)

# What runs the tools needs little of the library, and starts before every one of them.
$(BIN)/labpipe: $(BUILD)/tools/labpipe.o $(LIB)
	$(call say,LD $@)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(BUILD)/tests/unit/check.o $(LIB)
	$(call say,LD $@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcunit

$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/fuzz.o $(filter %.o,$(FUZZ_MAIN)) $(LIB)
	$(call say,LD $@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter-out $(LIB),$^) $(LIB) $(filter-out %.o,$(FUZZ_MAIN)) $(LDLIBS)

# The fuzz target for options parses with the tools' own tables: every tool is linked in, each main under
# a name of its own, and lp_tool_begin is the target's.
main_of = main_of_$(subst -,_,$(1))
TABLED := $(patsubst tools/%.c,%,$(shell grep -l lp_tool_begin tools/*.c))
$(BUILD)/tests/fuzz/tools/%.o: tools/%.c $(READY)
	$(call say,CC $< (for fuzzing))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Dmain=$(call main_of,$*) -c -o $@ $<
$(BUILD)/tests/fuzz/options.o: ALL_CFLAGS += '-DTOOLS(ROW)=$(foreach tool,$(TABLED),ROW($(call main_of,$(tool))))'
$(BUILD)/tests/fuzz/options: ALL_CFLAGS += -Wl,--wrap=lp_tool_begin
$(BUILD)/tests/fuzz/options: $(TABLED:%=$(BUILD)/tests/fuzz/tools/%.o)

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)

# ---- what has to be installed: one table, "what the compiler needs : Debian's package" ----

DEBIAN_PACKAGES := gcc libc6-dev pkg-config zlib1g-dev libdeflate-dev libpng-dev libcairo2-dev libjansson-dev nettle-dev libcunit1-dev \
                   python3-numpy unzip

deps: ## install what is missing, with apt (root, or through sudo)
	@sh make/deps.sh $(DEBIAN_PACKAGES)

# A missing library stops here, with one line, before any compiler message.
$(BUILD)/.checked: $(if $(filter deps,$(MAKECMDGOALS)),deps)
	@mkdir -p $(@D)
	@sh make/libraries.sh '$(CC)'
	@test -e $@ || touch $@

# ---- tests ----

quick: $(UNIT)
	@BUILD=$(BUILD) BIN=$(BIN) sh tests/run.sh unit

test: tools $(UNIT) $(FUZZ) $(SELFTEST) $(FAULTS_BINARIES) ## run every test
	@BUILD=$(BUILD) BIN=$(BIN) sh tests/run.sh unit pipe fuzz

# They are not sanitized, nor linked with the library.
$(BUILD)/tests/faults/inject: tests/faults/inject.c
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Wall -Wextra -O1 -o $@ $<
$(BUILD)/tests/faults/%.so: tests/faults/%.c
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Wall -Wextra -O1 -shared -fPIC -o $@ $<

faults: tools $(FAULTS_BINARIES) ## let every system call and allocation of every tool fail once (half an hour)
	@FAULTS=1 BUILD=$(BUILD) BIN=$(BIN) bash tests/pipe/test_faults.sh

SANITIZE := BUILD=build/asan BIN=build/asan/bin CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all'
asan: ## run every test under the address and undefined-behaviour sanitizers
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp $(MAKE) $(SANITIZE) test

# Of the pipe tests those that reach every tool and reader in seconds; and the kernels of one instruction set,
# whose plain C would take minutes to compile.
ASAN_PIPE := every_tool csv cut_and_flipped data eval images impute labels match output pick plots predict scale \
             sparse split summarise
asan-brief: ## run the unit tests, the corpora and the main paths of every tool under the sanitizers
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp BRIEF=1 PIPE='$(ASAN_PIPE)' $(MAKE) $(SANITIZE) \
	    ISAS='$(firstword $(filter avx2,$(ISAS)) $(ISAS))' test

# Counted is what the tests run of the rooms that read, write and parse; each of them has to reach the bars. Left
# out is what computes, draws or builds for minutes and reads nothing that other tests do.
COVERAGE_BARS := LINES=95 BRANCHES=90
NOT_COUNTING_UNIT := gemm gradcheck graph kernels linalg pictures plot torch_ops vmath
NOT_COUNTING_PIPE := answers cnn deb examples factorise faults gates identical install labs limits many_runs \
                     neighbours projects real_data shards_factorise sklearn sklearn_models torch
all_but = $(filter-out $(2),$(patsubst tests/$(1)/test_%,%,$(basename $(wildcard tests/$(1)/test_*))))
COVERAGE := BUILD=build/coverage BIN=build/coverage/bin LDFLAGS=--coverage \
            COUNTED_CFLAGS='-O0 -g --coverage -include tests/coverage/exit.h'
coverage: ## measure what the tests run of lib/base, lib/io and lib/cli: of each at least 95 % of the lines, 90 % of the branches
	@for program in gcovr mpirun; do command -v $$program >/dev/null || \
	    { echo "make coverage: $$program is missing (make check-deps)" >&2; exit 1; }; done
	@mkdir -p build
	@$(MAKE) --no-print-directory $(COVERAGE) ISAS='$(firstword $(ISAS))' tools >build/coverage.log
	@# Each count begins with 0, in a file that a tool can write to which a test runs as another user.
	@find build/coverage -name '*.gcda' -delete
	@find build/coverage -name '*.gcno' | while read -r notes; do install -m 666 /dev/null "$${notes%no}da"; done
	@status=0; $(MAKE) --no-print-directory $(COVERAGE) ISAS='$(firstword $(ISAS))' \
	    UNITS='$(call all_but,unit,$(NOT_COUNTING_UNIT))' PIPE='$(or $(PIPE),$(call all_but,pipe,$(NOT_COUNTING_PIPE)))' \
	    test >>build/coverage.log || status=1; \
	[ $$status -eq 0 ] || echo 'make coverage: FAILED: a test, see build/coverage.log' >&2; \
	$(COVERAGE_BARS) sh make/coverage.sh build/coverage $(COUNTED) && exit $$status

# ---- what belongs to every change: .ci/run ----

CHECK_PACKAGES := clang gcovr openmpi-bin libopenmpi-dev
check-deps: ## install what `make check` needs beside, with apt
	@sh make/deps.sh $(CHECK_PACKAGES)

check: ## lint, every test, a part of them under the sanitizers, a short fuzz: what belongs to every change
	@MAKE='$(MAKE)' sh make/check.sh lint test asan-brief 'fuzz RUNS=10000 SEED=1'
check-more: ## the same without the tests
	@MAKE='$(MAKE)' sh make/check.sh lint asan-brief 'fuzz RUNS=10000 SEED=1'

# What `make test` does with the readers' corpora in seconds, libFuzzer goes on with. The kernels read
# nothing, and one of them, in plain C under the sanitizers, would take minutes to compile.
SECONDS ?= 60
fuzz: ## give every reader damaged files for SECONDS=60 each, or RUNS=N inputs (clang's libFuzzer; ONLY='csv npy')
	@command -v clang >/dev/null || { echo 'make fuzz: clang is missing (apt install clang)' >&2; exit 1; }
	@$(MAKE) --no-print-directory CC=clang BUILD=build/fuzz FUZZ_MAIN=-fsanitize=fuzzer fuzzers \
	    ARCH=any KERNEL_CFLAGS=-fno-sanitize=all \
	    CFLAGS='-O2 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	            -fsanitize-coverage-ignorelist=tests/fuzz/unguided.txt'
	@BUILD=build/fuzz RUNS='$(RUNS)' ONLY='$(ONLY)' sh make/fuzz.sh $(SECONDS)
fuzzers: $(FUZZ)

$(SELFTEST): $(SELFTEST).o $(filter $(BUILD)/lib/base/% $(BUILD)/lib/num/%,$(LIB_OBJ))
	$(call say,LD $@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(CROSS_SELFTEST): $(SELFTEST)
	@mkdir -p $(BUILD)/aarch64; touch $(BUILD)/aarch64/.checked # it needs none
	$(MAKE) --no-print-directory CC='aarch64-linux-gnu-gcc -static' ARCH=aarch64 \
	    BUILD=$(BUILD)/aarch64 $@

identical-kernels: $(SELFTEST) $(if $(shell command -v aarch64-linux-gnu-gcc),$(CROSS_SELFTEST)) ## hold every kernel's results on every instruction set and thread count against each other
	@sh tests/identical/kernels.sh $(SELFTEST) $(CROSS_SELFTEST)

identical: tools identical-kernels ## do the same with every lab's streams (some minutes)
	@BUILD=$(BUILD) BIN=$(BIN) bash tests/identical/labs.sh

digests: tools ## write fixtures/digests.txt anew, for a change that is meant to change bytes
	@BUILD=$(BUILD) BIN=$(BIN) bash tests/identical/digests.sh

mutants: tools ## break every kernel on purpose: each mutant must turn the tests red (a quarter of an hour)
	@BUILD=$(BUILD) BIN=$(BIN) bash tests/mutants/run.sh $(KERNELS)

vmath-exhaustive: $(BUILD)/tests/unit/test_vmath ## measure the errors of exp, log, ... on every float
	LABPIPE_EXHAUSTIVE=1 $<

number-exhaustive: $(BUILD)/tests/unit/test_number ## hold numbers as text against strtod and printf, 10^8 of each kind
	LABPIPE_EXHAUSTIVE=1 $<

# ---- labs ----

# SMALL=1: the labs on pictures with few pictures, epochs and seeds, for comparing machines.
SMALL_FORM := $(if $(SMALL),small/)
SMALL_NOTE := $(if $(SMALL),&& echo '* the small form: fewer pictures and epochs than the titles say')

# What the paths of a lab call its data: "generated", or the folder that the variable $(1) names, with files
# for the patterns $(2) (pipelines/origin.sh). A wrong folder ends make before anything runs.
data_origin = $(if $($(1)),$(call data_folder,$(shell bash pipelines/origin.sh name $(1) $(call quoted,$($(1))) $(2))),generated)
data_folder = $(if $(filter !,$(firstword $(1))),$(error $(wordlist 2,999,$(1))),$(1))
quoted = '$(subst ','\'',$(1))'

# What the labs' tables are made with, beside a script of their own.
TABLE := pipelines/table.sh pipelines/field.awk

# Each file that a lab makes is a line too: the shell of its recipe is asked for, and says so first.
$(OUT)/%: private SHELL = $(call say_once,$@)/bin/bash
say_once = $(if $(said/$(1)),,$(eval said/$(1) := yes)$(call say,$(1)))

include $(wildcard pipelines/*.mk)
# Whoever has seen a lab goes on by hand: all tools are there then, not only those it took.
$(LABS): | tools
labs: $(LABS) ## run every lab (-j2: two at a time; SMALL=1: the labs on pictures in seconds)

report: tools ## put every lab that has been run on one page, out/report.html
	@bash make/report.sh '$(BIN)' '$(OUT)'

of_labs = $(filter $(or $(foreach lab,$(ONLY),$(OUT)/$(lab)/% $(OUT)/small/$(lab)/%),%),$(1))
runs: tools ## print the labs' streams, a name a line, for GNU parallel or Slurm (docs/many-runs.md; ONLY='lab1 faces')
	@printf '%s\n' $(call of_labs,$(STREAMS))
streams: $(call of_labs,$(STREAMS)) ## make the labs' streams alone (ONLY='lab1 faces': of these)

# ---- benches: OpenBLAS and LAPACK are what the kernels are held against, and linked only here ----

$(BUILD)/tests/bench/%.o: ALL_CFLAGS += $(shell pkg-config --cflags openblas 2>/dev/null)
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/tests/bench/bench.o $(LIB)
	$(call say,LD $@)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(shell pkg-config --libs lapacke openblas) $(LDLIBS)

bench: tools ## measure kernels, training and streams against OpenBLAS, LAPACK, libm and cat; tables also in build/bench/*.tsv
	@pkg-config --exists lapacke openblas || { echo 'make bench: OpenBLAS and LAPACKE are missing' \
	    '(apt install libopenblas-dev liblapacke-dev)' >&2; exit 1; }
	@$(MAKE) --no-print-directory $(BENCH)
	@for bench in $(BENCH); do BUILD=$(BUILD) BIN=$(BIN) $$bench || exit 1; done

# ---- the rest ----

# Where things are installed, by the names of GNU's coding standards. DESTDIR comes before all of them.
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
libexecdir ?= $(exec_prefix)/libexec
libdir ?= $(exec_prefix)/lib
includedir ?= $(prefix)/include
datarootdir ?= $(prefix)/share
mandir ?= $(datarootdir)/man
# What takes symbols out of programs and libraries; empty: nothing does.
STRIP ?= strip --strip-unneeded
# yes: an installed tool finds the libraries from its own place; no: where the system has them.
RUNPATH ?= yes
PUBLIC_HEADER := cli/tool.h
INSTALL_VARIABLES := DESTDIR bindir libexecdir libdir includedir datarootdir mandir STRIP RUNPATH \
    BUILD BIN VERSION RELEASED CC CFLAGS LDFLAGS LDLIBS PUBLIC_HEADER MALLOC_OBJ
quoted_variables = $(foreach name,$(INSTALL_VARIABLES),$(name)=$(call quoted,$($(name))))

install: tools ## install under prefix (/usr/local); also bindir, libdir, mandir, ..., DESTDIR
	@$(quoted_variables) sh make/install.sh $(notdir $(SHARED) $(DRAW_SHARED) $(if $(MPI),$(MPI_SHARED)))

uninstall: ## remove what `make install` put there
	@$(quoted_variables) sh make/uninstall.sh

deb-deps: ## install what `make deb` needs, with apt
	@sh make/deps.sh build-essential debhelper lintian

deb: ## build Debian's packages in build/deb
	@BUILD=$(BUILD) VERSION=$(VERSION) ISAS='$(ISAS)' sh make/deb.sh

format: ## apply .clang-format
	clang-format-14 -i $(LINT_SOURCES)

clean: ## remove what was built (the labs' results in out/ stay)
	rm -rf build bin

include make/lint.mk

help: ## list these targets
	@awk '/\\$$/ { held = held $$0; next } \
	    { line = held $$0; held = "" } \
	    line ~ /^[a-z0-9-]+:.*## / { \
	        name = line; sub(/:.*/, "", name); sub(/.*## /, "", line); \
	        printf "make %-17s %s\n", name, line \
	    }' $(MAKEFILE_LIST)

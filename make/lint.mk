# make lint: what programs can check by reading the sources. Every check is one target and prints its
# findings; none is filtered. A finding that is wrong is suppressed where it is, with the reason.

LINT_PACKAGES := clang-format-14 shellcheck cppcheck
LINT_SOURCES := $(shell find lib tools tests -name '*.[ch]' | sort)
LINT_LIBRARY := $(filter lib/% tools/%,$(LINT_SOURCES))
# Translation units: the kernels are one, table.c, which includes the others.
LINT_UNITS := $(filter-out lib/num/kernels/%,$(filter %.c,$(LINT_LIBRARY))) lib/num/kernels/table.c
LINT_SCRIPTS := .ci/run $(shell find make pipelines examples tests -name '*.sh' | sort)
MAX_LINES := 60

.PHONY: lint lint-deps lint-format lint-scripts lint-cppcheck lint-analyzer lint-rooms lint-length
LINTS := lint-format lint-scripts lint-rooms lint-length lint-cppcheck lint-analyzer
lint: $(LINTS) ## check format, scripts, the rooms' includes, cppcheck and gcc's analyzer
	@echo 'lint: no findings'

lint-deps: ## install what `make lint` needs, with apt
	@sh make/deps.sh $(LINT_PACKAGES)

# Another version formats differently.
lint-format:
	@clang-format-14 --version >/dev/null || { echo 'make lint: clang-format-14 is missing (run: make lint-deps)' >&2; exit 1; }
	@clang-format-14 --dry-run --Werror $(LINT_SOURCES)

lint-scripts:
	@shellcheck $(LINT_SCRIPTS)

lint-rooms:
	@awk -f make/lint/rooms.awk docs/design.md README.md $(LINT_LIBRARY)

lint-length:
	@awk -v max=$(MAX_LINES) -f make/lint/length.awk $(LINT_LIBRARY)

# As for AVX-512, whose vectors have the most elements.
lint-cppcheck:
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
	    -Ilib -DLP_VERSION='"$(VERSION)"' -DLP_RELEASED='"$(RELEASED)"' -DLP_ISA=avx512 -DLP_IS_avx512 -DLP_SIZE=8 $(LINT_UNITS)

# gcc's analyzer, and every warning of an ordinary build, on the library and the tools; not on the
# kernels, whose inlined vector code GCC 12 does not finish analysing within ten minutes.
$(BUILD)/lint/lib/draw/%.o: ALL_CFLAGS += $(CAIRO_CFLAGS)
$(BUILD)/lint/$(MPI_SOURCE:.c=.o): ALL_CFLAGS += $(call mpi_flags,--cflags)
$(BUILD)/lint/%.o: CFLAGS := -O1 -fanalyzer -Werror
$(BUILD)/lint/%.o: %.c $(BUILD)/.checked
	@mkdir -p $(@D)
	@gcc $(ALL_CFLAGS) -c -o $@ $<
lint-analyzer: $(patsubst %.c,$(BUILD)/lint/%.o,$(filter-out lib/num/kernels/% \
    $(if $(shell pkg-config --exists ompi-c && echo yes),,$(MPI_SOURCE)),$(LINT_UNITS)))

#include "data/libsvm.h"

#include "base/memory.h"
#include "data/labels.h"
#include "io/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t column; /* from 0 */
    double value;
} entry;

struct lp_libsvm {
    const lp_libsvm_options *options;
    lp_buffer labels;  /* double (rows) */
    lp_buffer ends;    /* size_t (rows): how many entries there are up to the end of each row */
    lp_buffer entries; /* entry */
    size_t width;      /* the highest index */
    bool all_whole;
};

lp_libsvm *lp_libsvm_new(const lp_libsvm_options *options) {
    lp_libsvm *t = lp_alloc_zero(1, sizeof *t);
    t->options = options;
    t->width = (size_t)options->features;
    t->all_whole = true;
    return t;
}

void lp_libsvm_free(lp_libsvm *t) {
    lp_buffer_free(&t->labels);
    lp_buffer_free(&t->ends);
    lp_buffer_free(&t->entries);
    free(t);
}

// ---- lines ----

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line: true where there is one, from *word to *end. */
static bool next_word(const char **word, const char **end, const char *line_end) {
    while (*end < line_end && is_blank(**end))
        ++*end;
    *word = *end;
    while (*end < line_end && !is_blank(**end))
        ++*end;
    return *word < *end;
}

static bool is_number(const char *text, const char *end, double *value) {
    return lp_number_read(text, end, '.', value) == end && isfinite(*value);
}

/* How much of a word a message shows. */
static int shown(const char *word, const char *end) {
    return end - word < 60 ? (int)(end - word) : 60;
}

static int add_label(lp_libsvm *t, const char *word, const char *end, lp_error *e) {
    double label;
    const int length = shown(word, end);
    if (!is_number(word, end, &label)) {
        if (memchr(word, ',', (size_t)(end - word)) != NULL)
            return lp_fail(e, "'%.*s' is several labels; one is read", length, word);
        return lp_fail(e, "the label '%.*s' is not a number", length, word);
    }
    t->all_whole = t->all_whole && fabs(label) < 0x1p53 && label == rint(label);
    lp_buffer_append(&t->labels, &label, sizeof label);
    return 0;
}

/* *last is the index before it in the row, 0 at its start. */
static int add_entry(lp_libsvm *t, const char *word, const char *end, size_t *last, lp_error *e) {
    const int length = shown(word, end);
    const char *colon = memchr(word, ':', (size_t)(end - word));
    if (colon == NULL)
        return lp_fail(e, "'%.*s' is not INDEX:VALUE", length, word);
    if (colon - word == 3 && memcmp(word, "qid", 3) == 0)
        return lp_fail(e, "'%.*s' is a query's id; rankings are not read", length, word);
    size_t index = 0;
    const char *digit = word;
    for (; digit < colon && *digit >= '0' && *digit <= '9' && index < SIZE_MAX / 100; digit++)
        index = index * 10 + (size_t)(*digit - '0');
    if (digit < colon || colon == word)
        return lp_fail(e, "'%.*s': the index is not a whole number", length, word);
    if (index == 0)
        return lp_fail(
            e, "'%.*s': indices begin at 1 (scikit-learn's dump_svmlight_file: zero_based=False)",
            length, word);
    if (index <= *last)
        return lp_fail(e, "'%.*s': indices have to ascend, the one before is %zu", length, word,
                       *last);
    if (t->options->features > 0 && index > t->width)
        return lp_fail(e, "'%.*s': there are %zu features", length, word, t->width);
    entry now = {.column = index - 1};
    if (!is_number(colon + 1, end, &now.value))
        return lp_fail(e, "'%.*s': the value is not a finite number", length, word);
    lp_buffer_append(&t->entries, &now, sizeof now);
    t->width = index > t->width ? index : t->width;
    *last = index;
    return 0;
}

static int add_line(lp_libsvm *t, const char *line, const char *end, size_t number, lp_error *e) {
    const char *comment = memchr(line, '#', (size_t)(end - line)), *word, *at = line;
    size_t last = 0;
    end = comment != NULL ? comment : end;
    if (!next_word(&word, &at, end))
        return 0;
    int failed = add_label(t, word, at, e);
    while (!failed && next_word(&word, &at, end))
        failed = add_entry(t, word, at, &last, e);
    if (failed)
        return lp_within(e, "line %zu, column %zu", number, (size_t)(word - line) + 1);
    const size_t count = t->entries.size / sizeof(entry);
    lp_buffer_append(&t->ends, &count, sizeof count);
    return 0;
}

int lp_libsvm_add(lp_libsvm *t, const lp_file *file, lp_error *e) {
    const char *const end = file->bytes + file->size;
    size_t number = 1;
    for (const char *line = file->bytes, *after; line < end; line = after + 1, number++) {
        after = memchr(line, '\n', (size_t)(end - line));
        after = after != NULL ? after : end;
        if (add_line(t, line, after, number, e))
            return lp_within(e, "reading %s", file->name);
    }
    return 0;
}

// ---- tensors ----

static void put_labels(const lp_libsvm *t, lp_stream *s, size_t rows) {
    const double *labels = (const void *)t->labels.data;
    if (t->all_whole && !t->options->target) {
        int64_t *whole = lp_alloc(rows, sizeof *whole);
        for (size_t i = 0; i < rows; i++)
            whole[i] = (int64_t)labels[i];
        lp_labels_put_whole(s, whole, rows);
        free(whole);
        return;
    }
    lp_tensor y = lp_tensor_vector(LP_F8, rows);
    memcpy(y.data, labels, rows * sizeof *labels);
    lp_stream_put(s, "y", &y);
}

int lp_libsvm_put(lp_libsvm *t, lp_stream *s, lp_error *e) {
    const size_t rows = t->labels.size / sizeof(double), *ends = (const size_t *)t->ends.data;
    const entry *entries = (const entry *)t->entries.data;
    if (rows == 0)
        return lp_fail(e, "there are no rows");
    if (t->width == 0)
        return lp_fail(e, "there are no columns (--features gives their number)");
    lp_tensor x;
    if (lp_tensor_try_zeros(&x, LP_F8, 2, (size_t[]){rows, t->width}, e))
        return lp_within(e, "x of %zu rows and %zu columns", rows, t->width);
    double *row = x.data;
    for (size_t r = 0, i = 0; r < rows; r++, row += t->width)
        for (; i < ends[r]; i++)
            row[entries[i].column] = entries[i].value;
    lp_stream_put(s, "x", &x);
    put_labels(t, s, rows);
    return 0;
}

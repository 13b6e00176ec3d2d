#include "data/table.h"

#include "base/memory.h"
#include "data/labels.h"
#include "data/names.h"
#include "data/table_columns.h"
#include "io/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct lp_table {
    const lp_table_options *options;
    lp_arena arena; /* of the table itself and what it copies */
    lp_columns columns;
    size_t rows;
    lp_buffer raw;    /* double (rows, slots): numbers, and categories' numbers among their texts */
    lp_buffer y;      /* int64_t (rows): the labels where all are whole; double: the targets */
    lp_buffer number; /* int64_t (rows): the labels' numbers among classes */
    lp_names classes;
    lp_dictionary like_texts, like_numbers; /* options->like.classes, by text and by value */
    bool all_whole;                         /* every label is a whole number */
    bool all_numbers;                       /* every label is a number */
    bool first_alone; /* every label but the very first is whole, and that might be a header's */
    const char *odd;  /* the first label that is not whole */
    const char *file; /* the first one, and the line of its first row */
    size_t line;
    const char *begin; /* of the file that is being read, and the rows of those before it */
    size_t rows_before;
    lp_buffer id_text, id_start; /* char; size_t (rows) */
    lp_texts missing;            /* the texts that mean NaN */
    lp_buffer missing_values;    /* double: those of them that are numbers */
};

void lp_table_free(lp_table *t) {
    if (t == NULL)
        return;
    lp_columns_free(&t->columns);
    lp_buffer_free(&t->raw);
    lp_buffer_free(&t->y);
    lp_buffer_free(&t->number);
    lp_buffer_free(&t->id_text);
    lp_buffer_free(&t->id_start);
    lp_buffer_free(&t->missing_values);
    lp_names_free(&t->classes);
    lp_dictionary_free(&t->like_texts);
    lp_dictionary_free(&t->like_numbers);
    lp_arena arena = t->arena;
    lp_arena_free(&arena);
}

static void add_missing(lp_table *t, const char *text, size_t *capacity) {
    const char *end = text + strlen(text);
    double value;
    if (t->missing.count == *capacity) {
        *capacity = 2 * *capacity + 8;
        const char **item = lp_arena_alloc(&t->arena, *capacity, sizeof *item);
        for (size_t i = 0; i < t->missing.count; i++)
            item[i] = t->missing.item[i];
        t->missing.item = item;
    }
    t->missing.item[t->missing.count++] = text;
    if (lp_number_read(text, end, t->options->format.decimal, &value) == end)
        lp_buffer_append(&t->missing_values, &value, sizeof value);
}

/* The first class of each text, and of each whole number. */
static void index_classes(lp_table *t, const lp_texts *classes) {
    for (size_t i = 0; i < classes->count; i++) {
        const char **class = &classes->item[i];
        int64_t number;
        char digits[24];
        if (lp_dictionary_get(&t->like_texts, *class) == NULL)
            lp_dictionary_put(&t->like_texts, *class, class);
        if (!lp_csv_integer(*class, &number))
            continue;
        snprintf(digits, sizeof digits, "%" PRId64, number);
        if (lp_dictionary_get(&t->like_numbers, digits) == NULL)
            lp_dictionary_put(&t->like_numbers, lp_arena_strdup(&t->arena, digits), class);
    }
}

lp_table *lp_table_new(const lp_table_options *options) {
    lp_arena arena = {0};
    lp_table *t = lp_arena_alloc_zero(&arena, 1, sizeof *t);
    size_t capacity = 0;
    t->options = options;
    t->all_whole = t->all_numbers = true;
    t->arena = arena;
    for (size_t i = 0; i < options->like.missing.count; i++)
        add_missing(t, options->like.missing.item[i], &capacity);
    for (size_t i = 0; i < options->missing.count; i++) {
        const lp_texts list = lp_split_list(&t->arena, options->missing.item[i]);
        for (size_t k = 0; k < list.count; k++)
            add_missing(t, list.item[k], &capacity);
    }
    index_classes(t, &options->like.classes);
    return t;
}

/* ---- cells ---- */

static bool means_missing(const lp_table *t, const char *cell) {
    for (size_t i = 0; i < t->missing.count; i++)
        if (strcmp(cell, t->missing.item[i]) == 0)
            return true;
    return false;
}

static double nan_if_missing(const lp_table *t, double value) {
    const double *missing = (const void *)t->missing_values.data;
    for (size_t i = 0; i < t->missing_values.size / sizeof *missing; i++)
        if (value == missing[i])
            return NAN;
    return value;
}

/* Adds to e, which says that cell i is not a number, what would help. */
static int refuse_number(const lp_table *t, const lp_csv *c, const char *cell, lp_error *e) {
    static const char *const usual[] = {"",    "?",    "NA",   "N/A",  "nan",
                                        "NaN", "null", "NULL", "None", "-"};
    const char *hint = lp_separator_hint(t->columns.count, cell);
    const char other = c->format.decimal == '.' ? ',' : '.';
    double value;
    lp_error unchanged = *e, ignored;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strcmp(cell, usual[i]) == 0)
            return lp_fail(e, "%s (--missing '%s' reads it as NaN)", unchanged.text, cell);
    if (*hint == '\0' && lp_csv_number(cell, other, &value, &ignored) == 0) {
        if (other == c->format.separator) /* quoted, as 1,500 is where commas group thousands */
            return lp_fail(e, "%s (numbers are read without separators of thousands)",
                           unchanged.text);
        return lp_fail(e, "%s (--decimal '%c' reads it as one)", unchanged.text, other);
    }
    if (*hint == '\0' && t->rows == 0)
        hint = " (a column of texts goes to --label, --categories, --id or --drop)";
    return lp_fail(e, "%s%s", unchanged.text, hint);
}

static inline int read_number(const lp_table *t, const lp_csv *c, size_t i, double *value,
                              lp_error *e) {
    if (!lp_csv_is_number(c, i) && means_missing(t, lp_csv_cell(c, i))) {
        *value = NAN;
        return 0;
    }
    if (lp_csv_value(c, i, value, e))
        return refuse_number(t, c, lp_csv_cell(c, i), e);
    if (t->missing_values.size > 0)
        *value = nan_if_missing(t, *value);
    return 0;
}

/* A category's text as its number. */
static int read_choice(const lp_table *t, const lp_column *k, const char *cell, double *value,
                       lp_error *e) {
    size_t number = 0;
    *value = NAN;
    if (means_missing(t, cell))
        return 0;
    if (t->columns.features == NULL)
        number = lp_names_add(k->choices, cell);
    else if (!lp_names_find(k->choices, cell, &number))
        return lp_fail(e, "'%.60s' is not among the categories of --like", cell);
    *value = (double)number;
    return 0;
}

static int read_target(lp_table *t, const lp_csv *c, size_t i, lp_error *e) {
    double value = 0;
    if (read_number(t, c, i, &value, e))
        return -1;
    lp_buffer_append(&t->y, &value, sizeof value);
    return isnan(value) ? lp_fail(e, "the target is missing") : 0;
}

/* Whether a label is a whole number; *is_number, whether it is any number. */
static bool is_whole(const char *cell, char decimal, int64_t *whole, bool *is_number) {
    double value = 0;
    lp_error ignored;
    *is_number = lp_csv_number(cell, decimal, &value, &ignored) == 0;
    if (lp_csv_integer(cell, whole))
        return true;
    if (!*is_number || fabs(value) >= 0x1p53 || value != rint(value))
        return false;
    *whole = (int64_t)value;
    return true;
}

/* The label's number among the classes of --like, where it has any. */
static int find_class(lp_table *t, const char *cell, bool whole_label, int64_t *whole,
                      lp_error *e) {
    const lp_texts *classes = &t->options->like.classes;
    const char *const *class = lp_dictionary_get(&t->like_texts, cell), *const *same = NULL;
    if (whole_label) {
        char digits[24];
        snprintf(digits, sizeof digits, "%" PRId64, *whole);
        same = lp_dictionary_get(&t->like_numbers, digits);
    }
    if (same != NULL && (class == NULL || same < class))
        class = same;
    if (class != NULL) {
        *whole = class - classes->item;
        return 0;
    }
    if (classes->count == 0 && whole_label)
        return 0;
    return lp_fail(e, "the label '%.60s' is not among the classes of --like", cell);
}

static int read_label(lp_table *t, const char *cell, bool may_be_header, lp_error *e) {
    int64_t whole = 0;
    bool is_number;
    if (cell[0] == '\0')
        return lp_fail(e, "the label is empty");
    if (means_missing(t, cell))
        return lp_fail(e, "the label is missing");
    const bool whole_label = is_whole(cell, t->options->format.decimal, &whole, &is_number);
    if (t->options->like.given) {
        if (find_class(t, cell, whole_label, &whole, e))
            return -1;
        lp_buffer_append(&t->y, &whole, sizeof whole);
        return 0;
    }
    if (t->rows == 0)
        t->first_alone = !whole_label && may_be_header;
    else
        t->first_alone = t->first_alone && whole_label;
    if (!whole_label && t->all_whole)
        t->odd = lp_arena_strdup(&t->arena, cell);
    t->all_whole = t->all_whole && whole_label;
    t->all_numbers = t->all_numbers && is_number;
    const int64_t number = (int64_t)lp_names_add(&t->classes, cell);
    lp_buffer_append(&t->y, &whole, sizeof whole);
    lp_buffer_append(&t->number, &number, sizeof number);
    return 0;
}

/* ---- rows ---- */

/* Room for one more row. How many rows are to come is guessed from those of this file that have
 * been read, so that a large table is hardly ever moved; the guess is not trusted beyond 16 times
 * what there is. */
static double *next_raw(lp_table *t, const lp_csv *c) {
    const size_t size = t->columns.slots * sizeof(double);
    if (t->raw.capacity - t->raw.size <= size) {
        const double read = (double)(c->at - t->begin), left = (double)(c->end - c->at);
        const double rows = (double)(t->rows - t->rows_before + 1) * left / read;
        const double max = 16 * (double)t->raw.size + (1 << 16), more = 1.02 * rows * (double)size;
        lp_buffer_reserve(&t->raw, size + 1 + (size_t)(more < max ? more : max));
    }
    return (void *)(t->raw.data + t->raw.size);
}

static int read_cell(lp_table *t, const lp_csv *c, size_t i, double *raw, bool may_be_header,
                     lp_error *e) {
    const lp_column *k = &t->columns.column[i];
    const char *cell = lp_csv_cell(c, i);
    switch (k->role) {
    case LP_NUMBER:
        return read_number(t, c, i, &raw[k->slot], e);
    case LP_CATEGORY:
        return read_choice(t, k, cell, &raw[k->slot], e);
    case LP_LABEL:
        return read_label(t, cell, may_be_header, e);
    case LP_TARGET:
        return read_target(t, c, i, e);
    case LP_ID:
        lp_buffer_append(&t->id_start, &t->id_text.size, sizeof(size_t));
        lp_buffer_append(&t->id_text, cell, strlen(cell) + 1);
        return 0;
    default:
        return 0;
    }
}

static int add_row(lp_table *t, const lp_csv *c, size_t row, bool may_be_header, lp_error *e) {
    if (c->cells != t->columns.count)
        return lp_fail(e, "row %zu (line %zu): %zu cell%s, the first row has %zu", row, c->line,
                       c->cells, c->cells == 1 ? "" : "s", t->columns.count);
    double *raw = next_raw(t, c);
    for (size_t i = 0; i < t->columns.count; i++) {
        if (t->columns.column[i].role == LP_UNUSED ||
            read_cell(t, c, i, raw, may_be_header, e) == 0)
            continue;
        if (t->columns.names != NULL)
            return lp_within(e, "row %zu (line %zu), column %.60s", row, c->line,
                             t->columns.names[i]);
        return lp_within(e, "row %zu (line %zu), column %zu", row, c->line, i + 1);
    }
    t->raw.size += t->columns.slots * sizeof *raw;
    t->rows++;
    return 0;
}

/* Whether the numbers of a row are 0, 1, 2 and so on, three at least: what pandas and NumPy call
 * columns that have no names. */
static bool counts_columns(const lp_csv *c) {
    double next = 0, value;
    lp_error ignored;
    for (size_t i = 0; i < c->cells; i++)
        if (lp_csv_value(c, i, &value, &ignored) == 0 && value != next++)
            return false;
    return next >= 3;
}

static int read_rows(lp_table *t, lp_csv *c, const char *name, lp_error *e) {
    int more = lp_csv_next(c, e);
    if (more < 0)
        return -1;
    if (more == 0)
        return lp_fail(e, "it is blank");
    const bool has_header = lp_table_has_header(t->options->header, c);
    if (t->options->header == LP_HEADER_AUTO && !has_header && counts_columns(c))
        return lp_fail(e,
                       "row 1 (line %zu): its numbers are 0, 1, 2, ... (is it a header? say "
                       "--header yes, or no)",
                       c->line);
    if (t->columns.count == 0 ? lp_columns_set(&t->columns, t->options, c, has_header, e)
                              : lp_columns_check(&t->columns, c, has_header, e))
        return -1;
    c->numeric = t->columns.numeric;
    c->numeric_count = t->columns.count;
    if (has_header)
        more = lp_csv_next(c, e);
    if (t->file == NULL)
        t->file = lp_arena_strdup(&t->arena, name);
    for (; more > 0; more = lp_csv_next(c, e)) {
        const bool may_be_header =
            t->options->header == LP_HEADER_AUTO && !has_header && c->row == 1;
        if (t->rows == 0) {
            t->file = lp_arena_strdup(&t->arena, name);
            t->line = c->line;
        }
        if (add_row(t, c, c->row - has_header, may_be_header, e))
            return -1;
    }
    return more;
}

int lp_table_add(lp_table *t, const lp_file *file, lp_error *e) {
    lp_csv c;
    lp_csv_begin(&c, file->bytes, file->size, t->options->format);
    t->begin = file->bytes;
    t->rows_before = t->rows;
    int failed = read_rows(t, &c, file->name, e);
    lp_csv_free(&c);
    return failed ? lp_within(e, "reading %s", file->name) : 0;
}

/* ---- tensors ---- */

static int put_x(lp_table *t, lp_stream *s, lp_error *e) {
    lp_tensor x;
    const size_t shape[] = {t->rows, t->columns.width};
    if (!t->columns.has_categories) {
        x = lp_tensor_take_buffer(&t->raw, LP_F8, 2, shape);
    } else {
        if (lp_tensor_try_zeros(&x, LP_F8, 2, shape, e))
            return lp_within(e, "x of %zu rows and %zu columns", t->rows, t->columns.width);
        const double *raw = (const void *)t->raw.data;
        double *to = x.data;
        for (size_t r = 0; r < t->rows; r++, raw += t->columns.slots)
            for (size_t i = 0; i < t->columns.width; i++) {
                const lp_feature *f = &t->columns.features[i];
                const double value = raw[f->slot];
                *to++ = f->choice == LP_NO_CHOICE || isnan(value)
                            ? value
                            : (double)(value == (double)f->choice);
            }
    }
    lp_stream_put(s, "x", &x);
    return 0;
}

static void put_features(const lp_table *t, lp_stream *s) {
    const char **names = lp_alloc(t->columns.width, sizeof *names);
    for (size_t i = 0; i < t->columns.width; i++)
        names[i] = t->columns.features[i].name;
    lp_stream_put_strings(s, "features", names, t->columns.width);
    free(names);
}

static int put_y(lp_table *t, lp_stream *s, lp_error *e) {
    const lp_table_options *o = t->options;
    if (o->target != NULL || o->like.given) {
        lp_tensor y = lp_tensor_take_buffer(&t->y, o->target != NULL ? LP_F8 : LP_I8, 1, &t->rows);
        lp_stream_put(s, "y", &y);
        if (o->target == NULL && o->like.classes.count > 0)
            lp_stream_put_strings(s, "classes", o->like.classes.item, o->like.classes.count);
        return 0;
    }
    if (!t->all_whole && t->all_numbers)
        return lp_fail(e,
                       "--label: the label '%.60s' is a number, but not a whole one (--target %s "
                       "for numbers to predict)",
                       t->odd, o->label);
    if (t->rows > 1 && t->first_alone)
        return lp_fail(e,
                       "reading %s: row 1 (line %zu): its label '%.60s' is the only one that is "
                       "not a whole number (is it a header? say --header yes, or no)",
                       t->file, t->line, t->odd);
    if (t->all_whole)
        lp_labels_put_whole(s, (const int64_t *)t->y.data, t->rows);
    else
        lp_labels_put_texts(s, (const int64_t *)t->number.data, t->rows, &t->classes);
    return 0;
}

static void put_ids(const lp_table *t, lp_stream *s) {
    const size_t *start = (const size_t *)t->id_start.data;
    const char **ids = lp_alloc(t->rows, sizeof *ids);
    for (size_t i = 0; i < t->rows; i++)
        ids[i] = t->id_text.data + start[i];
    lp_stream_put_strings(s, "ids", ids, t->rows);
    free(ids);
}

int lp_table_put(lp_table *t, lp_stream *s, lp_error *e) {
    if (t->rows == 0)
        return lp_fail(e, "reading %s: there are no rows below the header", t->file);
    if (t->columns.features == NULL)
        lp_columns_finish(&t->columns);
    if (put_x(t, s, e) || (t->y.size > 0 && put_y(t, s, e)))
        return -1;
    if (t->columns.names != NULL || t->columns.has_categories)
        put_features(t, s);
    if (t->id_start.size > 0)
        put_ids(t, s);
    if (t->missing.count > 0)
        lp_stream_put_strings(s, "missing", t->missing.item, t->missing.count);
    return 0;
}

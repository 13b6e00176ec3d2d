#include "data/table_columns.h"

#include "base/memory.h"
#include "data/labels.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MISSING = 1000 };

void lp_columns_free(lp_columns *k) {
    for (size_t i = 0; i < k->count; i++)
        if (k->column[i].choices != NULL)
            lp_names_free(k->column[i].choices);
    lp_dictionary_free(&k->by_name);
    lp_arena_free(&k->arena);
}

/* The items of "a,b,": "a", "b" and "". */
lp_texts lp_split_list(lp_arena *arena, const char *list) {
    size_t count = 1;
    for (const char *p = list; *p != '\0'; p++)
        count += *p == ',';
    lp_texts texts = {lp_arena_alloc(arena, count, sizeof *texts.item), 0};
    char *copy = lp_arena_strdup(arena, list);
    for (char *comma; (comma = strchr(copy, ',')) != NULL; copy = comma + 1) {
        *comma = '\0';
        texts.item[texts.count++] = copy;
    }
    texts.item[texts.count++] = copy;
    return texts;
}

/* ---- finding columns ---- */

bool lp_table_has_header(lp_header header, const lp_csv *c) {
    if (header != LP_HEADER_AUTO)
        return header == LP_HEADER_YES;
    for (size_t i = 0; i < c->cells; i++) {
        double value;
        lp_error ignored;
        if (lp_csv_value(c, i, &value, &ignored) == 0)
            return false;
    }
    return true;
}

/* Where a row of one cell looks as if something else separated its cells: a remark to end a message
 * with; else "". */
const char *lp_separator_hint(size_t columns, const char *cell) {
    static const struct {
        char separator;
        const char *text;
    } hints[] = {
        {';', " (the file looks separated by ';': --separator ';')"},
        {'\t', " (the file looks separated by tabs: --separator tab)"},
        {',', " (the file looks separated by ',': --separator ,)"},
        {'|', " (the file looks separated by '|': --separator '|')"},
    };
    for (size_t i = 0; columns == 1 && i < sizeof hints / sizeof *hints; i++)
        if (strchr(cell, hints[i].separator) != NULL)
            return hints[i].text;
    return "";
}

/* "there is no column 'y'; there are: a, b" */
static int refuse_name(const char *const *names, size_t columns, const char *called, lp_error *e) {
    enum { SHOWN = 300 };
    lp_buffer list = {0};
    for (size_t i = 0; i < columns && list.size < SHOWN; i++)
        lp_buffer_printf(&list, "%s%.60s", i > 0 ? ", " : "", names[i]);
    lp_fail(e, "there is no column '%.60s'; there are: %.*s%s%s", called, SHOWN, list.data,
            list.size >= SHOWN ? ", ..." : "", lp_separator_hint(columns, names[0]));
    lp_buffer_free(&list);
    return -1;
}

int lp_table_find_column(const char *const *names, size_t columns, const char *called,
                         size_t *column, lp_error *e) {
    size_t found = 0;
    for (size_t i = 0; names != NULL && i < columns; i++)
        if (strcmp(names[i], called) == 0 && found++ == 0)
            *column = i;
    if (found > 1)
        return lp_fail(e, "%zu columns are called '%s' (give its number instead)", found, called);
    int64_t number;
    if (found == 1)
        return 0;
    if (!lp_csv_integer(called, &number)) {
        if (names != NULL)
            return refuse_name(names, columns, called, e);
        return lp_fail(e,
                       "there is no column '%s': the first row was read as data (--header yes, or "
                       "the column's number)",
                       called);
    }
    const uint64_t distance = number < 0 ? -(uint64_t)number : (uint64_t)number;
    if (distance < 1 || distance > columns)
        return lp_fail(e, "there is no column %s, there are %zu", called, columns);
    *column = number < 0 ? columns - distance : distance - 1;
    return 0;
}

/* The same without a look at every name. */
static int find_column(const lp_columns *k, const char *called, size_t *column, lp_error *e) {
    const lp_column *found = lp_dictionary_get(&k->by_name, called);
    if (found == NULL || found->shares_name)
        return lp_table_find_column(k->names, k->count, called, column, e);
    *column = (size_t)(found - k->column);
    return 0;
}

/* True where one column alone is called so. */
static bool has_name(const lp_columns *k, const char *name, size_t *column) {
    const lp_column *found = lp_dictionary_get(&k->by_name, name);
    if (found == NULL || found->shares_name)
        return false;
    *column = (size_t)(found - k->column);
    return true;
}

static void set_names(lp_columns *k, const lp_csv *c) {
    k->names = lp_arena_alloc(&k->arena, k->count, sizeof *k->names);
    for (size_t i = 0; i < k->count; i++) {
        k->names[i] = lp_arena_strdup(&k->arena, lp_csv_cell(c, i));
        const size_t length = strlen(k->names[i]);
        k->longest = length > k->longest ? length : k->longest;
        lp_column *first = lp_dictionary_get(&k->by_name, k->names[i]);
        if (first != NULL)
            first->shares_name = true;
        else
            lp_dictionary_put(&k->by_name, k->names[i], &k->column[i]);
    }
    k->has_length = lp_arena_alloc_zero(&k->arena, k->longest + 1, sizeof *k->has_length);
    for (size_t i = 0; i < k->count; i++)
        k->has_length[strlen(k->names[i])] = true;
}

/* ---- roles ---- */

static const char *option_of(lp_role r) {
    static const char *const names[] = {[LP_NUMBER] = "--columns", [LP_CATEGORY] = "--categories",
                                        [LP_LABEL] = "--label",    [LP_TARGET] = "--target",
                                        [LP_ID] = "--id",          [LP_DROPPED] = "--drop"};
    return names[r];
}

static void add_slot(lp_columns *k, size_t i) {
    k->column[i].has_slot = true;
    k->column[i].slot = k->slots;
    k->order[k->slots++] = i;
}

/* Gives the column called so a role. */
static int assign(lp_columns *k, const char *called, lp_role r, lp_error *e) {
    size_t i;
    if (find_column(k, called, &i, e))
        return lp_within(e, "%s", option_of(r));
    lp_column *c = &k->column[i];
    if (r == LP_NUMBER && c->role == LP_CATEGORY && !c->has_slot) {
        add_slot(k, i);
        return 0;
    }
    if (c->role != LP_UNUSED)
        return lp_fail(e, "column '%.60s' is given to both %s and %s", called, option_of(c->role),
                       option_of(r));
    c->role = r;
    if (r == LP_NUMBER)
        add_slot(k, i);
    if (r == LP_CATEGORY) {
        k->has_categories = true;
        c->choices = lp_arena_alloc_zero(&k->arena, 1, sizeof *c->choices);
    }
    return 0;
}

static int assign_lists(lp_columns *k, const lp_texts *lists, lp_role r, lp_error *e) {
    for (size_t i = 0; i < lists->count; i++) {
        size_t unused;
        lp_texts list = {&lists->item[i], 1};
        if (!has_name(k, lists->item[i], &unused))
            list = lp_split_list(&k->arena, lists->item[i]);
        for (size_t n = 0; n < list.count; n++)
            if (assign(k, list.item[n], r, e))
                return -1;
    }
    return 0;
}

/* A feature of the earlier table: a column of that name or, "COLUMN=TEXT", a category's text. */
static int assign_feature(lp_columns *k, const char *name, lp_feature *f, lp_error *e) {
    size_t i;
    *f = (lp_feature){0, LP_NO_CHOICE, name};
    if (has_name(k, name, &i)) {
        if (assign(k, name, LP_NUMBER, e))
            return -1;
        f->slot = k->column[i].slot;
        return 0;
    }
    char *called = lp_arena_strdup(&k->arena, name);
    for (const char *p = strchr(name, '='); p != NULL; p = strchr(p + 1, '=')) {
        const size_t length = (size_t)(p - name);
        if (length > k->longest)
            break;
        called[length] = '\0';
        const bool is_found = k->has_length[length] && has_name(k, called, &i);
        called[length] = '=';
        if (!is_found)
            continue;
        called[length] = '\0';
        if (k->column[i].role != LP_CATEGORY) {
            if (assign(k, called, LP_CATEGORY, e))
                return -1;
            add_slot(k, i);
        }
        f->slot = k->column[i].slot;
        f->choice = lp_names_add(k->column[i].choices, p + 1);
        return 0;
    }
    if (lp_dictionary_get(&k->by_name, name) != NULL)
        return lp_fail(e, "several columns are called '%.60s' (rename all but one)", name);
    return refuse_name(k->names, k->count, name, e);
}

/* x has the columns that the earlier table has, found by name. */
static int assign_like(lp_columns *k, const lp_table_likeness *like, lp_error *e) {
    if (like->features.count == 0)
        return 0;
    if (k->names == NULL)
        return lp_fail(e, "it has no header, but --like names the columns of x");
    k->width = like->features.count;
    k->features = lp_arena_alloc(&k->arena, k->width, sizeof *k->features);
    for (size_t i = 0; i < k->width; i++)
        if (assign_feature(k, like->features.item[i], &k->features[i], e))
            return lp_within(e, "--like");
    return 0;
}

/* What no option names becomes a number of x, unless it is said which those are. */
static int assign_rest(lp_columns *k, const lp_table_options *o, lp_error *e) {
    const bool all = o->columns.count == 0 && k->features == NULL;
    for (size_t i = 0; all && i < k->count; i++) {
        lp_column *c = &k->column[i];
        if (c->role == LP_UNUSED)
            c->role = LP_NUMBER;
        if (c->role == LP_NUMBER || c->role == LP_CATEGORY)
            add_slot(k, i);
    }
    for (size_t i = 0; i < k->count; i++) {
        k->numeric[i] = k->column[i].role == LP_NUMBER || k->column[i].role == LP_TARGET;
        if (k->column[i].role == LP_CATEGORY && !k->column[i].has_slot)
            return lp_fail(e, "column %zu is in --categories but not in --columns", i + 1);
    }
    if (k->slots == 0)
        return lp_fail(e, "no column is left for x%s",
                       lp_separator_hint(k->count, k->names != NULL ? k->names[0] : ""));
    if (o->like.given && k->features == NULL && k->slots != o->like.width)
        return lp_fail(e, "--like: x has %zu columns there, %zu here", o->like.width, k->slots);
    return 0;
}

/* Fixes the columns by the first row of the first file. */
int lp_columns_set(lp_columns *k, const lp_table_options *o, const lp_csv *c, bool has_header,
                   lp_error *e) {
    k->count = c->cells;
    k->column = lp_arena_alloc_zero(&k->arena, k->count, sizeof *k->column);
    k->numeric = lp_arena_alloc_zero(&k->arena, k->count, sizeof *k->numeric);
    k->order = lp_arena_alloc_zero(&k->arena, k->count, sizeof *k->order);
    if (has_header)
        set_names(k, c);
    return assign_lists(k, &o->drop, LP_DROPPED, e) ||
                   (o->label != NULL && assign(k, o->label, LP_LABEL, e)) ||
                   (o->target != NULL && assign(k, o->target, LP_TARGET, e)) ||
                   (o->id != NULL && assign(k, o->id, LP_ID, e)) ||
                   assign_lists(k, &o->categories, LP_CATEGORY, e) ||
                   assign_lists(k, &o->columns, LP_NUMBER, e) || assign_like(k, &o->like, e) ||
                   assign_rest(k, o, e)
               ? -1
               : 0;
}

/* A further file has to have the first one's columns. */
int lp_columns_check(const lp_columns *k, const lp_csv *c, bool has_header, lp_error *e) {
    if (has_header != (k->names != NULL))
        return lp_fail(e, "it has %s, unlike the file before it",
                       has_header ? "a header" : "no header");
    if (c->cells != k->count)
        return lp_fail(e, "it has %zu columns, the file before it %zu", c->cells, k->count);
    for (size_t i = 0; has_header && i < k->count; i++)
        if (strcmp(lp_csv_cell(c, i), k->names[i]) != 0)
            return lp_fail(e, "its column %zu is called '%.60s', in the file before it '%.60s'",
                           i + 1, lp_csv_cell(c, i), k->names[i]);
    return 0;
}

/* The name of column i, or its number. */
static const char *name_of(lp_columns *k, size_t i, const char *choice) {
    lp_buffer b = {0};
    if (k->names != NULL)
        lp_buffer_printf(&b, "%s", k->names[i]);
    else
        lp_buffer_printf(&b, "%zu", i + 1);
    if (choice != NULL)
        lp_buffer_printf(&b, "=%s", choice);
    const char *name = lp_arena_strdup(&k->arena, b.data);
    lp_buffer_free(&b);
    return name;
}

/* The columns of x: a number's is its slot, a category has one for each of its texts. */
void lp_columns_finish(lp_columns *k) {
    size_t width = 0;
    for (size_t s = 0; s < k->slots; s++) {
        const lp_names *choices = k->column[k->order[s]].choices;
        width += choices != NULL ? choices->count : 1;
    }
    k->features = lp_arena_alloc(&k->arena, width, sizeof *k->features);
    for (size_t s = 0; s < k->slots; s++) {
        const lp_names *choices = k->column[k->order[s]].choices;
        if (choices == NULL) {
            k->features[k->width++] = (lp_feature){s, LP_NO_CHOICE, name_of(k, k->order[s], NULL)};
            continue;
        }
        size_t *order = lp_alloc(choices->count, sizeof *order);
        lp_names_sort(choices, order);
        for (size_t c = 0; c < choices->count; c++)
            k->features[k->width++] =
                (lp_feature){s, order[c], name_of(k, k->order[s], choices->item[order[c]])};
        free(order);
    }
}

/* ---- an earlier table ---- */

/* The texts of the first of two tensors that there is, copies; none where neither is. */
static int learn_texts(lp_stream *s, const char *name, const char *other, lp_arena *arena,
                       lp_texts *texts, lp_error *e) {
    name = lp_stream_has(s, name) ? name : other;
    if (!lp_stream_has(s, name))
        return 0;
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is_string(t->type))
        return lp_fail(e, "tensor '%s' holds no texts", name);
    texts->item = lp_arena_alloc(arena, t->count, sizeof *texts->item);
    for (; texts->count < t->count; texts->count++) {
        char *text = lp_tensor_string(t, texts->count, e);
        if (text == NULL)
            return -1;
        texts->item[texts->count] = lp_arena_strdup(arena, text);
        free(text);
    }
    return 0;
}

int lp_table_learn(lp_table_likeness *like, lp_stream *earlier, lp_error *e) {
    *like = (lp_table_likeness){0};
    lp_arena *arena = &like->arena;
    lp_tensor x;
    if (learn_texts(earlier, "features", "model.features", arena, &like->features, e) ||
        learn_texts(earlier, "classes", "model.classes", arena, &like->classes, e) ||
        learn_texts(earlier, "missing", "missing", arena, &like->missing, e))
        return lp_within(e, "--like");
    if (like->missing.count > MAX_MISSING) /* each cell is held against each */
        return lp_fail(e, "--like: %zu texts for missing values are too many (%d at most)",
                       like->missing.count, MAX_MISSING);
    like->width = like->features.count;
    if (like->width == 0 && !lp_stream_describe(earlier, "x", &x) &&
        !lp_stream_describe(earlier, "x_train", &x))
        return lp_fail(e, "--like: the stream has neither features nor x nor x_train");
    if (like->width == 0)
        like->width = x.ndim > 1 ? lp_tensor_row_size(&x) : 1;
    like->given = true;
    return 0;
}

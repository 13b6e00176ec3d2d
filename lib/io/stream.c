#include "io/stream.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include "base/values.h"
#include "io/archive.h"
#include "io/digest.h"
#include "io/groups.h"
#include "io/pipeline.h"
#include "io/recipe.h"
#include "io/relay.h"
#include "io/rows.h"
#include "io/source.h"

#include <stdlib.h>
#include <string.h>

/* One tensor: as it was read, as it was put, or both forms of what was read. */
typedef struct entry entry;
struct entry {
    const char *name;
    size_t archive;   /* that it was read from, counted from 1 */
    size_t set;       /* and its set's place; SIZE_MAX for a tensor that was put */
    size_t place;     /* in the list of items, until all is read */
    bool is_grouped;  /* it is in the list of its group */
    lp_member member; /* as it was read; without a name for a tensor that was put */
    bool is_decoded;
    lp_tensor tensor; /* decoded, or put */
    bool is_made;     /* row by row, when it is needed: the tensor has no data yet */
    lp_rows rows;     /* then: how; what they are made of is in `from`, if anything */
    entry *from;
    size_t users;     /* how many others are made of this one */
    bool is_detached; /* it is no longer in the stream, but for these */
    bool has_sha256;  /* the digest that came with it says its SHA-256 */
    lp_sha256 sha256;
};

/* What belongs together: an archive, or bare arrays that follow each other. */
typedef struct {
    bool is_bare;
    bool has_data, has_model; /* has a tensor that leads such a group (io/groups.h) */
} set;

typedef struct {
    entry **item;
    size_t count, capacity;
} entries;

struct lp_stream {
    lp_arena arena; /* of the entries and their names */
    entry **item;   /* in order; while archives are read, NULL for one that was replaced */
    size_t count, capacity;
    entries grouped[LP_GROUPS]; /* while archives are read: what a later one may replace */
    lp_source *source;
    size_t sources;
    size_t archives;
    set *set;
    size_t sets, set_capacity;
    size_t data_sets; /* of them, those that have data */
    lp_relay relay;
    lp_origin origin;
    lp_texts versions;     /* of labpipe, that ran the recipe's stages */
    lp_dictionary tensors; /* the entries by name */
    lp_dictionary files;   /* those that are not tensors, under the name of a file */
};

/* The ending of a tensor's member. */
static const char NPY[] = ".npy";

/* ---- the set of tensors ---- */

lp_stream *lp_stream_new(void) {
    return lp_alloc_zero(1, sizeof(lp_stream));
}

static void clear(entry *x);

/* One that was made of x is no longer. */
static void stop_using(entry *x) {
    if (--x->users == 0 && x->is_detached)
        clear(x);
}

/* What the rows were made of is no longer needed for them. */
static void let_go(entry *x) {
    entry *from = x->from;
    x->is_made = false;
    x->from = NULL;
    if (from != NULL)
        stop_using(from);
}

static void clear(entry *x) {
    let_go(x);
    lp_member_free(&x->member);
    lp_tensor_free(&x->tensor);
    x->is_decoded = x->has_sha256 = false;
}

/* An entry leaves the stream. */
static void detach(entry *x) {
    x->is_detached = true;
    if (x->users == 0)
        clear(x);
}

void lp_stream_free(lp_stream *s) {
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        if (s->item[i] != NULL)
            clear(s->item[i]);
    for (size_t i = 0; i < s->sources; i++)
        lp_source_close(&s->source[i]);
    for (size_t g = 0; g < LP_GROUPS; g++)
        free(s->grouped[g].item);
    free(s->source);
    free(s->item);
    free(s->set);
    lp_dictionary_free(&s->tensors);
    lp_dictionary_free(&s->files);
    lp_buffer_free(&s->origin.recipe);
    lp_archive_writer_free(&s->relay.writer);
    lp_arena_free(&s->arena);
    free(s);
}

/* Where an entry is to be found: an ending that is not an .npy's makes its name that of a file. */
static lp_dictionary *index_of(lp_stream *s, const char *ending) {
    return *ending != '\0' ? &s->tensors : &s->files;
}

static const char *ending_of(const entry *x) {
    return x->member.name != NULL ? x->member.ending : NPY;
}

static lp_dictionary *index_of_entry(lp_stream *s, const entry *x) {
    return index_of(s, ending_of(x));
}

static entry *find(const lp_stream *s, const char *name) {
    entry *x = lp_dictionary_get(&s->tensors, name);
    return x != NULL ? x : lp_dictionary_get(&s->files, name);
}

/* The entry of that name and ending, cleared, or a new one at the end. */
static entry *renew(lp_stream *s, const char *name, const char *ending) {
    entry *old = lp_dictionary_get(index_of(s, ending), name);
    size_t place = s->count;
    if (old != NULL && old->users == 0) {
        clear(old);
        return old;
    }
    if (old != NULL) /* others are made of it: another one takes its place */
        for (place = 0; s->item[place] != old;)
            place++;
    else
        s->item = lp_grow(s->item, s->count++, &s->capacity, sizeof *s->item);
    entry *x = lp_arena_alloc_zero(&s->arena, 1, sizeof *x);
    x->name = lp_arena_strdup(&s->arena, name);
    x->set = SIZE_MAX;
    x->place = place;
    if (old != NULL) {
        lp_dictionary_drop(index_of(s, ending), name);
        detach(old);
    }
    lp_dictionary_put(index_of(s, ending), x->name, x);
    return s->item[place] = x;
}

void lp_stream_filter(lp_stream *s, bool (*keep)(const char *name, const void *context),
                      const void *context) {
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        entry *x = s->item[i];
        if (keep(x->name, context)) {
            s->item[kept++] = x;
        } else {
            lp_dictionary_drop(index_of_entry(s, x), x->name);
            detach(x);
        }
    }
    s->count = kept;
}

static bool is_another(const char *name, const void *dropped) {
    return strcmp(name, dropped) != 0;
}

void lp_stream_drop(lp_stream *s, const char *name) {
    if (find(s, name) != NULL)
        lp_stream_filter(s, is_another, name);
}

bool lp_stream_name_is_valid(const char *name) {
    return lp_member_name_is_valid(name, strlen(name));
}

int lp_stream_check_name(const char *name, lp_error *e) {
    if (!lp_stream_name_is_valid(name))
        return lp_fail(e, "tensor '%s': " LP_MEMBER_NAME_INVALID, name);
    if (strcmp(name, "recipe") == 0 || strcmp(name, LP_DIGEST_NAME) == 0)
        return lp_fail(e, "tensor '%s': the name is reserved for the stream's recipe", name);
    return 0;
}

static void set_name(lp_stream *s, entry *x, const char *name) {
    lp_dictionary_drop(&s->tensors, x->name);
    x->name = lp_arena_strdup(&s->arena, name);
    lp_dictionary_put(&s->tensors, x->name, x);
}

int lp_stream_rename(lp_stream *s, const char *old_name, const char *new_name, lp_error *e) {
    entry *x = find(s, old_name);
    if (x == NULL) {
        lp_stream_get(s, old_name, e); /* says so */
        return -1;
    }
    if (strcmp(old_name, new_name) == 0)
        return 0;
    if (lp_stream_check_name(new_name, e))
        return lp_within(e, "renaming '%s'", old_name);
    if (index_of_entry(s, x) == &s->files)
        return lp_fail(e, "renaming '%s': %s", old_name, x->member.foreign);
    if (find(s, new_name) != NULL)
        return lp_fail(e, "renaming '%s': there is a tensor '%s' already (drop it first)", old_name,
                       new_name);
    set_name(s, x, new_name);
    return 0;
}

size_t lp_stream_count(const lp_stream *s) {
    return s->count;
}

const char *lp_stream_name(const lp_stream *s, size_t i) {
    return s->item[i]->name;
}

bool lp_stream_has(const lp_stream *s, const char *name) {
    return find(s, name) != NULL;
}

size_t lp_stream_archives(const lp_stream *s) {
    return s->archives;
}

const char *lp_stream_foreign(const lp_stream *s, size_t i, size_t *size) {
    *size = s->item[i]->member.size;
    return s->item[i]->member.foreign;
}

bool lp_stream_describe(const lp_stream *s, const char *name, lp_tensor *description) {
    const entry *x = find(s, name);
    *description = (lp_tensor){0};
    if (x == NULL || x->member.foreign != NULL)
        return false;
    const lp_npy *npy = &x->member.npy;
    *description =
        x->member.name == NULL ? x->tensor : lp_tensor_over(NULL, npy->type, npy->ndim, npy->shape);
    description->data = description->owned = NULL;
    return true;
}

const char *lp_stream_list(const lp_stream *s, char text[LP_STREAM_LISTED]) {
    size_t used = 0;
    strcpy(text, "it is empty");
    for (size_t i = 0; i < s->count; i++) {
        if (used + strlen(s->item[i]->name) + 40 > LP_STREAM_LISTED) {
            sprintf(text + used, " and %zu more", s->count - i);
            break;
        }
        used += (size_t)sprintf(text + used, "%s%s", i == 0 ? "it holds " : ", ", s->item[i]->name);
    }
    return text;
}

/* The entry NAME, which is a tensor; NULL and e where it is missing or foreign. */
static entry *find_tensor(const lp_stream *s, const char *name, lp_error *e) {
    entry *x = find(s, name);
    if (x == NULL) {
        char names[LP_STREAM_LISTED], part[100];
        snprintf(part, sizeof part, "%s_train", name);
        lp_fail(e, "there is no tensor '%s' in the stream%s (%s)", name,
                find(s, part) != NULL ? ", which is split already" : "", lp_stream_list(s, names));
        return NULL;
    }
    if (x->member.foreign != NULL) {
        lp_fail(e, "'%s' is not a tensor: %s", name, x->member.foreign);
        return NULL;
    }
    if (x->member.is_passed) {
        lp_fail(e, "'%s' has been passed on already", name);
        return NULL;
    }
    return x;
}

int lp_stream_check(const lp_stream *s, const char *name, lp_error *e) {
    return find_tensor(s, name, e) != NULL ? 0 : -1;
}

/* The elements of a tensor as they were read. */
static const unsigned char *stored(const entry *x) {
    return lp_member_bytes(&x->member) + x->member.npy.header_size;
}

/* How its rows are made. */
static lp_rows rows_of(const entry *x) {
    lp_rows r = x->rows;
    if (x->from != NULL && x->from->is_decoded)
        r.tensor = &x->from->tensor;
    else if (x->from != NULL)
        r.member = &x->from->member;
    return r;
}

static int make_all(entry *x, lp_error *e) {
    const lp_rows r = rows_of(x);
    if (lp_rows_all(&r, &x->tensor, e))
        return -1;
    let_go(x);
    return 0;
}

/* Sets x->tensor, with data. */
static int decode(entry *x, lp_error *e) {
    if (x->is_decoded)
        return 0;
    if (x->is_made ? make_all(x, e)
                   : lp_npy_decode(&x->member.npy, stored(x), &x->tensor, e) &&
                         lp_within(e, "tensor '%s'", x->name))
        return -1;
    x->is_decoded = true;
    return 0;
}

const lp_tensor *lp_stream_get(lp_stream *s, const char *name, lp_error *e) {
    entry *x = find_tensor(s, name, e);
    return x != NULL && decode(x, e) == 0 ? &x->tensor : NULL;
}

int lp_stream_get_rows(lp_stream *s, const char *name, const size_t *index, size_t n, lp_tensor *t,
                       lp_error *e) {
    *t = (lp_tensor){0};
    entry *x = find_tensor(s, name, e);
    if (x == NULL || (x->is_made && decode(x, e)))
        return -1;
    if (x->is_decoded)
        *t = lp_tensor_take_rows(&x->tensor, index, n);
    else if (lp_npy_decode_rows(&x->member.npy, stored(x), index, n, t, e))
        return lp_within(e, "tensor '%s'", name);
    return 0;
}

int lp_stream_get_as(lp_stream *s, const char *name, lp_type type, lp_tensor *t, lp_error *e) {
    *t = (lp_tensor){0};
    const lp_tensor *stored = lp_stream_get(s, name, e);
    if (stored == NULL)
        return -1;
    if (lp_tensor_convert(t, stored, type, e))
        return lp_within(e, "tensor '%s'", name);
    return 0;
}

int lp_stream_get_choice(lp_stream *s, const char *name, const char *choices, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is_string(t->type) || t->count != 1)
        return lp_fail(e, "%s is not a text (expected one of %s)", name, choices);
    LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, 0, e);
    if (text == NULL)
        return -1;
    int place = lp_choice_of(choices, text, strlen(text));
    return place >= 0 ? place : lp_fail(e, "%s is '%s' (expected one of %s)", name, text, choices);
}

void lp_stream_put(lp_stream *s, const char *name, lp_tensor *t) {
    lp_error e;
    if (lp_stream_check_name(name, &e))
        abort();
    entry *x = renew(s, name, NPY);
    x->tensor = *t;
    x->is_decoded = true;
    *t = (lp_tensor){0};
}

void *lp_stream_alloc(lp_stream *s, size_t count, size_t size) {
    return lp_arena_alloc(&s->arena, count, size);
}

/* *from = the tensor that rows are made of, in a form that they can be read from; NULL for none. */
static int find_source(const lp_stream *s, const char *name, entry **from, lp_error *e) {
    *from = NULL;
    if (name == NULL)
        return 0;
    *from = find_tensor(s, name, e);
    if (*from == NULL)
        return -1;
    return (*from)->is_made || (*from)->member.npy.is_fortran ? decode(*from, e) : 0;
}

/* NAME = the rows r, made of `from` where that is not NULL. */
static int put_made(lp_stream *s, const char *name, const lp_rows *r, entry *from, lp_error *e) {
    lp_error invalid;
    size_t count, bytes;
    if (lp_stream_check_name(name, &invalid))
        abort();
    if (lp_shape_size(r->made.type, r->made.ndim, r->made.shape, &count, &bytes, e))
        return -1;
    if (from != NULL)
        from->users++;
    entry *x = renew(s, name, NPY);
    x->tensor = r->made;
    x->rows = *r;
    x->from = from;
    x->is_made = true;
    return bytes <= LP_STREAM_ROWS_AT_ONCE ? decode(x, e) : 0;
}

int lp_stream_put_rows(lp_stream *s, const char *name, const lp_tensor *description,
                       const lp_stream_rows *rows, lp_error *e) {
    entry *from;
    const lp_rows r = {
        .made = lp_tensor_over(NULL, description->type, description->ndim, description->shape),
        .index = rows->index,
        .make = rows->make,
        .context = rows->context,
    };
    return find_source(s, rows->from, &from, e) ? -1 : put_made(s, name, &r, from, e);
}

/* NAME = the rows index[0 .. n) of x. */
static int put_taken(lp_stream *s, const char *name, entry *x, const size_t *index, size_t n,
                     lp_error *e) {
    lp_tensor t = x->is_decoded ? x->tensor : lp_npy_describe(&x->member.npy);
    t.shape[0] = n;
    const lp_rows r = {.made = lp_tensor_over(NULL, t.type, t.ndim, t.shape), .index = index};
    return put_made(s, name, &r, x, e);
}

int lp_stream_put_taken(lp_stream *s, const char *name, const char *from, const size_t *index,
                        size_t n, lp_error *e) {
    entry *x;
    return find_source(s, from, &x, e) ? -1 : put_taken(s, name, x, index, n, e);
}

int lp_stream_divide(lp_stream *s, const char *name, const size_t *index, size_t parts,
                     const char *const *part_name, const size_t *count, lp_error *e) {
    entry *x;
    int failed = 0;
    if (find_source(s, name, &x, e))
        return -1;
    x->users++; /* one more, so that it outlives its name */
    lp_stream_drop(s, name);
    for (size_t i = 0; i < parts && !failed; index += count[i++])
        failed = count[i] > 0 && put_taken(s, part_name[i], x, index, count[i], e);
    stop_using(x);
    return failed ? -1 : 0;
}

void lp_stream_put_text(lp_stream *s, const char *name, const char *text) {
    lp_tensor t = lp_tensor_text(text);
    lp_stream_put(s, name, &t);
}

void lp_stream_put_strings(lp_stream *s, const char *name, const char *const *texts, size_t n) {
    lp_tensor t = lp_tensor_strings(texts, n);
    lp_stream_put(s, name, &t);
}

void lp_stream_put_number(lp_stream *s, const char *name, double value) {
    lp_tensor t = lp_tensor_scalar(value);
    lp_stream_put(s, name, &t);
}

/* ---- the recipe ---- */

const char *lp_stream_recipe(const lp_stream *s) {
    return s->origin.recipe.size > 0 ? s->origin.recipe.data : "";
}

void lp_stream_set_recipe(lp_stream *s, const char *recipe) {
    lp_buffer text = {0};
    lp_buffer_append(&text, recipe, strlen(recipe));
    lp_buffer_free(&s->origin.recipe);
    s->origin = (lp_origin){.recipe = text};
}

void lp_stream_continue_recipe(lp_stream *s, const char *tool, const char *options,
                               const char *operands) {
    lp_origin_continue(&s->origin, tool, options, operands);
}

const lp_texts *lp_stream_versions(const lp_stream *s) {
    return &s->versions;
}

void lp_stream_add_versions(lp_stream *s, const lp_texts *versions) {
    for (size_t i = 0; i < versions->count; i++)
        lp_digest_add_version(&s->versions, &s->arena, versions->item[i]);
}

/* ---- reading ---- */

/* The origins of the inputs, or of the archives in them, read so far. */
typedef struct {
    lp_origin *item;
    size_t count, capacity;
} origins;

static lp_origin *add_origin(origins *all) {
    all->item = lp_grow(all->item, all->count, &all->capacity, sizeof *all->item);
    all->item[all->count] = (lp_origin){0};
    return &all->item[all->count++];
}

static void drop_origins(origins *all, size_t keep) {
    while (all->count > keep)
        lp_buffer_free(&all->item[--all->count].recipe);
}

/* The text in a member that the recipe or its digest is in. */
static int read_text(const lp_member *m, lp_buffer *text, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    if (m->foreign != NULL)
        return lp_fail(e, "%s", m->foreign);
    if (lp_npy_decode(&m->npy, lp_member_bytes(m) + m->npy.header_size, &t, e))
        return -1;
    return lp_recipe_decode(&t, text, e);
}

/* True where labpipe wrote the recipe's end, so that it wrote a digest, too. Older recipes have
 * neither `labpipe` nor a digest. */
static bool is_ours(const char *recipe) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    lp_pipeline p;
    lp_error e;
    return lp_pipeline_parse(recipe, &arena, &p, &e) == 0 &&
           lp_stage_is(&p.stage[p.count - 1], LP_RECIPE_COMMAND);
}

static void doubt(lp_origin *o, const char *why) {
    if (lp_recipe_is_broken(o->recipe.data, NULL))
        return;
    lp_buffer_printf(&o->recipe, " |");
    lp_origin_break(o, why);
}

/* Whether the recipe of an archive, if it has one, made these members, by the text of the digest
 * beside it ("" for none): a recipe that did not says so from here on. *d is the digest where it
 * is that of the members, and else empty. */
static int check_recipe(lp_stream *s, const lp_members *members, const lp_buffer *text,
                        lp_origin *o, lp_digest *d, lp_error *e) {
    *d = (lp_digest){0};
    if (o->recipe.size == 0)
        return 0;
    if (text->size == 0) {
        if (is_ours(o->recipe.data))
            doubt(o, LP_RECIPE_CHANGED ", which left out " LP_DIGEST_NAME);
        lp_digest_add_version(&s->versions, &s->arena, LP_DIGEST_UNKNOWN);
        return 0;
    }
    bool is_same = lp_digest_parse(text->data, &s->arena, d);
    const lp_sha256 recipe = lp_sha256_of(o->recipe.data, o->recipe.size);
    const bool is_continued = is_same && strcmp(recipe.hex, d->recipe.hex) != 0;
    lp_stream_add_versions(s, &d->versions);
    if (is_same && !is_continued && lp_digest_compare(d, members, &is_same, e))
        return -1;
    if (!is_same)
        doubt(o, LP_RECIPE_CHANGED);
    if (!is_same || is_continued)
        d->rows = 0;
    return 0;
}

/* The set that the next archive's members belong to. */
static size_t set_of(lp_stream *s, bool is_bare) {
    if (s->sets == 0 || !is_bare || !s->set[s->sets - 1].is_bare) {
        s->set = lp_grow(s->set, s->sets, &s->set_capacity, sizeof *s->set);
        s->set[s->sets++] = (set){.is_bare = is_bare};
    }
    return s->sets - 1;
}

static bool leads(const lp_members *members, lp_group group) {
    for (size_t i = 0; i < members->count; i++)
        if (*members->item[i].ending != '\0' && lp_group_of(members->item[i].name) == group &&
            lp_group_is_led_by(members->item[i].name))
            return true;
    return false;
}

/* Lists an entry under its group, so that a later archive finds it without looking at all others.
 */
static void list_entry(lp_stream *s, entry *x) {
    entries *list = &s->grouped[lp_group_of(x->name)];
    if (x->is_grouped || list == &s->grouped[LP_GROUP_OTHER] || index_of_entry(s, x) != &s->tensors)
        return;
    list->item = lp_grow(list->item, list->count, &list->capacity, sizeof *list->item);
    list->item[list->count++] = x;
    x->is_grouped = true;
}

/* Removes an entry, or gives it the name that a model has for what describes the data that it was
 * trained on: an older stream has it only under the data's. */
static void replace_entry(lp_stream *s, entry *x) {
    const char *model_name = lp_group_model_name(x->name);
    if (model_name != NULL && s->set[x->set].has_model && find(s, model_name) == NULL) {
        set_name(s, x, model_name);
        list_entry(s, x);
        return;
    }
    lp_dictionary_drop(&s->tensors, x->name);
    clear(x);
    s->item[x->place] = NULL;
}

/* Replaces a group in all sets before `by` but those that are mere pieces, neither data nor a
 * model. What is left alone here will always be, and is no longer listed: all archives together
 * take linear time. */
static void replace_listed(lp_stream *s, lp_group group, size_t by) {
    entries *list = &s->grouped[group];
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        entry *x = list->item[i];
        if (x->set == by) {
            list->item[kept++] = x;
            continue;
        }
        x->is_grouped = false;
        if (s->set[x->set].has_data || s->set[x->set].has_model)
            replace_entry(s, x);
    }
    list->count = kept;
}

/* A group goes, and with it the predictions. */
static void replace_group(lp_stream *s, lp_group group, size_t by) {
    replace_listed(s, group, by);
    replace_listed(s, LP_GROUP_RESULTS, by);
}

/* Once all is read: the list of items without those that were replaced. */
static void drop_holes(lp_stream *s) {
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->item[i] != NULL)
            s->item[kept++] = s->item[i];
    s->count = kept;
}

static bool holds(const lp_members *members, const char *name) {
    for (size_t i = 0; i < members->count; i++)
        if (strcmp(members->item[i].name, name) == 0)
            return true;
    return false;
}

/* The names that members get in the stream, NULL where one is left out, to be freed: what describes
 * data in an archive that has a model but no data is the model's, and says nothing of the data that
 * came before. */
static const char **names_in(const lp_stream *s, const lp_members *members, size_t place) {
    const char **names = lp_alloc(members->count, sizeof *names);
    const set *own = &s->set[place];
    const bool has_earlier_data = s->data_sets > own->has_data;
    for (size_t i = 0; i < members->count; i++) {
        const char *name = members->item[i].name, *model_name = lp_group_model_name(name);
        names[i] = name;
        if (own->has_model && !own->has_data && has_earlier_data &&
            *members->item[i].ending != '\0' && lp_group_of(name) == LP_GROUP_DATA)
            names[i] = model_name != NULL && !holds(members, model_name) ? model_name : NULL;
    }
    return names;
}

/* A set that brings data, or a model, replaces those of the sets before it. */
static size_t begin_set(lp_stream *s, const lp_members *members, bool is_bare) {
    size_t place = set_of(s, is_bare);
    set *own = &s->set[place];
    if (!own->has_data && leads(members, LP_GROUP_DATA)) {
        replace_group(s, LP_GROUP_DATA, place);
        own->has_data = true;
        s->data_sets++;
    }
    if (!own->has_model && leads(members, LP_GROUP_MODEL)) {
        replace_group(s, LP_GROUP_MODEL, place);
        own->has_model = true;
    }
    return place;
}

/* The recipe of an archive into *o, and its digest. */
static int take_recipe(lp_stream *s, const lp_members *members, lp_origin *o, lp_digest *d,
                       lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer digest = {0};
    bool has[2] = {false, false};
    for (size_t i = 0; i < members->count; i++) {
        const lp_member *m = &members->item[i];
        if (!lp_digest_is_own(m))
            continue;
        const bool is_digest = strcmp(m->name, LP_DIGEST_NAME) == 0;
        if (has[is_digest])
            return lp_fail(e, "member '%s.npy' occurs twice", m->name);
        has[is_digest] = true;
        if (read_text(m, is_digest ? &digest : &o->recipe, e))
            return lp_within(e, "member '%s.npy'", m->name);
    }
    return check_recipe(s, members, &digest, o, d, e);
}

/* Takes over the members of one archive, its recipe into *o. */
static int take_members(lp_stream *s, lp_members *members, bool is_bare, lp_origin *o,
                        lp_error *e) {
    lp_digest digest;
    s->archives++;
    if (take_recipe(s, members, o, &digest, e))
        return -1;
    size_t place = begin_set(s, members, is_bare), row = 0;
    LP_CLEANUP(lp_free) const char **names = names_in(s, members, place);
    for (size_t i = 0; i < members->count; i++) {
        lp_member *m = &members->item[i];
        if (lp_digest_is_own(m))
            continue;
        const lp_digest_row *known = row < digest.rows ? &digest.row[row++] : NULL;
        if (names[i] == NULL)
            continue;
        const entry *old = lp_dictionary_get(index_of(s, m->ending), names[i]);
        if (old != NULL && old->archive == s->archives)
            return lp_fail(e, "member '%s%s' occurs twice", m->name, m->ending);
        entry *x = renew(s, names[i], m->ending);
        x->member = *m;
        x->member.name = x->name;
        x->archive = s->archives;
        x->set = place;
        x->has_sha256 = known != NULL && lp_sha256_is_known(&known->sha256);
        if (x->has_sha256)
            x->sha256 = known->sha256;
        list_entry(s, x);
        *m = (lp_member){0};
    }
    return 0;
}

/* The name of a bare .npy: its file's name without folders and ending, if that is a valid one. */
static void name_bare(const char *path, char name[256]) {
    const char *base = strrchr(path, '/');
    base = base != NULL ? base + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot != NULL ? (size_t)(dot - base) : strlen(base);
    snprintf(name, 256, "%.*s", (int)(length < 255 ? length : 255), base);
    if (strcmp(path, "-") == 0 || !lp_stream_name_is_valid(name) || strcmp(name, "recipe") == 0 ||
        strcmp(name, LP_DIGEST_NAME) == 0)
        strcpy(name, "x");
}

/* Reads one archive at *at, or the bare .npy that is the whole source. */
static int read_archive(lp_stream *s, lp_source *source, const char *path, size_t *at, lp_origin *o,
                        lp_error *e) {
    LP_CLEANUP(lp_members_free) lp_members members = {0};
    if (s->relay.writer.out != NULL && !source->is_mapped)
        members.relay = &s->relay;
    bool is_bare = *at == 0 && lp_npy_is(source->data, source->size);
    if (is_bare) {
        char name[256];
        name_bare(path, name);
        if (lp_archive_read_bare(source, name, &members, e))
            return -1;
        *at = source->size;
    } else if (lp_archive_read(source, at, &members, e)) {
        return -1;
    }
    return take_members(s, &members, is_bare, o, e) ? -1 : lp_source_fill(source, *at + 1, e);
}

/* Checks the file's CRC-32 where the input asks for it. The origins from `first` on are those of
 * its archives: where one of them came without a recipe, the whole file is named instead. */
static int name_origin(const lp_input *input, lp_source *source, origins *all, size_t first,
                       lp_error *e) {
    bool has_recipes = true;
    for (size_t i = first; i < all->count; i++)
        has_recipes = has_recipes && all->item[i].recipe.size > 0;
    /* A replay can open a regular file again, but not <(...) or a named pipe, which have paths too.
     */
    const bool is_standard = strcmp(input->path, "-") == 0;
    const bool is_named = !has_recipes && !is_standard && source->is_regular;
    uint32_t crc = 0;
    if (input->check_crc32 || is_named)
        crc = lp_source_crc32(source, 0, 0, source->size);
    if (input->check_crc32 && crc != input->crc32)
        return lp_fail(e,
                       "its CRC-32 is %08x, not %08x as --crc32 says (it is not the file that the "
                       "recipe was made with)",
                       (unsigned)crc, (unsigned)input->crc32);
    if (is_named) {
        drop_origins(all, first);
        lp_origin *o = add_origin(all);
        if (lp_recipe_is_clean(input->path, strlen(input->path)))
            o->path = input->path, o->crc32 = crc;
        else
            lp_origin_break(o, "a file whose name holds control characters came without a recipe");
    }
    for (size_t i = first; i < all->count; i++)
        if (all->item[i].path == NULL && all->item[i].recipe.size == 0)
            lp_origin_break(&all->item[i], is_standard ? "standard input came without a recipe"
                                                       : "a pipe came without a recipe");
    return 0;
}

/* Reads one input to its end. */
static int read_input(lp_stream *s, const lp_input *input, origins *all, lp_error *e) {
    lp_source *source = &s->source[s->sources++];
    const size_t first = all->count;
    if (lp_source_open(source, input->opened != NULL ? input->opened : input->path, e) ||
        lp_source_fill(source, 1, e))
        return -1;
    if (source->size == 0)
        return lp_fail(e, "it is empty (did what wrote it fail?)");
    if (lp_source_fill(source, LP_NPY_START, e))
        return -1;
    for (size_t at = 0; at < source->size;) {
        if (s->relay.has_begun)
            return lp_fail(e,
                           "a second archive follows, and the first was too large to wait for it "
                           "(name the files instead of a pipe: labpipe pick '*' FILE FILE)");
        if (read_archive(s, source, input->path, &at, add_origin(all), e))
            return -1;
    }
    return name_origin(input, source, all, first, e);
}

static void free_origins(origins *all) {
    drop_origins(all, 0);
    free(all->item);
}

static lp_stream *read_inputs(const lp_input *inputs, size_t n, FILE *through, lp_error *e) {
    LP_CLEANUP(free_origins) origins all = {0};
    lp_stream *s = lp_stream_new();
    s->relay.writer.out = through;
    s->source = lp_alloc_zero(n, sizeof *s->source);
    for (size_t i = 0; i < n; i++) {
        if (read_input(s, &inputs[i], &all, e)) {
            lp_within(e, "reading %s", lp_source_name(inputs[i].path));
            lp_stream_free(s);
            return NULL;
        }
    }
    drop_holes(s);
    s->origin = lp_origin_join(all.item, all.count);
    all.count = 0; /* their recipes are taken over */
    if (s->origin.path != NULL)
        s->origin.path = lp_arena_strdup(&s->arena, s->origin.path);
    return s;
}

lp_stream *lp_stream_read(const lp_input *inputs, size_t n, lp_error *e) {
    return read_inputs(inputs, n, NULL, e);
}

lp_stream *lp_stream_read_through(const lp_input *input, FILE *out, lp_error *e) {
    return read_inputs(input, 1, out, e);
}

/* ---- comparing ---- */

/* Whether two tensors differ, and where; elements of no bytes do not. */
static bool tensors_differ(const lp_tensor *a, const lp_tensor *b, size_t *element) {
    const size_t size = a->type.size;
    *element = SIZE_MAX;
    if (!lp_type_is(a->type, b->type) || a->ndim != b->ndim ||
        memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) != 0)
        return true;
    if (a->count == 0 || memcmp(a->data, b->data, a->count * size) == 0)
        return false;
    const char *from = a->data, *to = b->data;
    for (*element = 0; memcmp(from, to, size) == 0; ++*element)
        from += size, to += size;
    return true;
}

const char *lp_stream_difference(lp_stream *a, lp_stream *b, size_t *element, lp_error *e) {
    size_t bytes;
    e->text[0] = '\0';
    *element = SIZE_MAX;
    for (size_t i = 0; i < a->count; i++) {
        const char *name = a->item[i]->name;
        if (!lp_stream_has(b, name))
            return name;
        if (lp_stream_foreign(a, i, &bytes) != NULL)
            continue;
        const lp_tensor *one = lp_stream_get(a, name, e);
        const lp_tensor *other = one != NULL ? lp_stream_get(b, name, e) : NULL;
        if (other == NULL)
            return NULL;
        if (tensors_differ(one, other, element))
            return name;
    }
    for (size_t i = 0; i < b->count; i++)
        if (!lp_stream_has(a, b->item[i]->name))
            return b->item[i]->name;
    return NULL;
}

/* ---- writing ---- */

/* Makes all rows once. */
static int sum_rows(const entry *x, lp_sha256 *sha256, uint32_t *crc32, lp_error *e) {
    const lp_rows r = rows_of(x);
    LP_CLEANUP(lp_row_pieces_free) lp_row_pieces p = lp_row_pieces_of(&r);
    return lp_sha256_of_pieces(&r.made, lp_row_pieces_next, &p, sha256, crc32, e);
}

/* Makes them twice: their checksum precedes them. */
static int write_rows(lp_archive_writer *w, const entry *x, lp_sha256 *sha256, lp_error *e) {
    uint32_t crc;
    const lp_rows r = rows_of(x);
    if (sum_rows(x, sha256, &crc, e))
        return -1;
    LP_CLEANUP(lp_row_pieces_free) lp_row_pieces p = lp_row_pieces_of(&r);
    return lp_archive_write_pieces(w, x->name, &r.made, crc, lp_row_pieces_next, &p, e);
}

static int sha256_of(const entry *x, lp_sha256 *sha256, lp_error *e) {
    if (x->has_sha256)
        *sha256 = x->sha256;
    else if (x->is_made)
        return sum_rows(x, sha256, &(uint32_t){0}, e);
    else if (x->member.name != NULL)
        return lp_sha256_of_member(&x->member, sha256, e);
    else
        *sha256 = lp_sha256_of_tensor(&x->tensor);
    return 0;
}

int lp_stream_sha256(const lp_stream *s, size_t i, lp_sha256 *sha256, lp_error *e) {
    entry fresh = *s->item[i];
    fresh.has_sha256 = false;
    return sha256_of(&fresh, sha256, e);
}

const unsigned char *lp_stream_bytes(const lp_stream *s, size_t *size) {
    *size = s->source[0].size;
    return s->source[0].data;
}

const char *lp_stream_locate(const lp_stream *s, size_t offset, size_t *from, size_t *element) {
    for (; *from < s->count; ++*from) {
        const lp_member *m = &s->item[*from]->member;
        if (offset < m->offset)
            return NULL;
        const size_t at = offset - m->offset, size = m->npy.type.size;
        if (at >= m->size)
            continue;
        const bool has_elements = m->foreign == NULL && size > 0 && at >= m->npy.header_size;
        *element = has_elements ? (at - m->npy.header_size) / size : SIZE_MAX;
        return s->item[*from]->name;
    }
    return NULL;
}

bool lp_stream_is_stored(const lp_stream *s) {
    for (size_t i = 0; i < s->count; i++)
        if (s->item[i]->member.source == NULL)
            return false;
    return s->archives == 1;
}

/* Writes a member of the recipe's own. */
static int write_text(lp_archive_writer *w, const char *name, const lp_buffer *text, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = lp_tensor_text(text->data);
    return lp_archive_write(w, name, &t, e);
}

/* Writes what is there as a whole; *sha256 becomes its digest, unless it is NULL. */
static int write_whole(lp_archive_writer *w, const entry *x, lp_sha256 *sha256, lp_error *e) {
    if (sha256 != NULL && sha256_of(x, sha256, e))
        return lp_within(e, "tensor '%s'", x->name);
    if (x->member.is_passed)
        return 0;
    return x->member.name != NULL ? lp_archive_write_member(w, x->name, &x->member, e)
                                  : lp_archive_write(w, x->name, &x->tensor, e);
}

int lp_stream_write(lp_stream *s, FILE *out, bool compress, lp_error *e) {
    LP_CLEANUP(lp_archive_writer_free)
    lp_archive_writer w = {.out = out, .compress = compress};
    if (s->relay.has_begun) {
        w = s->relay.writer;
        s->relay.writer = (lp_archive_writer){0};
    }
    LP_CLEANUP(lp_buffer_free) lp_buffer digest = {0};
    const bool has_recipe = s->origin.recipe.size > 0;
    if (has_recipe) {
        lp_digest_add_version(&s->versions, &s->arena, LP_VERSION);
        lp_digest_begin(&digest, &s->versions, s->origin.recipe.data);
    }
    for (size_t i = 0; i < s->count; i++) {
        const entry *x = s->item[i];
        lp_sha256 sha256;
        if (x->is_made ? write_rows(&w, x, &sha256, e)
                       : write_whole(&w, x, has_recipe ? &sha256 : NULL, e))
            return -1;
        const uint32_t crc32 = !x->member.is_passed ? w.crc32 : x->member.crc;
        if (has_recipe)
            lp_digest_append(&digest, &sha256, crc32, x->name, ending_of(x));
    }
    if (has_recipe && (write_text(&w, "recipe", &s->origin.recipe, e) ||
                       write_text(&w, LP_DIGEST_NAME, &digest, e)))
        return -1;
    return lp_archive_write_end(&w, e);
}

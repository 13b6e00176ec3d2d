#include "io/stream_entry.h"

#include <stdlib.h>
#include <string.h>

/* The ending of a tensor's member. */
static const char NPY[] = ".npy";

/* ---- the set of tensors ---- */

lp_stream *lp_stream_new(void) {
    return lp_alloc_zero(1, sizeof(lp_stream));
}

/* An entry whose rows were made of x needs it no more. */
static void stop_using(lp_entry *x) {
    if (--x->users == 0 && x->is_detached)
        lp_entry_clear(x);
}

/* The rows of x are there or gone: what they were made of may go. */
static void let_go(lp_entry *x) {
    lp_entry *from = x->from;
    x->is_made = false;
    x->from = NULL;
    if (from != NULL)
        stop_using(from);
}

void lp_entry_clear(lp_entry *x) {
    let_go(x);
    lp_member_free(&x->member);
    lp_tensor_free(&x->tensor);
    x->is_decoded = x->has_sha256 = false;
}

/* An entry leaves the stream. */
static void detach(lp_entry *x) {
    x->is_detached = true;
    if (x->users == 0)
        lp_entry_clear(x);
}

void lp_stream_free(lp_stream *s) {
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        if (s->item[i] != NULL)
            lp_entry_clear(s->item[i]);
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

lp_dictionary *lp_stream_index(lp_stream *s, const char *ending) {
    return *ending != '\0' ? &s->tensors : &s->files;
}

const char *lp_entry_ending(const lp_entry *x) {
    return x->member.name != NULL ? x->member.ending : NPY;
}

lp_dictionary *lp_stream_index_of(lp_stream *s, const lp_entry *x) {
    return lp_stream_index(s, lp_entry_ending(x));
}

lp_entry *lp_stream_find(const lp_stream *s, const char *name) {
    lp_entry *x = lp_dictionary_get(&s->tensors, name);
    return x != NULL ? x : lp_dictionary_get(&s->files, name);
}

lp_entry *lp_stream_renew(lp_stream *s, const char *name, const char *ending) {
    lp_entry *old = lp_dictionary_get(lp_stream_index(s, ending), name);
    size_t place = s->count;
    if (old != NULL && old->users == 0) {
        lp_entry_clear(old);
        return old;
    }
    if (old != NULL) /* others are made of it: another one takes its place */
        for (place = 0; s->item[place] != old;)
            place++;
    else
        s->item = lp_grow(s->item, s->count++, &s->capacity, sizeof *s->item);
    lp_entry *x = lp_arena_alloc_zero(&s->arena, 1, sizeof *x);
    x->name = lp_arena_strdup(&s->arena, name);
    x->set = SIZE_MAX;
    x->place = place;
    if (old != NULL) {
        lp_dictionary_drop(lp_stream_index(s, ending), name);
        detach(old);
    }
    lp_dictionary_put(lp_stream_index(s, ending), x->name, x);
    return s->item[place] = x;
}

void lp_stream_filter(lp_stream *s, bool (*keep)(const char *name, const void *context),
                      const void *context) {
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        lp_entry *x = s->item[i];
        if (keep(x->name, context)) {
            s->item[kept++] = x;
        } else {
            lp_dictionary_drop(lp_stream_index_of(s, x), x->name);
            detach(x);
        }
    }
    s->count = kept;
}

static bool is_another(const char *name, const void *dropped) {
    return strcmp(name, dropped) != 0;
}

void lp_stream_drop(lp_stream *s, const char *name) {
    if (lp_stream_find(s, name) != NULL)
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

void lp_stream_set_name(lp_stream *s, lp_entry *x, const char *name) {
    lp_dictionary_drop(&s->tensors, x->name);
    x->name = lp_arena_strdup(&s->arena, name);
    lp_dictionary_put(&s->tensors, x->name, x);
}

int lp_stream_rename(lp_stream *s, const char *old_name, const char *new_name, lp_error *e) {
    lp_entry *x = lp_stream_find(s, old_name);
    if (x == NULL) {
        lp_stream_get(s, old_name, e); /* says so */
        return -1;
    }
    if (strcmp(old_name, new_name) == 0)
        return 0;
    if (lp_stream_check_name(new_name, e))
        return lp_within(e, "renaming '%s'", old_name);
    if (lp_stream_index_of(s, x) == &s->files)
        return lp_fail(e, "renaming '%s': %s", old_name, x->member.foreign);
    if (lp_stream_find(s, new_name) != NULL)
        return lp_fail(e, "renaming '%s': there is a tensor '%s' already (drop it first)", old_name,
                       new_name);
    lp_stream_set_name(s, x, new_name);
    return 0;
}

size_t lp_stream_count(const lp_stream *s) {
    return s->count;
}

const char *lp_stream_name(const lp_stream *s, size_t i) {
    return s->item[i]->name;
}

bool lp_stream_has(const lp_stream *s, const char *name) {
    return lp_stream_find(s, name) != NULL;
}

size_t lp_stream_archives(const lp_stream *s) {
    return s->archives;
}

const char *lp_stream_foreign(const lp_stream *s, size_t i, size_t *size) {
    *size = s->item[i]->member.size;
    return s->item[i]->member.foreign;
}

bool lp_stream_describe(const lp_stream *s, const char *name, lp_tensor *description) {
    const lp_entry *x = lp_stream_find(s, name);
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
static lp_entry *find_tensor(const lp_stream *s, const char *name, lp_error *e) {
    lp_entry *x = lp_stream_find(s, name);
    if (x == NULL) {
        char names[LP_STREAM_LISTED], part[100];
        snprintf(part, sizeof part, "%s_train", name);
        lp_fail(e, "there is no tensor '%s' in the stream%s (%s)", name,
                lp_stream_find(s, part) != NULL ? ", which is split already" : "",
                lp_stream_list(s, names));
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
static const unsigned char *stored(const lp_entry *x) {
    return lp_member_bytes(&x->member) + x->member.npy.header_size;
}

lp_rows lp_entry_rows(const lp_entry *x) {
    lp_rows r = x->rows;
    if (x->from != NULL && x->from->is_decoded)
        r.tensor = &x->from->tensor;
    else if (x->from != NULL)
        r.member = &x->from->member;
    return r;
}

static int make_all(lp_entry *x, lp_error *e) {
    const lp_rows r = lp_entry_rows(x);
    if (lp_rows_all(&r, &x->tensor, e))
        return -1;
    let_go(x);
    return 0;
}

/* Sets x->tensor, with data. */
static int decode(lp_entry *x, lp_error *e) {
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
    lp_entry *x = find_tensor(s, name, e);
    return x != NULL && decode(x, e) == 0 ? &x->tensor : NULL;
}

int lp_stream_get_rows(lp_stream *s, const char *name, const size_t *index, size_t n, lp_tensor *t,
                       lp_error *e) {
    *t = (lp_tensor){0};
    lp_entry *x = find_tensor(s, name, e);
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
    lp_entry *x = lp_stream_renew(s, name, NPY);
    x->tensor = *t;
    x->is_decoded = true;
    *t = (lp_tensor){0};
}

void *lp_stream_alloc(lp_stream *s, size_t count, size_t size) {
    return lp_arena_alloc(&s->arena, count, size);
}

/* The tensor that rows are made of, in a form that they can be read from; NULL and e. */
static lp_entry *find_source(const lp_stream *s, const char *name, lp_error *e) {
    lp_entry *x = find_tensor(s, name, e);
    if (x != NULL && (x->is_made || x->member.npy.is_fortran) && decode(x, e))
        return NULL;
    return x;
}

/* NAME = the rows r, made of `from` where that is not NULL. */
static int put_made(lp_stream *s, const char *name, const lp_rows *r, lp_entry *from, lp_error *e) {
    lp_error invalid;
    size_t count, bytes;
    if (lp_stream_check_name(name, &invalid))
        abort();
    if (lp_shape_size(r->made.type, r->made.ndim, r->made.shape, &count, &bytes, e))
        return -1;
    if (from != NULL)
        from->users++;
    lp_entry *x = lp_stream_renew(s, name, NPY);
    x->tensor = r->made;
    x->rows = *r;
    x->from = from;
    x->is_made = true;
    return bytes <= LP_STREAM_ROWS_AT_ONCE ? decode(x, e) : 0;
}

int lp_stream_put_rows(lp_stream *s, const char *name, const lp_tensor *description,
                       const lp_stream_rows *rows, lp_error *e) {
    lp_entry *from = NULL;
    if (rows->from != NULL && (from = find_source(s, rows->from, e)) == NULL)
        return -1;
    const lp_rows r = {
        .made = lp_tensor_over(NULL, description->type, description->ndim, description->shape),
        .index = rows->index,
        .make = rows->make,
        .context = rows->context,
    };
    return put_made(s, name, &r, from, e);
}

/* NAME = the rows index[0 .. n) of x. */
static int put_taken(lp_stream *s, const char *name, lp_entry *x, const size_t *index, size_t n,
                     lp_error *e) {
    lp_tensor t = x->is_decoded ? x->tensor : lp_npy_describe(&x->member.npy);
    t.shape[0] = n;
    const lp_rows r = {.made = lp_tensor_over(NULL, t.type, t.ndim, t.shape), .index = index};
    return put_made(s, name, &r, x, e);
}

int lp_stream_put_taken(lp_stream *s, const char *name, const char *from, const size_t *index,
                        size_t n, lp_error *e) {
    lp_entry *x = find_source(s, from, e);
    return x == NULL ? -1 : put_taken(s, name, x, index, n, e);
}

int lp_stream_divide(lp_stream *s, const char *name, const size_t *index, size_t parts,
                     const char *const *part_name, const size_t *count, lp_error *e) {
    lp_entry *x = find_source(s, name, e);
    int failed = 0;
    if (x == NULL)
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

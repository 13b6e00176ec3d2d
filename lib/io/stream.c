#include "io/stream.h"

#include "base/memory.h"
#include "base/values.h"
#include "io/archive.h"
#include "io/npy.h"
#include "io/recipe.h"
#include "io/source.h"
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    ALIGNMENT = 64,        /* of every stored array's elements, from the archive's start */
    WRITE_CHUNK = 4 << 20, /* mapped pages are let go behind what was written */
};

/* One tensor: as it was read, as it was put, or both forms of what was read. */
typedef struct {
    char *name;
    uint64_t hash;
    size_t place; /* in stream.item */
    /* As read: the whole .npy, in the source or unpacked. size is 0 for a tensor that was put. */
    lp_npy npy;
    uint32_t crc;
    size_t size, offset;
    const lp_source *source;
    lp_buffer unpacked;
    size_t archive; /* which archive it came from, counted from 1 */
    /* Decoded, or put. */
    bool is_decoded;
    lp_tensor tensor;
} entry;

struct lp_stream {
    entry **item; /* in order */
    size_t count, capacity;
    entry **slot; /* the same by name: open addressing, linear probing */
    size_t slots; /* a power of two, at least twice count; 0 at first */
    lp_source **source;
    size_t sources;
    size_t archives;
    lp_buffer recipe;
    /* The one file that was read, where it came without a recipe: not in `recipe` yet. */
    char *lone_path;
    uint32_t lone_crc;
};

/* ---- the set of tensors ---- */

lp_stream *(lp_stream_new)(void) {
    lp_stream *s = lp_alloc_zero(1, sizeof *s);
    lp_buffer_append(&s->recipe, "", 0);
    return s;
}

static void entry_free(entry *x) {
    if (x == NULL)
        return;
    free(x->name);
    lp_buffer_free(&x->unpacked);
    lp_tensor_free(&x->tensor);
    free(x);
}

void lp_stream_free(lp_stream *s) {
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        entry_free(s->item[i]);
    free(s->item);
    free(s->slot);
    for (size_t i = 0; i < s->sources; i++) {
        lp_source_close(s->source[i]);
        free(s->source[i]);
    }
    free(s->source);
    lp_buffer_free(&s->recipe);
    free(s->lone_path);
    free(s);
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t hash_of(const char *name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

/* The slot that holds name, or the free one where it would go. */
static size_t slot_of(const lp_stream *s, const char *name, uint64_t hash) {
    size_t i = hash & (s->slots - 1);
    while (s->slot[i] != NULL && (s->slot[i]->hash != hash || strcmp(s->slot[i]->name, name) != 0))
        i = (i + 1) & (s->slots - 1);
    return i;
}

static entry *find(const lp_stream *s, const char *name) {
    return s->slots == 0 ? NULL : s->slot[slot_of(s, name, hash_of(name))];
}

/* Makes room for one entry more. */
static void reserve(lp_stream *s) {
    s->item = lp_grow(s->item, s->count, &s->capacity, sizeof *s->item);
    if (2 * (s->count + 1) <= s->slots)
        return;
    s->slots = s->slots > 0 ? 2 * s->slots : 64;
    free(s->slot);
    s->slot = lp_alloc_zero(s->slots, sizeof *s->slot);
    for (size_t i = 0; i < s->count; i++)
        s->slot[slot_of(s, s->item[i]->name, s->item[i]->hash)] = s->item[i];
}

/* Puts x, whose name is set, in the place of its namesake or at the end; takes it over. */
static void insert(lp_stream *s, entry *x) {
    reserve(s);
    x->hash = hash_of(x->name);
    size_t slot = slot_of(s, x->name, x->hash);
    entry *old = s->slot[slot];
    x->place = old != NULL ? old->place : s->count++;
    s->item[x->place] = s->slot[slot] = x;
    entry_free(old);
}

/* Takes x out of the table of names and closes the gap in its run. */
static void unhash(lp_stream *s, const entry *x) {
    const size_t mask = s->slots - 1;
    size_t gap = slot_of(s, x->name, x->hash);
    s->slot[gap] = NULL;
    for (size_t i = (gap + 1) & mask; s->slot[i] != NULL; i = (i + 1) & mask) {
        size_t home = s->slot[i]->hash & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            s->slot[gap] = s->slot[i];
            s->slot[i] = NULL;
            gap = i;
        }
    }
}

void lp_stream_drop(lp_stream *s, const char *name) {
    entry *x = find(s, name);
    if (x == NULL)
        return;
    unhash(s, x);
    s->count--;
    for (size_t i = x->place; i < s->count; i++) {
        s->item[i] = s->item[i + 1];
        s->item[i]->place = i;
    }
    entry_free(x);
}

bool lp_stream_name_is_valid(const char *name) {
    return lp_member_name_is_valid(name, strlen(name));
}

static int check_name(const char *name, lp_error *e) {
    if (!lp_stream_name_is_valid(name))
        return lp_fail(e,
                       "tensor '%s': the name is none that a tensor may have ([A-Za-z0-9_.+-/], "
                       "no '..', no leading '/')",
                       name);
    if (strcmp(name, "recipe") == 0)
        return lp_fail(e, "tensor 'recipe': this name is kept for the stream's recipe");
    return 0;
}

int lp_stream_rename(lp_stream *s, const char *old_name, const char *new_name, lp_error *e) {
    entry *x = find(s, old_name);
    if (x == NULL) {
        lp_stream_get(s, old_name, e); /* says so */
        return -1;
    }
    if (strcmp(old_name, new_name) == 0)
        return 0;
    if (check_name(new_name, e))
        return lp_within(e, "renaming '%s'", old_name);
    if (find(s, new_name) != NULL)
        return lp_fail(e, "renaming '%s': there is a tensor '%s' already (drop it first)", old_name,
                       new_name);
    char *name = lp_strdup(new_name);
    unhash(s, x);
    free(x->name);
    x->name = name;
    x->hash = hash_of(name);
    s->slot[slot_of(s, name, x->hash)] = x;
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

bool lp_stream_describe(const lp_stream *s, const char *name, lp_tensor *description) {
    const entry *x = find(s, name);
    if (x == NULL)
        return false;
    if (x->size == 0) {
        *description = x->tensor;
    } else {
        *description = (lp_tensor){.type = x->npy.type, .ndim = x->npy.ndim, .count = x->npy.count};
        memcpy(description->shape, x->npy.shape, sizeof description->shape);
    }
    description->data = description->owned = NULL;
    return true;
}

/* The whole .npy of an entry that was read. */
static const unsigned char *npy_bytes(const entry *x) {
    return x->source != NULL ? x->source->data + x->offset
                             : (const unsigned char *)x->unpacked.data;
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

const lp_tensor *lp_stream_get(lp_stream *s, const char *name, lp_error *e) {
    entry *x = find(s, name);
    if (x == NULL) {
        char names[LP_STREAM_LISTED];
        lp_fail(e, "there is no tensor '%s' in the stream (%s)", name, lp_stream_list(s, names));
        return NULL;
    }
    if (!x->is_decoded) {
        if (lp_npy_decode(&x->npy, npy_bytes(x) + x->npy.header_size, &x->tensor, e)) {
            lp_within(e, "tensor '%s'", name);
            return NULL;
        }
        x->is_decoded = true;
    }
    return &x->tensor;
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
    char *text = lp_tensor_string(t, 0, e);
    if (text == NULL)
        return -1;
    int place = lp_choice_of(choices, text, strlen(text));
    if (place < 0)
        lp_fail(e, "%s is '%s' (expected one of %s)", name, text, choices);
    free(text);
    return place;
}

void(lp_stream_put)(lp_stream *s, const char *name, lp_tensor *t) {
    lp_error e;
    if (check_name(name, &e))
        abort();
    entry *x = lp_alloc_zero(1, sizeof *x);
    x->name = lp_strdup(name);
    x->tensor = *t;
    x->is_decoded = true;
    *t = (lp_tensor){0};
    insert(s, x);
}

void(lp_stream_put_text)(lp_stream *s, const char *name, const char *text) {
    lp_tensor t = lp_tensor_text(text);
    lp_stream_put(s, name, &t);
}

void lp_stream_put_strings(lp_stream *s, const char *name, const char *const *texts, size_t n) {
    lp_tensor t = lp_tensor_strings(texts, n);
    lp_stream_put(s, name, &t);
}

void(lp_stream_put_number)(lp_stream *s, const char *name, double value) {
    lp_tensor t = lp_tensor_scalar(value);
    lp_stream_put(s, name, &t);
}

/* ---- recipes ---- */

const char *lp_stream_recipe(const lp_stream *s) {
    return s->recipe.data;
}

void(lp_stream_set_recipe)(lp_stream *s, const char *recipe) {
    lp_buffer text = {0};
    lp_buffer_append(&text, recipe, strlen(recipe));
    lp_buffer_free(&s->recipe);
    s->recipe = text;
    free(s->lone_path);
    s->lone_path = NULL;
}

void(lp_stream_continue_recipe)(lp_stream *s, const char *tool, const char *options,
                                const char *operands) {
    lp_buffer b = {0};
    if (s->recipe.size > 0)
        lp_buffer_printf(&b, "%s | ", s->recipe.data);
    lp_buffer_printf(&b, "%s", tool);
    if (s->lone_path != NULL)
        lp_recipe_crc32(&b, s->lone_crc);
    if (options[0] != '\0')
        lp_buffer_printf(&b, " %s", options);
    if (operands[0] != '\0')
        lp_buffer_printf(&b, " %s", operands);
    if (s->lone_path != NULL)
        lp_recipe_path(&b, s->lone_path, operands[0] != '\0');
    lp_stream_set_recipe(s, b.data);
    lp_buffer_free(&b);
}

/* What made one archive or one input: a recipe, or a file to be named. */
typedef struct {
    lp_buffer recipe;
    const char *path; /* NULL where recipe tells */
    uint32_t crc;
} origin;

typedef struct {
    origin *item;
    size_t count, capacity;
} origins;

static origin *add_origin(origins *all) {
    all->item = lp_grow(all->item, all->count, &all->capacity, sizeof *all->item);
    all->item[all->count] = (origin){0};
    return &all->item[all->count++];
}

static void forget_origins(origins *all, size_t keep) {
    while (all->count > keep)
        lp_buffer_free(&all->item[--all->count].recipe);
}

/* The recipe of an input that has none and cannot be named. */
static void break_recipe(origin *o, const char *why) {
    lp_recipe_word(&o->recipe, LP_RECIPE_BROKEN);
    lp_recipe_word(&o->recipe, why);
}

/* One recipe, or one lone file, of all origins. */
static void join_origins(lp_stream *s, const origins *all) {
    if (all->count == 1 && all->item[0].path != NULL) {
        s->lone_path = lp_strdup(all->item[0].path);
        s->lone_crc = all->item[0].crc;
        return;
    }
    if (all->count == 1) {
        lp_buffer_append(&s->recipe, all->item[0].recipe.data, all->item[0].recipe.size);
        return;
    }
    lp_buffer_printf(&s->recipe, "cat");
    for (size_t i = 0; i < all->count; i++) {
        const origin *o = &all->item[i];
        lp_buffer part = {0};
        if (o->path != NULL) {
            lp_recipe_word(&part, "pick");
            lp_recipe_crc32(&part, o->crc);
            lp_recipe_word(&part, "*");
            lp_recipe_path(&part, o->path, true);
        }
        lp_buffer_printf(&s->recipe, " <(%s)", o->path != NULL ? part.data : o->recipe.data);
        lp_buffer_free(&part);
    }
}

/* The text of a `recipe` member. */
static int read_recipe(const lp_source *source, const lp_member *m, lp_buffer *text, lp_error *e) {
    const unsigned char *bytes = m->unpacked.data != NULL ? (const unsigned char *)m->unpacked.data
                                                          : source->data + m->offset;
    lp_tensor t;
    if (!lp_type_is_string(m->npy.type) || m->npy.count != 1)
        return lp_fail(e, "the recipe is not one string");
    if (lp_npy_decode(&m->npy, bytes + m->npy.header_size, &t, e))
        return -1;
    /* NULs fill a string up; one inside would end the text early. */
    const size_t unit = t.type.kind == 'U' ? 4 : 1;
    bool has_ended = false, has_nul = false;
    for (size_t i = 0; i + unit <= t.type.size; i += unit) {
        const bool is_nul = memcmp((const char *)t.data + i, "\0\0\0\0", unit) == 0;
        has_nul = has_nul || (has_ended && !is_nul);
        has_ended = has_ended || is_nul;
    }
    char *string = lp_tensor_string(&t, 0, e);
    lp_tensor_free(&t);
    if (string == NULL)
        return -1;
    const size_t length = strlen(string);
    int failed = 0;
    if (has_nul || !lp_recipe_is_clean(string, length))
        failed = lp_fail(e, "the recipe holds control characters (do not run it)");
    else
        lp_buffer_append(text, string, length);
    free(string);
    return failed;
}

/* ---- reading ---- */

/* Takes over the members of one archive, its recipe into *o. */
static int take_members(lp_stream *s, const lp_source *source, lp_members *members, origin *o,
                        lp_error *e) {
    s->archives++;
    bool has_recipe = false;
    for (size_t i = 0; i < members->count; i++) {
        lp_member *m = &members->item[i];
        if (strcmp(m->name, "recipe") == 0) {
            if (has_recipe)
                return lp_fail(e, "member 'recipe.npy' is there twice");
            has_recipe = true;
            if (read_recipe(source, m, &o->recipe, e))
                return lp_within(e, "member 'recipe.npy'");
            continue;
        }
        const entry *old = find(s, m->name);
        if (old != NULL && old->archive == s->archives)
            return lp_fail(e, "member '%s.npy' is there twice", m->name);
        entry *x = lp_alloc_zero(1, sizeof *x);
        x->name = m->name;
        x->npy = m->npy;
        x->crc = m->crc;
        x->size = m->size;
        x->offset = m->offset;
        x->source = m->unpacked.data == NULL ? source : NULL;
        x->unpacked = m->unpacked;
        x->archive = s->archives;
        m->name = NULL;
        m->unpacked = (lp_buffer){0};
        insert(s, x);
    }
    return 0;
}

/* What a bare .npy is called: its file's name without folders and ending, where a tensor may have
 * that name. */
static char *name_of_bare(const char *path) {
    const char *base = strrchr(path, '/');
    base = base != NULL ? base + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot != NULL ? (size_t)(dot - base) : strlen(base);
    if (strcmp(path, "-") == 0 || !lp_member_name_is_valid(base, length) ||
        (length == 6 && memcmp(base, "recipe", 6) == 0)) {
        base = "x";
        length = 1;
    }
    char *name = lp_alloc(length + 1, 1);
    memcpy(name, base, length);
    name[length] = '\0';
    return name;
}

static int read_bare(lp_stream *s, lp_source *source, const char *path, origin *o, lp_error *e) {
    lp_members members = {0};
    int failed = lp_archive_read_bare(source, &members, e);
    if (!failed) {
        members.item[0].name = name_of_bare(path);
        failed = take_members(s, source, &members, o, e);
    }
    lp_members_free(&members);
    return failed ? -1 : 0;
}

/* Reads one input to its end. */
static int read_input(lp_stream *s, const lp_input *input, origins *all, lp_error *e) {
    lp_source *source = lp_alloc_zero(1, sizeof *source);
    s->source[s->sources++] = source;
    if (lp_source_open(source, input->path, e) || lp_source_fill(source, 1, e))
        return -1;
    if (source->size == 0)
        return lp_fail(e, "it is empty (did what wrote it fail?)");
    if (lp_source_fill(source, LP_NPY_START, e))
        return -1;
    const size_t first = all->count;
    bool all_have_recipes = true;
    if (lp_npy_is(source->data, source->size)) {
        origin *o = add_origin(all);
        if (read_bare(s, source, input->path, o, e))
            return -1;
        all_have_recipes = false;
    } else {
        for (size_t at = 0; at < source->size;) {
            origin *o = add_origin(all);
            lp_members members = {0};
            int failed = lp_archive_read(source, &at, &members, e) ||
                         take_members(s, source, &members, o, e);
            lp_members_free(&members);
            if (failed || lp_source_fill(source, at + 1, e))
                return -1;
            all_have_recipes = all_have_recipes && o->recipe.size > 0;
        }
    }
    /* What a replay could open again: <(…) and a named pipe have a path too. */
    const bool is_standard = strcmp(input->path, "-") == 0;
    const bool has_path = !is_standard && source->is_mapped;
    if (input->check_crc32 || (has_path && !all_have_recipes)) {
        uint32_t crc = lp_source_crc32(source, 0, 0, source->size);
        if (input->check_crc32 && crc != input->crc32)
            return lp_fail(e,
                           "its CRC-32 is %08x, not %08x as --crc32 says (it is another file than "
                           "the one that the recipe was made with)",
                           (unsigned)crc, (unsigned)input->crc32);
        if (has_path && !all_have_recipes) {
            /* The file as a whole stands for what made it. */
            forget_origins(all, first);
            origin *o = add_origin(all);
            if (!lp_recipe_is_clean(input->path, strlen(input->path))) {
                break_recipe(o, "a file whose name holds control characters came without a recipe");
                return 0;
            }
            o->path = input->path;
            o->crc = crc;
        }
    }
    for (size_t i = first; i < all->count; i++)
        if (all->item[i].path == NULL && all->item[i].recipe.size == 0)
            break_recipe(&all->item[i], is_standard ? "standard input came without a recipe"
                                                    : "a pipe came without a recipe");
    return 0;
}

lp_stream *lp_stream_read(const lp_input *inputs, size_t n, lp_error *e) {
    lp_stream *s = lp_stream_new();
    origins all = {0};
    int failed = 0;
    s->source = lp_alloc_zero(n, sizeof *s->source);
    for (size_t i = 0; !failed && i < n; i++) {
        failed = read_input(s, &inputs[i], &all, e);
        if (failed)
            lp_within(e, "reading %s", lp_source_name(inputs[i].path));
    }
    if (!failed)
        join_origins(s, &all);
    forget_origins(&all, 0);
    free(all.item);
    if (failed) {
        lp_stream_free(s);
        return NULL;
    }
    return s;
}

/* ---- writing ---- */

typedef struct {
    FILE *out;
    uint64_t at;       /* bytes written */
    lp_buffer central; /* headers of the central directory */
    uint64_t count;    /* of them */
    bool compress;
} writer;

static int write_bytes(writer *w, const void *bytes, size_t size, lp_error *e) {
    if (size > 0 && fwrite(bytes, 1, size, w->out) != size)
        return lp_fail_errno(e, "writing the stream");
    w->at += size;
    return 0;
}

/* A run of bytes to be written; source is set where they are mapped from a file. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
    const lp_source *source;
    size_t offset;
} run;

static int write_run(writer *w, const run *r, lp_error *e) {
    for (size_t done = 0; done < r->size;) {
        size_t n = r->size - done < WRITE_CHUNK ? r->size - done : WRITE_CHUNK;
        if (write_bytes(w, r->bytes + done, n, e))
            return -1;
        if (r->source != NULL && n == WRITE_CHUNK)
            lp_source_release(r->source, r->offset + done, r->offset + done + n);
        done += n;
    }
    return 0;
}

/* Appends the deflated bytes of a run; with `last` the data end there. zlib's level 6. */
static int deflate_run(z_stream *z, const run *r, bool last, lp_buffer *packed, lp_error *e) {
    size_t done = 0;
    int status;
    do {
        size_t n = r->size - done < WRITE_CHUNK ? r->size - done : WRITE_CHUNK;
        bool is_end = last && done + n == r->size;
        z->next_in = (unsigned char *)(uintptr_t)(r->bytes + done);
        z->avail_in = (uInt)n;
        do {
            lp_buffer_reserve(packed, WRITE_CHUNK / 16);
            z->next_out = (unsigned char *)packed->data + packed->size;
            z->avail_out = WRITE_CHUNK / 16;
            status = deflate(z, is_end ? Z_FINISH : Z_NO_FLUSH);
            packed->size += WRITE_CHUNK / 16 - z->avail_out;
        } while (z->avail_out == 0);
        if (status == Z_STREAM_ERROR)
            return lp_fail(e, "writing the stream: zlib failed");
        done += n;
    } while (done < r->size);
    return 0;
}

static int deflate_runs(const run *runs, size_t n, lp_buffer *packed, lp_error *e) {
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return lp_fail(e, "writing the stream: out of memory");
    int failed = 0;
    for (size_t i = 0; !failed && i < n; i++)
        failed = deflate_run(&z, &runs[i], i == n - 1, packed, e);
    deflateEnd(&z);
    return failed;
}

/* Writes one member that consists of n runs, header_size bytes of which are the .npy's header. */
static int write_member(writer *w, const char *name, uint32_t crc, size_t header_size,
                        const run *runs, size_t n, lp_error *e) {
    lp_buffer file_name = {0}, local = {0}, packed = {0};
    int failed = 0;
    lp_buffer_printf(&file_name, "%s.npy", name);
    lp_zip_entry zip = {.name = file_name.data,
                        .name_size = file_name.size,
                        .method = w->compress ? LP_ZIP_DEFLATED : LP_ZIP_STORED,
                        .crc = crc,
                        .offset = w->at};
    for (size_t i = 0; i < n; i++)
        zip.size += runs[i].size;
    zip.packed_size = zip.size;
    if (!failed && w->compress) {
        failed = deflate_runs(runs, n, &packed, e);
        zip.packed_size = packed.size;
    }
    lp_zip_append_local(&local, &zip, header_size, ALIGNMENT);
    lp_zip_append_central(&w->central, &zip);
    failed = failed || write_bytes(w, local.data, local.size, e);
    if (!failed && w->compress)
        failed = write_bytes(w, packed.data, packed.size, e);
    for (size_t i = 0; !failed && !w->compress && i < n; i++)
        failed = write_run(w, &runs[i], e);
    w->count++;
    lp_buffer_free(&file_name);
    lp_buffer_free(&local);
    lp_buffer_free(&packed);
    return failed ? -1 : 0;
}

static int write_tensor(writer *w, const char *name, const lp_tensor *t, lp_error *e) {
    lp_buffer header = {0};
    int failed = 0;
    lp_npy_append_header(&header, t->type, t->ndim, t->shape);
    {
        const run runs[] = {{.bytes = (unsigned char *)header.data, .size = header.size},
                            {.bytes = t->data, .size = t->count * t->type.size}};
        uint32_t crc = lp_crc32(0, header.data, header.size);
        crc = lp_crc32(crc, t->data, runs[1].size);
        failed = write_member(w, name, crc, header.size, runs, 2, e);
    }
    lp_buffer_free(&header);
    return failed;
}

/* Writes what was read, as it was. */
static int write_read(writer *w, const entry *x, lp_error *e) {
    const run whole = {npy_bytes(x), x->size, x->source, x->offset};
    return write_member(w, x->name, x->crc, x->npy.header_size, &whole, 1, e);
}

int lp_stream_write(lp_stream *s, FILE *out, bool compress, lp_error *e) {
    writer w = {.out = out, .compress = compress};
    int failed = 0;
    for (size_t i = 0; !failed && i < s->count; i++)
        failed = s->item[i]->size > 0 ? write_read(&w, s->item[i], e)
                                      : write_tensor(&w, s->item[i]->name, &s->item[i]->tensor, e);
    if (!failed && s->recipe.size > 0) {
        lp_tensor recipe = lp_tensor_text(s->recipe.data);
        failed = write_tensor(&w, "recipe", &recipe, e);
        lp_tensor_free(&recipe);
    }
    const lp_zip_totals totals = {w.count, w.at, w.central.size};
    lp_zip_append_end(&w.central, &totals);
    failed = failed || write_bytes(&w, w.central.data, w.central.size, e);
    lp_buffer_free(&w.central);
    return failed ? -1 : 0;
}

/* A stream from its inputs: archives one behind the other, and what a later one replaces. */
#include "io/stream_entry.h"

#include "io/pipeline.h"

#include <stdlib.h>
#include <string.h>

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
        s->set[s->sets++] = (lp_stream_set){.is_bare = is_bare};
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
static void list_entry(lp_stream *s, lp_entry *x) {
    lp_entries *list = &s->grouped[lp_group_of(x->name)];
    if (x->is_grouped || list == &s->grouped[LP_GROUP_OTHER] ||
        lp_stream_index_of(s, x) != &s->tensors)
        return;
    list->item = lp_grow(list->item, list->count, &list->capacity, sizeof *list->item);
    list->item[list->count++] = x;
    x->is_grouped = true;
}

/* Removes an entry, or gives it the name that a model has for what describes the data that it was
 * trained on: an older stream has it only under the data's. */
static void replace_entry(lp_stream *s, lp_entry *x) {
    const char *model_name = lp_group_model_name(x->name);
    if (model_name != NULL && s->set[x->set].has_model && lp_stream_find(s, model_name) == NULL) {
        lp_stream_set_name(s, x, model_name);
        list_entry(s, x);
        return;
    }
    lp_dictionary_drop(&s->tensors, x->name);
    lp_entry_clear(x);
    s->item[x->place] = NULL;
}

/* Replaces a group in all sets before `by` but those that are mere pieces, neither data nor a
 * model. What is left alone here will always be, and is no longer listed: all archives together
 * take linear time. */
static void replace_listed(lp_stream *s, lp_group group, size_t by) {
    lp_entries *list = &s->grouped[group];
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        lp_entry *x = list->item[i];
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
    const lp_stream_set *own = &s->set[place];
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
    lp_stream_set *own = &s->set[place];
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
        const lp_entry *old = lp_dictionary_get(lp_stream_index(s, m->ending), names[i]);
        if (old != NULL && old->archive == s->archives)
            return lp_fail(e, "member '%s%s' occurs twice", m->name, m->ending);
        lp_entry *x = lp_stream_renew(s, names[i], m->ending);
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

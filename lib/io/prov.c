#include "io/prov.h"

#include "io/json.h"
#include "io/npy.h"
#include "io/pipeline.h"
#include "io/recipe.h"

#include <jansson.h>

#include <string.h>

/* The parts of a document, by their names in PROV-JSON. */
typedef struct {
    json_t *entity, *activity, *agent, *used, *generated, *associated, *member;
    size_t entities, activities, relations;
    const lp_texts *versions;
} document;

static const char *name_next(lp_buffer *b, const char *prefix, size_t *count) {
    b->size = 0;
    lp_buffer_printf(b, "%s%zu", prefix, ++*count);
    return b->data;
}

/* A relation of two things. */
static void relate(document *d, json_t *relations, const char *a, const char *a_id, const char *b,
                   const char *b_id) {
    LP_CLEANUP(lp_buffer_free) lp_buffer id = {0};
    json_t *relation = json_object();
    lp_json_put(relation, a, lp_json_text(a_id));
    lp_json_put(relation, b, lp_json_text(b_id));
    lp_json_put(relations, name_next(&id, "_:r", &d->relations), relation);
}

static void append_stage(lp_buffer *b, const lp_stage *stage);

static void append_pipeline(lp_buffer *b, const lp_pipeline *p) {
    for (size_t i = 0; i < p->count; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer stage = {0};
        append_stage(&stage, &p->stage[i]);
        lp_buffer_printf(b, "%s%s", i > 0 ? " | " : "", stage.data);
    }
}

/* A stage's text, as a recipe has it. */
static void append_stage(lp_buffer *b, const lp_stage *stage) {
    for (size_t i = 0; i < stage->count; i++) {
        if (stage->argument[i].from == NULL) {
            lp_recipe_word(b, stage->argument[i].word);
            continue;
        }
        lp_buffer_printf(b, "%s<(", b->size > 0 ? " " : "");
        append_pipeline(b, stage->argument[i].from);
        lp_buffer_printf(b, ")");
    }
}

/* The foreign files of a stage. Their CRC-32s come first; their paths are its last words, but for
 * the one of --names FILE:ID:NAME, which has the last CRC-32. */
static void add_files(document *d, const lp_stage *stage, const char *activity) {
    size_t sums[LP_PIPELINE_MAX_COMMANDS], n = 0, named = 0;
    for (size_t i = 0; i + 1 < stage->count && n < LP_PIPELINE_MAX_COMMANDS; i++) {
        const char *word = stage->argument[i].word;
        if (word != NULL && strcmp(word, "--crc32") == 0)
            sums[n++] = i + 1;
        if (word != NULL && strcmp(word, "--names") == 0)
            named = i + 1;
    }
    const size_t last = n - (named > 0 && n > 0);
    for (size_t i = 0; i < n && last <= stage->count; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer id = {0}, path = {0};
        const char *crc32 = stage->argument[sums[i]].word;
        const char *word = stage->argument[i < last ? stage->count - last + i : named].word;
        if (word == NULL || crc32 == NULL)
            continue;
        lp_buffer_append(&path, word, i < last ? strlen(word) : strcspn(word, ":"));
        json_t *file = json_object();
        lp_json_put(file, "prov:label", lp_json_text(lp_buffer_text(&path)));
        lp_json_put(file, "labpipe:crc32", lp_json_text(crc32));
        lp_json_put(d->entity, name_next(&id, "labpipe:entity", &d->entities), file);
        relate(d, d->used, "prov:activity", activity, "prov:entity", id.data);
    }
}

static void add_pipeline(document *d, const lp_pipeline *p, lp_buffer *made);

/* Adds a stage that reads the entity `input`, "" for none; *made is what it writes. */
static void add_stage(document *d, const lp_stage *stage, const char *input, lp_buffer *made) {
    LP_CLEANUP(lp_buffer_free) lp_buffer id = {0}, text = {0}, agent = {0};
    size_t used;
    const char *tool = lp_stage_tool(stage, &used);
    json_t *activity = json_object(), *entity = json_object();
    append_stage(&text, stage);
    lp_json_put(activity, "prov:label", lp_json_text(tool != NULL ? tool : ""));
    lp_json_put(activity, "labpipe:command", lp_json_text(text.data));
    lp_json_put(d->activity, name_next(&id, "labpipe:activity", &d->activities), activity);
    add_files(d, stage, id.data);
    if (*input != '\0')
        relate(d, d->used, "prov:activity", id.data, "prov:entity", input);
    for (size_t i = 0; i < stage->count; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer from = {0};
        if (stage->argument[i].from == NULL)
            continue;
        add_pipeline(d, stage->argument[i].from, &from);
        relate(d, d->used, "prov:activity", id.data, "prov:entity", from.data);
    }
    for (size_t i = 0; used == 2 && i < d->versions->count; i++) {
        agent.size = 0;
        lp_buffer_printf(&agent, "labpipe:version-%s", d->versions->item[i]);
        relate(d, d->associated, "prov:activity", id.data, "prov:agent", agent.data);
    }
    name_next(made, "labpipe:entity", &d->entities);
    lp_json_put(d->entity, made->data, entity);
    relate(d, d->generated, "prov:entity", made->data, "prov:activity", id.data);
}

static void add_pipeline(document *d, const lp_pipeline *p, lp_buffer *made) {
    LP_CLEANUP(lp_buffer_free) lp_buffer input = {0};
    for (size_t i = 0; i < p->count; i++) {
        add_stage(d, &p->stage[i], lp_buffer_text(&input), made);
        input.size = 0;
        lp_buffer_printf(&input, "%s", made->data);
    }
}

/* The tensors, as members of the stream. */
static int add_tensors(document *d, const lp_stream *s, const char *stream, lp_error *e) {
    json_t *whole = json_object_get(d->entity, stream);
    lp_json_put(whole, "prov:type", lp_json_text("prov:Collection"));
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer id = {0};
        lp_sha256 sha256;
        lp_tensor t;
        char dtype[24], shape[200];
        if (lp_stream_sha256(s, i, &sha256, e))
            return -1;
        json_t *tensor = json_object();
        lp_json_put(tensor, "prov:label", lp_json_text(lp_stream_name(s, i)));
        if (lp_stream_describe(s, lp_stream_name(s, i), &t)) {
            lp_json_put(tensor, "labpipe:dtype", lp_json_text(lp_npy_dtype(t.type, dtype)));
            lp_json_put(tensor, "labpipe:shape",
                        lp_json_text(lp_shape_text(t.ndim, t.shape, shape)));
        }
        lp_json_put(tensor, "labpipe:sha256", lp_json_text(sha256.hex));
        lp_json_put(d->entity, name_next(&id, "labpipe:entity", &d->entities), tensor);
        relate(d, d->member, "prov:collection", stream, "prov:entity", id.data);
    }
    return 0;
}

static void add_agents(document *d) {
    for (size_t i = 0; i < d->versions->count; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer id = {0};
        json_t *agent = json_object();
        lp_buffer_printf(&id, "labpipe:version-%s", d->versions->item[i]);
        lp_json_put(agent, "prov:type", lp_json_text("prov:SoftwareAgent"));
        lp_json_put(agent, "prov:label", lp_json_text("labpipe"));
        lp_json_put(agent, "labpipe:version", lp_json_text(d->versions->item[i]));
        lp_json_put(d->agent, id.data, agent);
    }
}

int lp_prov_write(const lp_stream *s, FILE *out, lp_error *e) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    LP_CLEANUP(lp_buffer_free) lp_buffer stream = {0};
    lp_pipeline p;
    if (lp_stream_recipe(s)[0] == '\0')
        return lp_fail(e, "there is no recipe");
    if (lp_pipeline_parse(lp_stream_recipe(s), &arena, &p, e))
        return -1;
    json_t *all = json_object(), *prefix = json_object();
    document d = {.versions = lp_stream_versions(s)};
    const struct {
        const char *name;
        json_t **part;
    } parts[] = {{"entity", &d.entity},
                 {"activity", &d.activity},
                 {"agent", &d.agent},
                 {"used", &d.used},
                 {"wasGeneratedBy", &d.generated},
                 {"wasAssociatedWith", &d.associated},
                 {"hadMember", &d.member}};
    lp_json_put(prefix, "labpipe", lp_json_text("urn:labpipe:"));
    lp_json_put(all, "prefix", prefix);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        lp_json_put(all, parts[i].name, *parts[i].part = json_object());
    add_agents(&d);
    add_pipeline(&d, &p, &stream);
    int failed = add_tensors(&d, s, stream.data, e);
    return lp_json_write(all, failed == 0 ? out : NULL, e) || failed ? -1 : 0;
}

#include "page/parameters.h"

#include "io/pipeline.h"

#include <stdlib.h>
#include <string.h>

/* The value of NAME in a run, "A B" where the recipe has it twice. */
static void set(lp_parameters *p, size_t run, const char *name, const char *value) {
    size_t k = 0;
    while (k < p->count && strcmp(p->parameter[k].name, name) != 0)
        k++;
    if (k == p->count) {
        p->parameter = lp_grow(p->parameter, p->count, &p->capacity, sizeof *p->parameter);
        p->parameter[p->count++] =
            (lp_parameter){.name = lp_arena_strdup(&p->memory, name),
                           .value = lp_arena_alloc_zero(&p->memory, p->runs, sizeof(const char *))};
    }
    LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
    const char *before = p->parameter[k].value[run];
    lp_buffer_printf(&text, "%s%s%s", before != NULL ? before : "", before != NULL ? " " : "",
                     value);
    p->parameter[k].value[run] = lp_arena_strdup(&p->memory, lp_buffer_text(&text));
}

/* The tools of a recipe, in its order. */
typedef struct {
    const char *item[LP_PIPELINE_MAX_COMMANDS];
    size_t count;
} stages;

/* How often a tool has been among the stages so far, this time included. */
static size_t count_tool(stages *seen, const char *tool) {
    size_t times = 1;
    for (size_t i = 0; i < seen->count; i++)
        times += strcmp(seen->item[i], tool) == 0;
    if (seen->count < LP_PIPELINE_MAX_COMMANDS)
        seen->item[seen->count++] = tool;
    return times;
}

/* Not "-", standard input, and not "-1". */
static bool is_option(const lp_argument *a) {
    return a->from == NULL && a->word[0] == '-' &&
           (a->word[1] == '-' || (a->word[1] >= 'A' && a->word[1] <= 'z'));
}

static void add_pipeline(lp_parameters *p, size_t run, const lp_pipeline *pipeline, stages *seen);

/* An option is followed by its value, unless that is another option or there is nothing more. */
static void add_stage(lp_parameters *p, size_t run, const lp_stage *stage, stages *seen) {
    size_t used;
    const char *tool = lp_stage_tool(stage, &used);
    if (tool == NULL)
        tool = "?", used = 0;
    size_t times = count_tool(seen, tool);
    for (size_t i = used; i < stage->count; i++) {
        const lp_argument *a = &stage->argument[i];
        LP_CLEANUP(lp_buffer_free) lp_buffer name = {0};
        lp_buffer_printf(&name, "%s", tool);
        if (times > 1)
            lp_buffer_printf(&name, " %zu", times);
        if (a->from != NULL) {
            add_pipeline(p, run, a->from, seen);
            continue;
        }
        const char *value = a->word, *equals = strchr(a->word, '=');
        if (is_option(a) && strncmp(a->word, "--", 2) == 0 && equals != NULL) {
            lp_buffer_printf(&name, " %.*s", (int)(equals - a->word), a->word);
            value = equals + 1;
        } else if (is_option(a)) {
            lp_buffer_printf(&name, " %s", a->word);
            const lp_argument *next = i + 1 < stage->count ? a + 1 : NULL;
            bool has_value = next != NULL && next->from == NULL && !is_option(next);
            value = has_value ? next->word : "yes";
            i += has_value;
        }
        set(p, run, lp_buffer_text(&name), value);
    }
}

static void add_pipeline(lp_parameters *p, size_t run, const lp_pipeline *pipeline, stages *seen) {
    for (size_t i = 0; i < pipeline->count; i++)
        add_stage(p, run, &pipeline->stage[i], seen);
}

static bool differs(const lp_parameters *p, const lp_parameter *a) {
    for (size_t i = 1; i < p->runs; i++) {
        const char *first = a->value[0], *other = a->value[i];
        if ((first == NULL) != (other == NULL) || (first != NULL && strcmp(first, other) != 0))
            return true;
    }
    return false;
}

void lp_parameters_read(lp_parameters *p, size_t runs, const char *const *recipe) {
    *p = (lp_parameters){.runs = runs};
    LP_CLEANUP(lp_free) stages *seen = lp_alloc(1, sizeof *seen);
    for (size_t i = 0; i < runs; i++) {
        lp_pipeline pipeline;
        lp_error unread;
        seen->count = 0;
        if (recipe[i][0] != '\0' &&
            lp_pipeline_parse(recipe[i], &p->memory, &pipeline, &unread) == 0)
            add_pipeline(p, i, &pipeline, seen);
    }
    size_t kept = 0;
    for (size_t k = 0; k < p->count; k++)
        if (differs(p, &p->parameter[k]))
            p->parameter[kept++] = p->parameter[k];
    p->count = kept;
}

void lp_parameters_free(lp_parameters *p) {
    free(p->parameter);
    lp_arena_free(&p->memory);
    *p = (lp_parameters){0};
}

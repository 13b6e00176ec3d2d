#include "cli/parse.h"

#include "io/recipe.h"

#include <stdio.h>
#include <string.h>

bool lp_option_is_long(const lp_option *row) {
    return row->name[1] != '\0' || row->letter != row->name[0];
}

const char *lp_option_spelling(const lp_option *row, char text[64]) {
    snprintf(text, 64, lp_option_is_long(row) ? "--%s" : "-%s", row->name);
    return text;
}

void lp_command_add(lp_command *c, const lp_option *rows, void *values) {
    size_t capacity = c->settings;
    for (const lp_option *row = rows; row->name != NULL; row++) {
        c->setting = lp_grow(c->setting, c->settings, &capacity, sizeof *c->setting);
        c->setting[c->settings++] =
            (lp_setting){.row = row, .values = values, .default_word = row->default_value};
    }
}

/* The option whose name or synonym is the first `length` bytes of a text. */
static lp_setting *find_name(const lp_command *c, const char *name, size_t length) {
    for (size_t i = 0; i < c->settings; i++) {
        const char *names[] = {c->setting[i].row->name, c->setting[i].row->synonym};
        for (int k = 0; k < 2; k++)
            if (names[k] != NULL && strlen(names[k]) == length &&
                memcmp(names[k], name, length) == 0)
                return &c->setting[i];
    }
    return NULL;
}

lp_setting *lp_command_find(const lp_command *c, const char *name) {
    return find_name(c, name, strlen(name));
}

/* ---- names that are nearly right ---- */

/* Edit distance (Levenshtein 1966), for "did you mean". */
static size_t distance(const char *a, const char *b) {
    size_t n = strlen(b), row[64];
    if (n >= 64)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= n; j++) {
            size_t min = diagonal + (a[i] != b[j - 1]);
            min = row[j] + 1 < min ? row[j] + 1 : min;
            min = row[j - 1] + 1 < min ? row[j - 1] + 1 : min;
            diagonal = row[j];
            row[j] = min;
        }
    }
    return row[n];
}

/* How far a typed text is from a name: 0 where other programs call it so, or it was cut short, else
 * the edit distance. */
static size_t strangeness(const char *typed, const char *name, const char *elsewhere) {
    size_t length = strlen(typed);
    bool is_cut = length >= 2 && strncmp(typed, name, length) == 0;
    bool is_known = elsewhere != NULL && lp_choice_of(elsewhere, typed, length) >= 0;
    return is_cut || is_known ? 0 : distance(typed, name);
}

void lp_nearest_consider(lp_nearest *n, const char *dashes, const char *name,
                         const char *elsewhere) {
    size_t length = strlen(n->typed);
    size_t limit = length >= 4   ? 3
                   : length >= 2 ? 2
                                 : 1; /* of a short name most letters have to fit */
    size_t far = strangeness(n->typed, name, elsewhere), best = n->used > 0 ? n->best : limit;
    if (length == 0 || far > best || (far == best && n->used == 0))
        return;
    if (far < best)
        n->used = 0;
    if (n->used + 80 < sizeof n->text)
        n->used += (size_t)snprintf(n->text + n->used, sizeof n->text - n->used, "%s%s%.60s",
                                    n->used > 0 ? " or " : "did you mean ", dashes, name);
    n->best = far;
}

const char *lp_nearest_text(lp_nearest *n) {
    if (n->used > 0)
        strcpy(n->text + n->used, "? ");
    return n->text;
}

/* `word` is what was typed, up to `length`. The options that are nearest to it are named. */
static int unknown_option(const lp_command *c, const char *word, size_t length, lp_error *e) {
    char name[64] = "";
    lp_nearest nearest = {.typed = name};
    if (length > 2) /* -lr is --lr with a dash too few */
        snprintf(name, sizeof name, "%.*s", (int)(length - (word[1] == '-' ? 2 : 1)),
                 word + (word[1] == '-' ? 2 : 1));
    for (char *at = name; (at = strchr(at, '_')) != NULL;)
        *at = '-';
    for (size_t i = 0; i < c->settings; i++) {
        const lp_option *row = c->setting[i].row;
        if (lp_option_is_long(row))
            lp_nearest_consider(&nearest, "--", row->name, row->elsewhere);
    }
    return lp_fail_usage(e, "unknown option '%.*s' (%s--help lists them all)", (int)length, word,
                         lp_nearest_text(&nearest));
}

/* ---- one option ---- */

/* The option that `word` names; *value is what follows '=' or the letter, or NULL. */
static lp_setting *find(const lp_command *c, const char *word, const char **value, lp_error *e) {
    size_t length = strlen(word);
    *value = NULL;
    if (word[1] == '-') {
        length = strcspn(word, "=");
        *value = word[length] == '=' ? word + length + 1 : NULL;
        lp_setting *setting = find_name(c, word + 2, length - 2);
        if (setting != NULL && lp_option_is_long(setting->row))
            return setting;
    } else {
        *value = word[2] != '\0' ? word + 2 : NULL;
        for (size_t i = 0; i < c->settings; i++)
            if (c->setting[i].row->letter == word[1])
                return &c->setting[i];
    }
    unknown_option(c, word, length, e);
    return NULL;
}

static int parse_option(lp_command *c, int argc, char **argv, int *i, lp_error *e) {
    char spelling[64];
    const char *value;
    lp_setting *setting = find(c, argv[*i], &value, e);
    if (setting == NULL)
        return -1;
    const lp_option *row = setting->row;
    lp_option_spelling(row, spelling);
    if (row->kind == LP_OPTION_FLAG && value != NULL)
        return lp_fail_usage(e, "%s takes no value", spelling);
    if (row->kind != LP_OPTION_FLAG && value == NULL) {
        if (++*i >= argc || strncmp(argv[*i], "--", 2) == 0)
            return lp_fail_usage(e, "%s needs a value: %s %s", spelling, spelling, row->metavar);
        value = argv[*i];
    }
    if (setting->given && !lp_option_repeats(row))
        return lp_fail_usage(e, "%s is given twice", spelling);
    setting->given = true;
    if (lp_option_parse(row, value, setting->values, e))
        return lp_within(e, "option %s", spelling);
    lp_texts_append(&setting->words, value != NULL ? value : "");
    return 0;
}

/* ---- options together ---- */

const lp_setting *lp_command_any_given(const lp_command *c, const char *names) {
    for (const char *at = names;; at++) {
        size_t size = strcspn(at, "|");
        const lp_setting *setting = find_name(c, at, size);
        if (setting != NULL && setting->given)
            return setting;
        at += size;
        if (*at == '\0')
            return NULL;
    }
}

/* True where a choice has one of the values "gd|sgd". */
static bool has_value(const lp_setting *choice, const char *values) {
    const char *value = choice->row->choices;
    for (int n = *(int *)((char *)choice->values + choice->row->offset); n > 0; n--)
        value += strcspn(value, "|") + 1;
    return lp_choice_of(values, value, strcspn(value, "|")) >= 0;
}

/* True where one of the options in "a|b" was given, or holds by its default in a recipe, or, at the
 * end of the list, a choice has one of the values in "method=gd|sgd". */
static bool holds(const lp_command *c, const char *condition) {
    for (const char *at = condition;;) {
        size_t length = strcspn(at, "|=");
        const lp_setting *setting = find_name(c, at, length);
        if (at[length] == '=')
            return setting != NULL && has_value(setting, at + length + 1);
        if (setting != NULL && (setting->given || setting->holds))
            return true;
        if (at[length] == '\0')
            return false;
        at += length + 1;
    }
}

static int check_together(const lp_command *c, lp_error *e) {
    for (size_t i = 0; i < c->settings; i++) {
        const lp_setting *at = &c->setting[i];
        const lp_option *row = at->row;
        char spelling[64];
        lp_option_spelling(row, spelling);
        bool may_be = row->requires == NULL || holds(c, row->requires);
        if ((row->flags & LP_REQUIRED) && !at->given && may_be)
            return lp_fail_usage(e, "%s is missing: %s %s", spelling, spelling, row->metavar);
        if (at->given && !may_be)
            return lp_fail_usage(e, "%s goes only with --%s", spelling, row->requires);
        const lp_setting *other =
            at->given && row->conflicts != NULL ? lp_command_any_given(c, row->conflicts) : NULL;
        if (other != NULL)
            return lp_fail_usage(e, "%s and --%s contradict each other (give one)", spelling,
                                 other->row->name);
    }
    return 0;
}

/* ---- the whole line ---- */

int lp_command_parse(lp_command *c, int argc, char **argv, lp_error *e) {
    for (size_t i = 0; i < c->settings; i++) {
        const lp_option *row = c->setting[i].row;
        memset((char *)c->setting[i].values + row->offset, 0, row->size);
        if (row->default_value != NULL &&
            lp_option_parse(row, row->default_value, c->setting[i].values, e))
            return lp_within(e, "the default of --%s", row->name);
    }
    bool options = true;
    for (int i = 1; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (!options || argv[i][0] != '-' || argv[i][1] == '\0')
            lp_texts_append(&c->operands, argv[i]);
        else if (parse_option(c, argc, argv, &i, e))
            return -1;
    }
    return check_together(c, e);
}

/* ---- the recipe ---- */

static void append_option(const lp_setting *at, lp_buffer *b) {
    const lp_option *row = at->row;
    char spelling[64];
    lp_option_spelling(row, spelling);
    if (at->raw != NULL) {
        lp_recipe_word(b, spelling);
        lp_buffer_printf(b, " %s", at->raw);
        return;
    }
    for (size_t i = 0; i < at->words.count; i++) {
        lp_recipe_word(b, spelling);
        if (row->kind != LP_OPTION_FLAG)
            lp_recipe_word(b, at->words.item[i]);
    }
    if (at->holds) {
        lp_recipe_word(b, spelling);
        lp_recipe_word(b, at->default_word);
    }
}

void lp_command_given(const lp_command *c, unsigned leave_out, lp_buffer *b) {
    for (size_t i = 0; i < c->settings; i++)
        if (!(c->setting[i].row->flags & leave_out))
            append_option(&c->setting[i], b);
}

/* True where one of the options that were given rules this one out, or is ruled out by it. */
static bool is_ruled_out(const lp_command *c, const lp_setting *at) {
    if (at->row->conflicts != NULL && lp_command_any_given(c, at->row->conflicts) != NULL)
        return true;
    for (size_t i = 0; i < c->settings; i++) {
        const lp_setting *other = &c->setting[i];
        if (other->given && other->row->conflicts != NULL &&
            lp_choice_of(other->row->conflicts, at->row->name, strlen(at->row->name)) >= 0)
            return true;
    }
    return false;
}

void lp_command_recipe(lp_command *c, lp_buffer *b) {
    /* A default that is written may be what another option needs. */
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < c->settings; i++) {
            lp_setting *at = &c->setting[i];
            const lp_option *row = at->row;
            if (at->default_word == NULL || row->flags & LP_NOT_IN_RECIPE || at->given ||
                at->unused || at->holds || is_ruled_out(c, at) ||
                (row->requires != NULL && !holds(c, row->requires)))
                continue;
            at->holds = more = true;
        }
    }
    lp_command_given(c, LP_NOT_IN_RECIPE, b);
}

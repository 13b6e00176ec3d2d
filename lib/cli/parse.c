#include "cli/parse.h"

#include "io/recipe.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lp_option_is_long(const lp_option *row) {
    return row->name[1] != '\0' || row->letter != row->name[0];
}

const char *lp_option_spelling(const lp_option *row, char text[64]) {
    snprintf(text, 64, lp_option_is_long(row) ? "--%s" : "-%s", row->name);
    return text;
}

const lp_option *lp_option_find(const lp_option *rows, const char *name) {
    for (; rows->name != NULL; rows++)
        if (strcmp(rows->name, name) == 0)
            return rows;
    return NULL;
}

/* ---- one word ---- */

/* The bounds of a row, as words for a message: "above 0", "from 1 to 10". */
static const char *bounds(const lp_option *row, char text[100]) {
    const char *from = row->flags & LP_OPEN_MIN ? "above" : "at least";
    const char *to = row->flags & LP_OPEN_MAX ? "below" : "at most";
    if (isinf(row->max))
        snprintf(text, 100, "%s %g", from, row->min);
    else if (isinf(row->min))
        snprintf(text, 100, "%s %g", to, row->max);
    else
        snprintf(text, 100, "%s %g and %s %g", from, row->min, to, row->max);
    return text;
}

static int check_bounds(const lp_option *row, double value, const char *word, lp_error *e) {
    if (row->min == 0 && row->max == 0)
        return 0;
    bool low = row->flags & LP_OPEN_MIN ? !(value > row->min) : !(value >= row->min);
    bool high = row->flags & LP_OPEN_MAX ? !(value < row->max) : !(value <= row->max);
    char text[100];
    if (low || high)
        return lp_fail_usage(e, "'%s' is out of range: it has to be %s", word, bounds(row, text));
    return 0;
}

/* A whole word as a decimal integer. strtoll would take leading blanks and a '+'. */
static int parse_integer(const char *word, size_t length, int64_t *value, lp_error *e) {
    char copy[32];
    size_t digits = length > 0 && word[0] == '-' ? 1 : 0;
    if (length == digits || length >= sizeof copy ||
        strspn(word + digits, "0123456789") < length - digits)
        return lp_fail_usage(e, "'%.*s' is not a whole number", (int)length, word);
    memcpy(copy, word, length);
    copy[length] = '\0';
    errno = 0;
    *value = strtoll(copy, NULL, 10);
    if (errno != 0)
        return lp_fail_usage(e, "'%s' is too large", copy);
    return 0;
}

/* A whole word as a finite decimal number: no hexadecimal, no nan, no blanks. */
static int parse_real(const char *word, size_t length, double *value, lp_error *e) {
    char copy[64];
    if (length == 0 || length >= sizeof copy || strspn(word, "+-.0123456789eE") < length)
        return lp_fail_usage(e, "'%.*s' is not a number", (int)length, word);
    memcpy(copy, word, length);
    copy[length] = '\0';
    char *end;
    *value = strtod(copy, &end);
    if (*end != '\0')
        return lp_fail_usage(e, "'%s' is not a number", copy);
    if (!isfinite(*value))
        return lp_fail_usage(e, "'%s' is too large", copy);
    return 0;
}

static int parse_ratio(const char *word, double *value, lp_error *e) {
    double divisor = 1;
    size_t length = strcspn(word, "/");
    if (parse_real(word, length, value, e) ||
        (word[length] != '\0' &&
         parse_real(word + length + 1, strlen(word + length + 1), &divisor, e)))
        return -1;
    *value /= divisor;
    return isfinite(*value) ? 0 : lp_fail_usage(e, "'%s' is not a finite number", word);
}

static void *grow(void *items, size_t count, size_t size, lp_error *e) {
    void *more = realloc(items, (count + 1) * size);
    if (more == NULL)
        lp_fail(e, "out of memory");
    return more;
}

static int parse_list(const lp_option *row, const char *word, lp_ints *ints, lp_reals *reals,
                      lp_error *e) {
    for (const char *at = word;; at++) {
        size_t length = strcspn(at, ",");
        double real;
        int64_t integer = 0;
        if (ints != NULL ? parse_integer(at, length, &integer, e)
                         : parse_real(at, length, &real, e))
            return -1;
        if (check_bounds(row, ints != NULL ? (double)integer : real, word, e))
            return -1;
        if (ints != NULL) {
            int64_t *items = grow(ints->item, ints->count, sizeof *items, e);
            if (items == NULL)
                return -1;
            ints->item = items;
            items[ints->count++] = integer;
        } else {
            double *items = grow(reals->item, reals->count, sizeof *items, e);
            if (items == NULL)
                return -1;
            reals->item = items;
            items[reals->count++] = real;
        }
        at += length;
        if (*at == '\0')
            return 0;
    }
}

static int parse_choice(const lp_option *row, const char *word, int *value, lp_error *e) {
    size_t length = strlen(word);
    int place = 0;
    for (const char *at = row->choices;; place++) {
        size_t size = strcspn(at, "|");
        if (size == length && memcmp(at, word, size) == 0) {
            *value = place;
            return 0;
        }
        at += size;
        if (*at++ == '\0')
            return lp_fail_usage(e, "'%s' is not one of %s", word, row->choices);
    }
}

static int parse_share(const char *word, lp_share *share, lp_error *e) {
    int64_t count;
    if (strpbrk(word, ".eE") == NULL) {
        if (parse_integer(word, strlen(word), &count, e))
            return -1;
        if (count < 1)
            return lp_fail_usage(e, "'%s' is out of range: a count has to be at least 1", word);
        *share = (lp_share){.is_count = true, .count = (size_t)count};
        return 0;
    }
    if (parse_real(word, strlen(word), &share->fraction, e))
        return -1;
    if (!(share->fraction > 0 && share->fraction < 1))
        return lp_fail_usage(e, "'%s' is out of range: a share lies between 0 and 1", word);
    return 0;
}

static int parse_range(const char *word, lp_range *range, lp_error *e) {
    const char *colon = strchr(word, ':');
    if (colon == NULL)
        return lp_fail_usage(e, "'%s' is not a range (FROM:TO, either may be missing)", word);
    int64_t from = 0, to = INT64_MAX;
    if ((colon > word && parse_integer(word, (size_t)(colon - word), &from, e)) ||
        (colon[1] != '\0' && parse_integer(colon + 1, strlen(colon + 1), &to, e)))
        return -1;
    if (from < 0 || to < from)
        return lp_fail_usage(e, "'%s' is not a range: it needs 0 <= FROM <= TO", word);
    range->from = (size_t)from;
    range->to = colon[1] != '\0' ? (size_t)to : SIZE_MAX;
    return 0;
}

static int parse_size(const lp_option *row, const char *word, lp_size *size, lp_error *e) {
    const char *x = strchr(word, 'x');
    int64_t width, height;
    if (x == NULL)
        return lp_fail_usage(e, "'%s' is not a size (WIDTHxHEIGHT)", word);
    if (parse_integer(word, (size_t)(x - word), &width, e) ||
        parse_integer(x + 1, strlen(x + 1), &height, e) ||
        check_bounds(row, (double)width, word, e) || check_bounds(row, (double)height, word, e))
        return -1;
    if (width < 1 || height < 1)
        return lp_fail_usage(e, "'%s' is not a size: both sides are at least 1", word);
    *size = (lp_size){(size_t)width, (size_t)height};
    return 0;
}

static int append_text(lp_texts *texts, const char *word, lp_error *e) {
    const char **items = grow(texts->item, texts->count, sizeof *items, e);
    if (items == NULL)
        return -1;
    texts->item = items;
    items[texts->count++] = word;
    return 0;
}

int lp_option_parse(const lp_option *row, const char *word, void *values, lp_error *e) {
    void *member = (char *)values + row->offset;
    size_t length = word != NULL ? strlen(word) : 0;
    switch (row->kind) {
    case LP_OPTION_FLAG:
        *(bool *)member = true;
        return 0;
    case LP_OPTION_INT:
        if (parse_integer(word, length, member, e))
            return -1;
        return check_bounds(row, (double)*(int64_t *)member, word, e);
    case LP_OPTION_SEED:
        errno = 0;
        *(uint64_t *)member = strtoull(word, NULL, 10);
        if (length == 0 || strspn(word, "0123456789") < length)
            return lp_fail_usage(e, "'%s' is not a whole number from 0", word);
        return errno != 0 ? lp_fail_usage(e, "'%s' is too large", word) : 0;
    case LP_OPTION_REAL:
        if (parse_real(word, length, member, e))
            return -1;
        return check_bounds(row, *(double *)member, word, e);
    case LP_OPTION_RATIO:
        if (parse_ratio(word, member, e))
            return -1;
        return check_bounds(row, *(double *)member, word, e);
    case LP_OPTION_TEXT:
        *(const char **)member = word;
        return 0;
    case LP_OPTION_CHOICE:
        return parse_choice(row, word, member, e);
    case LP_OPTION_INTS: {
        lp_ints *ints = member;
        *ints = (lp_ints){0};
        return parse_list(row, word, ints, NULL, e);
    }
    case LP_OPTION_REALS: {
        lp_reals *reals = member;
        *reals = (lp_reals){0};
        return parse_list(row, word, NULL, reals, e);
    }
    case LP_OPTION_TEXTS:
        return append_text(member, word, e);
    case LP_OPTION_REALS_LIST: {
        lp_reals_list *list = member;
        lp_reals *items = grow(list->item, list->count, sizeof *items, e);
        if (items == NULL)
            return -1;
        list->item = items;
        items[list->count] = (lp_reals){0};
        return parse_list(row, word, NULL, &items[list->count++], e);
    }
    case LP_OPTION_SHARE:
        return parse_share(word, member, e);
    case LP_OPTION_RANGE:
        return parse_range(word, member, e);
    case LP_OPTION_SIZE:
        return parse_size(row, word, member, e);
    case LP_OPTION_CUSTOM:
        if (row->parse(word, member, e)) {
            e->status = LP_USAGE;
            return -1;
        }
        return 0;
    }
    return 0;
}

/* ---- the whole line ---- */

static bool repeats(const lp_option *row) {
    return row->kind == LP_OPTION_TEXTS || row->kind == LP_OPTION_REALS_LIST;
}

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
            size_t least = diagonal + (a[i] != b[j - 1]);
            least = row[j] + 1 < least ? row[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            diagonal = row[j];
            row[j] = least;
        }
    }
    return row[n];
}

static int unknown_option(const lp_command *c, const char *word, size_t length, lp_error *e) {
    char name[64] = "";
    snprintf(name, sizeof name, "%.*s", (int)length - 2, word + (length > 2 ? 2 : 1));
    const char *nearest = NULL;
    size_t best = 3;
    for (int t = 0; t < 2; t++)
        for (const lp_option *row = c->table[t].rows; row->name != NULL; row++)
            if (word[1] == '-' && lp_option_is_long(row) && distance(name, row->name) < best) {
                best = distance(name, row->name);
                nearest = row->name;
            }
    if (nearest != NULL)
        return lp_fail_usage(e, "unknown option '%.*s' (did you mean --%s? --help lists them all)",
                             (int)length, word, nearest);
    return lp_fail_usage(e, "unknown option '%.*s' (--help lists them all)", (int)length, word);
}

/* Finds the option that `word` names; *value is what stands behind '=' or a letter, or NULL. */
static int find(const lp_command *c, const char *word, int *table, const lp_option **row,
                const char **value, lp_error *e) {
    size_t length = strcspn(word, "=");
    *value = word[1] == '-' && word[length] == '=' ? word + length + 1 : NULL;
    for (*table = 0; *table < 2; ++*table) {
        for (*row = c->table[*table].rows; (*row)->name != NULL; ++*row) {
            size_t size = strlen((*row)->name);
            if (word[1] == '-' && lp_option_is_long(*row) && length == size + 2 &&
                memcmp(word + 2, (*row)->name, size) == 0)
                return 0;
            if (word[1] != '-' && (*row)->letter == word[1]) {
                if (word[2] != '\0')
                    *value = word + 2;
                return 0;
            }
        }
    }
    return unknown_option(c, word, word[1] == '-' ? length : strlen(word), e);
}

static int parse_option(lp_command *c, int argc, char **argv, int *i, lp_error *e) {
    int t;
    const lp_option *row;
    const char *value;
    if (find(c, argv[*i], &t, &row, &value, e))
        return -1;
    char spelling[64];
    lp_option_spelling(row, spelling);
    size_t place = (size_t)(row - c->table[t].rows);
    if (row->kind == LP_OPTION_FLAG && value != NULL)
        return lp_fail_usage(e, "%s takes no value", spelling);
    if (row->kind != LP_OPTION_FLAG && value == NULL) {
        if (++*i >= argc || strncmp(argv[*i], "--", 2) == 0)
            return lp_fail_usage(e, "%s needs a value: %s %s", spelling, spelling, row->metavar);
        value = argv[*i];
    }
    if (c->given[t][place] && !repeats(row))
        return lp_fail_usage(e, "%s is given twice", spelling);
    c->given[t][place] = true;
    if (lp_option_parse(row, value, c->table[t].values, e))
        return lp_within(e, "option %s", spelling);
    return append_text(&c->words[t][place], value != NULL ? value : "", e);
}

/* True where one of the names in "a|b|c" was given; *name is then it. */
static bool any_given(const lp_command *c, const char *names, char name[64]) {
    for (const char *at = names;;) {
        size_t size = strcspn(at, "|=");
        snprintf(name, 64, "%.*s", (int)size, at);
        for (int t = 0; t < 2; t++) {
            const lp_option *row = lp_option_find(c->table[t].rows, name);
            if (row != NULL && c->given[t][row - c->table[t].rows])
                return true;
        }
        at += strcspn(at, "|");
        if (*at++ == '\0')
            return false;
    }
}

/* True where the option of "method=gd|sgd" has one of those values (or the flag or option of
 * "checkpoint" was given). */
static bool holds(const lp_command *c, const char *condition) {
    char name[64];
    const char *equals = strchr(condition, '=');
    if (equals == NULL)
        return any_given(c, condition, name);
    snprintf(name, sizeof name, "%.*s", (int)(equals - condition), condition);
    const lp_option *row = lp_option_find(c->table[0].rows, name);
    const char *value = row->choices;
    for (int n = *(int *)((char *)c->table[0].values + row->offset); n > 0; n--)
        value += strcspn(value, "|") + 1;
    size_t length = strcspn(value, "|");
    for (const char *at = equals + 1;;) {
        size_t size = strcspn(at, "|");
        if (size == length && memcmp(at, value, size) == 0)
            return true;
        at += size;
        if (*at++ == '\0')
            return false;
    }
}

static int check_together(const lp_command *c, lp_error *e) {
    char spelling[64], other[64];
    for (int t = 0; t < 2; t++) {
        for (const lp_option *row = c->table[t].rows; row->name != NULL; row++) {
            bool given = c->given[t][row - c->table[t].rows];
            lp_option_spelling(row, spelling);
            if ((row->flags & LP_REQUIRED) && !given)
                return lp_fail_usage(e, "%s is missing: %s %s", spelling, spelling,
                                     row->metavar != NULL ? row->metavar : "");
            if (given && row->requires != NULL && !holds(c, row->requires))
                return lp_fail_usage(e, "%s goes only with --%s", spelling, row->requires);
            if (given && row->conflicts != NULL && any_given(c, row->conflicts, other))
                return lp_fail_usage(e, "%s and --%s contradict each other (give one)", spelling,
                                     other);
        }
    }
    return 0;
}

/* Clears the member of a row: what is neither given nor has a default is 0, NULL or empty. (What a
 * custom row's member is, only its tool knows: that clears it.) */
static void clear(const lp_option *row, void *values) {
    static const size_t sizes[] = {
        [LP_OPTION_FLAG] = sizeof(bool),
        [LP_OPTION_INT] = sizeof(int64_t),
        [LP_OPTION_SEED] = sizeof(uint64_t),
        [LP_OPTION_REAL] = sizeof(double),
        [LP_OPTION_TEXT] = sizeof(const char *),
        [LP_OPTION_CHOICE] = sizeof(int),
        [LP_OPTION_INTS] = sizeof(lp_ints),
        [LP_OPTION_REALS] = sizeof(lp_reals),
        [LP_OPTION_TEXTS] = sizeof(lp_texts),
        [LP_OPTION_REALS_LIST] = sizeof(lp_reals_list),
        [LP_OPTION_SHARE] = sizeof(lp_share),
        [LP_OPTION_RANGE] = sizeof(lp_range),
        [LP_OPTION_RATIO] = sizeof(double),
        [LP_OPTION_SIZE] = sizeof(lp_size),
        [LP_OPTION_CUSTOM] = 0,
    };
    if ((size_t)row->kind < sizeof sizes / sizeof sizes[0])
        memset((char *)values + row->offset, 0, sizes[row->kind]);
}

int lp_command_parse(lp_command *c, int argc, char **argv, lp_error *e) {
    for (int t = 0; t < 2; t++)
        for (const lp_option *row = c->table[t].rows; row->name != NULL; row++)
            clear(row, c->table[t].values);
    for (int t = 0; t < 2; t++)
        for (const lp_option *row = c->table[t].rows; row->name != NULL; row++)
            if (row->default_value != NULL && lp_option_parse(row, row->default_value, c->table[t].values, e))
                return lp_within(e, "the default of --%s", row->name);
    bool options = true;
    for (int i = 1; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (parse_option(c, argc, argv, &i, e))
                return -1;
        } else if (append_text(&c->operands, argv[i], e)) {
            return -1;
        }
    }
    return check_together(c, e);
}

int lp_command_recipe(const lp_command *c, lp_buffer *b, lp_error *e) {
    for (int t = 0; t < 2; t++) {
        for (const lp_option *row = c->table[t].rows; row->name != NULL; row++) {
            size_t place = (size_t)(row - c->table[t].rows);
            const lp_texts *words = &c->words[t][place];
            char spelling[64], number[32];
            lp_option_spelling(row, spelling);
            if (row->flags & LP_NOT_IN_RECIPE)
                continue;
            if (row->kind == LP_OPTION_SEED) {
                uint64_t seed = *(uint64_t *)((char *)c->table[t].values + row->offset);
                snprintf(number, sizeof number, "%llu", (unsigned long long)seed);
                if (lp_recipe_word(b, spelling, e) || lp_recipe_word(b, number, e))
                    return -1;
                continue;
            }
            if (t == 0 && c->raw[place] != NULL) {
                if (lp_recipe_word(b, spelling, e) || lp_buffer_print(b, e, " %s", c->raw[place]))
                    return -1;
                continue;
            }
            for (size_t i = 0; i < words->count; i++)
                if (lp_recipe_word(b, spelling, e) ||
                    (row->kind != LP_OPTION_FLAG && lp_recipe_word(b, words->item[i], e)))
                    return -1;
        }
    }
    return 0;
}

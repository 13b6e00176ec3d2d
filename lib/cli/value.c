/* One word of a command line to one value. */
#include "cli/parse.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

static int check_bounds(const lp_option *row, double value, const char *word, lp_error *e) {
    bool open_min = row->flags & LP_OPEN_MIN, open_max = row->flags & LP_OPEN_MAX;
    if ((row->min == 0 && row->max == 0) || ((open_min ? value > row->min : value >= row->min) &&
                                             (open_max ? value < row->max : value <= row->max)))
        return 0;
    char min[50], max[50];
    snprintf(min, sizeof min, "%s %g", open_min ? "above" : "at least", row->min);
    snprintf(max, sizeof max, "%s %g", open_max ? "below" : "at most", row->max);
    bool has_max = !isinf(row->max);
    return lp_fail_usage(e, "'%s' is out of range: it has to be %s%s%s", word, min,
                         has_max ? " and " : "", has_max ? max : "");
}

/* The first `length` bytes of a word, of which no part of a number follows, as a decimal integer.
 * strtoll would take leading blanks and a '+'. */
static int integer(const char *word, size_t length, int64_t *value, lp_error *e) {
    size_t digits = length > 0 && word[0] == '-' ? 1 : 0;
    if (length == digits || strspn(word + digits, "0123456789") < length - digits)
        return lp_fail_usage(e, "'%.*s' is not a whole number", (int)length, word);
    errno = 0;
    *value = strtoll(word, NULL, 10);
    return errno != 0 ? lp_fail_usage(e, "'%.*s' is too large", (int)length, word) : 0;
}

/* The same as a finite decimal number: no hexadecimal, no nan, no blanks. */
static int real(const char *word, size_t length, double *value, lp_error *e) {
    char *end = NULL;
    if (length > 0 && strspn(word, "+-.0123456789eE") >= length)
        *value = strtod(word, &end);
    if (end != word + length)
        return lp_fail_usage(e, "'%.*s' is not a number", (int)length, word);
    return isfinite(*value) ? 0 : lp_fail_usage(e, "'%.*s' is too large", (int)length, word);
}

/* ---- lists ---- */

/* Lists live until the process ends. */
static lp_arena lists;

void lp_texts_append(lp_texts *texts, const char *text) {
    texts->item = lp_arena_grow(&lists, texts->item, texts->count, sizeof *texts->item);
    texts->item[texts->count++] = text;
}

/* The text after the next comma, or NULL. */
static const char *next_item(const char *text) {
    const char *comma = strchr(text, ',');
    return comma != NULL ? comma + 1 : NULL;
}

/* ---- one parser a kind ---- */

typedef int parser(const lp_option *row, const char *word, void *member, lp_error *e);

static int parse_flag(const lp_option *row, const char *word, void *member, lp_error *e) {
    (void)row, (void)word, (void)e;
    *(bool *)member = true;
    return 0;
}

static int parse_int(const lp_option *row, const char *word, void *member, lp_error *e) {
    int64_t *value = member;
    return integer(word, strlen(word), value, e) ? -1 : check_bounds(row, (double)*value, word, e);
}

static int parse_seed(const lp_option *row, const char *word, void *member, lp_error *e) {
    (void)row;
    errno = 0;
    *(uint64_t *)member = strtoull(word, NULL, 10);
    if (*word == '\0' || strspn(word, "0123456789") < strlen(word))
        return lp_fail_usage(e, "'%s' is not a whole number from 0", word);
    return errno != 0 ? lp_fail_usage(e, "'%s' is too large", word) : 0;
}

static int parse_real(const lp_option *row, const char *word, void *member, lp_error *e) {
    double *value = member, divisor = 1;
    size_t length = row->flags & LP_RATIO ? strcspn(word, "/") : strlen(word);
    const char *slash = word + length;
    if (real(word, length, value, e) ||
        (*slash != '\0' && real(slash + 1, strlen(slash + 1), &divisor, e)))
        return -1;
    *value /= divisor;
    if (!isfinite(*value))
        return lp_fail_usage(e, "'%s' is not a finite number", word);
    return check_bounds(row, *value, word, e);
}

static int parse_text(const lp_option *row, const char *word, void *member, lp_error *e) {
    (void)row, (void)e;
    *(const char **)member = word;
    return 0;
}

static int parse_choice(const lp_option *row, const char *word, void *member, lp_error *e) {
    int *place = member;
    *place = lp_choice_of(row->choices, word, strlen(word));
    return *place >= 0 ? 0 : lp_fail_usage(e, "'%s' is not one of %s", word, row->choices);
}

static int parse_ints(const lp_option *row, const char *word, void *member, lp_error *e) {
    lp_ints *list = member;
    *list = (lp_ints){0};
    for (const char *at = word; at != NULL; at = next_item(at)) {
        list->item = lp_arena_grow(&lists, list->item, list->count, sizeof *list->item);
        int64_t *item = &list->item[list->count++];
        if (integer(at, strcspn(at, ","), item, e) || check_bounds(row, (double)*item, word, e))
            return -1;
    }
    return 0;
}

static int parse_reals(const lp_option *row, const char *word, void *member, lp_error *e) {
    lp_reals *list = member;
    *list = (lp_reals){0};
    for (const char *at = word; at != NULL; at = next_item(at)) {
        list->item = lp_arena_grow(&lists, list->item, list->count, sizeof *list->item);
        double *item = &list->item[list->count++];
        if (real(at, strcspn(at, ","), item, e) || check_bounds(row, *item, word, e))
            return -1;
    }
    return 0;
}

static int parse_texts(const lp_option *row, const char *word, void *member, lp_error *e) {
    (void)row, (void)e;
    lp_texts_append(member, word);
    return 0;
}

static int parse_reals_list(const lp_option *row, const char *word, void *member, lp_error *e) {
    lp_reals_list *list = member;
    list->item = lp_arena_grow(&lists, list->item, list->count, sizeof *list->item);
    return parse_reals(row, word, &list->item[list->count++], e);
}

static int parse_share(const lp_option *row, const char *word, void *member, lp_error *e) {
    lp_share *share = member;
    int64_t count;
    (void)row;
    if (strpbrk(word, ".eE") == NULL) {
        if (integer(word, strlen(word), &count, e))
            return -1;
        if (count < 1)
            return lp_fail_usage(e, "'%s' is out of range: a count has to be at least 1", word);
        *share = (lp_share){.is_count = true, .count = (size_t)count};
        return 0;
    }
    *share = (lp_share){0};
    if (real(word, strlen(word), &share->fraction, e))
        return -1;
    if (!(share->fraction > 0 && share->fraction < 1))
        return lp_fail_usage(e, "'%s' is out of range: a share lies between 0 and 1", word);
    return 0;
}

static int parse_range(const lp_option *row, const char *word, void *member, lp_error *e) {
    const char *colon = strchr(word, ':');
    int64_t from = 0, to = INT64_MAX;
    (void)row;
    if (colon == NULL)
        return lp_fail_usage(e, "'%s' is not a range (FROM:TO, either may be missing)", word);
    bool has_to = colon[1] != '\0';
    if ((colon > word && integer(word, (size_t)(colon - word), &from, e)) ||
        (has_to && integer(colon + 1, strlen(colon + 1), &to, e)))
        return -1;
    if (from < 0 || to < from)
        return lp_fail_usage(e, "'%s' is not a range: it needs 0 <= FROM <= TO", word);
    *(lp_range *)member = (lp_range){(size_t)from, has_to ? (size_t)to : SIZE_MAX};
    return 0;
}

static int parse_size(const lp_option *row, const char *word, void *member, lp_error *e) {
    const char *x = strchr(word, 'x');
    int64_t width, height;
    if (x == NULL)
        return lp_fail_usage(e, "'%s' is not a size (WIDTHxHEIGHT)", word);
    if (integer(word, (size_t)(x - word), &width, e) || integer(x + 1, strlen(x + 1), &height, e) ||
        check_bounds(row, (double)width, word, e) || check_bounds(row, (double)height, word, e))
        return -1;
    if (width < 1 || height < 1)
        return lp_fail_usage(e, "'%s' is not a size: both sides are at least 1", word);
    *(lp_size *)member = (lp_size){(size_t)width, (size_t)height};
    return 0;
}

static int parse_custom(const lp_option *row, const char *word, void *member, lp_error *e) {
    if (row->parse(word, member, e) == 0)
        return 0;
    e->status = LP_USAGE;
    return -1;
}

static parser *const parsers[] = {
    [LP_OPTION_FLAG] = parse_flag,   [LP_OPTION_INT] = parse_int,
    [LP_OPTION_SEED] = parse_seed,   [LP_OPTION_REAL] = parse_real,
    [LP_OPTION_TEXT] = parse_text,   [LP_OPTION_CHOICE] = parse_choice,
    [LP_OPTION_INTS] = parse_ints,   [LP_OPTION_REALS] = parse_reals,
    [LP_OPTION_TEXTS] = parse_texts, [LP_OPTION_REALS_LIST] = parse_reals_list,
    [LP_OPTION_SHARE] = parse_share, [LP_OPTION_RANGE] = parse_range,
    [LP_OPTION_SIZE] = parse_size,   [LP_OPTION_CUSTOM] = parse_custom,
};

int lp_option_parse(const lp_option *row, const char *word, void *values, lp_error *e) {
    return parsers[row->kind](row, word, (char *)values + row->offset, e);
}

bool lp_option_repeats(const lp_option *row) {
    return row->kind == LP_OPTION_TEXTS || row->kind == LP_OPTION_REALS_LIST;
}

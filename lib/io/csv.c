#include "io/csv.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lp_csv_begin(lp_csv *c, const char *bytes, size_t size, char separator) {
    static const char mark[] = "\xef\xbb\xbf";
    *c = (lp_csv){.at = bytes, .end = bytes + size, .next_line = 1, .separator = separator};
    if (size >= 3 && memcmp(bytes, mark, 3) == 0)
        c->at += 3;
}

void lp_csv_free(lp_csv *c) {
    lp_buffer_free(&c->text);
    lp_buffer_free(&c->starts);
    *c = (lp_csv){0};
}

const char *lp_csv_cell(const lp_csv *c, size_t i) {
    return c->text.data + ((const size_t *)c->starts.data)[i];
}

static bool is_blank(const lp_csv *c, char x) {
    return (x == ' ' || x == '\t') && x != c->separator;
}

/* True at the end of a row: *after is what follows its LF or CRLF. */
static bool ends_row(const lp_csv *c, const char *p, const char **after) {
    *after = p;
    if (p == c->end)
        return true;
    if (*p == '\r' && (p + 1 == c->end || p[1] == '\n'))
        p++;
    else if (*p != '\n')
        return false;
    *after = p == c->end ? p : p + 1;
    return true;
}

/* Takes a quoted cell that begins at c->at (its quote) into c->text. */
static int take_quoted(lp_csv *c, lp_error *e) {
    for (c->at++;;) {
        const char *quote = memchr(c->at, '"', (size_t)(c->end - c->at));
        if (quote == NULL)
            return lp_fail(e, "line %zu: a quote is never closed", c->line);
        lp_buffer_append(&c->text, c->at, (size_t)(quote - c->at));
        for (; c->at < quote; c->at++)
            c->next_line += *c->at == '\n';
        c->at++;
        if (c->at == c->end || *c->at != '"')
            return 0;
        lp_buffer_append(&c->text, "\"", 1);
        c->at++;
    }
}

/* Takes one cell; c->at is left at what ends it. */
static int take_cell(lp_csv *c, lp_error *e) {
    const size_t start = c->text.size;
    const char *after;
    lp_buffer_append(&c->starts, &start, sizeof start);
    while (c->at < c->end && is_blank(c, *c->at))
        c->at++;
    if (c->at < c->end && *c->at == '"') {
        if (take_quoted(c, e))
            return -1;
        while (c->at < c->end && is_blank(c, *c->at))
            c->at++;
        if (!ends_row(c, c->at, &after) && *c->at != c->separator)
            return lp_fail(e,
                           "line %zu: text follows a closing quote (a quote inside quotes is "
                           "written twice)",
                           c->next_line);
    } else {
        const char *first = c->at;
        while (!ends_row(c, c->at, &after) && *c->at != c->separator) {
            if (*c->at == '"')
                return lp_fail(e, "line %zu: a quote is inside a cell without quotes",
                               c->next_line);
            c->at++;
        }
        const char *last = c->at;
        while (last > first && is_blank(c, last[-1]))
            last--;
        lp_buffer_append(&c->text, first, (size_t)(last - first));
    }
    if (memchr(c->text.data + start, '\0', c->text.size - start) != NULL)
        return lp_fail(e, "line %zu: there is a NUL byte (it is not a text file)", c->line);
    c->text.size++; /* the NUL that lp_buffer_append adds */
    return 0;
}

/* Skips lines that hold blanks only; true where something follows them. */
static bool skip_blank_lines(lp_csv *c, size_t *skipped) {
    *skipped = 0;
    while (c->at < c->end) {
        const char *p = c->at, *after;
        while (p < c->end && (*p == ' ' || *p == '\t') && *p != c->separator)
            p++;
        if (!ends_row(c, p, &after))
            return true;
        ++*skipped;
        c->next_line++;
        c->at = after;
    }
    return false;
}

int lp_csv_next(lp_csv *c, lp_error *e) {
    size_t skipped;
    c->cells = c->text.size = c->starts.size = 0;
    if (!skip_blank_lines(c, &skipped))
        return 0;
    if (skipped > 0)
        return lp_fail(e, "line %zu is blank", c->next_line - 1);
    c->line = c->next_line;
    c->row++;
    for (;;) {
        const char *after;
        if (take_cell(c, e))
            return -1;
        c->cells++;
        if (ends_row(c, c->at, &after)) {
            c->at = after;
            c->next_line++;
            return 1;
        }
        c->at++; /* the separator */
    }
}

int lp_csv_parse_separator(const char *word, void *separator, lp_error *e) {
    const char c = strcmp(word, "tab") == 0 ? '\t' : word[0];
    bool is_one = strcmp(word, "tab") == 0 || (word[0] != '\0' && word[1] == '\0');
    if (!is_one || strchr("\"\r\n", c) != NULL)
        return lp_fail_usage(e, "'%s' is not a separator (one character, or the word tab)", word);
    *(char *)separator = c;
    return 0;
}

/* ---- numbers ---- */

/* The parts of a decimal number. */
typedef struct {
    uint64_t digits;  /* of the mantissa, as one whole number */
    int count;        /* of them, leading zeros left out */
    int64_t exponent; /* of ten */
    bool is_negative, has_point_or_exponent;
} decimal;

/* False where the text is not a decimal number. */
static bool split_decimal(const char *p, decimal *d) {
    *d = (decimal){0};
    bool any = false;
    if (*p == '+' || *p == '-')
        d->is_negative = *p++ == '-';
    for (bool after_point = false;; p++) {
        if (*p == '.' && !after_point) {
            after_point = d->has_point_or_exponent = true;
        } else if (*p >= '0' && *p <= '9') {
            any = true;
            if (d->count < 19)
                d->digits = d->digits * 10 + (uint64_t)(*p - '0');
            d->count += d->count > 0 || *p != '0';
            d->exponent -= after_point;
        } else {
            break;
        }
    }
    if (any && (*p == 'e' || *p == 'E')) {
        bool is_negative = false;
        int exponent = 0;
        d->has_point_or_exponent = true;
        if (*++p == '+' || *p == '-')
            is_negative = *p++ == '-';
        any = *p >= '0' && *p <= '9';
        for (; *p >= '0' && *p <= '9'; p++)
            exponent = exponent < 100000 ? exponent * 10 + (*p - '0') : exponent;
        d->exponent += is_negative ? -exponent : exponent;
    }
    return any && *p == '\0';
}

int lp_csv_number(const char *cell, double *value, lp_error *e) {
    /* 10^0 .. 10^22 are doubles, and so is a whole number below 2^53: one product or quotient of
     * two such is rounded once, which is what strtod gives (Clinger 1990, "How to read floating
     * point numbers accurately"). */
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    decimal d;
    if (!split_decimal(cell, &d)) {
        if (cell[0] == '\0')
            return lp_fail(e, "the cell is empty");
        return lp_fail(e, "'%.60s' is not a number", cell);
    }
    if (d.count <= 15 && d.exponent >= -22 && d.exponent <= 22) {
        double digits = (double)d.digits;
        digits = d.exponent < 0 ? digits / powers[-d.exponent] : digits * powers[d.exponent];
        *value = d.is_negative ? -digits : digits;
        return 0;
    }
    *value = strtod(cell, NULL);
    if (!isfinite(*value))
        return lp_fail(e, "'%.60s' is out of the range of a double", cell);
    return 0;
}

bool lp_csv_integer(const char *cell, int64_t *value) {
    decimal d;
    if (!split_decimal(cell, &d) || d.has_point_or_exponent)
        return false;
    errno = 0;
    *value = strtoll(cell, NULL, 10);
    return errno == 0;
}

void lp_csv_append_number(lp_buffer *b, double value, bool is_single) {
    char text[40];
    /* Any number survives that many digits, except the subnormal ones, which have fewer. */
    const bool is_subnormal = fabs(value) < (is_single ? FLT_MIN : DBL_MIN);
    const int min = is_subnormal ? 1 : is_single ? 6 : 15, max = is_single ? 9 : 17;
    for (int digits = min; digits <= max; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (is_single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    /* The sign of a NaN means nothing, but printf shows it. */
    if (isnan(value))
        strcpy(text, "nan");
    lp_buffer_append(b, text, strlen(text));
}

void lp_csv_append_text(lp_buffer *b, const char *text, char separator) {
    const size_t length = strlen(text);
    const char stops[] = {'"', '\n', '\r', separator, '\0'};
    const bool has_blank_end =
        length > 0 && (strchr(" \t", text[0]) != NULL || strchr(" \t", text[length - 1]) != NULL);
    if (length > 0 && !has_blank_end && strcspn(text, stops) == length) {
        lp_buffer_append(b, text, length);
        return;
    }
    lp_buffer_append(b, "\"", 1);
    for (; *text != '\0'; text++)
        lp_buffer_append(b, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    lp_buffer_append(b, "\"", 1);
}

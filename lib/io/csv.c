#include "io/csv.h"

#include "io/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SHOWN = 60 }; /* bytes of a cell in a message */

void lp_csv_begin(lp_csv *c, const char *bytes, size_t size, lp_csv_format format) {
    static const char mark[] = "\xef\xbb\xbf";
    *c = (lp_csv){.at = bytes, .end = bytes + size, .next_line = 1, .format = format};
    if (size >= 3 && memcmp(bytes, mark, 3) == 0)
        c->at += 3;
    const char stops[] = {'\n', '\r', '"', format.separator, format.comment};
    for (size_t i = 0; i < sizeof stops; i++)
        c->stops[(unsigned char)stops[i]] = true;
    c->stops[0] = false; /* what there is instead of a comment character */
}

void lp_csv_free(lp_csv *c) {
    lp_buffer_free(&c->text);
    lp_buffer_free(&c->places);
    *c = (lp_csv){0};
}

/* ---- cells and rows ---- */

static const char *skip_blanks(const lp_csv *c, const char *p) {
    while (p < c->end && (*p == ' ' || *p == '\t') && *p != c->format.separator)
        p++;
    return p;
}

/* True at the end of a row: *after is what follows its LF or CRLF. */
static bool ends_row(const lp_csv *c, const char *p, const char **after) {
    if (p < c->end && *p == c->format.comment && *p != '\0') {
        p = memchr(p, '\n', (size_t)(c->end - p));
        p = p != NULL ? p : c->end;
    }
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
            break;
        lp_buffer_append(&c->text, "\"", 1);
        c->at++;
    }
    const char *after;
    c->at = skip_blanks(c, c->at);
    if (!ends_row(c, c->at, &after) && *c->at != c->format.separator)
        return lp_fail(e,
                       "line %zu: text follows a closing quote (a quote inside quotes is written "
                       "twice)",
                       c->next_line);
    return 0;
}

static int take_plain(lp_csv *c, lp_error *e) {
    const char *first = c->at, *after;
    for (;; c->at++) {
        while (c->at < c->end && !c->stops[(unsigned char)*c->at])
            c->at++;
        if (ends_row(c, c->at, &after) || *c->at == c->format.separator)
            break;
        if (*c->at == '"')
            return lp_fail(e, "line %zu: a quote is inside a cell without quotes", c->next_line);
    }
    const char *last = c->at;
    while (last > first && (last[-1] == ' ' || last[-1] == '\t'))
        last--;
    lp_buffer_append(&c->text, first, (size_t)(last - first));
    return 0;
}

/* Takes one cell as text; c->at is left at what ends it. */
static int take_text(lp_csv *c, lp_csv_place *to, lp_error *e) {
    to->start = c->text.size;
    const bool is_quoted = c->at < c->end && *c->at == '"';
    if (is_quoted ? take_quoted(c, e) : take_plain(c, e))
        return -1;
    if (memchr(c->text.data + to->start, '\0', c->text.size - to->start) != NULL)
        return lp_fail(e, "line %zu: there is a NUL byte (it is not a text file)", c->line);
    c->text.size++; /* the NUL that lp_buffer_append adds */
    return 0;
}

/* The same as a number, false where it is not one. */
static bool take_number(lp_csv *c, lp_csv_place *to) {
    const char *after, *end = lp_number_read(c->at, c->end, c->format.decimal, &to->value);
    if (end == NULL || !isfinite(to->value))
        return false;
    if (end == c->end || *end != c->format.separator) {
        end = skip_blanks(c, end);
        if ((end == c->end || *end != c->format.separator) && !ends_row(c, end, &after))
            return false;
    }
    to->start = SIZE_MAX;
    c->at = end;
    return true;
}

/* Skips lines that hold blanks or a comment only; true where something follows them. */
static bool skip_blank_lines(lp_csv *c) {
    for (const char *after; c->at < c->end; c->at = after, c->next_line++)
        if (!ends_row(c, skip_blanks(c, c->at), &after))
            return true;
    return false;
}

int lp_csv_next(lp_csv *c, lp_error *e) {
    c->cells = c->text.size = c->places.size = 0;
    if (!skip_blank_lines(c))
        return 0;
    c->line = c->next_line;
    c->row++;
    for (;; c->at++) {
        const char *after;
        if (c->cells == LP_CSV_MAX_CELLS)
            return lp_fail(e, "line %zu: more than %d cells in a row (is it another separator?)",
                           c->line, LP_CSV_MAX_CELLS);
        if (c->places.capacity - c->places.size < sizeof(lp_csv_place))
            lp_buffer_reserve(&c->places, sizeof(lp_csv_place));
        lp_csv_place *to = (lp_csv_place *)(c->places.data + c->places.size);
        c->at = skip_blanks(c, c->at);
        const bool is_numeric = c->cells < c->numeric_count && c->numeric[c->cells];
        if (!(is_numeric && take_number(c, to)) && take_text(c, to, e))
            return -1;
        c->places.size += sizeof(lp_csv_place);
        c->cells++;
        if (c->at < c->end && *c->at == c->format.separator)
            continue;
        ends_row(c, c->at, &after);
        c->at = after;
        c->next_line++;
        return 1;
    }
}

/* ---- what a command line says ---- */

int lp_csv_parse_separator(const char *word, void *separator, lp_error *e) {
    const char c = strcmp(word, "tab") == 0 ? '\t' : word[0];
    bool is_one = strcmp(word, "tab") == 0 || (word[0] != '\0' && word[1] == '\0');
    if (!is_one || strchr("\"\r\n", c) != NULL)
        return lp_fail_usage(e, "'%s' is not a separator (one character, or the word tab)", word);
    *(char *)separator = c;
    return 0;
}

int lp_csv_parse_decimal(const char *word, void *decimal, lp_error *e) {
    if (strcmp(word, ".") != 0 && strcmp(word, ",") != 0)
        return lp_fail_usage(e, "'%s' is not a decimal point ('.' or ',')", word);
    *(char *)decimal = word[0];
    return 0;
}

int lp_csv_parse_comment(const char *word, void *comment, lp_error *e) {
    if (word[0] == '\0' || word[1] != '\0' || strchr("\"\r\n", word[0]) != NULL)
        return lp_fail_usage(e, "'%s' is not one character", word);
    *(char *)comment = word[0];
    return 0;
}

/* ---- numbers ---- */

int lp_csv_number(const char *cell, char decimal, double *value, lp_error *e) {
    const char *const end = cell + strlen(cell);
    if (cell == end)
        return lp_fail(e, "the cell is empty");
    if (lp_number_read(cell, end, decimal, value) != end)
        return lp_fail(e, "'%.*s' is not a number", MAX_SHOWN, cell);
    if (!isfinite(*value))
        return lp_fail(e, "'%.*s' is out of the range of a double", MAX_SHOWN, cell);
    return 0;
}

bool lp_csv_integer(const char *cell, int64_t *value) {
    const char *digits = cell + (*cell == '+' || *cell == '-');
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    *value = strtoll(cell, NULL, 10);
    return errno == 0;
}

void lp_csv_append_number(lp_buffer *b, double value, bool is_single) {
    lp_buffer_reserve(b, LP_NUMBER_SIZE + 1);
    char *text = b->data + b->size;
    b->size +=
        is_single ? lp_number_write_single(text, (float)value) : lp_number_write(text, value);
    b->data[b->size] = '\0';
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

/* Comma-separated values (RFC 4180), row by row, from bytes in memory; and cells written back.
 *
 * Accepted: rows ended by LF or CRLF (optional after the last one); a UTF-8 byte order mark; cells
 * in double quotes, which may hold separators, line breaks and doubled quotes. Blanks around a cell
 * belong to it only inside quotes. Skipped: blank lines and, if a comment character is given, the
 * rest of a line from that character on, outside quotes. Refused: a quote inside a cell without
 * quotes, anything but blanks after the closing quote, a quote that never closes, a NUL byte, more
 * than LP_CSV_MAX_CELLS cells in a row. */
#ifndef LP_IO_CSV_H
#define LP_IO_CSV_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest row: a file of nothing but separators must not take forty times its size. */
enum { LP_CSV_MAX_CELLS = 1 << 22 };

typedef struct {
    char separator; /* any character but a quote or a line break */
    char decimal;   /* the decimal point: '.' or ',' */
    char comment;   /* begins a comment; NUL: there are none */
} lp_csv_format;

/* Where a cell is: a number, or the text from `start` on. */
typedef struct {
    double value;
    size_t start; /* SIZE_MAX: it is a number */
} lp_csv_place;

/* A reader and its current row. Starts with lp_csv_begin, freed with lp_csv_free. */
typedef struct {
    size_t cells; /* in this row */
    size_t row;   /* its number, from 1 */
    size_t line;  /* the number of the line that it begins on, from 1 */
    /* The columns (numeric_count) whose cells are to be read as numbers at once, where they are
     * numbers; set by the caller, NULL: none. lp_csv_cell is then for the other columns. */
    const bool *numeric;
    size_t numeric_count;
    /* Read with lp_csv_cell and lp_csv_value. */
    lp_buffer places; /* lp_csv_place (cells) */
    lp_buffer text;   /* the cells that are not numbers, each ended by a NUL */
    const char *at, *end;
    size_t next_line;
    lp_csv_format format;
    bool stops[256]; /* the characters at which a cell may end, or be refused */
} lp_csv;

/* The bytes are borrowed and have to outlive the reader. */
void lp_csv_begin(lp_csv *c, const char *bytes, size_t size, lp_csv_format format);

/* Goes to the next row: 1 where there is one, 0 at the end, -1 and e ("line 7: ..."). */
int lp_csv_next(lp_csv *c, lp_error *e);

/* Whether cell i of the row was read as a number. */
static inline bool lp_csv_is_number(const lp_csv *c, size_t i) {
    return ((const lp_csv_place *)c->places.data)[i].start == SIZE_MAX;
}

/* Cell i of the row as text; "" where it was read as a number. Valid until the next row. */
static inline const char *lp_csv_cell(const lp_csv *c, size_t i) {
    const size_t start = ((const lp_csv_place *)c->places.data)[i].start;
    return start != SIZE_MAX ? c->text.data + start : "";
}

/* A cell as a number, exactly as strtod reads it in the C locale: the whole cell, decimal, finite
 * ("nan", "inf", hexadecimal and 1e999 are refused). e gives the reason, without the cell's place:
 * "'abc' is not a number". */
int lp_csv_number(const char *cell, char decimal, double *value, lp_error *e);

/* Cell i of the row as a number. */
static inline int lp_csv_value(const lp_csv *c, size_t i, double *value, lp_error *e) {
    if (!lp_csv_is_number(c, i))
        return lp_csv_number(lp_csv_cell(c, i), c->format.decimal, value, e);
    *value = ((const lp_csv_place *)c->places.data)[i].value;
    return 0;
}

void lp_csv_free(lp_csv *c);

/* Parse a separator (char) of a command line: one character, or "tab"; a decimal point, '.' or ',';
 * a comment character. */
int lp_csv_parse_separator(const char *word, void *separator, lp_error *e);
int lp_csv_parse_decimal(const char *word, void *decimal, lp_error *e);
int lp_csv_parse_comment(const char *word, void *comment, lp_error *e);

/* A cell as a whole number of 64 bits; false where it is not one. */
bool lp_csv_integer(const char *cell, int64_t *value);

/* Appends a number (io/number.h); as a float (f4) where is_single is set. */
void lp_csv_append_number(lp_buffer *b, double value, bool is_single);

/* Appends a text, in quotes where it needs them. */
void lp_csv_append_text(lp_buffer *b, const char *text, char separator);

#endif

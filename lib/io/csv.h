/* Comma-separated values (RFC 4180), row by row, from bytes in memory; and cells written back.
 *
 * Accepted: rows ended by LF or CRLF (optional after the last one); a UTF-8 byte order mark; blank
 * lines at the end; cells in double quotes, which may hold separators, line breaks and doubled
 * quotes. Blanks around a cell belong to it only inside quotes. Refused: a quote inside
 * a cell without quotes, anything but blanks after the closing quote, a quote that never closes,
 * a NUL byte, blank lines between rows. */
#ifndef LP_IO_CSV_H
#define LP_IO_CSV_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reader and its current row. Starts with lp_csv_begin, freed with lp_csv_free. */
typedef struct {
    size_t cells; /* in this row */
    size_t row;   /* its number, from 1 */
    size_t line;  /* the number of the line that it begins on, from 1 */
    /* Read with lp_csv_cell. */
    lp_buffer text;   /* the cells, each ended by a NUL */
    lp_buffer starts; /* where each begins (size_t) */
    const char *at, *end;
    size_t next_line;
    char separator;
} lp_csv;

/* The bytes are borrowed and have to outlive the reader. The separator is any character except a
 * quote or a line break. */
void lp_csv_begin(lp_csv *c, const char *bytes, size_t size, char separator);

/* Goes to the next row: 1 where there is one, 0 at the end, -1 and e ("line 7: ..."). */
int lp_csv_next(lp_csv *c, lp_error *e);

/* Cell i of the row; valid until the next row. */
const char *lp_csv_cell(const lp_csv *c, size_t i);

void lp_csv_free(lp_csv *c);

/* Parses a separator (char) of a command line: one character, or "tab". */
int lp_csv_parse_separator(const char *word, void *separator, lp_error *e);

/* A cell as a number, exactly as strtod reads it in the C locale: the whole cell, decimal, finite
 * ("nan", "inf", hexadecimal and 1e999 are refused). e gives the reason, without the cell's place:
 * "'abc' is not a number". */
int lp_csv_number(const char *cell, double *value, lp_error *e);

/* A cell as a whole number of 64 bits; false where it is not one. */
bool lp_csv_integer(const char *cell, int64_t *value);

/* Appends the shortest decimal text that reads back as the same number; as a float (f4) where
 * is_single is set. */
void lp_csv_append_number(lp_buffer *b, double value, bool is_single);

/* Appends a text, in quotes where it needs them. */
void lp_csv_append_text(lp_buffer *b, const char *text, char separator);

#endif

/* Decimal text to a double and back, correctly rounded both ways.
 *
 * Reading takes one product or quotient where it is exact (Clinger 1990, "How to read floating
 * point numbers accurately"), else a product of 64 by 128 bits (Lemire 2021, "Number parsing at a
 * gigabyte per second", section 5), else strtod. Writing follows Giulietti 2020, "The Schubfach way
 * to render doubles". Both share one table of powers of ten, computed when it is first needed. */
#ifndef LP_IO_NUMBER_H
#define LP_IO_NUMBER_H

#include <stddef.h>

/* Reads the decimal number at the front of the bytes from `text` to `end`: an optional sign, digits
 * with at most one `point` (usually '.') before, among or after them, and an optional exponent.
 * Returns where the number ends, or NULL where none begins; "nan", "inf" and hexadecimal are no
 * numbers. *value is what strtod gives in the C locale: an infinity where it is out of range. */
const char *lp_number_read(const char *text, const char *end, char point, double *value);

enum { LP_NUMBER_SIZE = 40 }; /* room for any number's text */

/* Writes the shortest decimal text that reads back as the same number, laid out as printf's %g with
 * that many digits (but at least 15 for a double and 6 for a float) lays it out; also "nan", "inf"
 * and "-inf". Returns its length; no NUL follows. */
size_t lp_number_write(char text[LP_NUMBER_SIZE], double value);
size_t lp_number_write_single(char text[LP_NUMBER_SIZE], float value);

#endif

/* Writing JSON, by jansson. Where it finds no memory, lp_json_write says so. */
#ifndef LP_IO_JSON_H
#define LP_IO_JSON_H

#include "base/error.h"

#include <jansson.h>
#include <stdio.h>

/* A text; what is not UTF-8 in it becomes '?'. */
json_t *lp_json_text(const char *text);

/* A number, or null where it is not finite: JSON has no other. */
json_t *lp_json_real(double value);

/* object[name] = value, and list[end] = value, which they take over. */
void lp_json_put(json_t *object, const char *name, json_t *value);
void lp_json_append(json_t *list, json_t *value);

/* Writes a value in ASCII, indented, with a line break, and frees it; only frees where out is NULL.
 */
int lp_json_write(json_t *value, FILE *out, lp_error *e);

#endif

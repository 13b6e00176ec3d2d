#include "io/json.h"

#include "base/memory.h"
#include "base/printable.h"

#include <math.h>
#include <stdbool.h>

/* Set where jansson found no memory: what is written in the end would lack something. */
static bool lacks;

static json_t *need(json_t *value) {
    lacks = lacks || value == NULL;
    return value;
}

json_t *lp_json_text(const char *text) {
    LP_CLEANUP(lp_buffer_free) lp_buffer shown = {0};
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    lp_buffer_append_printable(&shown, text);
    return need(json_string(lp_buffer_text(&shown)));
}

json_t *lp_json_real(double value) {
    return need(isfinite(value) ? json_real(value) : json_null());
}

void lp_json_put(json_t *object, const char *name, json_t *value) {
    lacks = json_object_set_new(object, name, value) != 0 || lacks;
}

void lp_json_append(json_t *list, json_t *value) {
    lacks = json_array_append_new(list, value) != 0 || lacks;
}

int lp_json_write(json_t *value, FILE *out, lp_error *e) {
    if (lacks && out != NULL) {
        json_decref(value);
        return lp_fail(e, "there is no memory for the JSON");
    }
    int failed = out != NULL && (json_dumpf(value, out, JSON_ENSURE_ASCII | JSON_INDENT(1)) != 0 ||
                                 fputc('\n', out) == EOF);
    json_decref(value);
    return failed ? lp_fail_errno(e, "writing JSON") : 0;
}

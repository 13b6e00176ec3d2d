#include "io/groups.h"

#include <stddef.h>
#include <string.h>

/* In a pattern # stands for digits, and a . at the end for any ending. */
typedef struct {
    const char *pattern;
    lp_group group;
    bool has_parts; /* NAME_train, NAME_val and NAME_test are of the group too */
    bool leads;
    const char *model_name; /* what a model trained on such data calls it */
} row;

static const row rows[] = {
    {"x", LP_GROUP_DATA, true, true, NULL},
    {"row", LP_GROUP_DATA, true, true, NULL},
    {"indptr", LP_GROUP_DATA, false, true, NULL},
    {"y", LP_GROUP_DATA, true, false, NULL},
    {"ids", LP_GROUP_DATA, true, false, NULL},
    {"col", LP_GROUP_DATA, true, false, NULL},
    {"data", LP_GROUP_DATA, true, false, NULL},
    {"indices", LP_GROUP_DATA, false, false, NULL},
    {"shape", LP_GROUP_DATA, false, false, NULL},
    {"format", LP_GROUP_DATA, false, false, NULL},
    {"rows", LP_GROUP_DATA, false, false, "model.rows"},
    {"cols", LP_GROUP_DATA, false, false, "model.cols"},
    {"features", LP_GROUP_DATA, false, false, "model.features"},
    {"classes", LP_GROUP_DATA, false, false, "model.classes"},
    {"scale.offset", LP_GROUP_DATA, false, false, "model.offset"},
    {"scale.divisor", LP_GROUP_DATA, false, false, "model.divisor"},
    {"impute.value", LP_GROUP_DATA, false, false, "model.missing"},
    {"missing", LP_GROUP_DATA, false, false, NULL},
    {"input_shape", LP_GROUP_DATA, false, false, NULL},

    {"layer1.", LP_GROUP_MODEL, false, true, NULL},
    {"weight", LP_GROUP_MODEL, false, true, NULL},
    {"u", LP_GROUP_MODEL, false, true, NULL},
    {"mean", LP_GROUP_MODEL, false, true, NULL},
    {"layer#.", LP_GROUP_MODEL, false, false, NULL},
    {"bias", LP_GROUP_MODEL, false, false, NULL},
    {"s", LP_GROUP_MODEL, false, false, NULL},
    {"v", LP_GROUP_MODEL, false, false, NULL},
    {"row_bias", LP_GROUP_MODEL, false, false, NULL},
    {"col_bias", LP_GROUP_MODEL, false, false, NULL},
    {"model.", LP_GROUP_MODEL, false, false, NULL},
    {"history.", LP_GROUP_MODEL, false, false, NULL},
    {"snapshot.", LP_GROUP_MODEL, false, false, NULL},
    {"checkpoint.", LP_GROUP_MODEL, false, false, NULL},

    {"x_pred", LP_GROUP_RESULTS, false, false, NULL},
    {"y_pred", LP_GROUP_RESULTS, false, false, NULL},
    {"y_pred.of", LP_GROUP_RESULTS, false, false, NULL},
    {"y_score", LP_GROUP_RESULTS, false, false, NULL},
    {"y_cols", LP_GROUP_RESULTS, false, false, NULL},
};

static bool matches(const row *r, const char *name) {
    const char *p = r->pattern;
    for (; *p != '\0'; p++) {
        size_t digits = strspn(name, "0123456789");
        if (*p == '#' ? digits == 0 : *p != *name)
            return false;
        name += *p == '#' ? digits : 1;
    }
    return *name == '\0' || p[-1] == '.' ||
           (r->has_parts && (strcmp(name, "_train") == 0 || strcmp(name, "_val") == 0 ||
                             strcmp(name, "_test") == 0));
}

static const row *find(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (matches(&rows[i], name))
            return &rows[i];
    return NULL;
}

lp_group lp_group_of(const char *name) {
    const row *r = find(name);
    return r != NULL ? r->group : LP_GROUP_OTHER;
}

bool lp_group_is_led_by(const char *name) {
    const row *r = find(name);
    return r != NULL && r->leads;
}

const char *lp_group_model_name(const char *name) {
    const row *r = find(name);
    return r != NULL ? r->model_name : NULL;
}

#include "net/layer_list.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20, LONGEST = 80 };

/* The whole numbers of "conv:6:5" go to units, kernel, stride and padding, in this order, of a pool
 * from the kernel on. False where they are not as the row says. */
static bool take_numbers(const char *text, const lp_layer_row *row, lp_layer *layer) {
    size_t *place[] = {&layer->units, &layer->kernel, &layer->stride, &layer->padding};
    int count = 0, first = row->has_window && row->weight_dims == 0 ? 1 : 0;
    for (; *text == ':' && count < row->allowed; count++) {
        char *end;
        if (text[1] < '0' || text[1] > '9')
            return false;
        unsigned long long value = strtoull(text + 1, &end, 10);
        size_t *to = place[first + count];
        if (value > MOST || (value == 0 && to != &layer->padding))
            return false;
        *to = (size_t)value;
        text = end;
    }
    if (row->has_window && layer->stride == 0)
        layer->stride = row->weight_dims == 0 ? layer->kernel : 1;
    return *text == '\0' && count >= row->required;
}

static bool take_rate(const char *text, lp_layer *layer) {
    char *end;
    if (*text != ':' || text[1] == '\0' || strchr("0123456789.", text[1]) == NULL)
        return false;
    layer->rate = strtod(text + 1, &end);
    return *end == '\0' && layer->rate >= 0 && layer->rate < 1;
}

static int take_activation(lp_layer_list *list, int activation, bool is_second, const char *word,
                           lp_error *e) {
    if (list->count == 0)
        return lp_fail_usage(e, "'%s' follows no layer (an activation is of the layer before it)",
                             word);
    if (is_second)
        return lp_fail_usage(e, "'%s' follows another activation (a layer has one)", word);
    list->item[list->count - 1].activation = (lp_activation)activation;
    return 0;
}

static int take_layer(lp_layer_list *list, const char *word, lp_error *e) {
    size_t name = strcspn(word, ":");
    int kind = lp_choice_of(LP_LAYER_CHOICES, word, name);
    if (kind < 0)
        return lp_fail_usage(e, "'%s' is neither a layer (%s) nor an activation (%s)", word,
                             LP_LAYER_CHOICES, LP_ACTIVATION_CHOICES);
    if (list->count == LP_MAX_LAYERS)
        return lp_fail_usage(e, "more than %d layers", LP_MAX_LAYERS);
    const lp_layer_row *row = &lp_layers[kind];
    lp_layer *layer = &list->item[list->count++];
    *layer = (lp_layer){.kind = (lp_layer_kind)kind, .activation = LP_ACTIVATION_IDENTITY};
    if (row->has_rate)
        return take_rate(word + name, layer)
                   ? 0
                   : lp_fail_usage(e, "'%s' is not %s with 0 <= P < 1", word, row->fields);
    if (take_numbers(word + name, row, layer))
        return 0;
    return lp_fail_usage(e, "'%s' is not %s%s", word, row->fields,
                         row->allowed > 0 ? " with whole numbers from 1 on (padding from 0)" : "");
}

int lp_layer_list_parse(const char *text, void *layers, lp_error *e) {
    lp_layer_list *list = layers;
    bool after_activation = false;
    list->count = 0;
    for (const char *from = text; from != NULL;) {
        char word[LONGEST];
        size_t length = strcspn(from, ",");
        if (length >= sizeof word)
            return lp_fail_usage(e, "'%.20s...' is too long for a layer", from);
        snprintf(word, sizeof word, "%.*s", (int)length, from);
        int activation = lp_choice_of(LP_ACTIVATION_CHOICES, word, strlen(word));
        if (activation >= 0 ? take_activation(list, activation, after_activation, word, e)
                            : take_layer(list, word, e))
            return -1;
        after_activation = activation >= 0;
        from = from[length] == ',' ? from + length + 1 : NULL;
    }
    return 0;
}

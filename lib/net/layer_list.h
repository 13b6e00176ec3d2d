/* A list of layers as a text: conv:6:5,relu,max-pool:2,dense:120,relu. */
#ifndef LP_NET_LAYER_LIST_H
#define LP_NET_LAYER_LIST_H

#include "net/layer.h"

enum { LP_MAX_LAYERS = 64 };

typedef struct {
    size_t count;
    lp_layer item[LP_MAX_LAYERS];
} lp_layer_list;

/* Parses layers as lp_layers' rows write them, with commas between; an activation (one of
 * LP_ACTIVATION_CHOICES) is that of the layer before it. A stride is 1 where it is not given, that
 * of a pool its size; a padding is 0. Refused with what is wrong, status LP_USAGE: anything else,
 * an activation that follows no layer or another one, more than LP_MAX_LAYERS.
 * `list` is an lp_layer_list: void, so that an option row can name this function. */
int lp_layer_list_parse(const char *text, void *list, lp_error *e);

#endif

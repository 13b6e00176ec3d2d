/* The parameters of a model: all in one block, their gradients in another, and one table of names,
 * shapes and places, so that saving, zeroing and updating them are one loop each. */
#ifndef LP_NET_PARAMS_H
#define LP_NET_PARAMS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "io/stream.h"

enum { LP_PARAM_DIMS = 4 };

typedef struct {
    char name[40];               /* "layer1.weight" */
    int ndim;                    /* 1 to LP_PARAM_DIMS */
    size_t shape[LP_PARAM_DIMS]; /* as a stream holds it */
    size_t rows, cols;           /* in a graph: a vector is (1, n), others the first dimension by
                                    the product of the rest */
    size_t offset;               /* of its first element in the block, in elements */
    bool frozen;                 /* never updated */
} lp_param;

typedef struct {
    lp_type type;
    size_t count;
    lp_param *table;
    size_t size;    /* elements in the block: each parameter is padded to whole cache lines */
    void *value;    /* (size) */
    void *gradient; /* (size), or NULL */
} lp_params;

/* A row of the table: PREFIX.NAME of that shape, without its offset. */
lp_param lp_param_of(const char *prefix, const char *name, int ndim, const size_t *shape);

/* Parameters, all zero, of the names and shapes in table[0..count), which is copied and given its
 * offsets. Everything is allocated from `memory`. */
lp_params lp_params_new(lp_arena *memory, lp_type type, const lp_param *table, size_t count,
                        bool with_gradient);

/* Where parameter i starts, in p->value or in another block of the same layout. */
void *lp_params_at(const lp_params *p, size_t i, const void *block);

/* Refuses a stream in which a parameter of table[0..count) is missing or has another shape. */
int lp_params_check(const lp_param *table, size_t count, lp_stream *s, lp_error *e);

/* Puts a copy of every parameter into the stream, under its name. */
void lp_params_put(const lp_params *p, lp_stream *s);

/* Takes every parameter's value from the stream. Refused: one that is missing, of another shape, or
 * not finite. */
int lp_params_take(const lp_params *p, lp_stream *s, lp_error *e);

#endif

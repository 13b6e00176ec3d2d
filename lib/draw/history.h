/* Learning curves out of streams: what plot-curves draws. */
#ifndef LP_DRAW_HISTORY_H
#define LP_DRAW_HISTORY_H

#include "base/error.h"
#include "base/values.h"
#include "draw/plot.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { LP_PARTS_BOTH, LP_PARTS_TRAINING, LP_PARTS_VALIDATION } lp_history_parts;

#define LP_HISTORY_PARTS_CHOICES "both|training|validation" /* in the order above */

/* Panels for lp_draw_curves, one a metric, and what they own. */
typedef struct {
    size_t panels;
    lp_panel *panel;
    double **value; /* (values) owned by the curves */
    size_t values;
    char **title; /* (panels) owned */
    lp_size size; /* of a picture that suits them */
} lp_history;

/* A training run: its stream, its name in the legend, and its path for errors. Borrowed. */
typedef struct {
    lp_stream *stream;
    const char *name, *path;
} lp_run;

/* The curves of n runs: for each metric
 * NAME the tensors history.NAME (training, solid) and history.val_NAME (validation, dashed) over
 * history.epoch, as far as `parts` asks for them and the stream has them. A stream's curves share
 * a colour; of a lone stream the parts have one each. Without metrics it is loss, and accuracy
 * where every stream has it. A panel is called by its metric, "validation loss" where only a part
 * is asked for. `log`: a logarithmic axis, but for accuracy. The runs have to outlive h. Refused: a
 * stream without an entry, without history.epoch, or without a metric; a tensor of another length
 * than history.epoch. Freed with lp_history_free. */
int lp_history_read(lp_history *h, size_t n, const lp_run *run, const lp_texts *metrics,
                    lp_history_parts parts, bool log, lp_error *e);

/* What a legend calls the stream of a path: its file's name without folder and ending ("sgd" for
 * "out/sgd.npz"), "standard input" for "-". The caller's to free. */
char *lp_history_name(const char *path, lp_error *e);

void lp_history_free(lp_history *h);

#endif

/* Learning curves out of streams: what plot-curves draws. */
#ifndef LP_DRAW_HISTORY_H
#define LP_DRAW_HISTORY_H

#include "base/error.h"
#include "base/memory.h"
#include "base/values.h"
#include "draw/plot.h"
#include "io/stream.h"

typedef enum { LP_PARTS_BOTH, LP_PARTS_TRAINING, LP_PARTS_VALIDATION } lp_curves_parts;

#define LP_CURVES_PARTS_CHOICES "both|training|validation" /* in the order above */

typedef struct {
    lp_texts of;   /* metrics; none: loss, and accuracy where every run has it */
    lp_texts name; /* of the runs, in the legend; none: those of their files */
    lp_curves_parts parts;
    bool log;       /* a logarithmic axis, except for accuracy */
    int64_t from;   /* leaves out what is before this epoch */
    lp_texts range; /* "METRIC:FROM,TO": the ends of that metric's axis */
} lp_curves_options;

/* A training run. Borrowed. */
typedef struct {
    lp_stream *stream;
    const char *path; /* names it in errors, and in the legend without folder and ending */
} lp_curves_run;

/* Panels for lp_draw_curves, one a metric, in an arena of their own. */
typedef struct {
    lp_arena arena;
    size_t panels;
    lp_panel *panel;
    lp_size size; /* of a picture that suits them */
} lp_curves;

/* The curves of n runs: for each metric NAME the tensors history.NAME (training, dashed) and
 * history.val_NAME (validation, solid) over history.epoch, as far as the options ask for them and
 * the stream has them, and of means that summarise has made (history.NAME.sd) with a band of one
 * standard deviation. A stream's curves share a colour; in a lone stream each part has its own. A
 * panel is called by its metric, "validation loss" where only a part is asked for.
 * history.best_epoch is ringed, on the validation part if that is drawn, and a run with
 * history.diverged is called so. Refused: a stream without history.epoch or without a metric; a
 * tensor of another length than history.epoch. The runs have to outlive h, which
 * lp_arena_free(&h->arena) frees, also after a failure. */
int lp_curves_read(lp_curves *h, size_t n, const lp_curves_run *run, const lp_curves_options *o,
                   lp_error *e);

#endif

/* A run on the page: what a stream holds, how it was made, and what came of it. */
#ifndef LP_PAGE_RUN_H
#define LP_PAGE_RUN_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"
#include "learn/report.h"

#include <stdbool.h>

typedef struct {
    const char *path, *name, *about; /* about: a line of text, or NULL; all borrowed */
    lp_stream *stream;               /* borrowed */
    bool is_evaluated;               /* then `report` is what eval finds; else */
    lp_report report;
    lp_error why_not; /* text "": there is nothing to evaluate */
} lp_page_run;

/* Evaluates the stream, where it holds something to evaluate. An error of that is part of the page.
 * Freed with lp_page_run_free. */
void lp_page_run_read(lp_page_run *r, lp_stream *s, const char *path, const char *name,
                      const char *about);
void lp_page_run_free(lp_page_run *r);

/* Appends the run as an article of the page: figures, curves, confusion matrix, weights, recipe,
 * tensors with their SHA-256. With `small`, pictures are PNGs instead of SVGs. -1 and e where a
 * tensor is damaged. */
int lp_page_run_write(const lp_page_run *r, bool small, lp_buffer *b, lp_error *e);

/* Appends tables of several runs: their metrics, the parameters that they do not share, and, with
 * `recipes`, how each was made. */
void lp_page_runs_table(const lp_page_run *r, size_t runs, bool recipes, lp_buffer *b);

/* Appends the curves of all runs with a history together, where there are two to 12. */
void lp_page_runs_curves(const lp_page_run *r, size_t runs, lp_buffer *b);

#endif

/* A confusion matrix as a picture: a cell for each pair of classes, tinted by its share of the true
 * class's rows, with its count where there is room for one. */
#ifndef LP_DRAW_CONFUSION_H
#define LP_DRAW_CONFUSION_H

#include "base/error.h"
#include "draw/plot.h"

#include <stddef.h>
#include <stdio.h>

/* count is (classes, classes): row true class, drawn from the top, column predicted class.
 * class_names (classes), or NULL: they are numbered from 0. Where the names of all classes have no
 * room, every second, third, ... is written. Refused: more than 2000 classes. */
int lp_draw_confusion(FILE *out, const lp_plot_frame *frame, size_t classes, const size_t *count,
                      const char *const *class_names, lp_error *e);

#endif

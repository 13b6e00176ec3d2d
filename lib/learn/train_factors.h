/* Fitting the factors of a matrix by the iterative methods of mf/fit.h: all but mean and svd. A
 * learner of learn/run.h; learn/factorise.h is what a tool calls. */
#ifndef LP_LEARN_TRAIN_FACTORS_H
#define LP_LEARN_TRAIN_FACTORS_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/run.h"
#include "mf/factors.h"
#include "mf/fit.h"
#include "mf/matrix.h"

/* Fits *f, freed with lp_factors_free, to the observed entries, and puts the run's history
 * (lp_run_put_history) into the stream: losses are mean squared errors over the observed and the
 * held-out entries. hooks->init_from holds factors to start from. */
int lp_train_factors(const lp_matrix *matrix, const lp_fit_options *fit,
                     const lp_run_options *options, const lp_run_hooks *hooks, lp_factors *f,
                     lp_stream *s, lp_error *e);

#endif

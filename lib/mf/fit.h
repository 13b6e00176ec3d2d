/* Fitting factors (mf/factors.h) to a matrix, or to those of its entries that were observed.
 *
 * Throughout, e = x - u·v - mean - row bias - column bias is the error of one observed entry, U and
 * V the factors, λ the regularisation, η the learning rate.
 *
 *   mean  the mean of the observed entries alone
 *   bias  mean, row and column terms: alternating least squares without factors
 *   svd   the largest singular values of a whole matrix, x ≈ U diag(s) Vᵀ: the best approximation
 *         of its rank (Eckart and Young 1936)
 *   gd    full gradient. «joint»: both factors at once along the gradient of
 *         sum of e² + λ(|U|² + |V|²), that is U += η (2 E V - 2λU), V likewise with the old U.
 *         «alternate»: U += η (E V - λU), then V += η (Eᵀ U - λV) with the new U and the same E.
 *         A whole matrix without biases and λ goes through autodiff/graph (joint only).
 *   sgd   entry by entry: U's row u += η (e v - λu), then V's row v += η (e u - λv) with the new u
 *   als   in turn the exact minimum over U (and the row terms), over V (and the column terms) of
 *         sum of e² + λ(|U|² + |V|²), by Cholesky (Zhou, Wilkinson, Schreiber and Pan 2008)
 *
 * With biases the mean is that of the observed entries and stays; the terms start at 0 and are
 * learned like one more column of U and V, with their own regularisation.
 *
 * sgd visits the entries in row-major order, or, with `blocks` B > 1, in B x B blocks: rows and
 * columns are cut into B runs with about as many entries each, and round d visits the blocks
 * (i, i + d mod B), which share no row and no column and so run on any number of threads with the
 * same bits (Gemulla, Nijkamp, Haas and Sismanis 2011, "Large-scale matrix factorization with
 * distributed stochastic gradient descent"). `shuffle` puts a block's entries into a new random
 * order each epoch. A row or column without observed entries keeps its start; als gives it zeros.
 *
 * With `shards` K > 1, svd, sgd and als divide their work among the ranks of a job (num/ranks.h)
 * with bytes that K alone decides. als solves for the rows, and then the columns, of each shard by
 * themselves, so its factors are those of one shard. sgd has K x K blocks, and visits its K rounds
 * in an order that the seed draws for each epoch (as in the same paper). svd adds up what the
 * shards of the longer side contribute (num/linalg.h). Sums of e² over a matrix are added by shards
 * of its rows. Every rank holds the whole matrix and, after each epoch, the whole factors. */
#ifndef LP_MF_FIT_H
#define LP_MF_FIT_H

#include "base/error.h"
#include "data/sparse.h"
#include "mf/factors.h"
#include "net/schedule.h"

/* A new method is a file beside mf/gd.c and a row here. Iterative ones have an epoch, direct ones
 * solve. */
// clang-format off
#define LP_FIT_METHODS(ROW)                                                   \
    ROW(MEAN, "mean", .solve = lp_mean_solve)                                 \
    ROW(BIAS, "bias", .prepare = lp_als_prepare, .epoch = lp_als_epoch)       \
    ROW(SVD,  "svd",  .solve = lp_svd_solve)                                  \
    ROW(GD,   "gd",   .prepare = lp_gd_prepare,  .epoch = lp_gd_epoch)        \
    ROW(SGD,  "sgd",  .prepare = lp_sgd_prepare, .epoch = lp_sgd_epoch)       \
    ROW(ALS,  "als",  .prepare = lp_als_prepare, .epoch = lp_als_epoch)
// clang-format on

#define LP_FIT_METHOD_CHOICES LP_CHOICES(LP_FIT_METHODS)

#define LP_AS_FIT_METHOD(NAME, ...) LP_FIT_##NAME,
typedef enum { LP_FIT_METHODS(LP_AS_FIT_METHOD) LP_FIT_METHOD_COUNT } lp_fit_method;

/* In the order of their choices. */
typedef enum { LP_FIT_JOINT, LP_FIT_ALTERNATE } lp_fit_update;
typedef enum { LP_FIT_INIT_UNIFORM, LP_FIT_INIT_NORMAL } lp_fit_init;
#define LP_FIT_UPDATE_CHOICES "joint|alternate"
#define LP_FIT_INIT_CHOICES "uniform|normal"

/* The members are of the types that an option table parses into. */
typedef struct {
    int method;   /* lp_fit_method */
    int64_t rank; /* at most the smaller side of the matrix */
    int64_t epochs;
    double lr;
    lp_schedule schedule; /* of the rate, over the epochs */
    int update;           /* gd: lp_fit_update */
    double reg;           /* λ of the factors */
    double bias_reg;      /* λ of the biases */
    bool bias;
    int init;          /* lp_fit_init: uniform in [0, 1), or standard normal */
    double init_scale; /* times this */
    bool shuffle;      /* sgd */
    int64_t blocks;    /* sgd, on one shard */
    int64_t shards;    /* svd, sgd, als: at least as many as there are ranks; 0 is 1 */
    bool exact;        /* svd: never the top-k method */
    uint64_t seed;
} lp_fit_options;

/* True for a method that is fitted epoch by epoch (lp_fit_new), false for one that is solved. */
bool lp_fit_is_iterative(int method);

/* The factors by mean, of the observed entries (at least one), or by svd, of the whole matrix x
 * (f8, [rows, cols]); freed with lp_factors_free. Each reads only its own argument. Refused: a rank
 * above the smaller side, and what lp_svd refuses. */
int lp_fit_solve(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                 lp_factors *f, lp_error *e);

/* A fit in progress, by an iterative method. */
typedef struct lp_fit lp_fit;

/* Starts from `start` (NULL: at random) on the observed entries. `whole` (rows, cols) is the same
 * matrix as an array where every entry was observed, or NULL. Both matrices are only read and have
 * to live as long as the fit. `blocks` of the options is at least 1 here. NULL and e for: no entry,
 * 2^31 or more, a rank above the smaller side, a start of another shape or kind. Freed with
 * lp_fit_free, which ignores NULL. */
lp_fit *lp_fit_new(const lp_fit_options *options, const lp_sparse *observed, const double *whole,
                   const lp_factors *start, lp_error *e);
void lp_fit_free(lp_fit *fit);

/* One pass over the entries; *sse is the sum of e² as the pass met them. -1 and e where that is no
 * longer finite (with the epoch and the rate), or where als meets singular normal equations. Epochs
 * count from 0, or from lp_fit_set_epoch on. */
int lp_fit_epoch(lp_fit *fit, double *sse, lp_error *e);
void lp_fit_set_epoch(lp_fit *fit, uint64_t epoch);

/* The factors as they are now, copied; freed with lp_factors_free. */
lp_factors lp_fit_factors(const lp_fit *fit);

/* The same into *f, which an earlier call has returned. */
void lp_fit_copy_factors(const lp_fit *fit, lp_factors *f);

/* The sum of e² over the entries of a matrix of this shape, by shards of its rows. */
double lp_fit_sse(const lp_fit *fit, const lp_sparse *m);

#endif

/* The numeric kernels, as one table per element type: what learn, data and draw compute with.
 *
 *     const lp_kernels *num = lp_kernels_of(LP_F4);
 *     num->gemm(LP_NT, n, k, d, x, w, y, false);
 *
 * The sources in num/kernels are compiled once for each instruction set (AVX-512, AVX2+FMA, NEON,
 * plain C with fma()) and each type; the table for this CPU is chosen at the first call, or by
 * LABPIPE_ISA=avx512|avx2|neon|generic. All of them give the same bits, with any number of
 * threads: every output element is one fixed sequence of operations that depends on the shapes
 * alone (see each row), and vectors and threads run across elements.
 *
 * All arrays are contiguous and row-major, of the table's element type (written `T *` below, and
 * void * in C); lengths count elements. An output may be the input itself where the row says
 * "in place", and must not overlap it otherwise. No array has to be aligned. Scalars come as
 * double and are rounded to T first. */
#ifndef LP_NUM_KERNELS_H
#define LP_NUM_KERNELS_H

#include "base/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The three products a layer needs. c is (m, n) in all of them, k is summed over. */
typedef enum {
    LP_NN, /* c = a b     a (m, k), b (k, n) */
    LP_NT, /* c = a bᵀ    a (m, k), b (n, k) */
    LP_TN, /* c = aᵀ b    a (k, m), b (k, n) */
} lp_form;

/* Elementwise functions of one argument, in place allowed. exp, log, tanh, sigmoid, sin, cos are
 * within 1 ulp (f4) or 1.5 ulp (f8) of the true value; sqrt is exact. */
typedef enum {
    LP_EXP,
    LP_LOG,
    LP_TANH,
    LP_SIGMOID,
    LP_SIN,
    LP_COS,
    LP_SQRT,
    LP_RELU, /* x > 0 ? x : 0, NaN stays NaN */
    LP_NEGATE,
    LP_SQUARE,
    LP_IDENTITY,
    LP_UNARIES
} lp_unary;

/* Elementwise functions of two arguments. */
typedef enum { LP_ADD, LP_SUBTRACT, LP_MULTIPLY, LP_DIVIDE, LP_BINARIES } lp_binary;

/* Constants of one Adam step (Kingma and Ba 2015, algorithm 1). */
typedef struct {
    double lr, beta1, beta2, epsilon, weight_decay;
    double correction1, correction2; /* 1 - beta1^t, 1 - beta2^t */
} lp_adam;

typedef struct {
    const char *isa; /* "avx512", "avx2", "neon", "generic" */
    lp_type type;

    /* c (m, n) = the product, or c += it where `accumulate`. Along k each element is one chain
     * of fma from +0 per block of 256, the blocks' sums added in order (to c, where accumulate).
     * Threaded over output panels. */
    void (*gemm)(lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
                 bool accumulate);

    /* y[i] = f(x[i]); in place allowed. */
    void (*unary)(lp_unary f, size_t n, const void *x, void *y);

    /* dx[i] = dy[i] * f'(x[i]), or dx[i] += it where `accumulate`, where y is f's output; only
     * for functions whose derivative needs y alone (EXP, TANH, SIGMOID, RELU, SQRT, NEGATE,
     * IDENTITY) or x alone (the rest). In place (dx == dy) allowed where it does not accumulate. */
    void (*unary_backward)(lp_unary f, size_t n, const void *x, const void *y, const void *dy,
                           void *dx, bool accumulate);

    /* y (rows, cols) = a ∘ b, or y += a ∘ b where `accumulate`, each operand broadcast where its
     * own row count or column count is 1. In place (y == a or b) allowed for operands of y's
     * shape. A product that accumulates is rounded once (fma). */
    void (*binary)(lp_binary f, size_t rows, size_t cols, const void *a, size_t a_rows,
                   size_t a_cols, const void *b, size_t b_rows, size_t b_cols, void *y,
                   bool accumulate);

    /* y[i] = fma(alpha, x[i], y[i]). */
    void (*axpy)(size_t n, double alpha, const void *x, void *y);
    /* y[i] = alpha * x[i]; in place allowed. */
    void (*scale)(size_t n, double alpha, const void *x, void *y);
    void (*fill)(size_t n, double value, void *y);
    /* A plane rotation: x[i], y[i] = c x[i] - s y[i], s x[i] + c y[i], each one product and one
     * fma: fma(-s, y, c x), fma(s, x, c y). */
    void (*rotate)(size_t n, double c, double s, void *x, void *y);

    /* Sums, of type T, given as double, in an order fixed by n alone: per block of 4096 elements,
     * element i goes to lane i mod S, S = 256 / size of T, each lane one chain from +0 (of fma
     * for products); the quarters of the lanes are added as (q0 + q1) + (q2 + q3), then lane i
     * and lane i + half until one is left; the blocks pairwise: two blocks, two pairs, and so on,
     * the incomplete ones at the end from the shortest to the longest. */
    double (*sum)(size_t n, const void *x);
    double (*dot)(size_t n, const void *x, const void *y);
    double (*sum_squared_difference)(size_t n, const void *x, const void *y);
    double (*max)(size_t n, const void *x); /* NaN if any is NaN; -inf for n = 0 */

    /* out (rows) or out (cols) = sums of x (rows, cols) along the other axis, or += them.
     * sum_over_rows adds row after row in blocks of 256 rows, the blocks in order. */
    void (*sum_each_row)(size_t rows, size_t cols, const void *x, void *out, bool accumulate);
    void (*sum_over_rows)(size_t rows, size_t cols, const void *x, void *out, bool accumulate);

    /* y (rows, cols) = f(y + bias). bias has 1 or cols elements, or is NULL. */
    void (*bias_unary)(lp_unary f, size_t rows, size_t cols, const void *bias, size_t bias_size,
                       void *y);

    /* Row by row: y = softmax(x) (the row's maximum subtracted first), y = log softmax(x). In
     * place allowed. */
    void (*softmax)(size_t rows, size_t cols, const void *x, void *y);
    void (*log_softmax)(size_t rows, size_t cols, const void *x, void *y);

    /* Softmax and cross-entropy, fused. x (rows, cols) are logits. The target of row r is class
     * label[r], or the distribution target[r, :] where label is NULL. loss (rows) gets each
     * row's cross-entropy, a target of 0 counting nothing even for a logit of -inf; p (rows, cols)
     * the softmax, for the backward pass. p may be x. Labels are in 0 .. cols-1. */
    void (*softmax_cross_entropy)(size_t rows, size_t cols, const void *x, const int32_t *label,
                                  const void *target, void *loss, void *p);
    /* dx += scale * (p - target). (Where a target does not sum to 1: scale * (p * sum - target).)
     * With `overwrite`, dx = that, and dx may be p. */
    void (*softmax_cross_entropy_backward)(size_t rows, size_t cols, const void *p,
                                           const int32_t *label, const void *target, double scale,
                                           void *dx, bool overwrite);

    /* One optimiser step over n parameters w with gradient g, as PyTorch defines them
     * (torch.optim.SGD, torch.optim.Adam; of Adam, both sides of the fraction are multiplied by the
     * root of correction2, which saves a division an element); v (momentum buffer, NULL where
     * momentum is 0), m1 and m2 (Adam's moments) are updated in place. `first` is PyTorch's first
     * step (v = g). */
    void (*sgd_step)(size_t n, void *w, const void *g, void *v, double lr, double momentum,
                     double weight_decay, bool nesterov, bool first);
    void (*adam_step)(size_t n, void *w, const void *g, void *m1, void *m2,
                      const lp_adam *constants);

    /* y (n, cols) = rows index[0..n) of x (·, cols); x of type `from` (any number type of at most
     * 8 bytes), converted to T and multiplied by `alpha`: how a batch is put together. */
    void (*gather_rows)(size_t n, size_t cols, lp_type from, const void *x, const size_t *index,
                        double alpha, void *y);
} lp_kernels;

/* Refuses a LABPIPE_ISA that is unknown or that this CPU cannot run. Every tool calls it first; the
 * CPU's best kernels stand in where nobody did. */
int lp_kernels_check(lp_error *e);

/* The table for LP_F4 or LP_F8, for this CPU or LABPIPE_ISA. */
const lp_kernels *lp_kernels_of(lp_type type);

/* Every table this CPU can run, ended by NULL; for tests and benches. */
const lp_kernels *const *lp_kernels_all(lp_type type);

/* Single values in double, with the same bits as the f8 kernels. */
double lp_exp(double x);
double lp_log(double x);
double lp_tanh(double x);
double lp_sin(double x);
double lp_cos(double x);
double lp_pow(double x, double y); /* every case as C11, F.10.4.4 has it; within 1 ulp */

#endif

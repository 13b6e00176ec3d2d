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
#include "num/rng.h"
#include "num/window.h"

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
 * within 1 ulp (f4) or 1.5 ulp (f8) of the true value, GELU and SiLU as num/kernels/vmath.h says;
 * sqrt is exact. */
typedef enum {
    LP_EXP,
    LP_LOG,
    LP_TANH,
    LP_SIGMOID,
    LP_SIN,
    LP_COS,
    LP_SQRT,
    LP_RELU,       /* x > 0 ? x : 0, NaN stays NaN */
    LP_LEAKY_RELU, /* x > 0 ? x : 0.01 x */
    LP_ELU,        /* x > 0 ? x : e^x - 1 */
    LP_GELU,       /* x (1 + erf(x / sqrt 2)) / 2, -0 for -infinity */
    LP_SILU,       /* x sigmoid(x), -0 for -infinity */
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
    double shrink;                   /* multiplies w first: AdamW's 1 - lr decay; else 1 */
} lp_adam;

/* Constants of one step that divides by the root of a running sum of squares. */
typedef struct {
    double lr, epsilon, weight_decay, momentum;
    double keep, take; /* v = keep v + take g²: RMSprop alpha and 1 - alpha, Adagrad 1 and 1 */
} lp_root_step;

typedef struct {
    const char *isa; /* "avx512", "avx2", "neon", "generic" */
    lp_type type;

#define LP_KERNEL(result, name, arguments) result(*name) arguments;
#include "num/kernels/list.h"
#undef LP_KERNEL

    /* The kernels of sparse factorisation (num/entries.h), which exist in double only. */
    const struct lp_entries_kernels *entries;
} lp_kernels;

/* Refuses a LABPIPE_ISA that is unknown or that this CPU cannot run. Every tool calls it first;
 * without that call the CPU's best kernels are used. */
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

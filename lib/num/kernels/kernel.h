/* What every kernel source shares: it is compiled once per instruction set (-DLP_ISA=name) and
 * element type (-DLP_SIZE=4 or 8), and speaks of T, its vector V and v_add(V, V) only. */
#ifndef LP_NUM_KERNELS_KERNEL_H
#define LP_NUM_KERNELS_KERNEL_H

#include "num/kernels.h"
#include "num/kernels/vmath.h"
#include "num/parallel.h"

#if LP_SIZE == 4
typedef float T;
#define T_SQRT sqrtf
#else
typedef double T;
#define T_SQRT sqrt
#endif

#define LP_F(name) LP_CAT(LP_CAT(vf, LP_SIZE), name)
#define LP_I(name) LP_CAT(LP_CAT(vi, LP_SIZE), name)
#define LP_M(name) LP_CAT(LP_CAT(vm, LP_SIZE), name)
typedef LP_F() V;
typedef LP_M() M;
enum { LANES = 64 / LP_SIZE };

#define v_set1 LP_F(_set1)
#define v_load LP_F(_load)
#define v_store LP_F(_store)
#define v_load_n LP_F(_load_n)
#define v_store_n LP_F(_store_n)
#define v_add LP_F(_add)
#define v_sub LP_F(_sub)
#define v_mul LP_F(_mul)
#define v_div LP_F(_div)
#define v_sqrt LP_F(_sqrt)
#define v_fma LP_F(_fma)
#define v_max LP_F(_max)
#define v_neg LP_F(_neg)
#define v_lt LP_F(_lt)
#define v_le LP_F(_le)
#define v_eq LP_F(_eq)
#define v_nan LP_F(_nan)
#define v_select LP_F(_select)
#define v_even LP_F(_even)
#define v_odd LP_F(_odd)
#define v_zip_low LP_F(_zip_low)
#define v_zip_high LP_F(_zip_high)
#define v_exp LP_F(_exp)
#define v_log LP_F(_log)
#define v_tanh LP_F(_tanh)
#define v_sigmoid LP_F(_sigmoid)
#define v_sin LP_F(_sin)
#define v_cos LP_F(_cos)
#define m_first LP_M(_first)
#define m_and LP_M(_and)
#define m_or LP_M(_or)
#define m_not LP_M(_not)

/* lp_gemm_f4_avx2 for LP_NAME(gemm): the rows of lp_kernels, one function each. */
#define LP_NAME(name) LP_CAT(LP_CAT(LP_CAT(LP_CAT(lp_, name), _f), LP_SIZE), LP_CAT(_, LP_ISA))
#define k_gemm LP_NAME(gemm)
#define k_unary LP_NAME(unary)
#define k_unary_backward LP_NAME(unary_backward)
#define k_binary LP_NAME(binary)
#define k_axpy LP_NAME(axpy)
#define k_scale LP_NAME(scale)
#define k_fill LP_NAME(fill)
#define k_rotate LP_NAME(rotate)
#define k_sum LP_NAME(sum)
#define k_dot LP_NAME(dot)
#define k_sum_squared_difference LP_NAME(sum_squared_difference)
#define k_max LP_NAME(max)
#define k_sum_each_row LP_NAME(sum_each_row)
#define k_sum_over_rows LP_NAME(sum_over_rows)
#define k_bias_unary LP_NAME(bias_unary)
#define k_softmax LP_NAME(softmax)
#define k_log_softmax LP_NAME(log_softmax)
#define k_softmax_cross_entropy LP_NAME(softmax_cross_entropy)
#define k_softmax_cross_entropy_backward LP_NAME(softmax_cross_entropy_backward)
#define k_sgd_step LP_NAME(sgd_step)
#define k_adam_step LP_NAME(adam_step)
#define k_gather_rows LP_NAME(gather_rows)

void k_gemm(lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
            bool accumulate);
void k_unary(lp_unary f, size_t n, const void *x, void *y);
void k_unary_backward(lp_unary f, size_t n, const void *x, const void *y, const void *dy, void *dx,
                      bool accumulate);
void k_binary(lp_binary f, size_t rows, size_t cols, const void *a, size_t a_rows, size_t a_cols,
              const void *b, size_t b_rows, size_t b_cols, void *y, bool accumulate);
void k_axpy(size_t n, double alpha, const void *x, void *y);
void k_scale(size_t n, double alpha, const void *x, void *y);
void k_fill(size_t n, double value, void *y);
void k_rotate(size_t n, double c, double s, void *x, void *y);
double k_sum(size_t n, const void *x);
double k_dot(size_t n, const void *x, const void *y);
double k_sum_squared_difference(size_t n, const void *x, const void *y);
double k_max(size_t n, const void *x);
void k_sum_each_row(size_t rows, size_t cols, const void *x, void *out, bool accumulate);
void k_sum_over_rows(size_t rows, size_t cols, const void *x, void *out, bool accumulate);
void k_bias_unary(lp_unary f, size_t rows, size_t cols, const void *bias, size_t bias_size,
                  void *y);
void k_softmax(size_t rows, size_t cols, const void *x, void *y);
void k_log_softmax(size_t rows, size_t cols, const void *x, void *y);
void k_softmax_cross_entropy(size_t rows, size_t cols, const void *x, const int32_t *label,
                             const void *target, void *loss, void *p);
void k_softmax_cross_entropy_backward(size_t rows, size_t cols, const void *p, const int32_t *label,
                                      const void *target, double scale, void *dx, bool overwrite);
void k_sgd_step(size_t n, void *w, const void *g, void *v, double lr, double momentum,
                double weight_decay, bool nesterov, bool first);
void k_adam_step(size_t n, void *w, const void *g, void *m1, void *m2, const lp_adam *constants);
void k_gather_rows(size_t n, size_t cols, lp_type from, const void *x, const size_t *index,
                   double alpha, void *y);

/* For a loop in steps of a vector: how many lanes of n are left at i. */
LP_INLINE size_t lanes_left(size_t n, size_t i) {
    return n - i < LANES ? n - i : LANES;
}

/* The lanes added in a fixed order: lane i and lane i + half, halving until one is left. */
LP_INLINE T v_sum_lanes(V a) {
    T lane[LANES];
    v_store(lane, a);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

/* The first lane. */
LP_INLINE T v_first(V a) {
    T lane[LANES];
    v_store(lane, a);
    return lane[0];
}

#endif

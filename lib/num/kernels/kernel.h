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
#define v_elu LP_F(_elu)
#define v_gelu LP_F(_gelu)
#define v_gelu_slope LP_F(_gelu_slope)
#define v_silu LP_F(_silu)
#define v_silu_slope LP_F(_silu_slope)
#define v_sin LP_F(_sin)
#define v_cos LP_F(_cos)
#define m_first LP_M(_first)
#define m_and LP_M(_and)
#define m_or LP_M(_or)
#define m_not LP_M(_not)

/* A register of T, for tiles that are counted in registers. */
#define LP_R(name) LP_CAT(LP_CAT(rf, LP_SIZE), name)
typedef LP_R() R;
enum { RL = LP_REGISTER_BYTES / LP_SIZE }; /* its lanes */

#define r_set1 LP_R(_set1)
#define r_load LP_R(_load)
#define r_store LP_R(_store)
#define r_load_n LP_R(_load_n)
#define r_store_n LP_R(_store_n)
#define r_add LP_R(_add)
#define r_fma LP_R(_fma)

LP_INLINE size_t min_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Rows cut evenly into tiles: the first `higher` of them have one row more. */
typedef struct {
    size_t count, height, higher;
} cut;

LP_INLINE cut cut_rows(size_t rows, size_t max) {
    size_t count = (rows + max - 1) / max, height = rows / count;
    return (cut){count, height, rows - height * count};
}

/* Multiply-adds below which one thread does it all, some 4 us; a chunk has at least half of it. */
enum { SMALL = 25000 * RL };

/* Pictures or rows, some to a chunk. */
typedef struct {
    size_t n, chunks;
    void (*body)(void *context, size_t p);
    void *context;
} item_chunks;

static inline void each_in_chunk(void *context, size_t i) {
    const item_chunks *c = context;
    for (size_t p = c->n * i / c->chunks; p < c->n * (i + 1) / c->chunks; p++)
        c->body(c->context, p);
}

/* body(context, p) for every p below n; on one thread where the multiply-adds, or what costs as
 * much, are few. */
LP_INLINE void each_item(size_t n, size_t operations, void (*body)(void *context, size_t p),
                         void *context) {
    item_chunks c = {n, operations < SMALL ? 1 : min_of(n, operations / (SMALL / 2)), body,
                     context};
    lp_parallel(c.chunks, each_in_chunk, &c);
}

/* The terms of a product or a convolution that are one chain of fma; part of the contract (list.h),
 * since it shows in the bits. */
enum { KC = 256 };

#define LP_KERNEL(result, name, arguments) static result k_##name arguments;
#include "num/kernels/list.h"
#undef LP_KERNEL

/* Calls loop(f, ...) with an f, an enum or a small number, that the compiler knows. */
#define CASE(f, loop, ...)                                                                         \
    case f:                                                                                        \
        loop(f, __VA_ARGS__);                                                                      \
        break;

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

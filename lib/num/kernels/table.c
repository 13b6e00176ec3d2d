/* The table of one instruction set and element type. */
#include "num/kernels/kernel.h"

#define LP_TEXT_(x) #x
#define LP_TEXT(x) LP_TEXT_(x)

const lp_kernels LP_NAME(kernels) = {
    .isa = LP_TEXT(LP_ISA),
    .type = {'f', LP_SIZE},
    .gemm = k_gemm,
    .unary = k_unary,
    .unary_backward = k_unary_backward,
    .binary = k_binary,
    .axpy = k_axpy,
    .scale = k_scale,
    .fill = k_fill,
    .rotate = k_rotate,
    .sum = k_sum,
    .dot = k_dot,
    .sum_squared_difference = k_sum_squared_difference,
    .max = k_max,
    .sum_each_row = k_sum_each_row,
    .sum_over_rows = k_sum_over_rows,
    .bias_unary = k_bias_unary,
    .softmax = k_softmax,
    .log_softmax = k_log_softmax,
    .softmax_cross_entropy = k_softmax_cross_entropy,
    .softmax_cross_entropy_backward = k_softmax_cross_entropy_backward,
    .sgd_step = k_sgd_step,
    .adam_step = k_adam_step,
    .gather_rows = k_gather_rows,
};

/* The kernels of one instruction set (-DLP_ISA=name) and element size (-DLP_SIZE=4 or 8), compiled
 * as one translation unit, and the table that leads to them. */
#include "num/kernels/kernel.h"

#include "num/kernels/channels.c"
#include "num/kernels/conv.c"
#include "num/kernels/elementwise.c"
#include "num/kernels/gemm.c"
#include "num/kernels/optimise.c"
#include "num/kernels/pool.c"
#include "num/kernels/softmax.c"
#include "num/kernels/sums.c"
#if LP_SIZE == 8
#include "num/kernels/entries.c"
#endif

#define LP_TEXT_(x) #x
#define LP_TEXT(x) LP_TEXT_(x)
#define LP_TABLE LP_CAT(LP_CAT(lp_kernels_f, LP_SIZE), LP_CAT(_, LP_ISA))

const lp_kernels LP_TABLE = {
    .isa = LP_TEXT(LP_ISA),
    .type = {'f', LP_SIZE},
#define LP_KERNEL(result, name, arguments) .name = k_##name,
#include "num/kernels/list.h"
#undef LP_KERNEL
#if LP_SIZE == 8
    .entries = &entries_kernels,
#endif
};

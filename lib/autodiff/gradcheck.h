/* Gradients against central differences: every op of a table, in double.
 *
 * For each op, every combination of small shapes that its shape rule lets pass (among them (1, 1),
 * rows, columns, and 16 columns from a single number), with each activation, at random points, at
 * zeros, at equal elements and at large magnitudes; once alone, once in a diamond (the same
 * operands through the op twice, and multiplied), once with one operand in all places. The loss is
 * Σ c y with random c. The difference has five points (Abramowitz and Stegun, table 25.2),
 *     f'(x) ≈ (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12 h,
 * with h = 1e-3 (2e-4 at large x) and an error of at most 1e-9 here. Points within 2h of a kink are
 * left out. */
#ifndef LP_AUTODIFF_GRADCHECK_H
#define LP_AUTODIFF_GRADCHECK_H

#include "autodiff/ops.h"
#include "base/memory.h"

/* A gradient is wrong if its largest deviation, divided by the largest derivative, exceeds this:
 * far above the difference's own error, far below that of any wrong formula. */
#define LP_GRADCHECK_TOLERANCE 1e-7

typedef struct {
    const char *op, *formula;
    size_t cases;        /* points at which the whole gradient was compared */
    double worst;        /* the largest relative deviation; infinite for one that is not finite */
    const char *verdict; /* "ok", or what is wrong: "wrong", "all zero", "not reached",
                            "no backward" */
} lp_gradcheck_row;

/* Checks one op of a table: lp_ops, or one that a test broke. "all zero" means that an operand's
 * gradient was zero at every point. */
lp_gradcheck_row lp_gradcheck_op(const lp_op_row *table, lp_op op, uint64_t seed);

/* Finds an op of lp_ops, other than the leaf, by its name; LP_OPS if no op has it. */
lp_op lp_gradcheck_find(const char *name);

/* Checks the ops of lp_ops with these n names, or with n = 0 every one but the leaf, in the table's
 * order; returns how many rows it fills. */
size_t lp_gradcheck(const char *const *names, size_t n, uint64_t seed,
                    lp_gradcheck_row row[LP_OPS]);

/* The rows as a table for people, or as tab-separated values under a line of names; returns how
 * many are not "ok". */
size_t lp_gradcheck_print(const lp_gradcheck_row *row, size_t count, bool tsv, lp_buffer *out);

#endif

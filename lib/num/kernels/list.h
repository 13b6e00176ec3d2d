/* The kernels, one row each: the only list of them. num/kernels.h makes the members of lp_kernels
 * of it, num/kernels/kernel.h the prototypes (k_gemm for gemm), num/kernels/table.c the tables.
 *
 *     LP_KERNEL(result, name, (arguments)) */
/* c (m, n) = the product, or c += it where `accumulate`. Along k each element is one chain
 * of fma from +0 per block of 256, the blocks' sums added in order (to c, where accumulate).
 * Threaded over output panels. */
LP_KERNEL(void, gemm,
          (lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
           bool accumulate))

/* y[i] = f(x[i]); in place allowed. */
LP_KERNEL(void, unary, (lp_unary f, size_t n, const void *x, void *y))

/* dx[i] = dy[i] * f'(x[i]), or dx[i] += it where `accumulate`, where y is f's output; only
 * for functions whose derivative needs y alone (EXP, TANH, SIGMOID, RELU, LEAKY_RELU, ELU, SQRT,
 * NEGATE, IDENTITY) or x alone (the rest). In place (dx == dy) allowed where it does not
 * accumulate. */
LP_KERNEL(void, unary_backward,
          (lp_unary f, size_t n, const void *x, const void *y, const void *dy, void *dx,
           bool accumulate))

/* y (rows, cols) = a ∘ b, or y += a ∘ b where `accumulate`, each operand broadcast where its
 * own row count or column count is 1. In place (y == a or b) allowed for operands of y's
 * shape. A product that accumulates is rounded once (fma). */
LP_KERNEL(void, binary,
          (lp_binary f, size_t rows, size_t cols, const void *a, size_t a_rows, size_t a_cols,
           const void *b, size_t b_rows, size_t b_cols, void *y, bool accumulate))

/* y[i] = fma(alpha, x[i], y[i]). */
LP_KERNEL(void, axpy, (size_t n, double alpha, const void *x, void *y))
/* y[i] = alpha * x[i]; in place allowed. */
LP_KERNEL(void, scale, (size_t n, double alpha, const void *x, void *y))
LP_KERNEL(void, fill, (size_t n, double value, void *y))
/* A plane rotation: x[i], y[i] = c x[i] - s y[i], s x[i] + c y[i], each one product and one
 * fma: fma(-s, y, c x), fma(s, x, c y). */
LP_KERNEL(void, rotate, (size_t n, double c, double s, void *x, void *y))

/* Sums, of type T, given as double, in an order fixed by n alone: per block of 4096 elements,
 * element i goes to lane i mod S, S = 256 / size of T, each lane one chain from +0 (of fma
 * for products); the quarters of the lanes are added as (q0 + q1) + (q2 + q3), then lane i
 * and lane i + half until one is left; the blocks pairwise: two blocks, two pairs, and so on,
 * the incomplete ones at the end from the shortest to the longest. */
LP_KERNEL(double, sum, (size_t n, const void *x))
LP_KERNEL(double, dot, (size_t n, const void *x, const void *y))
LP_KERNEL(double, sum_squared_difference, (size_t n, const void *x, const void *y))
LP_KERNEL(double, max, (size_t n, const void *x)) /* NaN if any is NaN; -inf for n = 0 */

/* out (rows) or out (cols) = sums of x (rows, cols) along the other axis, or += them.
 * sum_over_rows adds row after row in blocks of 256 rows, the blocks in order. */
LP_KERNEL(void, sum_each_row, (size_t rows, size_t cols, const void *x, void *out, bool accumulate))
LP_KERNEL(void, sum_over_rows,
          (size_t rows, size_t cols, const void *x, void *out, bool accumulate))

/* y (rows, cols) = f(y + bias). bias has 1 or cols elements, or is NULL. */
LP_KERNEL(void, bias_unary,
          (lp_unary f, size_t rows, size_t cols, const void *bias, size_t bias_size, void *y))

/* Row by row: y = softmax(x) (the row's maximum subtracted first), y = log softmax(x). In
 * place allowed. */
LP_KERNEL(void, softmax, (size_t rows, size_t cols, const void *x, void *y))
LP_KERNEL(void, log_softmax, (size_t rows, size_t cols, const void *x, void *y))

/* Softmax and cross-entropy, fused. x (rows, cols) are logits. The target of row r is class
 * label[r], or the distribution target[r, :] where label is NULL. loss (rows) gets each
 * row's cross-entropy, a target of 0 counting nothing even for a logit of -inf; p (rows, cols)
 * the softmax, for the backward pass. p may be x. Labels are in 0 .. cols-1. */
LP_KERNEL(void, softmax_cross_entropy,
          (size_t rows, size_t cols, const void *x, const int32_t *label, const void *target,
           void *loss, void *p))
/* dx += scale * (p - target). (Where a target does not sum to 1: scale * (p * sum - target).)
 * With `overwrite`, dx = that, and dx may be p. */
LP_KERNEL(void, softmax_cross_entropy_backward,
          (size_t rows, size_t cols, const void *p, const int32_t *label, const void *target,
           double scale, void *dx, bool overwrite))

/* One optimiser step over n parameters w with gradient g, as PyTorch defines them
 * (torch.optim.SGD, Adam and AdamW, RMSprop and Adagrad; of Adam, both sides of the fraction are
 * multiplied by the root of correction2, which saves a division an element); the momentum buffer
 * (NULL where momentum is 0: v of SGD, b of root_step), m1 and m2 (Adam's moments) and root_step's
 * squares v are updated in place. `first` is PyTorch's first step of SGD (v = g). */
LP_KERNEL(void, sgd_step,
          (size_t n, void *w, const void *g, void *v, double lr, double momentum,
           double weight_decay, bool nesterov, bool first))
LP_KERNEL(void, adam_step,
          (size_t n, void *w, const void *g, void *m1, void *m2, const lp_adam *constants))
LP_KERNEL(void, root_step,
          (size_t n, void *w, const void *g, void *v, void *b, const lp_root_step *constants))

/* y (n, cols) = rows index[0..n) of x (·, cols); x of type `from` (any number type of at most
 * 8 bytes), converted to T and multiplied by `alpha`: how a batch is put together. */
LP_KERNEL(void, gather_rows,
          (size_t n, size_t cols, lp_type from, const void *x, const size_t *index, double alpha,
           void *y))

/* ---- pictures ----
 *
 * A batch of n pictures is (n, channels * height * width), one after another, each channel after
 * channel; g (num/window.h) says how large they are and how the window moves. Sums along the terms
 * of an output are those of a product: one chain of fma from +0 per block of 256, the blocks' sums
 * added in order, to +0. Padding is +0. A term with padding may be left out: then the bits are the
 * same, unless a number is not finite. Threads take independent outputs. */

/* y (n, out, rows, cols) = f(x * w + bias): the terms of an element are w[o, c, i, j] x[p, c, row *
 * stride + i - padding, col * stride + j - padding], in the order of (c, i, j). w (out, channels,
 * kernel_height, kernel_width); bias (out), or NULL. */
LP_KERNEL(void, conv,
          (const lp_window *g, size_t n, size_t out, const void *x, const void *w, const void *bias,
           lp_unary f, void *y))

/* dx (n, channels, height, width) = or += the gradient, where y = x * w has the gradient dy. The
 * terms of an element are w[o, c, i, j] dy[p, o, row', col'] in the order of (o, i, j), for the i
 * and j that a window meets it with: row + padding - i and col + padding - j are multiples row' and
 * col' of the stride. Where they lie outside of the output, dy is +0. */
LP_KERNEL(void, conv_backward_input,
          (const lp_window *g, size_t n, size_t out, const void *dy, const void *w, void *dx,
           bool accumulate))

/* dw (out, channels, kernel_height, kernel_width) = or += the gradient. The terms of an element are
 * dy[p, o, row, col] x[p, c, row * stride + i - padding, col * stride + j - padding], in the order
 * of (p, row, col). */
LP_KERNEL(void, conv_backward_weights,
          (const lp_window *g, size_t n, size_t out, const void *dy, const void *x, void *dw,
           bool accumulate))

/* y (n, channels, rows, cols) = the largest element that the window holds, NaN if any is NaN, and
 * which = its number in the window (row * kernel_width + column, as T): of equal elements the
 * first, of NaN the last. Padding is never the largest. And dx += dy where they were, output after
 * output, from 0 unless it accumulates. */
LP_KERNEL(void, max_pool, (const lp_window *g, size_t n, const void *x, void *y, void *which))
LP_KERNEL(void, max_pool_backward,
          (const lp_window *g, size_t n, const void *dy, const void *which, void *dx,
           bool accumulate))

/* y = the sum of the window's elements in the picture, row by row from +0, divided by the size of
 * the window, padding included. And dx += dy / size, output after output, from 0 unless it
 * accumulates. */
LP_KERNEL(void, average_pool, (const lp_window *g, size_t n, const void *x, void *y))
LP_KERNEL(void, average_pool_backward,
          (const lp_window *g, size_t n, const void *dy, void *dx, bool accumulate))

/* y = fma(x - minus[c], times[c], plus[c]) for n pictures of `channels` channels of `area`
 * elements. In place allowed. */
LP_KERNEL(void, scale_channels,
          (size_t n, size_t channels, size_t area, const void *x, const void *minus,
           const void *times, const void *plus, void *y))

/* y (n, cols, rows) = n matrices x (n, rows, cols), each transposed: pictures whose colours are
 * side by side as pictures of one channel after another, and back. */
LP_KERNEL(void, transpose_each, (size_t n, size_t rows, size_t cols, const void *x, void *y))

/* y[i] = or += x[i] m[i], m[i] = 0 where word i from `at` on is below 2^32 rate, else
 * 1 / (1 - rate); the product is rounded before it is added. In place allowed where it does not
 * accumulate. */
LP_KERNEL(void, dropout,
          (size_t n, double rate, const lp_rng *at, const void *x, void *y, bool accumulate))

/* Softmax and its cross-entropy, a row at a time. */
#include "num/kernels/kernel.h"

/* e[i] = exp(x[i] - shift); returns their sum, in the order of num/kernels.h. e may be x. */
static T exp_row(size_t n, const T *x, T shift, T *e) {
    V s = v_set1(shift);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        v_store_n(e + i, v_exp(v_sub(v_load_n(x + i, left), s)), left);
    }
    return (T)k_sum(n, e);
}

static void divide_row(size_t n, T divisor, T *y) {
    V d = v_set1(divisor);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        v_store_n(y + i, v_div(v_load_n(y + i, left), d), left);
    }
}

static T log_of(T x) {
    return v_first(v_log(v_set1(x)));
}

static void k_softmax(size_t rows, size_t cols, const void *x, void *y) {
    const T *from = x;
    T *to = y;
    for (size_t r = 0; r < rows; r++, from += cols, to += cols)
        divide_row(cols, exp_row(cols, from, (T)k_max(cols, from), to), to);
}

static void k_log_softmax(size_t rows, size_t cols, const void *x, void *y) {
    const T *from = x;
    T *to = y;
    for (size_t r = 0; r < rows; r++, from += cols, to += cols) {
        T max = (T)k_max(cols, from);
        V m = v_set1(max), sum = v_set1(0);
        for (size_t i = 0; i < cols; i += LANES) {
            size_t left = lanes_left(cols, i);
            V e = v_exp(v_sub(v_load_n(from + i, left), m));
            sum = v_add(sum, v_select(m_first(left), e, v_set1(0)));
        }
        V shift = v_set1(log_of(v_sum_lanes(sum)));
        for (size_t i = 0; i < cols; i += LANES) {
            size_t left = lanes_left(cols, i);
            v_store_n(to + i, v_sub(v_sub(v_load_n(from + i, left), m), shift), left);
        }
    }
}

/* sum of t[i] and of t[i] (x[i] - shift), a t of 0 counting nothing even where x is -inf. */
static T target_row(size_t n, const T *x, T shift, const T *t, T *sum) {
    V s = v_set1(shift), dot = v_set1(0);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        V target = v_load_n(t + i, left), d = v_sub(v_load_n(x + i, left), s);
        dot = v_select(v_eq(target, v_set1(0)), dot, v_fma(target, d, dot));
    }
    *sum = (T)k_sum(n, t);
    return v_sum_lanes(dot);
}

/* n rows of at most LANES columns, a row a lane. Every row goes through the operations of a row by
 * itself, in their order, so that the bits are the same. */
LP_INLINE void narrow_block(size_t n, size_t cols, const T *x, const int32_t *label, T *loss,
                            T *p) {
    T column[LANES][LANES], expected[LANES];
    V e[LANES], sum[LANES];
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < cols; c++)
            column[c][r] = x[r * cols + c];
        expected[r] = x[r * cols + (size_t)label[r]];
    }
    V max = v_load_n(column[0], n);
    for (size_t c = 1; c < cols; c++) {
        V next = v_load_n(column[c], n);
        max = v_select(m_or(v_lt(max, next), v_nan(next)), next, max);
    }
    for (size_t c = 0; c < cols; c++)
        sum[c] = e[c] = v_exp(v_sub(v_load_n(column[c], n), max));
    /* The order of v_sum_lanes, with columns in place of lanes. */
    for (size_t half = LANES / 2, left = cols; half > 0; half /= 2) {
        for (size_t c = 0; c + half < left; c++)
            sum[c] = v_add(sum[c], sum[c + half]);
        left = left < half ? left : half;
    }
    v_store_n(loss, v_sub(v_log(sum[0]), v_sub(v_load_n(expected, n), max)), n);
    for (size_t c = 0; c < cols; c++)
        v_store(column[c], v_div(e[c], sum[0]));
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < cols; c++)
            p[r * cols + c] = column[c][r];
}

/* The same for LANES rows of two columns. The larger one's exponential is that of 0. */
LP_INLINE void pair_block(const T *x, const int32_t *label, T *loss, T *p) {
    T which[LANES];
    for (size_t r = 0; r < LANES; r++)
        which[r] = (T)label[r];
    V a = v_load(x), b = v_load(x + LANES), zero = v_even(a, b), one = v_odd(a, b);
    V expected = v_select(v_eq(v_load(which), v_set1(0)), zero, one);
    M second = m_or(v_lt(zero, one), v_nan(one));
    V max = v_select(second, one, zero), min = v_select(second, zero, one);
    V rest = v_exp(v_sub(min, max)), nothing = v_sub(max, max);
    V unit = v_select(v_nan(nothing), v_set1((T)NAN), v_set1(1));
    zero = v_select(second, rest, unit), one = v_select(second, unit, rest);
    V sum = v_add(zero, one);
    v_store(loss, v_sub(v_log(sum), v_sub(expected, max)));
    zero = v_div(zero, sum), one = v_div(one, sum);
    v_store(p, v_zip_low(zero, one));
    v_store(p + LANES, v_zip_high(zero, one));
}

static void narrow_cross_entropy(size_t rows, size_t cols, const T *x, const int32_t *label,
                                 T *loss, T *p) {
    size_t r = 0;
    for (; r + LANES <= rows; r += LANES) {
        if (cols == 2)
            pair_block(x + r * 2, label + r, loss + r, p + r * 2);
        else if (cols == 3) /* a constant: the compiler unrolls it */
            narrow_block(LANES, 3, x + r * 3, label + r, loss + r, p + r * 3);
        else
            narrow_block(LANES, cols, x + r * cols, label + r, loss + r, p + r * cols);
    }
    if (r < rows)
        narrow_block(rows - r, cols, x + r * cols, label + r, loss + r, p + r * cols);
}

static void k_softmax_cross_entropy(size_t rows, size_t cols, const void *x, const int32_t *label,
                                    const void *target, void *loss, void *p) {
    const T *from = x, *t = target;
    T *to = p, *l = loss;
    if (label && cols <= LANES && rows > 1) {
        narrow_cross_entropy(rows, cols, x, label, loss, p);
        return;
    }
    for (size_t r = 0; r < rows; r++, from += cols, to += cols) {
        T max = (T)k_max(cols, from), weight = 1, expected;
        if (label)
            expected = from[label[r]] - max;
        else
            expected = target_row(cols, from, max, t + r * cols, &weight);
        T sum = exp_row(cols, from, max, to);
        l[r] = weight * log_of(sum) - expected;
        divide_row(cols, sum, to);
    }
}

static void k_softmax_cross_entropy_backward(size_t rows, size_t cols, const void *p,
                                             const int32_t *label, const void *target, double scale,
                                             void *dx, bool overwrite) {
    const T *from = p, *t = target;
    T *to = dx;
    V s = v_set1((T)scale);
    if (label && overwrite && cols <= LANES && dx != p) {
        k_scale(rows * cols, scale, p, dx);
        for (size_t r = 0; r < rows; r++) {
            size_t i = r * cols + (size_t)label[r];
            to[i] = (T)scale * (from[i] - 1);
        }
        return;
    }
    for (size_t r = 0; r < rows; r++, from += cols, to += cols) {
        V weight = v_set1(label ? 1 : (T)k_sum(cols, t + r * cols));
        T one = 0;
        if (label) { /* kept, since dx may be p */
            T d = from[label[r]] - 1;
            one = overwrite ? (T)scale * d : v_first(v_fma(s, v_set1(d), v_set1(to[label[r]])));
        }
        for (size_t i = 0; i < cols; i += LANES) {
            size_t left = lanes_left(cols, i);
            V d = v_load_n(from + i, left);
            if (!label)
                d = v_fma(d, weight, v_neg(v_load_n(t + r * cols + i, left)));
            d = overwrite ? v_mul(s, d) : v_fma(s, d, v_load_n(to + i, left));
            v_store_n(to + i, d, left);
        }
        if (label)
            to[label[r]] = one;
    }
}

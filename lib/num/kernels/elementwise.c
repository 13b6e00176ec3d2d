/* Elementwise kernels, one pass over memory each. The function is chosen outside the loop, which is
 * compiled once for each. */
#include "num/kernels/kernel.h"

#define LEAK ((T)0.01) /* of LEAKY_RELU */

LP_INLINE V unary_of(lp_unary f, V x) {
    switch (f) {
    case LP_EXP:
        return v_exp(x);
    case LP_LOG:
        return v_log(x);
    case LP_TANH:
        return v_tanh(x);
    case LP_SIGMOID:
        return v_sigmoid(x);
    case LP_SIN:
        return v_sin(x);
    case LP_COS:
        return v_cos(x);
    case LP_SQRT:
        return v_sqrt(x);
    case LP_RELU:
        return v_select(v_le(x, v_set1(0)), v_set1(0), x);
    case LP_LEAKY_RELU:
        return v_select(v_le(x, v_set1(0)), v_mul(v_set1(LEAK), x), x);
    case LP_ELU:
        return v_elu(x);
    case LP_GELU:
        return v_gelu(x);
    case LP_SILU:
        return v_silu(x);
    case LP_NEGATE:
        return v_neg(x);
    case LP_SQUARE:
        return v_mul(x, x);
    case LP_IDENTITY:
    case LP_UNARIES:
        break;
    }
    return x;
}

#define FOR_EACH_UNARY(f, ...)                                                                     \
    switch (f) {                                                                                   \
        CASE(LP_EXP, __VA_ARGS__)                                                                  \
        CASE(LP_LOG, __VA_ARGS__)                                                                  \
        CASE(LP_TANH, __VA_ARGS__)                                                                 \
        CASE(LP_SIGMOID, __VA_ARGS__)                                                              \
        CASE(LP_SIN, __VA_ARGS__)                                                                  \
        CASE(LP_COS, __VA_ARGS__)                                                                  \
        CASE(LP_SQRT, __VA_ARGS__)                                                                 \
        CASE(LP_RELU, __VA_ARGS__)                                                                 \
        CASE(LP_LEAKY_RELU, __VA_ARGS__)                                                           \
        CASE(LP_ELU, __VA_ARGS__)                                                                  \
        CASE(LP_GELU, __VA_ARGS__)                                                                 \
        CASE(LP_SILU, __VA_ARGS__)                                                                 \
        CASE(LP_NEGATE, __VA_ARGS__)                                                               \
        CASE(LP_SQUARE, __VA_ARGS__)                                                               \
        CASE(LP_IDENTITY, __VA_ARGS__)                                                             \
    case LP_UNARIES:                                                                               \
        break;                                                                                     \
    }

LP_INLINE void unary_loop(lp_unary f, size_t n, const T *x, T *y) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(y + i, unary_of(f, v_load(x + i)));
    if (i < n)
        v_store_n(y + i, unary_of(f, v_load_n(x + i, n - i)), n - i);
}

static void k_unary(lp_unary f, size_t n, const void *x, void *y) {
    FOR_EACH_UNARY(f, unary_loop, n, x, y);
}

/* dx + dy * f'. */
LP_INLINE V unary_backward_of(lp_unary f, V x, V y, V dy, V dx) {
    switch (f) {
    case LP_EXP:
        return v_fma(dy, y, dx);
    case LP_LOG:
        return v_add(dx, v_div(dy, x));
    case LP_TANH:
        return v_fma(dy, v_fma(v_neg(y), y, v_set1(1)), dx);
    case LP_SIGMOID:
        return v_fma(dy, v_fma(v_neg(y), y, y), dx);
    case LP_SIN:
        return v_fma(dy, v_cos(x), dx);
    case LP_COS:
        return v_fma(dy, v_neg(v_sin(x)), dx);
    case LP_SQRT:
        return v_fma(dy, v_div(v_set1((T)0.5), y), dx);
    case LP_RELU:
        return v_add(dx, v_select(v_le(y, v_set1(0)), v_set1(0), dy));
    case LP_LEAKY_RELU:
        return v_fma(dy, v_select(v_le(y, v_set1(0)), v_set1(LEAK), v_set1(1)), dx);
    case LP_ELU:
        return v_fma(dy, v_select(v_le(y, v_set1(0)), v_add(y, v_set1(1)), v_set1(1)), dx);
    case LP_GELU:
        return v_fma(dy, v_gelu_slope(x), dx);
    case LP_SILU:
        return v_fma(dy, v_silu_slope(x), dx);
    case LP_NEGATE:
        return v_sub(dx, dy);
    case LP_SQUARE:
        return v_fma(dy, v_add(x, x), dx);
    case LP_IDENTITY:
    case LP_UNARIES:
        break;
    }
    return v_add(dx, dy);
}

LP_INLINE void unary_backward_loop(lp_unary f, size_t n, const T *x, const T *y, const T *dy, T *dx,
                                   bool accumulate) {
    /* Only the argument that the derivative needs has to be there. */
    bool of_x =
        f == LP_LOG || f == LP_SIN || f == LP_COS || f == LP_SQUARE || f == LP_GELU || f == LP_SILU;
    const T *of = of_x ? x : f == LP_NEGATE || f == LP_IDENTITY ? dy : y;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V a = v_load(of + i), before = accumulate ? v_load(dx + i) : v_set1(0);
        v_store(dx + i, unary_backward_of(f, a, a, v_load(dy + i), before));
    }
    if (i < n) {
        V a = v_load_n(of + i, n - i), before = accumulate ? v_load_n(dx + i, n - i) : v_set1(0);
        V d = unary_backward_of(f, a, a, v_load_n(dy + i, n - i), before);
        v_store_n(dx + i, d, n - i);
    }
}

static void k_unary_backward(lp_unary f, size_t n, const void *x, const void *y, const void *dy,
                             void *dx, bool accumulate) {
    if (accumulate) {
        FOR_EACH_UNARY(f, unary_backward_loop, n, x, y, dy, dx, true);
    } else {
        FOR_EACH_UNARY(f, unary_backward_loop, n, x, y, dy, dx, false);
    }
}

LP_INLINE V binary_of(lp_binary f, V a, V b) {
    switch (f) {
    case LP_ADD:
        return v_add(a, b);
    case LP_SUBTRACT:
        return v_sub(a, b);
    case LP_MULTIPLY:
        return v_mul(a, b);
    case LP_DIVIDE:
        return v_div(a, b);
    case LP_BINARIES:
        break;
    }
    return a;
}

LP_INLINE V binary_add_of(lp_binary f, V a, V b, V y) {
    return f == LP_MULTIPLY ? v_fma(a, b, y) : v_add(y, binary_of(f, a, b));
}

/* One row; a_one and b_one: the operand is one number for the whole row. */
LP_INLINE void binary_row(lp_binary f, size_t n, const T *a, bool a_one, const T *b, bool b_one,
                          T *y, bool accumulate) {
    V va = a_one ? v_set1(a[0]) : v_set1(0), vb = b_one ? v_set1(b[0]) : v_set1(0);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        V p = a_one ? va : v_load_n(a + i, left), q = b_one ? vb : v_load_n(b + i, left);
        V r = accumulate ? binary_add_of(f, p, q, v_load_n(y + i, left)) : binary_of(f, p, q);
        v_store_n(y + i, r, left);
    }
}

LP_INLINE void binary_rows(lp_binary f, size_t rows, size_t cols, const T *a, size_t a_step,
                           bool a_one, const T *b, size_t b_step, bool b_one, T *y,
                           bool accumulate) {
    for (size_t r = 0; r < rows; r++, a += a_step, b += b_step, y += cols)
        binary_row(f, cols, a, a_one, b, b_one, y, accumulate);
}

static void k_binary(lp_binary f, size_t rows, size_t cols, const void *a, size_t a_rows,
                     size_t a_cols, const void *b, size_t b_rows, size_t b_cols, void *y,
                     bool accumulate) {
    if (cols == 1) { /* a column is computed as a row */
        cols = rows, a_cols = a_rows, b_cols = b_rows;
        rows = a_rows = b_rows = 1;
    }
    bool a_flat = a_rows == rows ? a_cols == cols : a_rows * a_cols == 1;
    bool b_flat = b_rows == rows ? b_cols == cols : b_rows * b_cols == 1;
    if (a_flat && b_flat) { /* whole operands and single numbers need no rows */
        a_cols *= a_rows, b_cols *= b_rows, cols *= rows;
        rows = a_rows = b_rows = 1;
    }
    size_t a_step = a_rows == 1 ? 0 : a_cols, b_step = b_rows == 1 ? 0 : b_cols;
    bool a_one = a_cols == 1, b_one = b_cols == 1;
#define ROWS_CASE(f)                                                                               \
    CASE(f, binary_rows, rows, cols, a, a_step, a_one, b, b_step, b_one, y, accumulate)
    switch (f) {
        ROWS_CASE(LP_ADD)
        ROWS_CASE(LP_SUBTRACT)
        ROWS_CASE(LP_MULTIPLY)
        ROWS_CASE(LP_DIVIDE)
    case LP_BINARIES:
        break;
    }
#undef ROWS_CASE
}

static void k_axpy(size_t n, double alpha, const void *x, void *y) {
    const T *px = x;
    T *py = y;
    V va = v_set1((T)alpha);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(py + i, v_fma(va, v_load(px + i), v_load(py + i)));
    if (i < n)
        v_store_n(py + i, v_fma(va, v_load_n(px + i, n - i), v_load_n(py + i, n - i)), n - i);
}

static void k_scale(size_t n, double alpha, const void *x, void *y) {
    const T *px = x;
    T *py = y;
    V va = v_set1((T)alpha);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(py + i, v_mul(va, v_load(px + i)));
    if (i < n)
        v_store_n(py + i, v_mul(va, v_load_n(px + i, n - i)), n - i);
}

static void k_fill(size_t n, double value, void *y) {
    T *py = y;
    V v = v_set1((T)value);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(py + i, v);
    if (i < n)
        v_store_n(py + i, v, n - i);
}

static void k_rotate(size_t n, double c, double s, void *x, void *y) {
    T *px = x, *py = y;
    V cosine = v_set1((T)c), sine = v_set1((T)s), minus_sine = v_set1((T)-s);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        V a = v_load_n(px + i, left), b = v_load_n(py + i, left);
        v_store_n(px + i, v_fma(minus_sine, b, v_mul(cosine, a)), left);
        v_store_n(py + i, v_fma(sine, a, v_mul(cosine, b)), left);
    }
}

enum { NARROW = 4 * LANES }; /* columns */

LP_INLINE void bias_unary_loop(lp_unary f, size_t rows, size_t cols, const T *bias, bool by_column,
                               T *y) {
    V one = v_set1(by_column || !bias ? 0 : bias[0]);
    for (size_t r = 0; r < rows; r++, y += cols) {
        size_t i = 0;
        for (; i + LANES <= cols; i += LANES) {
            V b = by_column ? v_load(bias + i) : one;
            v_store(y + i, unary_of(f, v_add(v_load(y + i), b)));
        }
        if (i < cols) {
            size_t left = cols - i;
            V b = by_column ? v_load_n(bias + i, left) : one;
            v_store_n(y + i, unary_of(f, v_add(v_load_n(y + i, left), b)), left);
        }
    }
}

/* One pass for the activations of a layer; the other functions take a second one. */
LP_INLINE void bias_unary_rows(lp_unary f, size_t rows, size_t cols, const T *bias, bool by_column,
                               T *y) {
    switch (f) {
        CASE(LP_TANH, bias_unary_loop, rows, cols, bias, by_column, y)
        CASE(LP_SIGMOID, bias_unary_loop, rows, cols, bias, by_column, y)
        CASE(LP_RELU, bias_unary_loop, rows, cols, bias, by_column, y)
        CASE(LP_IDENTITY, bias_unary_loop, rows, cols, bias, by_column, y)
    default:
        bias_unary_loop(LP_IDENTITY, rows, cols, bias, by_column, y);
        k_unary(f, rows * cols, y, y);
    }
}

static void k_bias_unary(lp_unary f, size_t rows, size_t cols, const void *bias, size_t bias_size,
                         void *y) {
    if (!bias) {
        k_unary(f, rows * cols, y, y);
    } else if (bias_size == 1) { /* the same number everywhere: one long row */
        bias_unary_rows(f, 1, rows * cols, bias, false, y);
    } else if (cols <= NARROW && rows >= 2 * LANES) {
        /* LANES narrow rows are one row of whole vectors. */
        T repeated[NARROW * LANES];
        size_t wide = rows / LANES, done = wide * LANES * cols;
        for (size_t r = 0; r < LANES; r++)
            memcpy(repeated + r * cols, bias, cols * sizeof(T));
        bias_unary_rows(f, wide, cols * LANES, repeated, true, y);
        bias_unary_rows(f, rows % LANES, cols, bias, true, (T *)y + done);
    } else {
        bias_unary_rows(f, rows, cols, bias, true, y);
    }
}

/* ---- rows gathered and converted ---- */

/* An IEEE half as a float: exact. */
LP_INLINE float half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 31, fraction = h & 1023;
    if (exponent == 0)
        return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
    uint32_t bits = sign | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | fraction << 13;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void from_f2(size_t n, const void *from, T alpha, T *y) {
    const uint16_t *x = from;
    for (size_t i = 0; i < n; i++)
        y[i] = (T)half_to_float(x[i]) * alpha;
}

/* y[0..n) = (T)x[i] * alpha, a register of T at a time. The compiler has instructions that double
 * an element's width, so a small integer becomes A and B on its way, which hold it exactly. */
#define OF(type) type __attribute__((vector_size(RL * sizeof(type))))
#define CONVERT(name, S, A, B)                                                                     \
    static void name(size_t n, const void *from, T alpha, T *y) {                                  \
        typedef OF(S) source;                                                                      \
        typedef OF(A) wider;                                                                       \
        typedef OF(B) widest;                                                                      \
        typedef OF(T) target;                                                                      \
        const S *x = from;                                                                         \
        size_t i = 0;                                                                              \
        for (; i + RL <= n; i += RL) {                                                             \
            source v;                                                                              \
            memcpy(&v, x + i, sizeof v);                                                           \
            widest w = __builtin_convertvector(__builtin_convertvector(v, wider), widest);         \
            target t = __builtin_convertvector(w, target) * alpha;                                 \
            memcpy(y + i, &t, sizeof t);                                                           \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            y[i] = (T)x[i] * alpha;                                                                \
    }
CONVERT(from_f4, float, float, float)
CONVERT(from_f8, double, double, double)
CONVERT(from_i1, int8_t, int16_t, int32_t)
CONVERT(from_i2, int16_t, int16_t, int32_t)
CONVERT(from_i4, int32_t, int32_t, int32_t)
CONVERT(from_i8, int64_t, int64_t, int64_t)
CONVERT(from_u1, uint8_t, uint16_t, int32_t)
CONVERT(from_u2, uint16_t, uint16_t, int32_t)
CONVERT(from_u4, uint32_t, uint32_t, uint32_t)
CONVERT(from_u8, uint64_t, uint64_t, uint64_t)

typedef struct {
    void (*convert)(size_t n, const void *from, T alpha, T *y);
    size_t n, cols, bytes; /* of a row of x */
    const char *x;
    const size_t *index;
    T alpha, *y;
} gathering;

/* The next row is fetched from wherever it lies while this one is converted. */
static void gather_row(void *context, size_t i) {
    const gathering *g = context;
    if (i + 1 < g->n)
        for (size_t at = 0; at < g->bytes; at += 64)
            __builtin_prefetch(g->x + g->index[i + 1] * g->bytes + at);
    g->convert(g->cols, g->x + g->index[i] * g->bytes, g->alpha, g->y + i * g->cols);
}

enum { GATHER_COST = 8 }; /* multiply-adds that an element costs */

static void k_gather_rows(size_t n, size_t cols, lp_type from, const void *x, const size_t *index,
                          double alpha, void *y) {
    static const struct {
        lp_type type;
        void (*convert)(size_t n, const void *from, T alpha, T *y);
    } table[] = {
        {{'f', 2}, from_f2}, {{'f', 4}, from_f4}, {{'f', 8}, from_f8}, {{'i', 1}, from_i1},
        {{'i', 2}, from_i2}, {{'i', 4}, from_i4}, {{'i', 8}, from_i8}, {{'u', 1}, from_u1},
        {{'u', 2}, from_u2}, {{'u', 4}, from_u4}, {{'u', 8}, from_u8}, {{'b', 1}, from_u1},
    };
    for (size_t t = 0; t < sizeof table / sizeof table[0]; t++)
        if (table[t].type.kind == from.kind && table[t].type.size == from.size) {
            gathering g = {table[t].convert, n, cols, cols * from.size, x, index, (T)alpha, y};
            each_item(n, n * cols * GATHER_COST, gather_row, &g);
        }
}

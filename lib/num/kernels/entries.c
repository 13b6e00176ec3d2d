#include "num/entries.h"

#include "num/kernels/simd.h"

enum { L = LP_ENTRIES_LANES };

/* ((0+4) + (2+6)) + ((1+5) + (3+7)): what halving the vector three times gives. */
LP_INLINE double sum_lanes(vf8 a) {
#if defined LP_IS_avx512
    __m256d four =
        _mm256_add_pd(_mm512_castpd512_pd256((__m512d)a), _mm512_extractf64x4_pd((__m512d)a, 1));
#elif defined LP_IS_avx2
    __m256d four = (__m256d)rf8_add(a.r[0], a.r[1]);
#endif
#if defined LP_IS_avx512 || defined LP_IS_avx2
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return two[0] + two[1];
#else
    rf8 two = rf8_add(rf8_add(a.r[0], a.r[2]), rf8_add(a.r[1], a.r[3]));
    return two[0] + two[1];
#endif
}

/* a b + c, rounded twice: a fma would shorten no chain here, and plain C has no fast one. */
LP_INLINE vf8 multiply_add(vf8 a, vf8 b, vf8 c) {
    return vf8_add(vf8_mul(a, b), c);
}

/* The loops below are written for `chunks` vectors a row. Each is instantiated for the widths that
 * fit the registers, where the compiler unrolls it, and once for any width. */

LP_INLINE double dot(size_t chunks, const double *p, const double *q) {
    vf8 sum = vf8_mul(vf8_load(p), vf8_load(q));
    for (size_t k = 1; k < chunks; k++)
        sum = multiply_add(vf8_load(p + k * L), vf8_load(q + k * L), sum);
    return sum_lanes(sum);
}

LP_INLINE vf8 keep_of(const lp_entries_rate *rate, size_t chunk) {
    return chunk == 0 ? vf8_load(rate->keep_first) : vf8_set1(rate->keep);
}

LP_INLINE vf8 step_of(const lp_entries_rate *rate, size_t chunk) {
    return chunk == 0 ? vf8_load(rate->step_first) : vf8_set1(rate->step);
}

enum { MOST = 5 }; /* vectors of a row that are held in registers: rank 32 and two biases */

/* The row's vectors stay in registers while the row stays: consecutive entries of a row are one
 * chain of dependences, and a store and a load would be part of it. */
LP_INLINE double sgd_held(size_t chunks, size_t n, const int32_t *row, const int32_t *col,
                          const double *value, double *p, double *q, const lp_entries_rate *rate_p,
                          const lp_entries_rate *rate_q) {
    size_t width = chunks * L;
    double total = 0;
    for (size_t i = 0; i < n;) {
        int32_t r = row[i];
        double *mine = p + (size_t)r * width;
        vf8 held[MOST];
        for (size_t k = 0; k < chunks; k++)
            held[k] = vf8_load(mine + k * L);
        do {
            double *its = q + (size_t)col[i] * width;
            vf8 other[MOST];
            for (size_t k = 0; k < chunks; k++)
                other[k] = vf8_load(its + k * L);
            vf8 sum = vf8_mul(held[0], other[0]);
            for (size_t k = 1; k < chunks; k++)
                sum = multiply_add(held[k], other[k], sum);
            double e = value[i] - sum_lanes(sum);
            total += e * e;
            vf8 error = vf8_set1(e);
            for (size_t k = 0; k < chunks; k++) {
                held[k] = multiply_add(vf8_mul(step_of(rate_p, k), error), other[k],
                                       vf8_mul(keep_of(rate_p, k), held[k]));
                vf8_store(its + k * L, multiply_add(vf8_mul(step_of(rate_q, k), error), held[k],
                                                    vf8_mul(keep_of(rate_q, k), other[k])));
            }
            i++;
        } while (i < n && row[i] == r);
        for (size_t k = 0; k < chunks; k++)
            vf8_store(mine + k * L, held[k]);
    }
    return total;
}

static double sgd_any(size_t chunks, size_t n, const int32_t *row, const int32_t *col,
                      const double *value, double *p, double *q, const lp_entries_rate *rate_p,
                      const lp_entries_rate *rate_q) {
    size_t width = chunks * L;
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        double *mine = p + (size_t)row[i] * width, *its = q + (size_t)col[i] * width;
        double e = value[i] - dot(chunks, mine, its);
        total += e * e;
        vf8 error = vf8_set1(e);
        for (size_t k = 0; k < chunks; k++) {
            vf8 old = vf8_load(its + k * L);
            vf8 now = multiply_add(vf8_mul(step_of(rate_p, k), error), old,
                                   vf8_mul(keep_of(rate_p, k), vf8_load(mine + k * L)));
            vf8_store(mine + k * L, now);
            vf8_store(its + k * L, multiply_add(vf8_mul(step_of(rate_q, k), error), now,
                                                vf8_mul(keep_of(rate_q, k), old)));
        }
    }
    return total;
}

static double sgd(size_t n, const int32_t *row, const int32_t *col, const double *value,
                  size_t width, double *p, double *q, const lp_entries_rate *rate_p,
                  const lp_entries_rate *rate_q) {
    switch (width / L) {
    case 1:
        return sgd_held(1, n, row, col, value, p, q, rate_p, rate_q);
    case 2:
        return sgd_held(2, n, row, col, value, p, q, rate_p, rate_q);
    case 3:
        return sgd_held(3, n, row, col, value, p, q, rate_p, rate_q);
    case 4:
        return sgd_held(4, n, row, col, value, p, q, rate_p, rate_q);
    case 5:
        return sgd_held(5, n, row, col, value, p, q, rate_p, rate_q);
    default:
        return sgd_any(width / L, n, row, col, value, p, q, rate_p, rate_q);
    }
}

LP_INLINE double row_gradient_of(size_t chunks, size_t lines, const size_t *start,
                                 const int32_t *col, const double *value, const double *p,
                                 const double *q, double *error, double *gradient) {
    size_t width = chunks * L;
    double total = 0;
    for (size_t r = 0; r < lines; r++) {
        double *sum = gradient + r * width;
        for (size_t k = 0; k < chunks; k++)
            vf8_store(sum + k * L, vf8_set1(0));
        for (size_t i = start[r]; i < start[r + 1]; i++) {
            const double *its = q + (size_t)col[i] * width;
            double e = value[i] - dot(chunks, p + r * width, its);
            error[i] = e;
            total += e * e;
            for (size_t k = 0; k < chunks; k++)
                vf8_store(sum + k * L,
                          multiply_add(vf8_set1(e), vf8_load(its + k * L), vf8_load(sum + k * L)));
        }
    }
    return total;
}

static double row_gradient(size_t lines, const size_t *start, const int32_t *col,
                           const double *value, size_t width, const double *p, const double *q,
                           double *error, double *gradient) {
    if (width == L) {
        /* One vector a row, as for rank 5 with biases: sum and row stay in registers. */
        double total = 0;
        for (size_t r = 0; r < lines; r++) {
            vf8 mine = vf8_load(p + r * L), sum = vf8_set1(0);
            for (size_t i = start[r]; i < start[r + 1]; i++) {
                vf8 its = vf8_load(q + (size_t)col[i] * L);
                double e = value[i] - sum_lanes(vf8_mul(mine, its));
                error[i] = e;
                total += e * e;
                sum = multiply_add(vf8_set1(e), its, sum);
            }
            vf8_store(gradient + r * L, sum);
        }
        return total;
    }
    return row_gradient_of(width / L, lines, start, col, value, p, q, error, gradient);
}

static void col_gradient(size_t lines, const size_t *start, const int32_t *row,
                         const int32_t *place, const double *error, size_t width, const double *p,
                         double *gradient) {
    for (size_t c = 0; c < lines; c++)
        for (size_t k = 0; k < width; k += L) {
            vf8 sum = vf8_set1(0);
            for (size_t i = start[c]; i < start[c + 1]; i++)
                sum = multiply_add(vf8_set1(error[place[i]]),
                                   vf8_load(p + (size_t)row[i] * width + k), sum);
            vf8_store(gradient + c * width + k, sum);
        }
}

static void step(size_t lines, size_t width, double *x, const double *gradient,
                 const lp_entries_rate *rate) {
    for (size_t r = 0; r < lines; r++)
        for (size_t k = 0; k < width / L; k++) {
            double *at = x + r * width + k * L;
            vf8_store(at, multiply_add(step_of(rate, k), vf8_load(gradient + r * width + k * L),
                                       vf8_mul(keep_of(rate, k), vf8_load(at))));
        }
}

static void normal(size_t n, const int32_t *col, const double *value, size_t width, const double *q,
                   double *a, double *b) {
    for (size_t i = 0; i < n; i++) {
        const double *its = q + (size_t)col[i] * width;
        for (size_t k = 0; k < width; k += L) {
            vf8 part = vf8_load(its + k);
            vf8_store(b + k, multiply_add(vf8_set1(value[i]), part, vf8_load(b + k)));
            for (size_t j = 0; j < width; j++)
                vf8_store(a + j * width + k,
                          multiply_add(vf8_set1(its[j]), part, vf8_load(a + j * width + k)));
        }
    }
}

static const lp_entries_kernels entries_kernels = {
    .sgd = sgd,
    .row_gradient = row_gradient,
    .col_gradient = col_gradient,
    .step = step,
    .normal = normal,
};

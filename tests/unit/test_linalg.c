/* Singular values and Cholesky, against closed forms, and against mpmath (80 digits) and NumPy. */
#include "num/linalg.h"

#include "check.h"
#include "num/kernels.h"
#include "num/parallel.h"
#include "num/ranks.h"
#include "num/rng.h"
#include "rank_threads.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct {
    size_t m, n, r;
    double *x, *u, *s, *v;
} problem;

static problem new_problem(size_t m, size_t n, size_t r) {
    problem p = {m, n, r, NULL, NULL, NULL, NULL};
    p.x = calloc(m * n, sizeof(double));
    p.u = calloc(m * r, sizeof(double));
    p.s = calloc(r, sizeof(double));
    p.v = calloc(n * r, sizeof(double));
    return p;
}

static void free_problem(problem *p) {
    free(p->x);
    free(p->u);
    free(p->s);
    free(p->v);
}

/* Small whole numbers without a pattern; the expected values' scripts make the same. */
static double pattern(size_t i, size_t j) {
    return (double)((7 * i + 13 * j + i * j % 11) % 17) - 8;
}

static void fill_pattern(problem *p) {
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++)
            p->x[i * p->n + j] = pattern(i, j);
}

/* Element (i, j) of an orthogonal matrix of order n: the discrete sine transform. */
static double sine(size_t n, size_t i, size_t j) {
    const double pi = 3.14159265358979323846;
    size_t turn = (i + 1) * (j + 1) % (2 * (n + 1)); /* keeps the argument small */
    return sqrt(2.0 / (double)(n + 1)) * sin(pi * (double)turn / (double)(n + 1));
}

/* x with the singular values s[0 .. rank): columns of two sine transforms. */
static void fill_spectrum(problem *p, size_t rank, const double *s) {
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            double sum = 0;
            for (size_t k = 0; k < rank; k++)
                sum += s[k] * sine(p->m, i, k) * sine(p->n, j, k);
            p->x[i * p->n + j] = sum;
        }
}

/* The largest |aᵀa - I| over the first k columns of a (rows, cols). */
static double distance_from_orthonormal(size_t rows, size_t cols, size_t k, const double *a) {
    double worst = 0;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = i == j ? -1 : 0;
            for (size_t r = 0; r < rows; r++)
                sum = fma(a[r * cols + i], a[r * cols + j], sum);
            worst = sum == sum ? fmax(worst, fabs(sum)) : INFINITY;
        }
    return worst;
}

/* The largest |u diag(s) vᵀ - x|. */
static double distance_from_x(const problem *p) {
    double worst = 0;
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            double sum = -p->x[i * p->n + j];
            for (size_t k = 0; k < p->r; k++)
                sum = fma(p->u[i * p->r + k] * p->s[k], p->v[j * p->r + k], sum);
            worst = sum == sum ? fmax(worst, fabs(sum)) : INFINITY;
        }
    return worst;
}

/* What every factorisation has to be; the first `rank` values are positive. */
static void check_form(const problem *p, size_t rank) {
    CHECK_CLOSE(distance_from_orthonormal(p->n, p->r, p->r, p->v), 0, 1e-12);
    CHECK_CLOSE(distance_from_orthonormal(p->m, p->r, rank, p->u), 0, 1e-12);
    bool falling = p->s[0] >= 0, signs = true, zeros = true;
    for (size_t k = 0; k < p->r; k++) {
        falling = falling && (k == 0 || p->s[k] <= p->s[k - 1]) && (k < rank) == (p->s[k] > 0);
        size_t largest = 0;
        for (size_t j = 1; j < p->n; j++)
            if (fabs(p->v[j * p->r + k]) > fabs(p->v[largest * p->r + k]))
                largest = j;
        signs = signs && p->v[largest * p->r + k] > 0;
        for (size_t i = 0; i < p->m && k >= rank; i++)
            zeros = zeros && p->u[i * p->r + k] == 0 && !signbit(p->u[i * p->r + k]);
    }
    CHECK(falling);
    CHECK(signs);
    CHECK(zeros);
}

static void factorise(problem *p, size_t rank) {
    lp_error e = {0};
    CHECK(lp_svd(p->m, p->n, p->x, p->u, p->s, p->v, &e) == 0);
    CHECK_TEXT(e.text, "");
    check_form(p, rank);
    CHECK_CLOSE(distance_from_x(p), 0, 1e-12 * p->s[0]);
}

static void check_values(const problem *p, size_t n, const double *expected) {
    for (size_t k = 0; k < n; k++)
        CHECK_CLOSE(p->s[k], expected[k], 1e-12 * expected[0]);
}

/* NumPy 1.24.2: numpy.linalg.svd(x, full_matrices=False), signs by the header's convention. */
static void small_one_whole(void) {
    static const double s[] = {14.178624655669712, 10.160053145952514, 3.4263570953792244};
    static const double v[] = {0.5106109744482148, 0.84229846022398,     -0.1726549642418576,
                               0.5558306955168693, -0.4765689023154264,  -0.6811272416128307,
                               0.6559944136151452, -0.25182411570416036, 0.7115166505820785};
    static const double u[] = {-0.0458253124097199, -0.9225400865946362,  -0.38317075745483686,
                               -0.5166858443419091, 0.27822157210791265,  -0.6080663997897682,
                               0.46541731770494943, 0.2602217609193409,   -0.682183842977292,
                               -0.6176596157770582, 0.05163313196990123,  -0.05044536621532672,
                               0.3644435462697998,  0.033633320781329704, -0.12456280940285117};
    problem p = new_problem(5, 3, 3);
    fill_pattern(&p);
    factorise(&p, 3);
    for (size_t i = 0; i < 3; i++)
        CHECK_CLOSE(p.s[i], s[i], 1e-13);
    for (size_t i = 0; i < 9; i++)
        CHECK_CLOSE(p.v[i], v[i], 1e-13);
    for (size_t i = 0; i < 15; i++)
        CHECK_CLOSE(p.u[i], u[i], 1e-13);
    free_problem(&p);
}

/* mpmath.svd_r of the pattern's matrices: the first, a middle and the last values. */
static void tall_and_wide(void) {
    static const struct {
        size_t m, n, at[3];
        double s[3];
    } known[] = {
        {40, 25, {0, 12, 24}, {75.2608856117869474, 23.6652413846346111, 6.05557604501527741}},
        {25, 40, {0, 12, 24}, {69.3456116032986199, 24.0388952911141229, 5.86488151565956599}},
        {70, 33, {0, 16, 32}, {101.053289419729235, 31.1064773557874816, 10.5650105693944773}},
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        size_t r = known[k].m < known[k].n ? known[k].m : known[k].n;
        problem p = new_problem(known[k].m, known[k].n, r);
        fill_pattern(&p);
        factorise(&p, r);
        for (size_t i = 0; i < 3; i++)
            CHECK_CLOSE(p.s[known[k].at[i]], known[k].s[i], 1e-12 * known[k].s[0]);
        free_problem(&p);
    }
}

static void known_spectra(void) {
    /* Random-like, falling by 1e-13 in all, and in clusters of equals; tall, wide, square, around
     * the width of a block of reflectors and of a group of columns. */
    static const size_t shape[][2] = {{200, 80}, {80, 200}, {64, 64}, {65, 33}, {33, 32}, {17, 90}};
    for (size_t k = 0; k < sizeof shape / sizeof *shape; k++) {
        size_t m = shape[k][0], n = shape[k][1], r = m < n ? m : n;
        for (int kind = 0; kind < 3; kind++) {
            double s[80];
            for (size_t i = 0; i < r; i++)
                s[i] = kind == 0   ? 1 + (double)(r - i) / 3
                       : kind == 1 ? pow(10, -13.0 * (double)i / (double)r)
                                   : 5 - (double)(i / 7);
            if (kind == 2)
                for (size_t i = 0; i < r; i++)
                    s[i] = i / 7 < 5 ? s[i] : 0.25;
            problem p = new_problem(m, n, r);
            fill_spectrum(&p, r, s);
            factorise(&p, r);
            check_values(&p, r, s);
            free_problem(&p);
        }
    }
}

static void equal_values_of_whole_numbers(void) {
    /* H diag(3, 3, 1, 1) Hᵀ with Hadamard's matrix of order 4: 12, 12, 4, 4. */
    static const double hadamard[4][4] = {
        {1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
    static const double weight[4] = {3, 3, 1, 1}, s[4] = {12, 12, 4, 4};
    problem p = new_problem(4, 4, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            for (size_t k = 0; k < 4; k++)
                p.x[i * 4 + j] += hadamard[i][k] * weight[k] * hadamard[j][k];
    factorise(&p, 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_CLOSE(p.s[i], s[i], 1e-14);
    free_problem(&p);
}

/* Columns of falling size: one-sided Jacobi finds every value to nearly full precision, however
 * small. (pattern + 20 I) diag(1, 2^-30, ..., 2^-150); mpmath. */
static void graded(void) {
    static const double s[] = {15.968719422671312001,     1.5893487642769471331e-8,
                               1.7334022912813808713e-17, 1.1614192322399602572e-26,
                               7.3057274769623775359e-36, 9.6223819019534357778e-45};
    problem p = new_problem(6, 6, 6);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            p.x[i * 6 + j] = ldexp(pattern(i, j) + (i == j ? 20 : 0), -30 * (int)j);
    factorise(&p, 6);
    for (size_t i = 0; i < 6; i++)
        CHECK_RELATIVE(p.s[i], s[i], 1e-14);
    free_problem(&p);
}

static void rank_deficient(void) {
    /* Whole numbers of rank 3: pattern (30, 3) times pattern (3, 20); mpmath. */
    static const double s[] = {626.67122371407774719, 529.30787932967739605, 445.11161100135322416};
    problem p = new_problem(30, 20, 20);
    for (size_t i = 0; i < 30; i++)
        for (size_t j = 0; j < 20; j++)
            for (size_t k = 0; k < 3; k++)
                p.x[i * 20 + j] += pattern(i, k) * pattern(k, j);
    lp_error e;
    CHECK(lp_svd(30, 20, p.x, p.u, p.s, p.v, &e) == 0);
    check_values(&p, 3, s);
    for (size_t i = 3; i < 20; i++)
        CHECK_CLOSE(p.s[i], 0, 1e-12 * s[0]);
    CHECK_CLOSE(distance_from_x(&p), 0, 1e-12 * s[0]);
    CHECK_CLOSE(distance_from_orthonormal(20, 20, 20, p.v), 0, 1e-12);
    free_problem(&p);
}

static void zeros(void) {
    static const size_t shape[][2] = {{1, 1}, {4, 4}, {7, 3}, {3, 7}, {1, 5}, {5, 1}, {40, 20}};
    for (size_t k = 0; k < sizeof shape / sizeof *shape; k++) {
        size_t m = shape[k][0], n = shape[k][1], r = m < n ? m : n;
        problem p = new_problem(m, n, r);
        factorise(&p, 0);
        CHECK(p.s[0] == 0);
        free_problem(&p);
    }
    /* Zero rows and columns among others: rank 2, tall and wide. */
    for (int wide = 0; wide < 2; wide++) {
        problem p = wide ? new_problem(4, 6, 4) : new_problem(6, 4, 4);
        p.x[1 * p.n + 2] = -3;
        p.x[3 * p.n + 1] = 4;
        factorise(&p, 2);
        CHECK_CLOSE(p.s[0], 4, 0);
        CHECK_CLOSE(p.s[1], 3, 0);
        CHECK_CLOSE(p.u[3 * p.r], 1, 0);
        CHECK_CLOSE(p.v[1 * p.r], 1, 0);
        CHECK_CLOSE(p.u[1 * p.r + 1], -1, 0);
        CHECK_CLOSE(p.v[2 * p.r + 1], 1, 0);
        free_problem(&p);
    }
    /* One row of ones: what completes v cannot be unit vectors. */
    problem p = new_problem(5, 4, 4);
    for (size_t j = 0; j < 4; j++)
        p.x[2 * 4 + j] = 1;
    factorise(&p, 1);
    CHECK_CLOSE(p.s[0], 2, 1e-15);
    CHECK_CLOSE(p.v[3 * 4], 0.5, 1e-15);
    free_problem(&p);
}

static void one_row_or_column(void) {
    problem row = new_problem(1, 4, 1), column = new_problem(4, 1, 1),
            single = new_problem(1, 1, 1);
    static const double x[] = {1, -5, 3, 1}; /* of length 6 */
    memcpy(row.x, x, sizeof x);
    memcpy(column.x, x, sizeof x);
    single.x[0] = -2.5;
    factorise(&row, 1);
    factorise(&column, 1);
    factorise(&single, 1);
    CHECK_CLOSE(row.s[0], 6, 1e-15);
    CHECK_CLOSE(row.u[0], -1, 0);
    CHECK_CLOSE(row.v[1], 5.0 / 6, 1e-15);
    CHECK_CLOSE(column.s[0], 6, 1e-15);
    CHECK_CLOSE(column.v[0], 1, 0);
    CHECK_CLOSE(column.u[1], -5.0 / 6, 1e-15);
    CHECK_CLOSE(single.s[0], 2.5, 0);
    CHECK_CLOSE(single.u[0], -1, 0);
    free_problem(&row);
    free_problem(&column);
    free_problem(&single);
}

/* Hilbert's matrix of order 12, its elements as doubles (condition 1.7e16; mpmath), Frank's of
 * order 12 (mpmath), and the bidiagonal one of ones, whose values are 2 cos(k pi / (2n + 1)). */
static void famous_matrices(void) {
    static const double hilbert[] = {
        1.7953720595619972922,     0.38027524595503709994,    0.044738548752181071225,
        0.0037223122378911625318,  0.00023308908902177285919, 0.000011163357483233020278,
        4.0823761103912111617e-7,  1.122861066833641887e-8,   2.2519645373627415545e-10,
        3.1113480676915078815e-12, 2.6492762064029929954e-14, 1.0674897547441722749e-16};
    static const double frank[] = {
        47.736016519575761799, 18.028147108362287815,  10.79075108181093996,
        7.6224627924907675443, 5.8980323147371419063,  4.8269808999660608292,
        4.0001380076743083022, 3.2112312992499441272,  2.4239653465452809335,
        1.6386865052482353433, 0.86939574058622694697, 1.1186305109237777206e-8};
    enum { N = 12 };
    problem p = new_problem(N, N, N);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            p.x[i * N + j] = 1.0 / (double)(i + j + 1);
    factorise(&p, N);
    for (size_t i = 0; i < N; i++)
        CHECK_CLOSE(p.s[i], hilbert[i], 1e-15 * hilbert[0]);

    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            p.x[i * N + j] = j + 1 < i ? 0 : (double)(N - (i > j ? i : j));
    factorise(&p, N);
    for (size_t i = 0; i < N; i++)
        CHECK_CLOSE(p.s[i], frank[i], 1e-14 * frank[0]);
    free_problem(&p);

    enum { B = 50 };
    p = new_problem(B, B, B);
    for (size_t i = 0; i < B; i++) {
        p.x[i * B + i] = 1;
        if (i + 1 < B)
            p.x[i * B + i + 1] = 1;
    }
    factorise(&p, B);
    for (size_t k = 1; k <= B; k++)
        CHECK_CLOSE(p.s[k - 1], 2 * cos((double)k * 3.14159265358979323846 / (2 * B + 1)), 2e-14);
    free_problem(&p);
}

static void any_magnitude(void) {
    static const int exponent[] = {1000, 600, -600, -1000, -1060};
    problem p = new_problem(5, 3, 3), q = new_problem(5, 3, 3);
    fill_pattern(&p);
    factorise(&p, 3);
    lp_error e;
    for (size_t k = 0; k < sizeof exponent / sizeof *exponent; k++) {
        for (size_t i = 0; i < 15; i++)
            q.x[i] = ldexp(p.x[i], exponent[k]);
        CHECK(lp_svd(5, 3, q.x, q.u, q.s, q.v, &e) == 0);
        for (size_t i = 0; i < 3; i++) {
            /* Below 2^-1074 digits are lost. */
            double ulp = ldexp(1, -1074 - exponent[k]);
            CHECK_CLOSE(ldexp(q.s[i], -exponent[k]), p.s[i], fmax(1e-14, 2 * ulp));
            CHECK_CLOSE(q.v[i], p.v[i], 1e-14);
        }
    }
    for (size_t i = 0; i < 15; i++)
        q.x[i] = 1.7e308;
    CHECK(lp_svd(5, 3, q.x, q.u, q.s, q.v, &e) == -1);
    CHECK_HOLDS(e.text, "over the largest double");
    free_problem(&p);
    free_problem(&q);
}

static void refusals(void) {
    problem p = new_problem(4, 3, 3);
    fill_pattern(&p);
    lp_error e;
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        p.x[2 * 3 + 1] = bad[i];
        CHECK(lp_svd(4, 3, p.x, p.u, p.s, p.v, &e) == -1);
        CHECK_TEXT(e.text, "singular values: row 2, column 1 is not finite");
        CHECK(lp_svd_top(4, 3, 1, p.x, 0, p.u, p.s, p.v, &e) == -1);
        CHECK_TEXT(e.text, "singular values: row 2, column 1 is not finite");
    }
    CHECK(lp_svd(0, 3, p.x, p.u, p.s, p.v, &e) == -1);
    CHECK_HOLDS(e.text, "the matrix is 0 x 3");
    fill_pattern(&p);
    CHECK(lp_svd_top(4, 3, 4, p.x, 0, p.u, p.s, p.v, &e) == -1);
    CHECK_HOLDS(e.text, "4 of a 4 x 3 matrix");
    CHECK(lp_svd_top(4, 3, 0, p.x, 0, p.u, p.s, p.v, &e) == -1);
    free_problem(&p);
}

/* ---- the largest only ---- */

/* The header's promise, with the spectrum known: s, the variance the k vectors explain. */
static void top(size_t m, size_t n, size_t k, size_t rank, const double *s) {
    problem p = new_problem(m, n, k);
    fill_spectrum(&p, rank, s);
    lp_error e = {0};
    CHECK(lp_svd_top(m, n, k, p.x, 7, p.u, p.s, p.v, &e) == 0);
    CHECK_TEXT(e.text, "");
    check_form(&p, k);
    double explained = 0, exact = 0, all = 0;
    for (size_t i = 0; i < rank; i++) {
        all += s[i] * s[i];
        exact += i < k ? s[i] * s[i] : 0;
    }
    /* |x v_i|^2 for orthonormal v_i, from x itself. */
    for (size_t c = 0; c < k; c++)
        for (size_t i = 0; i < m; i++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += p.x[i * n + j] * p.v[j * k + c];
            explained += sum * sum;
        }
    CHECK_CLOSE(explained / all, exact / all, 1e-8);
    for (size_t i = 0; i < k; i++)
        CHECK_RELATIVE(p.s[i], s[i], 1e-6);
    free_problem(&p);
}

static void top_of_known_spectra(void) {
    double s[400];
    /* Falling like pictures' do, and slowly. */
    for (size_t i = 0; i < 400; i++)
        s[i] = 100 / (double)(i + 1);
    top(120, 300, 8, 60, s);
    top(300, 120, 8, 60, s);
    top(400, 450, 1, 40, s); /* without the Gram matrix */
    top(450, 400, 1, 40, s);
    top(30, 50, 12, 30, s); /* enough for the exact method */
    for (size_t i = 0; i < 400; i++)
        s[i] = 2 - (double)i / 120;
    top(120, 150, 10, 120, s);
}

static void top_of_low_rank(void) {
    /* More values than the rank: the others are zero to rounding, the factors still in form. */
    static const double s[] = {9, 5, 2};
    problem p = new_problem(90, 70, 6);
    fill_spectrum(&p, 3, s);
    lp_error e;
    CHECK(lp_svd_top(90, 70, 6, p.x, 1, p.u, p.s, p.v, &e) == 0);
    check_values(&p, 3, s);
    for (size_t i = 3; i < 6; i++)
        CHECK_CLOSE(p.s[i], 0, 1e-13);
    CHECK_CLOSE(distance_from_orthonormal(70, 6, 6, p.v), 0, 1e-12);
    CHECK_CLOSE(distance_from_x(&p), 0, 1e-12);

    for (size_t i = 0; i < 90 * 70; i++)
        p.x[i] = 0;
    CHECK(lp_svd_top(90, 70, 6, p.x, 1, p.u, p.s, p.v, &e) == 0);
    check_form(&p, 0);
    free_problem(&p);
}

static void top_at_any_magnitude(void) {
    static const double s[] = {9, 5, 2};
    static const int exponent[] = {0, 900, -900};
    for (size_t k = 0; k < 3; k++) {
        problem p = new_problem(60, 50, 2);
        fill_spectrum(&p, 3, s);
        for (size_t i = 0; i < 60 * 50; i++)
            p.x[i] = ldexp(p.x[i], exponent[k]);
        lp_error e;
        CHECK(lp_svd_top(60, 50, 2, p.x, 1, p.u, p.s, p.v, &e) == 0);
        CHECK_RELATIVE(ldexp(p.s[0], -exponent[k]), 9, 1e-12);
        CHECK_RELATIVE(ldexp(p.s[1], -exponent[k]), 5, 1e-12);
        free_problem(&p);
    }
}

static void same_bits_with_any_threads(void) {
    enum { M = 320, N = 270 };
    static const int threads[] = {1, 2, 3, 7};
    static const size_t wanted[] = {N, 9}; /* all of them, the largest */
    for (size_t w = 0; w < 2; w++) {
        size_t k = wanted[w];
        problem result[4];
        lp_error e;
        for (size_t t = 0; t < 4; t++) {
            problem *p = &result[t];
            *p = new_problem(M, N, k);
            lp_rng r = lp_rng_new(3, LP_RNG_NOISE, 0);
            for (size_t i = 0; i < M * N; i++)
                p->x[i] = lp_rng_normal(&r);
            lp_threads_set(threads[t]);
            CHECK((k == N ? lp_svd(M, N, p->x, p->u, p->s, p->v, &e)
                          : lp_svd_top(M, N, k, p->x, 5, p->u, p->s, p->v, &e)) == 0);
            CHECK(memcmp(p->u, result[0].u, M * k * sizeof(double)) == 0);
            CHECK(memcmp(p->s, result[0].s, k * sizeof(double)) == 0);
            CHECK(memcmp(p->v, result[0].v, N * k * sizeof(double)) == 0);
        }
        check_form(&result[0], k);
        for (size_t t = 0; t < 4; t++)
            free_problem(&result[t]);
    }
    lp_threads_set(0);
}

/* ---- in shards ---- */

static struct {
    size_t shards;
    bool exact;
    problem problem[MOST];
    int failed[MOST];
} job;

static void factorise_on_ranks(void) {
    size_t rank = lp_rank();
    problem *p = &job.problem[rank];
    lp_error e;
    job.failed[rank] =
        lp_svd_shards(p->m, p->n, p->r, job.shards, job.exact, p->x, 7, p->u, p->s, p->v, &e);
}

/* With known singular values s: as close as without shards, and the same bits on any ranks. */
static void sharded(size_t m, size_t n, size_t k, size_t rank, const double *s, bool exact,
                    double tolerance) {
    static const size_t shards[] = {1, 2, 3, 8, 37};
    static const size_t ranks[] = {1, 2, 3, 5, 8};
    for (size_t r = 0; r < MOST; r++)
        job.problem[r] = new_problem(m, n, k);
    fill_spectrum(&job.problem[0], rank, s);
    for (size_t r = 1; r < MOST; r++)
        memcpy(job.problem[r].x, job.problem[0].x, m * n * sizeof(double));
    problem one = new_problem(m, n, k);
    job.exact = exact;
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5 && ranks[j] <= shards[i]; j++) {
            job.shards = shards[i];
            run_ranks(ranks[j], factorise_on_ranks);
            const problem *p = &job.problem[0];
            CHECK(job.failed[0] == 0);
            if (j == 0) {
                check_form(p, k);
                for (size_t c = 0; c < k; c++)
                    CHECK_CLOSE(p->s[c], s[c], tolerance * s[0]);
                memcpy(one.u, p->u, m * k * sizeof(double));
                memcpy(one.s, p->s, k * sizeof(double));
                memcpy(one.v, p->v, n * k * sizeof(double));
            }
            for (size_t r = 0; r < ranks[j]; r++, p++) {
                CHECK(job.failed[r] == 0);
                CHECK(memcmp(p->u, one.u, m * k * sizeof(double)) == 0);
                CHECK(memcmp(p->s, one.s, k * sizeof(double)) == 0);
                CHECK(memcmp(p->v, one.v, n * k * sizeof(double)) == 0);
            }
        }
    free_problem(&one);
    for (size_t r = 0; r < MOST; r++)
        free_problem(&job.problem[r]);
}

static void shards_of_known_spectra(void) {
    double s[200];
    for (size_t i = 0; i < 200; i++)
        s[i] = 100 / (double)(i + 1);
    sharded(90, 20, 20, 20, s, true, 1e-14); /* shards with more and with fewer rows than columns */
    sharded(20, 90, 7, 20, s, true, 1e-14);
    sharded(31, 31, 31, 31, s, true, 1e-14);
    sharded(30, 50, 12, 30, s, false, 1e-14); /* enough for the exact method */
    sharded(120, 100, 4, 40, s, false, 1e-9);
    sharded(100, 120, 4, 40, s, false, 1e-9);
    sharded(400, 350, 1, 9, s, false, 1e-9); /* without the Gram matrix */
}

static void shards_of_low_rank(void) {
    static const double s[] = {9, 5, 2};
    for (int exact = 0; exact < 2; exact++) {
        problem p = new_problem(90, 70, 6);
        lp_error e;
        fill_spectrum(&p, 3, s);
        CHECK(lp_svd_shards(90, 70, 6, 4, exact, p.x, 1, p.u, p.s, p.v, &e) == 0);
        check_values(&p, 3, s);
        for (size_t i = 3; i < 6; i++)
            CHECK_CLOSE(p.s[i], 0, 1e-13);
        CHECK_CLOSE(distance_from_x(&p), 0, 1e-12);
        CHECK_CLOSE(distance_from_orthonormal(70, 6, 6, p.v), 0, 1e-12);
        free_problem(&p);
        for (int wide = 0; wide < 2; wide++) {
            p = wide ? new_problem(50, 60, 3) : new_problem(60, 50, 3);
            CHECK(lp_svd_shards(p.m, p.n, 3, 4, exact, p.x, 1, p.u, p.s, p.v, &e) == 0);
            check_form(&p, 0);
            free_problem(&p);
        }
    }
}

static void shards_at_any_magnitude(void) {
    static const double s[] = {9, 5, 2};
    static const int exponent[] = {0, 900, -900};
    for (size_t k = 0; k < 6; k++) {
        size_t m = k < 3 ? 60 : 50, n = k < 3 ? 50 : 60;
        for (int exact = 0; exact < 2; exact++) {
            problem p = new_problem(m, n, 2);
            fill_spectrum(&p, 3, s);
            for (size_t i = 0; i < m * n; i++)
                p.x[i] = ldexp(p.x[i], exponent[k % 3]);
            lp_error e;
            CHECK(lp_svd_shards(m, n, 2, 3, exact, p.x, 1, p.u, p.s, p.v, &e) == 0);
            CHECK_RELATIVE(ldexp(p.s[0], -exponent[k % 3]), 9, 1e-12);
            CHECK_RELATIVE(ldexp(p.s[1], -exponent[k % 3]), 5, 1e-12);
            free_problem(&p);
        }
    }
}

static void shards_refuse(void) {
    problem p = new_problem(4, 3, 3);
    fill_pattern(&p);
    lp_error e;
    CHECK(lp_svd_shards(4, 3, 4, 2, true, p.x, 0, p.u, p.s, p.v, &e) == -1);
    CHECK_HOLDS(e.text, "4 of a 4 x 3 matrix");
    for (size_t i = 0; i < 12; i++)
        p.x[i] = 1.7e308;
    CHECK(lp_svd_shards(4, 3, 1, 2, true, p.x, 0, p.u, p.s, p.v, &e) == -1);
    CHECK_TEXT(e.text, "singular values: the largest is over the largest double");
    p.x[7] = NAN;
    CHECK(lp_svd_shards(4, 3, 1, 2, true, p.x, 0, p.u, p.s, p.v, &e) == -1);
    CHECK_TEXT(e.text, "singular values: row 2, column 1 is not finite");
    free_problem(&p);
}

/* ---- Cholesky ---- */

/* NumPy 1.24.2: numpy.linalg.cholesky and solve of pattern patternᵀ + I, order 4. */
static void cholesky_of_a_small_one(void) {
    double a[] = {100, -40, -26, 22, -40, 116, -36, 17, -26, -36, 57, -56, 22, 17, -56, 127};
    static const double l[] = {10,
                               0,
                               0,
                               0,
                               -4,
                               10,
                               0,
                               0,
                               -2.6,
                               -4.64,
                               5.358208655884912,
                               0,
                               2.2,
                               2.58,
                               -7.149553602755932,
                               8.024181159552647};
    static const double x[] = {0.12539808710463934, 0.1451416170937597, 0.3387732620487482,
                               0.13972549029790488};
    double b[] = {1, 2, 3, 4};
    /* The upper triangle is not looked at. */
    a[1] = NAN;
    lp_error e;
    CHECK(lp_cholesky(4, a, &e) == 0);
    for (size_t i = 0; i < 16; i++)
        CHECK_CLOSE(a[i], l[i], 1e-14);
    lp_cholesky_solve(4, a, b);
    for (size_t i = 0; i < 4; i++)
        CHECK_CLOSE(b[i], x[i], 1e-15);
}

/* Pascal's symmetric matrix = l lᵀ with l Pascal's triangle; min(i, j) = l lᵀ with l all ones; both
 * exact in whole numbers. */
static void cholesky_of_whole_numbers(void) {
    enum { N = 20 };
    static double a[N * N], triangle[N * N];
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            a[i * N + j] = i == 0 || j == 0 ? 1 : a[(i - 1) * N + j] + a[i * N + j - 1];
            triangle[i * N + j] = j > i ? 0
                                  : j == 0 || j == i
                                      ? 1
                                      : triangle[(i - 1) * N + j - 1] + triangle[(i - 1) * N + j];
        }
    lp_error e;
    CHECK(lp_cholesky(N, a, &e) == 0);
    bool equal = true;
    for (size_t i = 0; i < N * N; i++)
        equal = equal && a[i] == triangle[i];
    CHECK(equal);

    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            a[i * N + j] = (double)((i < j ? i : j) + 1);
    CHECK(lp_cholesky(N, a, &e) == 0);
    equal = true;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            equal = equal && a[i * N + j] == (j <= i ? 1 : 0);
    CHECK(equal);
    /* Its inverse is tridiagonal: min(i, j) x = (1, 2, ..., n) has x = (0, ..., 0, 1). */
    double b[N];
    for (size_t i = 0; i < N; i++)
        b[i] = (double)(i + 1);
    lp_cholesky_solve(N, a, b);
    for (size_t i = 0; i < N; i++)
        CHECK_CLOSE(b[i], i == N - 1 ? 1 : 0, 0);
}

static void cholesky_of_semi_definite_ones(void) {
    lp_error e;
    double zero[4] = {0};
    CHECK(lp_cholesky(2, zero, &e) == 0);
    CHECK(zero[0] == 0 && zero[2] == 0 && zero[3] == 0);

    /* Rank 1, exactly and to rounding: (1, 2, 3) and (0.1, 0.3, 0.7) times themselves. */
    static const double v[2][3] = {{1, 2, 3}, {0.1, 0.3, 0.7}};
    for (size_t k = 0; k < 2; k++) {
        double a[9];
        for (size_t i = 0; i < 9; i++)
            a[i] = v[k][i / 3] * v[k][i % 3];
        CHECK(lp_cholesky(3, a, &e) == 0);
        for (size_t i = 0; i < 3; i++) {
            CHECK_RELATIVE(a[i * 3], v[k][i], 1e-15);
            CHECK(a[i * 3 + 1] == 0 && a[i * 3 + 2] == 0);
        }
    }
    /* A zero pivot in the middle. */
    double middle[9] = {4, 2, 6, 2, 1, 3, 6, 3, 25};
    static const double l[9] = {2, 0, 0, 1, 0, 0, 3, 0, 4};
    CHECK(lp_cholesky(3, middle, &e) == 0);
    CHECK(memcmp(middle, l, sizeof l) == 0);

    double negative[4] = {1, 0, 0, -1e-3};
    CHECK(lp_cholesky(2, negative, &e) == -1);
    CHECK_HOLDS(e.text, "not positive semi-definite: pivot 1 is -0.001");
    double indefinite[4] = {1, 2, 2, 1};
    CHECK(lp_cholesky(2, indefinite, &e) == -1);
    CHECK_HOLDS(e.text, "pivot 1 is -3");
    double hidden[4] = {0, 1, 1, 5};
    CHECK(lp_cholesky(2, hidden, &e) == -1);
    CHECK_HOLDS(e.text, "pivot 0 is 0 and row 1, column 0 is not");
    double nan[4] = {1, 0, NAN, 1};
    CHECK(lp_cholesky(2, nan, &e) == -1);
    CHECK_HOLDS(e.text, "row 1, column 0 is not finite");
    double infinite[1] = {INFINITY};
    CHECK(lp_cholesky(1, infinite, &e) == -1);
}

/* Hilbert's of order 10, whose inverse has whole numbers: the first column's first is n^2. */
static void cholesky_of_hilberts(void) {
    enum { N = 10 };
    double a[N * N], b[N] = {1};
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            a[i * N + j] = 1.0 / (double)(i + j + 1);
    lp_error e;
    CHECK(lp_cholesky(N, a, &e) == 0);
    lp_cholesky_solve(N, a, b);
    /* The condition number is 1.6e13, so 1e-16 becomes 1e-3 at the worst. */
    CHECK_RELATIVE(b[0], 100, 1e-3);
    double worst = 0;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            double sum = 0;
            for (size_t k = 0; k < N; k++)
                sum = fma(a[i * N + k], a[j * N + k], sum);
            worst = fmax(worst, fabs(sum - 1.0 / (double)(i + j + 1)));
        }
    CHECK_CLOSE(worst, 0, 1e-15);
}

int main(void) {
    static const check_test tests[] = {
        {"a small matrix is factorised as NumPy has it, signs as stated", small_one_whole},
        {"singular values of tall and wide matrices", tall_and_wide},
        {"known spectra are found: spread, graded, with equals", known_spectra},
        {"equal singular values of a matrix of whole numbers", equal_values_of_whole_numbers},
        {"graded columns keep the small values' digits", graded},
        {"rank-deficient matrices", rank_deficient},
        {"singular values of zero", zeros},
        {"one row, one column, one number", one_row_or_column},
        {"Hilbert's, Frank's and a bidiagonal matrix", famous_matrices},
        {"very large and very small elements", any_magnitude},
        {"what is refused", refusals},
        {"the largest values of known spectra", top_of_known_spectra},
        {"the largest values of matrices of low rank", top_of_low_rank},
        {"the largest values of very large and very small elements", top_at_any_magnitude},
        {"the same bits with any number of threads", same_bits_with_any_threads},
        {"shards: known spectra, the same bits on any number of ranks", shards_of_known_spectra},
        {"shards: low rank", shards_of_low_rank},
        {"shards: at any magnitude", shards_at_any_magnitude},
        {"shards: refusals", shards_refuse},
        {"Cholesky and solving, as NumPy has it", cholesky_of_a_small_one},
        {"Cholesky of whole numbers is exact", cholesky_of_whole_numbers},
        {"semi-definite matrices are factorised, others refused", cholesky_of_semi_definite_ones},
        {"Cholesky of Hilbert's matrix", cholesky_of_hilberts},
        {0},
    };
    return check_main("linalg", tests);
}

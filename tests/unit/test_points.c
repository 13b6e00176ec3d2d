/* Labelled points: moments of the Gaussians, the moons' geometry, the ellipse's labels. The
 * expected values are the parameters themselves, with standard errors of normal theory, and closed
 * forms. */
#include "check.h"
#include "data/points.h"

#include <stdlib.h>

static lp_error e;

#define REALS(...)                                                                                 \
    { (double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double) }

/* x and y of the stream, which owns them. */
static const double *x_of(lp_stream *s) {
    return lp_stream_get(s, "x", &e)->data;
}

static const int64_t *y_of(lp_stream *s) {
    return lp_stream_get(s, "y", &e)->data;
}

static void gauss_has_the_moments(void) {
    enum { N = 100000, D = 3 };
    lp_reals mean[] = {REALS(10, 16, -2), REALS(0, 1, 5)};
    lp_reals cov[] = {REALS(3, 1, -0.5, 1, 4, 0.25, -0.5, 0.25, 2),
                      REALS(1, 0, 0, 0, 9, 2, 0, 2, 1)};
    lp_gauss_options o = {N, {mean, 2}, {cov, 2}, 3};
    lp_stream *stream = lp_stream_new();
    CHECK(lp_gauss(stream, &o, &e) == 0);
    const lp_tensor *x = lp_stream_get(stream, "x", &e), *y = lp_stream_get(stream, "y", &e);
    CHECK(x->shape[0] == 2 * N && x->shape[1] == D && y->count == 2 * N);
    for (int c = 0; c < 2; c++) {
        const double *p = x_of(stream) + c * N * D;
        double m[D] = {0}, v[D][D] = {{0}};
        for (int i = 0; i < N; i++)
            for (int j = 0; j < D; j++)
                m[j] += (p[i * D + j] - mean[c].item[j]) / N;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < D; j++)
                for (int k = 0; k < D; k++)
                    v[j][k] +=
                        (p[i * D + j] - mean[c].item[j]) * (p[i * D + k] - mean[c].item[k]) / N;
        for (int j = 0; j < D; j++) {
            const double *s = cov[c].item;
            CHECK_CLOSE(m[j], 0, 5 * sqrt(s[j * D + j] / N));
            for (int k = 0; k < D; k++) /* Var(s_jk) = (s_jj s_kk + s_jk^2) / n */
                CHECK_CLOSE(
                    v[j][k], s[j * D + k],
                    5 * sqrt((s[j * D + j] * s[k * D + k] + s[j * D + k] * s[j * D + k]) / N));
        }
        for (int i = 0; i < N; i += 999)
            CHECK(y_of(stream)[c * N + i] == c);
    }
    lp_stream_free(stream);
}

static void gauss_of_a_semidefinite_covariance(void) {
    lp_reals mean = REALS(1, 1, 7), cov = REALS(4, 4, 0, 4, 4, 0, 0, 0, 0);
    lp_gauss_options o = {50, {&mean, 1}, {&cov, 1}, 0};
    lp_stream *s = lp_stream_new();
    CHECK(lp_gauss(s, &o, &e) == 0);
    const double *p = x_of(s);
    bool varies = false;
    for (int i = 0; i < 50; i++, p += 3) {
        CHECK(p[0] == p[1] && p[2] == 7);
        varies = varies || p[0] != 1;
    }
    CHECK(varies);
    lp_stream_free(s);
}

static void gauss_classes_and_rows_do_not_disturb_each_other(void) {
    lp_reals mean[] = {REALS(1, 2), REALS(3, 4)}, identity = REALS(1, 0, 0, 1);
    const lp_gauss_options options[] = {
        {20, {mean, 1}, {NULL, 0}, 9},
        {20, {mean, 2}, {&identity, 1}, 9}, /* a further class */
        {30, {mean, 1}, {NULL, 0}, 9},      /* further rows */
        {20, {mean, 1}, {NULL, 0}, 10},     /* another seed */
    };
    lp_stream *s[4];
    for (int i = 0; i < 4; i++) {
        s[i] = lp_stream_new();
        CHECK(lp_gauss(s[i], &options[i], &e) == 0);
        CHECK((memcmp(x_of(s[0]), x_of(s[i]), 20 * 2 * 8) == 0) == (i < 3));
    }
    for (int i = 0; i < 4; i++)
        lp_stream_free(s[i]);
}

static void refuse_gauss(int64_t n, lp_reals_list mean, lp_reals_list cov, const char *why) {
    lp_stream *s = lp_stream_new();
    e = (lp_error){0};
    CHECK(lp_gauss(s, &(lp_gauss_options){n, mean, cov, 0}, &e) == -1);
    CHECK(e.status == LP_USAGE && lp_stream_count(s) == 0);
    CHECK_HOLDS(e.text, why);
    lp_stream_free(s);
}

static void gauss_refuses(void) {
    lp_reals mean[] = {REALS(1, 2), REALS(3, 4)}, longer[] = {REALS(1, 2), REALS(3, 4, 5)};
    lp_reals cov[] = {REALS(1, 0, 0, 1), REALS(1, 0, 0, 1), REALS(1, 0, 0, 1)};
    lp_reals skewed = REALS(1, 0.5, 0.25, 1), indefinite = REALS(1, 2, 2, 1), shorter = REALS(1, 2);
    refuse_gauss(0, (lp_reals_list){mean, 2}, (lp_reals_list){cov, 2}, "no points");
    refuse_gauss(5, (lp_reals_list){NULL, 0}, (lp_reals_list){cov, 2}, "no mean");
    refuse_gauss(5, (lp_reals_list){longer, 2}, (lp_reals_list){cov, 2}, "mean 1 has 3");
    refuse_gauss(5, (lp_reals_list){mean, 2}, (lp_reals_list){cov, 3}, "2 means and 3 covariances");
    refuse_gauss(5, (lp_reals_list){mean, 2}, (lp_reals_list){&shorter, 1}, "has 2 numbers");
    refuse_gauss(5, (lp_reals_list){mean, 2}, (lp_reals_list){&skewed, 1}, "not symmetric");
    refuse_gauss(5, (lp_reals_list){mean, 2}, (lp_reals_list){&indefinite, 1}, "covariance 0");
}

static void moons_lie_on_their_circles(void) {
    for (size_t n = 2; n < 60; n += 7) {
        lp_stream *s = lp_stream_new();
        lp_moons_options o = {.n = (int64_t)n, .no_shuffle = true, .seed = 1};
        CHECK(lp_moons(s, &o, &e) == 0);
        size_t outer = n / 2;
        for (size_t i = 0; i < n; i++) {
            const double *p = x_of(s) + 2 * i;
            bool inner = i >= outer;
            size_t step = inner ? i - outer : i, last = (inner ? n - outer : outer) - 1;
            double t = last == 0 ? 0 : acos(-1) * (double)step / (double)last;
            CHECK(y_of(s)[i] == inner);
            CHECK_CLOSE(p[0], inner ? 1 - cos(t) : cos(t), 1e-15);
            CHECK_CLOSE(p[1], inner ? 0.5 - sin(t) : sin(t), 1e-15);
        }
        lp_stream_free(s);
    }
}

static int by_place(const void *a, const void *b) {
    return memcmp(a, b, 3 * sizeof(double));
}

static void moons_are_shuffled_as_whole_points(void) {
    enum { N = 101 };
    static double points[2][N][3];
    bool moved = false;
    for (int shuffled = 0; shuffled < 2; shuffled++) {
        lp_stream *s = lp_stream_new();
        lp_moons_options o = {.n = N, .noise = 0.3, .no_shuffle = !shuffled, .seed = 5};
        CHECK(lp_moons(s, &o, &e) == 0);
        for (int i = 0; i < N; i++) {
            memcpy(points[shuffled][i], x_of(s) + 2 * i, 2 * sizeof(double));
            points[shuffled][i][2] = (double)y_of(s)[i];
        }
        lp_stream_free(s);
    }
    moved = memcmp(points[0], points[1], sizeof points[0]) != 0;
    for (int shuffled = 0; shuffled < 2; shuffled++)
        qsort(points[shuffled], N, sizeof points[0][0], by_place);
    CHECK(moved && memcmp(points[0], points[1], sizeof points[0]) == 0);
}

static void moons_have_the_noise(void) {
    enum { N = 100000 };
    const double sd = 0.05;
    lp_stream *clean = lp_stream_new(), *noisy = lp_stream_new();
    CHECK(lp_moons(clean, &(lp_moons_options){N, 0, true, 2}, &e) == 0);
    CHECK(lp_moons(noisy, &(lp_moons_options){N, sd, true, 2}, &e) == 0);
    double mean = 0, variance = 0;
    for (int i = 0; i < 2 * N; i++) {
        double d = x_of(noisy)[i] - x_of(clean)[i];
        mean += d / (2 * N);
        variance += d * d / (2 * N);
    }
    CHECK_CLOSE(mean, 0, 5 * sd / sqrt(2.0 * N));
    CHECK_RELATIVE(variance, sd * sd, 5 * sqrt(2 / (2.0 * N)));
    lp_stream_free(clean);
    lp_stream_free(noisy);
}

static void moons_refuse(void) {
    lp_stream *s = lp_stream_new();
    CHECK(lp_moons(s, &(lp_moons_options){.n = 1}, &e) == -1);
    CHECK_HOLDS(e.text, "1 point cannot fill two moons");
    CHECK(lp_moons(s, &(lp_moons_options){.n = 10, .noise = -1}, &e) == -1);
    CHECK(lp_moons(s, &(lp_moons_options){.n = 10, .noise = NAN}, &e) == -1);
    CHECK_HOLDS(e.text, "noise");
    lp_stream_free(s);
}

static void ellipse_labels_follow_the_form(void) {
    enum { N = 2000 };
    lp_stream *s = lp_stream_new();
    CHECK(lp_ellipse(s, &(lp_ellipse_options){N, REALS(1, 0.5, 1, 0.2), 0.6, 7}, &e) == 0);
    const lp_tensor *x = lp_stream_get(s, "x", &e), *y = lp_stream_get(s, "y", &e);
    CHECK(x->shape[0] == N && x->shape[1] == 2 && y->count == N);
    for (int i = 0; i < N; i++) {
        const double *p = x_of(s) + 2 * i;
        double form = p[0] * p[0] + 1.5 * p[0] * p[1] + 0.2 * p[1] * p[1];
        if (fabs(form - 0.6) > 1e-12)
            CHECK(y_of(s)[i] == (form > 0.6));
    }
    lp_stream_free(s);
}

static void ellipse_has_the_share_of_ones(void) {
    enum { N = 100000 };
    lp_stream *s = lp_stream_new();
    CHECK(lp_ellipse(s, &(lp_ellipse_options){N, REALS(1), 0.6, 7}, &e) == 0);
    double ones = 0, expected = erfc(sqrt(0.6 / 2)); /* P(|z| > sqrt 0.6) */
    for (int i = 0; i < N; i++)
        ones += (double)y_of(s)[i] / N;
    CHECK_CLOSE(ones, expected, 5 * sqrt(expected * (1 - expected) / N));
    lp_stream_free(s);
}

static void ellipse_refuses(void) {
    lp_stream *s = lp_stream_new();
    CHECK(lp_ellipse(s, &(lp_ellipse_options){.n = 5, .form = REALS(1, 2, 3)}, &e) == -1);
    CHECK_HOLDS(e.text, "3 numbers");
    CHECK(lp_ellipse(s, &(lp_ellipse_options){.n = 5}, &e) == -1);
    CHECK(lp_ellipse(s, &(lp_ellipse_options){.n = 0, .form = REALS(1)}, &e) == -1);
    CHECK_HOLDS(e.text, "no points");
    lp_stream_free(s);
}

int main(void) {
    return check_main(
        "points",
        (check_test[]){
            {"Gaussian classes have the means and covariances", gauss_has_the_moments},
            {"a semi-definite covariance is drawn from", gauss_of_a_semidefinite_covariance},
            {"more classes or rows move nothing", gauss_classes_and_rows_do_not_disturb_each_other},
            {"Gaussians refuse what cannot be", gauss_refuses},
            {"moons without noise lie on their circles", moons_lie_on_their_circles},
            {"moons are shuffled as whole points", moons_are_shuffled_as_whole_points},
            {"moons have the noise asked for", moons_have_the_noise},
            {"moons refuse what cannot be", moons_refuse},
            {"an ellipse's labels follow its form", ellipse_labels_follow_the_form},
            {"an ellipse has its share of ones", ellipse_has_the_share_of_ones},
            {"an ellipse refuses what cannot be", ellipse_refuses},
            {0},
        });
}

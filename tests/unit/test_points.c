/* Labelled points: moments of the Gaussians, the moons' geometry, the ellipse's labels. The
 * expected values are the parameters themselves, with standard errors of normal theory, and closed
 * forms. */
#include "check.h"
#include "data/points.h"

#include <stdlib.h>

static lp_error e;

#define REALS(...)                                                                                 \
    { (double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double) }

static void gauss_has_the_moments(void) {
    enum { N = 100000, D = 3 };
    lp_reals mean[] = {REALS(10, 16, -2), REALS(0, 1, 5)};
    lp_reals cov[] = {REALS(3, 1, -0.5, 1, 4, 0.25, -0.5, 0.25, 2),
                      REALS(1, 0, 0, 0, 9, 2, 0, 2, 1)};
    lp_tensor x, y;
    CHECK(lp_gauss(N, &(lp_reals_list){mean, 2}, &(lp_reals_list){cov, 2}, 3, &x, &y, &e) == 0);
    CHECK(x.shape[0] == 2 * N && x.shape[1] == D && y.count == 2 * N);
    for (int c = 0; c < 2; c++) {
        const double *p = (double *)x.data + c * N * D;
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
            CHECK(((int64_t *)y.data)[c * N + i] == c);
    }
    lp_tensor_free(&x);
    lp_tensor_free(&y);
}

static void gauss_of_a_semidefinite_covariance(void) {
    lp_reals mean = REALS(1, 1, 7), cov = REALS(4, 4, 0, 4, 4, 0, 0, 0, 0);
    lp_tensor x, y;
    CHECK(lp_gauss(50, &(lp_reals_list){&mean, 1}, &(lp_reals_list){&cov, 1}, 0, &x, &y, &e) == 0);
    const double *p = x.data;
    bool varies = false;
    for (int i = 0; i < 50; i++, p += 3) {
        CHECK(p[0] == p[1] && p[2] == 7);
        varies = varies || p[0] != 1;
    }
    CHECK(varies);
    lp_tensor_free(&x);
    lp_tensor_free(&y);
}

static void gauss_classes_and_rows_do_not_disturb_each_other(void) {
    lp_reals mean[] = {REALS(1, 2), REALS(3, 4)}, identity = REALS(1, 0, 0, 1);
    lp_tensor one, two, longer, other, y;
    lp_reals_list none = {NULL, 0};
    CHECK(lp_gauss(20, &(lp_reals_list){mean, 1}, &none, 9, &one, &y, &e) == 0);
    lp_tensor_free(&y);
    CHECK(lp_gauss(20, &(lp_reals_list){mean, 2}, &(lp_reals_list){&identity, 1}, 9, &two, &y,
                   &e) == 0);
    lp_tensor_free(&y);
    CHECK(lp_gauss(30, &(lp_reals_list){mean, 1}, &none, 9, &longer, &y, &e) == 0);
    lp_tensor_free(&y);
    CHECK(lp_gauss(20, &(lp_reals_list){mean, 1}, &none, 10, &other, &y, &e) == 0);
    lp_tensor_free(&y);
    CHECK(memcmp(one.data, two.data, 20 * 2 * 8) == 0);
    CHECK(memcmp(one.data, longer.data, 20 * 2 * 8) == 0);
    CHECK(memcmp(one.data, other.data, 20 * 2 * 8) != 0);
    lp_tensor_free(&one);
    lp_tensor_free(&two);
    lp_tensor_free(&longer);
    lp_tensor_free(&other);
}

static void refuse_gauss(size_t n, lp_reals_list mean, lp_reals_list cov, const char *why) {
    lp_tensor x, y;
    e = (lp_error){0};
    CHECK(lp_gauss(n, &mean, &cov, 0, &x, &y, &e) == -1);
    CHECK(e.status == LP_USAGE && x.data == NULL && y.data == NULL);
    CHECK_HOLDS(e.text, why);
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
        lp_tensor x, y;
        CHECK(lp_moons(n, 0, false, 1, &x, &y, &e) == 0);
        size_t outer = n / 2;
        for (size_t i = 0; i < n; i++) {
            const double *p = (double *)x.data + 2 * i;
            bool inner = i >= outer;
            size_t step = inner ? i - outer : i, last = (inner ? n - outer : outer) - 1;
            double t = last == 0 ? 0 : acos(-1) * (double)step / (double)last;
            CHECK(((int64_t *)y.data)[i] == inner);
            CHECK_CLOSE(p[0], inner ? 1 - cos(t) : cos(t), 1e-15);
            CHECK_CLOSE(p[1], inner ? 0.5 - sin(t) : sin(t), 1e-15);
        }
        lp_tensor_free(&x);
        lp_tensor_free(&y);
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
        lp_tensor x, y;
        CHECK(lp_moons(N, 0.3, shuffled, 5, &x, &y, &e) == 0);
        for (int i = 0; i < N; i++) {
            memcpy(points[shuffled][i], (double *)x.data + 2 * i, 2 * sizeof(double));
            points[shuffled][i][2] = (double)((int64_t *)y.data)[i];
        }
        lp_tensor_free(&x);
        lp_tensor_free(&y);
    }
    moved = memcmp(points[0], points[1], sizeof points[0]) != 0;
    for (int shuffled = 0; shuffled < 2; shuffled++)
        qsort(points[shuffled], N, sizeof points[0][0], by_place);
    CHECK(moved && memcmp(points[0], points[1], sizeof points[0]) == 0);
}

static void moons_have_the_noise(void) {
    enum { N = 100000 };
    const double sd = 0.05;
    lp_tensor clean, noisy, y;
    CHECK(lp_moons(N, 0, false, 2, &clean, &y, &e) == 0);
    lp_tensor_free(&y);
    CHECK(lp_moons(N, sd, false, 2, &noisy, &y, &e) == 0);
    double mean = 0, variance = 0;
    for (int i = 0; i < 2 * N; i++) {
        double d = ((double *)noisy.data)[i] - ((double *)clean.data)[i];
        mean += d / (2 * N);
        variance += d * d / (2 * N);
    }
    CHECK_CLOSE(mean, 0, 5 * sd / sqrt(2.0 * N));
    CHECK_RELATIVE(variance, sd * sd, 5 * sqrt(2 / (2.0 * N)));
    lp_tensor_free(&clean);
    lp_tensor_free(&noisy);
    lp_tensor_free(&y);
}

static void moons_refuse(void) {
    lp_tensor x, y;
    CHECK(lp_moons(1, 0, true, 0, &x, &y, &e) == -1);
    CHECK_HOLDS(e.text, "1 point cannot fill two moons");
    CHECK(lp_moons(10, -1, true, 0, &x, &y, &e) == -1);
    CHECK(lp_moons(10, NAN, true, 0, &x, &y, &e) == -1);
    CHECK_HOLDS(e.text, "noise");
}

static void ellipse_labels_follow_the_form(void) {
    enum { N = 2000 };
    lp_reals q = REALS(1, 0.5, 1, 0.2);
    lp_tensor x, y;
    CHECK(lp_ellipse(N, &q, 0.6, 7, &x, &y, &e) == 0);
    CHECK(x.shape[0] == N && x.shape[1] == 2 && y.count == N);
    for (int i = 0; i < N; i++) {
        const double *p = (double *)x.data + 2 * i;
        double form = p[0] * p[0] + 1.5 * p[0] * p[1] + 0.2 * p[1] * p[1];
        if (fabs(form - 0.6) > 1e-12)
            CHECK(((int64_t *)y.data)[i] == (form > 0.6));
    }
    lp_tensor_free(&x);
    lp_tensor_free(&y);
}

static void ellipse_has_the_share_of_ones(void) {
    enum { N = 100000 };
    lp_reals q = REALS(1);
    lp_tensor x, y;
    CHECK(lp_ellipse(N, &q, 0.6, 7, &x, &y, &e) == 0);
    double ones = 0, expected = erfc(sqrt(0.6 / 2)); /* P(|z| > sqrt 0.6) */
    for (int i = 0; i < N; i++)
        ones += (double)((int64_t *)y.data)[i] / N;
    CHECK_CLOSE(ones, expected, 5 * sqrt(expected * (1 - expected) / N));
    lp_tensor_free(&x);
    lp_tensor_free(&y);
}

static void ellipse_refuses(void) {
    lp_reals three = REALS(1, 2, 3), one = REALS(1), none = {NULL, 0};
    lp_tensor x, y;
    CHECK(lp_ellipse(5, &three, 0, 0, &x, &y, &e) == -1);
    CHECK_HOLDS(e.text, "3 numbers");
    CHECK(lp_ellipse(5, &none, 0, 0, &x, &y, &e) == -1);
    CHECK(lp_ellipse(0, &one, 0, 0, &x, &y, &e) == -1);
    CHECK_HOLDS(e.text, "no points");
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

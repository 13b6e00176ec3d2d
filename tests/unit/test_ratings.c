/* Ratings: exact counts, distinct places, half stars, the parameters' moments, titles. */
#include "check.h"
#include "data/ratings.h"
#include "data/sparse.h"
#include "num/parallel.h"

#include <stdlib.h>

static lp_error e;

/* The matrix alone. */
static lp_sparse ratings(lp_ratings_options o) {
    lp_sparse m = {0};
    lp_stream *s = lp_stream_new();
    CHECK(lp_ratings(s, &o, &e) == 0 && lp_sparse_read(s, "", &m, &e) == 0);
    lp_stream_free(s);
    return m;
}

static void the_default_matrix_is_whole(void) {
    lp_ratings_options o = {
        .users = 610, .items = 9724, .n = 100836, .rank = 5, .noise = 0.8, .seed = 2};
    lp_sparse m = ratings(o);
    CHECK(m.rows == 610 && m.cols == 9724 && m.count == 100836);
    size_t *of_item = calloc(m.cols, sizeof *of_item), of_user[610] = {0}, once = 0, most = 0;
    double mean = 0, variance = 0;
    for (size_t i = 0; i < m.count; i++) {
        bool later = i == 0 || m.row[i] > m.row[i - 1] ||
                     (m.row[i] == m.row[i - 1] && m.col[i] > m.col[i - 1]);
        double twice = 2 * m.value[i];
        if (!later || m.row[i] < 0 || m.row[i] >= 610 || m.col[i] < 0 || m.col[i] >= 9724 ||
            twice != floor(twice) || twice < 1 || twice > 10) {
            CU_FAIL("an entry is out of order or range");
            break;
        }
        of_item[m.col[i]]++;
        of_user[m.row[i]]++;
        mean += m.value[i] / (double)m.count;
    }
    for (size_t i = 0; i < m.count; i++)
        variance += (m.value[i] - mean) * (m.value[i] - mean) / (double)m.count;
    for (size_t i = 0; i < m.cols; i++) {
        CHECK(of_item[i] >= 1);
        once += of_item[i] == 1;
        most = of_item[i] > most ? of_item[i] : most;
    }
    for (size_t u = 0; u < 610; u++)
        CHECK(of_user[u] >= 1);
    /* MovieLens small: mean 3.50, standard deviation 1.04, a third of the titles rated once, the
     * best known by more than half of the users */
    double shares = 0; /* sum of the squared shares of users and items in all ratings */
    for (size_t i = 0; i < m.cols; i++)
        shares += pow((double)of_item[i] / (double)m.count, 2);
    for (size_t u = 0; u < 610; u++)
        shares += pow((double)of_user[u] / (double)m.count, 2);
    CHECK_CLOSE(mean, 3.5, 5 * 0.5 * sqrt(shares)); /* biases of at most 0.5 */
    CHECK_CLOSE(sqrt(variance), 1.04, 0.06);
    CHECK(once > m.cols / 5 && once < m.cols / 2);
    CHECK(most > 610 / 3);
    free(of_item);
    lp_sparse_free(&m);
}

/* Without noise and taste, and rounded to half stars, a rating is one of the user's and the item's
 * bias: rows differ by less than a rounding everywhere. */
static void biases_alone_are_additive(void) {
    lp_ratings_options o = {.users = 30, .items = 40, .n = 1200, .seed = 3};
    lp_sparse m = ratings(o);
    double value[30][40];
    for (size_t i = 0; i < m.count; i++) /* a full matrix: every place once */
        value[m.row[i]][m.col[i]] = m.value[i];
    for (int u = 0; u < 30; u++)
        for (int v = 0; v < u; v++) {
            double min = INFINITY, max = -INFINITY;
            for (int i = 0; i < 40; i++) {
                double a = value[u][i], b = value[v][i];
                if (a == 5 || b == 5 || a == 0.5 || b == 0.5)
                    continue;
                min = fmin(min, a - b);
                max = fmax(max, a - b);
            }
            CHECK(!(max - min > 0.5));
        }
    lp_sparse_free(&m);
}

static void seeds_and_threads(void) {
    lp_ratings_options o = {.users = 50, .items = 70, .n = 900, .rank = 2, .noise = 0.3, .seed = 3};
    lp_sparse a, b;
    lp_threads_set(1);
    a = ratings(o);
    lp_threads_set(3);
    b = ratings(o);
    lp_threads_set(0);
    CHECK(memcmp(a.row, b.row, 900 * sizeof *a.row) == 0);
    CHECK(memcmp(a.col, b.col, 900 * sizeof *a.col) == 0);
    CHECK(memcmp(a.value, b.value, 900 * sizeof *a.value) == 0);
    lp_sparse_free(&b);
    o.seed = 4;
    b = ratings(o);
    CHECK(memcmp(a.value, b.value, 900 * sizeof *a.value) != 0);
    lp_sparse_free(&a);
    lp_sparse_free(&b);
}

static void the_extremes_are_exact(void) {
    /* one each, all of them, one user, one item */
    static const int64_t sizes[][3] = {{7, 5, 7}, {7, 5, 35}, {1, 9, 4}, {9, 1, 9}, {1, 1, 1}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        lp_ratings_options o = {
            .users = sizes[k][0], .items = sizes[k][1], .n = sizes[k][2], .rank = 1, .noise = 1};
        lp_sparse m = ratings(o);
        bool seen[7 * 5] = {false};
        CHECK(m.count == (size_t)sizes[k][2]);
        for (size_t i = 0; i < m.count; i++) {
            size_t place = (size_t)(m.row[i] * o.items + m.col[i]);
            CHECK(!seen[place]);
            seen[place] = true;
        }
        lp_sparse_free(&m);
    }
}

static void ratings_that_cannot_be(void) {
    static const lp_ratings_options bad[] = {
        {.users = 0, .items = 5, .n = 5},
        {.users = 5, .items = 0, .n = 5},
        {.users = 5, .items = 5, .n = 4},
        {.users = 5, .items = 5, .n = 26},
        {.users = 5, .items = INT64_C(1) << 31, .n = 5},
        {.users = 5, .items = 5, .n = 5, .noise = -1},
        {.users = 5, .items = 5, .n = 5, .rank = INT64_MAX / 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lp_stream *s = lp_stream_new();
        e = (lp_error){0};
        CHECK(lp_ratings(s, &bad[i], &e) == -1);
        CHECK(e.status == LP_USAGE && lp_stream_count(s) == 0);
        CHECK_HOLDS(e.text, "drawing ratings: ");
        lp_stream_free(s);
    }
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void no_two_titles_are_alike(void) {
    enum { N = 40000 }; /* more than there are words for in one part */
    lp_stream *s = lp_stream_new();
    lp_ratings_options o = {.n = 12, .users = 12, .items = N, .seed = 1};
    CHECK(lp_ratings(s, &o, &e) == 0);
    const lp_tensor *titles = lp_stream_get(s, "cols", &e), *users = lp_stream_get(s, "rows", &e);
    CHECK(titles->count == N && users->count == 12);
    char **text = calloc(N, sizeof *text);
    for (size_t i = 0; i < N; i++) {
        text[i] = lp_tensor_string(titles, i, &e);
        char *year = strrchr(text[i], '(');
        CHECK(year != NULL);
        *year = '\0'; /* without the year, too */
    }
    qsort(text, N, sizeof *text, by_text);
    size_t twice = 0;
    for (size_t i = 1; i < N; i++)
        twice += strcmp(text[i - 1], text[i]) == 0;
    CHECK(twice == 0);
    for (size_t i = 0; i < N; i++)
        free(text[i]);
    free(text);
    char *last = lp_tensor_string(users, 11, &e);
    CHECK_TEXT(last, "12");
    free(last);
    lp_stream_free(s);
}

int main(void) {
    return check_main("ratings",
                      (check_test[]){
                          {"the default matrix is whole, and like MovieLens' small one",
                           the_default_matrix_is_whole},
                          {"biases alone are additive", biases_alone_are_additive},
                          {"the same for any threads, another for another seed", seeds_and_threads},
                          {"the extremes are exact", the_extremes_are_exact},
                          {"ratings that cannot be are refused", ratings_that_cannot_be},
                          {"no two titles are alike", no_two_titles_are_alike},
                          {0},
                      });
}

#include "base/memory.h"
#include "check.h"
#include "data/sparse.h"

#include <stdint.h>
#include <stdlib.h>

static lp_error e;

static void put_numbers(lp_stream *s, const char *name, lp_type type, size_t n,
                        const double *from) {
    lp_tensor t = lp_tensor_vector(type, n);
    for (size_t i = 0; i < n; i++) {
        if (lp_type_is(type, LP_F8))
            ((double *)t.data)[i] = from[i];
        else if (lp_type_is(type, LP_I8))
            ((int64_t *)t.data)[i] = (int64_t)from[i];
        else
            ((int32_t *)t.data)[i] = (int32_t)from[i];
    }
    lp_stream_put(s, name, &t);
}

/* [[0, 7, 0], [5, 0, 6]] as COO, its entries out of order. */
static lp_stream *coo(void) {
    lp_stream *s = lp_stream_new();
    put_numbers(s, "row", LP_I4, 3, (double[]){1, 0, 1});
    put_numbers(s, "col", LP_I8, 3, (double[]){2, 1, 0});
    put_numbers(s, "data", LP_F8, 3, (double[]){6, 7, 5});
    put_numbers(s, "shape", LP_I8, 2, (double[]){2, 3});
    lp_stream_put_text(s, "format", "coo");
    return s;
}

static void check_small(const lp_sparse *m) {
    CHECK(m->rows == 2 && m->cols == 3 && m->count == 3);
    static const int32_t row[] = {0, 1, 1}, col[] = {1, 0, 2};
    static const double value[] = {7, 5, 6};
    for (int i = 0; i < 3; i++)
        CHECK(m->row[i] == row[i] && m->col[i] == col[i] && m->value[i] == value[i]);
}

static void reads_coo(void) {
    lp_stream *s = coo();
    lp_sparse m;
    CHECK(lp_sparse_is_in(s, "") && !lp_sparse_is_in(s, "_train"));
    CHECK(lp_sparse_read(s, "", &m, &e) == 0);
    check_small(&m);
    lp_sparse_free(&m);
    lp_stream_free(s);
}

/* The same matrix as scipy.sparse.csr_matrix and csc_matrix hold it. */
static void reads_csr_and_csc(void) {
    static const struct {
        const char *format;
        size_t pointers;
        double indptr[4], indices[3], data[3];
    } forms[] = {
        {"csr", 3, {0, 1, 3}, {1, 2, 0}, {7, 6, 5}},
        {"csc", 4, {0, 1, 2, 3}, {1, 0, 1}, {5, 7, 6}},
    };
    for (int i = 0; i < 2; i++) {
        lp_stream *s = lp_stream_new();
        put_numbers(s, "indptr", LP_I4, forms[i].pointers, forms[i].indptr);
        put_numbers(s, "indices", LP_I4, 3, forms[i].indices);
        put_numbers(s, "data", LP_F8, 3, forms[i].data);
        put_numbers(s, "shape", LP_I8, 2, (double[]){2, 3});
        lp_stream_put_text(s, "format", forms[i].format);
        lp_sparse m;
        CHECK(lp_sparse_read(s, "", &m, &e) == 0);
        check_small(&m);
        lp_sparse_free(&m);
        lp_stream_free(s);
    }
}

static void writes_what_scipy_writes(void) {
    lp_stream *s = coo(), *out = lp_stream_new();
    lp_sparse m, again;
    CHECK(lp_sparse_read(s, "", &m, &e) == 0);
    put_numbers(out, "indptr", LP_I4, 1, (double[]){0});
    lp_sparse_write(out, "", &m);
    CHECK(!lp_stream_has(out, "indptr"));
    lp_tensor t;
    CHECK(lp_stream_describe(out, "row", &t) && lp_type_is(t.type, LP_I4) && t.ndim == 1);
    CHECK(lp_stream_describe(out, "col", &t) && lp_type_is(t.type, LP_I4));
    CHECK(lp_stream_describe(out, "data", &t) && lp_type_is(t.type, LP_F8));
    CHECK(lp_stream_describe(out, "shape", &t) && lp_type_is(t.type, LP_I8) && t.count == 2);
    CHECK(lp_stream_describe(out, "format", &t) && t.ndim == 0 && t.type.kind == 'S' &&
          t.type.size == 3);
    lp_sparse_write(out, "_test", &m);
    CHECK(lp_sparse_read(out, "_test", &again, &e) == 0);
    check_small(&again);
    lp_sparse_free(&again);
    lp_sparse_drop(out, "_test");
    CHECK(!lp_sparse_is_in(out, "_test") && lp_sparse_is_in(out, ""));
    lp_sparse_free(&m);
    lp_stream_free(s);
    lp_stream_free(out);
}

/* Each fault, put over the sound matrix, and the words that name it. */
static void refuses_what_is_wrong(void) {
    static const struct {
        const char *name;
        size_t n;
        double value[3];
        const char *text;
    } faults[] = {
        {"row", 3, {1, 0, 2}, "tensor 'row', entry 2: 2 is outside 0 .. 1"},
        {"row", 3, {1, -1, 1}, "tensor 'row', entry 1: -1 is outside 0 .. 1"},
        {"row", 2, {1, 0}, "tensor 'row' has shape (2,) ((3,) was expected)"},
        {"col", 3, {2, 1, 3}, "tensor 'col', entry 2: 3 is outside 0 .. 2"},
        {"col", 3, {2, 1, 2}, "row 1, column 2 (from 0) occurs twice"},
        {"data", 3, {6, NAN, 5}, "tensor 'data', entry 1: nan is not a finite number"},
        {"data", 3, {6, 5, INFINITY}, "tensor 'data', entry 2: inf is not a finite number"},
        {"shape", 3, {2, 3, 1}, "tensor 'shape' has to hold two numbers"},
        {"shape", 2, {2, -3}, "tensor 'shape' says 2 x -3"},
        {"shape", 2, {2, 3e9}, "tensor 'shape' says 2 x 3000000000"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        lp_stream *s = coo();
        lp_sparse m;
        put_numbers(s, faults[i].name, strcmp(faults[i].name, "data") == 0 ? LP_F8 : LP_I8,
                    faults[i].n, faults[i].value);
        CHECK(lp_sparse_read(s, "", &m, &e) == -1);
        CHECK_HOLDS(e.text, faults[i].text);
        CHECK(m.row == NULL && m.value == NULL);
        lp_stream_free(s);
    }
    lp_stream *s = coo();
    lp_sparse m;
    lp_stream_put_text(s, "format", "dia");
    CHECK(lp_sparse_read(s, "", &m, &e) == -1);
    CHECK_HOLDS(
        e.text,
        "tensor 'format' is 'dia' (coo, csr and csc can be read: m.tocoo() before save_npz)");
    lp_stream_free(s);
}

static void refuses_bad_pointers(void) {
    static const struct {
        double indptr[3];
        const char *text;
    } faults[] = {
        {{1, 1, 2}, "'indptr' has to run from 0 to the 2 entries"},
        {{0, 1, 3}, "'indptr' has to run from 0 to the 2 entries"},
        {{0, 3, 2}, "'indptr' falls at element 1"},
        {{0, -1, 2}, "'indptr' falls at element 1"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        lp_stream *s = lp_stream_new();
        put_numbers(s, "indptr", LP_I8, 3, faults[i].indptr);
        put_numbers(s, "indices", LP_I8, 2, (double[]){0, 1});
        put_numbers(s, "data", LP_F8, 2, (double[]){1, 2});
        put_numbers(s, "shape", LP_I8, 2, (double[]){2, 2});
        lp_stream_put_text(s, "format", "csr");
        lp_sparse m;
        CHECK(lp_sparse_read(s, "", &m, &e) == -1);
        CHECK_HOLDS(e.text, faults[i].text);
        lp_stream_free(s);
    }
}

/* Against the definition: after the sort every key is larger than the one before, and every entry
 * of a matrix that was put in at random is where it was put. */
static void sorts(void) {
    enum { ROWS = 300, COLS = 70000, COUNT = 5000 };
    lp_sparse m = lp_sparse_new(ROWS, COLS, COUNT);
    uint64_t x = 1;
    for (int i = 0; i < COUNT; i++) {
        /* Distinct places in a scattered order: 7919 is prime to ROWS * COLS. */
        x = (x + 7919) % ((uint64_t)ROWS * COLS);
        m.row[COUNT - 1 - i] = (int32_t)(x % ROWS);
        m.col[COUNT - 1 - i] = (int32_t)(x / ROWS * 193 % COLS);
        m.value[COUNT - 1 - i] = m.row[COUNT - 1 - i] * 1e6 + m.col[COUNT - 1 - i];
    }
    CHECK(lp_sparse_sort(&m, NULL, &e) == 0);
    size_t *start = lp_sparse_row_starts(&m);
    CHECK(start[0] == 0 && start[ROWS] == COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK(m.value[i] == m.row[i] * 1e6 + m.col[i]);
        CHECK(start[m.row[i]] <= (size_t)i && (size_t)i < start[m.row[i] + 1]);
        if (i > 0)
            CHECK(m.row[i - 1] < m.row[i] || (m.row[i - 1] == m.row[i] && m.col[i - 1] < m.col[i]));
    }
    free(start);
    lp_sparse_free(&m);
}

static void names_the_place_that_occurs_twice(void) {
    lp_sparse m;
    size_t twice = 0;
    m = lp_sparse_new(3, 3, 4);
    memcpy(m.row, (int32_t[]){2, 1, 0, 1}, sizeof(int32_t[4]));
    memcpy(m.col, (int32_t[]){0, 1, 2, 1}, sizeof(int32_t[4]));
    memcpy(m.value, (double[]){1, 2, 3, 4}, sizeof(double[4]));
    CHECK(lp_sparse_sort(&m, &twice, &e) == -1);
    CHECK(twice == 2 && m.row[twice] == 1 && m.col[twice] == 1);
    CHECK_HOLDS(e.text, "row 1, column 1 (from 0) occurs twice");
    lp_sparse_free(&m);
}

static void an_empty_matrix_is_one(void) {
    lp_sparse m, t;
    m = lp_sparse_new(4, 5, 0);
    CHECK(lp_sparse_sort(&m, NULL, &e) == 0);
    lp_stream *s = lp_stream_new();
    lp_sparse_write(s, "", &m);
    CHECK(lp_sparse_read(s, "", &t, &e) == 0);
    CHECK(t.rows == 4 && t.cols == 5 && t.count == 0);
    lp_sparse_free(&t);
    lp_sparse_free(&m);
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"COO is read in row-major order", reads_coo},
        {"CSR and CSC are read", reads_csr_and_csc},
        {"what is written has SciPy's names and types", writes_what_scipy_writes},
        {"a fault is named by tensor and entry", refuses_what_is_wrong},
        {"pointers that lie are refused", refuses_bad_pointers},
        {"sorting and transposing keep every entry", sorts},
        {"a place that occurs twice is named", names_the_place_that_occurs_twice},
        {"a matrix without entries is one", an_empty_matrix_is_one},
        {0},
    };
    return check_main("test_sparse", tests);
}

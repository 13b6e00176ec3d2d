/* The matrix product. */
#include "num/kernels/kernel.h"

enum { BLOCK = 256 }; /* along k; part of the contract, since it shows in the bits */

/* One row of c, a vector of columns at a time. */
static void row(lp_form form, size_t m, size_t n, size_t k, const T *a, const T *b, T *c, size_t i,
                bool accumulate) {
    for (size_t j = 0; j < n; j += LANES) {
        size_t left = lanes_left(n, j);
        V total = accumulate ? v_load_n(c + i * n + j, left) : v_set1(0);
        for (size_t from = 0; from < k; from += BLOCK) {
            size_t to = k - from < BLOCK ? k : from + BLOCK;
            V sum = v_set1(0);
            for (size_t p = from; p < to; p++) {
                T column[LANES] = {0};
                for (size_t l = 0; form == LP_NT && l < left; l++)
                    column[l] = b[(j + l) * k + p];
                V vb = form == LP_NT ? v_load(column) : v_load_n(b + p * n + j, left);
                sum = v_fma(v_set1(form == LP_TN ? a[p * m + i] : a[i * k + p]), vb, sum);
            }
            total = from || accumulate ? v_add(total, sum) : sum;
        }
        v_store_n(c + i * n + j, total, left);
    }
}

void k_gemm(lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
            bool accumulate) {
    for (size_t i = 0; i < m; i++)
        row(form, m, n, k, a, b, c, i, accumulate);
}

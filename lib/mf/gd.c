/* Full gradient descent: over the observed entries, or through autodiff/graph. */
#include "mf/methods.h"
#include "num/parallel.h"

/* Rows or columns of a chunk, which one thread takes. */
enum { LINES = 32 };

typedef struct {
    double *p_gradient, *q_gradient; /* (rows, width), (cols, width) */
    /* without a graph */
    lp_fit_lines lines;
    double *error;     /* (count) */
    double *chunk_sse; /* of each chunk of rows */
} gd_state;

/* ---- through the graph: a whole matrix, loss = sum of (x - p qᵀ)² ---- */

static void prepare_graph(lp_fit *fit, const gd_state *gd) {
    size_t m = fit->observed->rows, n = fit->observed->cols;
    lp_graph *g = fit->graph = lp_graph_new(LP_F8);
    int p = lp_graph_parameter(g, m, fit->width, fit->p, gd->p_gradient);
    int q = lp_graph_parameter(g, n, fit->width, fit->q, gd->q_gradient);
    int x = lp_graph_input(g, m, n, false);
    int product = lp_graph_apply(g, LP_OP_MATMUL_NT, p, q);
    lp_error e; /* stays unused: the shapes fit */
    lp_graph_finish(g, lp_graph_apply(g, LP_OP_SQUARED_ERROR, product, x), &e);
    lp_graph_set(g, x, fit->whole);
}

static double graph_epoch(lp_fit *fit, const gd_state *gd, double lr) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t m = fit->observed->rows, n = fit->observed->cols;
    lp_graph_forward(fit->graph);
    lp_graph_backward(fit->graph);
    num->sgd_step(m * fit->width, fit->p, gd->p_gradient, NULL, lr, 0, 0, false, false);
    num->sgd_step(n * fit->width, fit->q, gd->q_gradient, NULL, lr, 0, 0, false, false);
    return lp_graph_loss(fit->graph);
}

/* ---- over the entries ---- */

static size_t chunks_of(size_t lines) {
    return (lines + LINES - 1) / LINES;
}

static size_t lines_of_chunk(size_t lines, size_t chunk) {
    size_t rest = lines - chunk * LINES;
    return rest < LINES ? rest : LINES;
}

static void row_chunk(void *context, size_t i) {
    lp_fit *fit = context;
    gd_state *gd = fit->state;
    size_t from = i * LINES;
    gd->chunk_sse[i] = fit->num->row_gradient(
        lines_of_chunk(fit->observed->rows, i), gd->lines.row_start + from, fit->observed->col,
        fit->value, fit->width, fit->p + from * fit->width, fit->q, gd->error,
        gd->p_gradient + from * fit->width);
}

static void col_chunk(void *context, size_t i) {
    lp_fit *fit = context;
    gd_state *gd = fit->state;
    size_t from = i * LINES;
    fit->num->col_gradient(lines_of_chunk(fit->observed->cols, i), gd->lines.col_start + from,
                           gd->lines.by_col.col, gd->lines.place, gd->error, fit->width, fit->p,
                           gd->q_gradient + from * fit->width);
}

/* «alternate» steps p before the gradient of q is computed, «joint» after it. */
static double entries_epoch(lp_fit *fit, const gd_state *gd, double lr) {
    const lp_sparse *m = fit->observed;
    bool alternate = fit->options.update == LP_FIT_ALTERNATE;
    double step = alternate ? lr : 2 * lr, sse = 0;
    lp_entries_rate rate_p = lp_fit_rate(fit, step, LP_ROW_BIAS, LP_COL_BIAS);
    lp_entries_rate rate_q = lp_fit_rate(fit, step, LP_COL_BIAS, LP_ROW_BIAS);
    lp_parallel(chunks_of(m->rows), row_chunk, fit);
    for (size_t i = 0; i < chunks_of(m->rows); i++)
        sse += gd->chunk_sse[i];
    if (alternate)
        fit->num->step(m->rows, fit->width, fit->p, gd->p_gradient, &rate_p);
    lp_parallel(chunks_of(m->cols), col_chunk, fit);
    if (!alternate)
        fit->num->step(m->rows, fit->width, fit->p, gd->p_gradient, &rate_p);
    fit->num->step(m->cols, fit->width, fit->q, gd->q_gradient, &rate_q);
    return sse;
}

/* ---- both ---- */

void lp_gd_prepare(lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    gd_state *gd = fit->state = lp_arena_alloc_zero(&fit->memory, 1, sizeof *gd);
    gd->p_gradient = lp_fit_matrix(fit, m->rows, fit->width);
    gd->q_gradient = lp_fit_matrix(fit, m->cols, fit->width);
    if (fit->whole != NULL) {
        prepare_graph(fit, gd);
        return;
    }
    gd->lines = lp_fit_index_lines(fit);
    gd->error = lp_fit_matrix(fit, m->count, 1);
    gd->chunk_sse = lp_fit_matrix(fit, chunks_of(m->rows), 1);
}

int lp_gd_epoch(lp_fit *fit, double lr, double *sse, lp_error *e) {
    (void)e;
    *sse =
        fit->whole != NULL ? graph_epoch(fit, fit->state, lr) : entries_epoch(fit, fit->state, lr);
    return 0;
}

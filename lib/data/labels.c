#include "data/labels.h"

#include "base/memory.h"
#include "io/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_whole(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The distinct values among n labels, ascending; *count of them. To be freed. */
static int64_t *sort_distinct(const int64_t *labels, size_t n, size_t *count) {
    int64_t *values = lp_alloc(n, sizeof *values);
    memcpy(values, labels, n * sizeof *values);
    qsort(values, n, sizeof *values, compare_whole);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (*count == 0 || values[i] != values[*count - 1])
            values[(*count)++] = values[i];
    return values;
}

void lp_labels_put_whole(lp_stream *s, const int64_t *labels, size_t n) {
    size_t count;
    int64_t *values = sort_distinct(labels, n, &count);
    lp_tensor y = lp_tensor_vector(LP_I8, n);
    for (size_t i = 0; i < n; i++) {
        const int64_t *place = bsearch(&labels[i], values, count, sizeof *values, compare_whole);
        ((int64_t *)y.data)[i] = place - values;
    }
    lp_stream_put(s, "y", &y);
    if (count > 0 && (values[0] != 0 || values[count - 1] != (int64_t)count - 1)) {
        char(*texts)[24] = lp_alloc(count, sizeof *texts);
        const char **names = lp_alloc(count, sizeof *names);
        for (size_t i = 0; i < count; i++) {
            snprintf(texts[i], sizeof texts[i], "%lld", (long long)values[i]);
            names[i] = texts[i];
        }
        lp_stream_put_strings(s, "classes", names, count);
        free(names);
        free(texts);
    }
    free(values);
}

/* A class among those that are sorted. */
typedef struct {
    const char *text;
    double value; /* where all are numbers */
    size_t number;
} class;

static int compare_values(const void *a, const void *b) {
    const class *x = a, *y = b;
    return x->value != y->value ? (x->value > y->value) - (x->value < y->value)
                                : strcmp(x->text, y->text);
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(((const class *)a)->text, ((const class *)b)->text);
}

void lp_labels_sort(const lp_names *names, size_t *order) {
    class *sorted = lp_alloc(names->count, sizeof *sorted);
    bool all_numbers = true;
    for (size_t i = 0; i < names->count; i++) {
        const char *text = names->item[i], *end = text + strlen(text);
        sorted[i] = (class){text, 0, i};
        all_numbers = lp_number_read(text, end, '.', &sorted[i].value) == end && all_numbers;
    }
    qsort(sorted, names->count, sizeof *sorted, all_numbers ? compare_values : compare_texts);
    for (size_t i = 0; i < names->count; i++)
        order[i] = sorted[i].number;
    free(sorted);
}

void lp_labels_put_texts(lp_stream *s, const int64_t *numbers, size_t n, const lp_names *names) {
    size_t *order = lp_alloc(names->count, sizeof *order);
    const char **texts = lp_alloc(names->count, sizeof *texts);
    int64_t *place = lp_alloc(names->count, sizeof *place);
    lp_labels_sort(names, order);
    for (size_t i = 0; i < names->count; i++) {
        texts[i] = names->item[order[i]];
        place[order[i]] = (int64_t)i;
    }
    lp_tensor y = lp_tensor_vector(LP_I8, n);
    for (size_t i = 0; i < n; i++)
        ((int64_t *)y.data)[i] = place[numbers[i]];
    lp_stream_put(s, "y", &y);
    lp_stream_put_strings(s, "classes", texts, names->count);
    free(place);
    free(texts);
    free(order);
}

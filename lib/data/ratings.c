#include "data/ratings.h"

#include "base/memory.h"
#include "num/kernels.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a sub-stream of LP_RNG_RATINGS is for; the last one and those above are the users' own. */
enum {
    ACTIVITY,
    POPULARITY,
    FIRST_RATERS,
    USER_BIAS,
    ITEM_BIAS,
    USER_TASTE,
    ITEM_TASTE,
    TITLES,
    A_USER
};

/* Chosen so that the default matrix resembles MovieLens' small one: its mean, its spread, and the
 * errors that biases and rank-5 factors reach on held-out entries. */
static const double mean_rating = 3.5, user_bias_sd = 0.43, item_bias_sd = 0.48, taste_sd = 0.42;
static const double activity_floor = 20, activity_median = 48, activity_spread = 1.35;
static const double tail_shift = 150, tail_power = 2.1;

typedef struct {
    lp_ratings_options o;
    size_t *start;                   /* (users + 1) a user's entries in m */
    size_t *first;                   /* (users) how many of them are there from the beginning */
    double *weight;                  /* (items) */
    double *user_bias, *item_bias;   /* (users), (items) */
    double *user_taste, *item_taste; /* (users, rank), (items, rank) */
    double *key;                     /* (CHUNKS, items), see choose */
    lp_sparse *m;
} ratings;

static lp_rng stream(const ratings *g, uint32_t purpose) {
    return lp_rng_new(g->o.seed, LP_RNG_RATINGS, purpose);
}

static double *normals(const ratings *g, uint32_t purpose, size_t n, double sd, lp_error *e) {
    double *values = lp_alloc(n, sizeof *values, e);
    if (values == NULL)
        return NULL;
    lp_rng r = stream(g, purpose);
    for (size_t i = 0; i < n; i++)
        values[i] = sd * lp_rng_normal(&r);
    return values;
}

/* g->start from each user's share of the ratings: in proportion to a log-normal activity, at
 * least 1 and at most all items, exactly `count` together. */
static int draw_activity(ratings *g, lp_error *e) {
    size_t users = g->o.users;
    double *activity = lp_alloc(users, sizeof *activity, e), sum = 0;
    g->start = activity == NULL ? NULL : lp_alloc_zero(users + 1, sizeof *g->start, e);
    if (g->start == NULL) {
        free(activity);
        return -1;
    }
    lp_rng r = stream(g, ACTIVITY);
    for (size_t u = 0; u < users; u++) {
        double z = activity_spread * lp_rng_normal(&r);
        activity[u] = activity_floor + activity_median * lp_exp(z);
        sum += activity[u];
    }
    size_t *share = g->start + 1, given = 0;
    for (size_t u = 0; u < users; u++) {
        double wanted = floor(activity[u] / sum * (double)g->o.count);
        share[u] = wanted < 1 ? 1 : wanted > (double)g->o.items ? g->o.items : (size_t)wanted;
        given += share[u];
    }
    for (size_t u = 0; given != g->o.count; u = (u + 1) % users) {
        if (given < g->o.count && share[u] < g->o.items) {
            share[u]++;
            given++;
        } else if (given > g->o.count && share[u] > 1) {
            share[u]--;
            given--;
        }
    }
    for (size_t u = 0; u < users; u++)
        share[u] += g->start[u];
    free(activity);
    return 0;
}

static int draw_popularity(ratings *g, lp_error *e) {
    size_t *place = lp_alloc(g->o.items, sizeof *place, e);
    g->weight = place == NULL ? NULL : lp_alloc(g->o.items, sizeof *g->weight, e);
    if (g->weight != NULL) {
        lp_rng r = stream(g, POPULARITY);
        lp_rng_permutation(&r, g->o.items, place);
        for (size_t i = 0; i < g->o.items; i++)
            g->weight[i] = 1 / lp_pow((double)place[i] + tail_shift, tail_power);
    }
    free(place);
    return g->weight == NULL ? -1 : 0;
}

/* Gives every item one rater, in proportion to the users' activity: the ratings in random order
 * are dealt to the items one each. Without enough ratings nobody is dealt any. */
static int draw_first_raters(ratings *g, lp_error *e) {
    g->first = lp_alloc_zero(g->o.users, sizeof *g->first, e);
    if (g->first == NULL || g->o.count < g->o.items)
        return g->first == NULL ? -1 : 0;
    size_t *order = lp_alloc(g->o.count, sizeof *order, e);
    uint32_t *owner = order == NULL ? NULL : lp_alloc(g->o.count, sizeof *owner, e);
    if (owner != NULL) {
        for (size_t u = 0; u < g->o.users; u++)
            for (size_t i = g->start[u]; i < g->start[u + 1]; i++)
                owner[i] = (uint32_t)u;
        lp_rng r = stream(g, FIRST_RATERS);
        lp_rng_permutation(&r, g->o.count, order);
        for (size_t i = 0; i < g->o.items; i++) {
            size_t u = owner[order[i]];
            g->m->col[g->start[u] + g->first[u]++] = (int32_t)i;
        }
    }
    free(order);
    free(owner);
    return owner == NULL ? -1 : 0;
}

/* Restores a heap whose largest key stands first, below its element i. */
static void sink(int32_t *heap, size_t i, size_t n, const double *key) {
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && key[heap[child + 1]] > key[heap[child]])
            child++;
        if (!(key[heap[child]] > key[heap[i]]))
            return;
        int32_t swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
    }
}

static int by_index(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* cols[first .. n) = items that cols[0 .. first) lacks, without replacement, by weight: those of
 * the smallest keys -log(uniform) / weight (Efraimidis and Spirakis 2006, algorithm A). Then all
 * of cols is put in order. */
static void choose(const ratings *g, lp_rng *r, double *key, int32_t *cols, size_t first,
                   size_t n) {
    size_t items = g->o.items, wanted = n - first, filled = 0;
    int32_t *heap = cols + first;
    for (size_t i = 0; i < items; i++)
        key[i] = 1 - lp_rng_uniform(r);
    lp_kernels_of(LP_F8)->unary(LP_LOG, items, key, key);
    for (size_t i = 0; i < items; i++)
        key[i] = -key[i] / g->weight[i];
    for (size_t i = 0; i < first; i++)
        key[cols[i]] = INFINITY;
    for (size_t i = 0; i < items && wanted > 0; i++) {
        if (key[i] == INFINITY)
            continue;
        if (filled < wanted) {
            heap[filled++] = (int32_t)i;
            for (size_t j = wanted / 2; filled == wanted && j-- > 0;)
                sink(heap, j, wanted, key);
        } else if (key[i] < key[heap[0]]) {
            heap[0] = (int32_t)i;
            sink(heap, 0, wanted, key);
        }
    }
    qsort(cols, n, sizeof *cols, by_index);
}

static double half_stars(double rating) {
    double rounded = floor(2 * rating + 0.5) / 2;
    return rounded < 0.5 ? 0.5 : rounded > 5 ? 5 : rounded;
}

/* Every CHUNKS-th user from the first-th on. */
enum { CHUNKS = 16 };

static void rate_some(void *context, size_t chunk) {
    ratings *g = context;
    double *key = g->key + chunk * g->o.items;
    size_t rank = g->o.rank;
    for (size_t u = chunk; u < g->o.users; u += CHUNKS) {
        size_t from = g->start[u], n = g->start[u + 1] - from;
        lp_rng r = stream(g, A_USER + (uint32_t)u);
        choose(g, &r, key, g->m->col + from, g->first[u], n);
        for (size_t i = from; i < from + n; i++) {
            size_t item = (size_t)g->m->col[i];
            double rating = mean_rating + g->user_bias[u] + g->item_bias[item];
            for (size_t k = 0; k < rank; k++)
                rating = fma(g->user_taste[u * rank + k], g->item_taste[item * rank + k], rating);
            rating = fma(g->o.noise, lp_rng_normal(&r), rating);
            g->m->row[i] = (int32_t)u;
            g->m->value[i] = half_stars(rating);
        }
    }
}

static int check_options(const lp_ratings_options *o, lp_error *e) {
    size_t places, factors;
    if (o->users == 0 || o->items == 0 || o->users > INT32_MAX || o->items > INT32_MAX ||
        !lp_multiply(o->users, o->items, &places))
        return lp_fail_usage(e, "%zu users and %zu items (1 to 2^31 - 1)", o->users, o->items);
    if (o->count < o->users || o->count > places)
        return lp_fail_usage(e, "%zu ratings by %zu users of %zu items (%zu to %zu)", o->count,
                             o->users, o->items, o->users, places);
    if (!lp_multiply(o->items > o->users ? o->items : o->users, o->rank, &factors))
        return lp_fail_usage(e, "rank %zu is too large", o->rank);
    if (!(o->noise >= 0) || !isfinite(o->noise))
        return lp_fail_usage(e, "noise %g (0 or more)", o->noise);
    return 0;
}

int lp_ratings(const lp_ratings_options *options, lp_sparse *m, lp_error *e) {
    *m = (lp_sparse){0};
    if (check_options(options, e))
        return lp_within(e, "drawing ratings");
    ratings g = {.o = *options, .m = m};
    size_t users = g.o.users, items = g.o.items, rank = g.o.rank, keys;
    double factor_sd = rank == 0 ? 0 : sqrt(taste_sd / sqrt((double)rank));
    int failed = lp_sparse_new(m, users, items, g.o.count, e) || draw_activity(&g, e) ||
                 draw_popularity(&g, e) || draw_first_raters(&g, e) ||
                 (g.user_bias = normals(&g, USER_BIAS, users, user_bias_sd, e)) == NULL ||
                 (g.item_bias = normals(&g, ITEM_BIAS, items, item_bias_sd, e)) == NULL ||
                 (g.user_taste = normals(&g, USER_TASTE, users * rank, factor_sd, e)) == NULL ||
                 (g.item_taste = normals(&g, ITEM_TASTE, items * rank, factor_sd, e)) == NULL;
    if (!failed && !lp_multiply(CHUNKS, items, &keys))
        failed = lp_fail(e, "%zu items are too many", items);
    failed = failed || (g.key = lp_alloc(keys, sizeof *g.key, e)) == NULL;
    if (!failed)
        lp_parallel(users < CHUNKS ? users : CHUNKS, rate_some, &g);
    free(g.start);
    free(g.first);
    free(g.weight);
    free(g.user_bias);
    free(g.item_bias);
    free(g.user_taste);
    free(g.item_taste);
    free(g.key);
    if (!failed)
        return 0;
    lp_sparse_free(m);
    return lp_within(e, "drawing ratings");
}

/* ---- names ---- */

static const char *const adjectives[] = {
    "Silent",   "Golden",    "Broken",   "Crimson",  "Distant", "Electric", "Endless",  "Fallen",
    "Final",    "Forgotten", "Frozen",   "Gentle",   "Ghostly", "Glass",    "Hidden",   "Hollow",
    "Honest",   "Hungry",    "Infinite", "Iron",     "Last",    "Little",   "Lonely",   "Lost",
    "Lucky",    "Midnight",  "Missing",  "Northern", "Paper",   "Perfect",  "Quiet",    "Reluctant",
    "Restless", "Savage",    "Second",   "Secret",   "Seventh", "Shining",  "Sleeping", "Southern",
    "Stolen",   "Strange",   "Sudden",   "Tender",   "Thirsty", "Unlikely", "Velvet",   "Wandering",
    "Wicked",   "Wild",      "Wooden",   "Yellow",
};
static const char *const nouns[] = {
    "Harbour",  "Garden",   "Detective",  "Island",    "Orchestra", "Letter",    "Mirror",
    "River",    "Train",    "Lighthouse", "Soldier",   "Stranger",  "Kingdom",   "Winter",
    "Summer",   "Carnival", "Teacher",    "Thief",     "Ocean",     "Mountain",  "Machine",
    "Dancer",   "Dream",    "Empire",     "Engineer",  "Farewell",  "Father",    "Forest",
    "Gambler",  "Holiday",  "House",      "Hunter",    "Inventor",  "Journey",   "Labyrinth",
    "Magician", "Market",   "Moon",       "Mother",    "Museum",    "Passenger", "Piano",
    "Pilot",    "Promise",  "Queen",      "Rebellion", "Road",      "Sailor",    "Shadow",
    "Signal",   "Sister",   "Storm",      "Tailor",    "Telescope", "Theatre",   "Tiger",
    "Tower",    "Valley",   "Village",    "Violin",    "Voyage",    "Waltz",     "Wedding",
    "Window",
};
static const char *const patterns[] = {"The %s %s", "That %s %s", "My %s %s", "%s %s", "Our %s %s"};
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

/* Number k of all titles: no two are alike, since a new part begins where the words are used up. */
static int print_title(size_t k, int year, lp_buffer *text, lp_error *e) {
    size_t adjective = k % COUNT_OF(adjectives), noun = k / COUNT_OF(adjectives) % COUNT_OF(nouns);
    size_t pattern = k / (COUNT_OF(adjectives) * COUNT_OF(nouns));
    size_t part = pattern / COUNT_OF(patterns) + 1;
    char words[100];
    snprintf(words, sizeof words, patterns[pattern % COUNT_OF(patterns)], adjectives[adjective],
             nouns[noun]);
    if (part > 1)
        return lp_buffer_print(text, e, "%s, Part %zu (%d)", words, part, year);
    return lp_buffer_print(text, e, "%s (%d)", words, year);
}

/* texts = those of n strings that stand one behind the other in b, each ended by a NUL. */
static int take_texts(lp_buffer *b, size_t n, lp_tensor *texts, lp_error *e) {
    const char **item = lp_alloc(n, sizeof *item, e);
    const char *at = b->data;
    for (size_t i = 0; i < n && item != NULL; i++, at += strlen(at) + 1)
        item[i] = at;
    int failed = item == NULL || lp_tensor_strings(texts, item, n, e);
    free(item);
    lp_buffer_free(b);
    return failed ? -1 : 0;
}

int lp_titles(size_t n, uint64_t seed, lp_tensor *titles, lp_error *e) {
    *titles = (lp_tensor){0};
    size_t *order = lp_alloc(n, sizeof *order, e);
    if (order == NULL)
        return -1;
    lp_rng r = lp_rng_new(seed, LP_RNG_RATINGS, TITLES);
    lp_rng_permutation(&r, n, order);
    lp_buffer b = {0};
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        int year = 1930 + (int)lp_rng_below(&r, 90);
        failed = print_title(order[i], year, &b, e) || lp_buffer_append(&b, "", 1, e);
    }
    free(order);
    if (!failed)
        return take_texts(&b, n, titles, e);
    lp_buffer_free(&b);
    return -1;
}

int lp_numbers_as_text(size_t n, lp_tensor *texts, lp_error *e) {
    *texts = (lp_tensor){0};
    lp_buffer b = {0};
    for (size_t i = 1; i <= n; i++)
        if (lp_buffer_print(&b, e, "%zu", i) || lp_buffer_append(&b, "", 1, e)) {
            lp_buffer_free(&b);
            return -1;
        }
    return take_texts(&b, n, texts, e);
}

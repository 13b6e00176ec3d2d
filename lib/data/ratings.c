#include "data/ratings.h"

#include "base/memory.h"
#include "data/sparse.h"
#include "num/kernels.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What each sub-stream of LP_RNG_RATINGS is for; A_USER + u is user u's own. */
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
    size_t users, items, rank, count;
    lp_arena arena;                  /* of the arrays below */
    size_t *start;                   /* (users + 1) a user's entries in m */
    size_t *first;                   /* (users) how many of them draw_first_raters has placed */
    double *weight;                  /* (items) */
    double *user_bias, *item_bias;   /* (users), (items) */
    double *user_taste, *item_taste; /* (users, rank), (items, rank) */
    double *key;                     /* (CHUNKS, items), see choose */
    lp_sparse m;
} ratings;

static lp_rng stream(const ratings *g, uint32_t purpose) {
    return lp_rng_new(g->o.seed, LP_RNG_RATINGS, purpose);
}

static double *normals(ratings *g, uint32_t purpose, size_t n, double sd) {
    double *values = lp_arena_alloc(&g->arena, n, sizeof *values);
    lp_rng r = stream(g, purpose);
    for (size_t i = 0; i < n; i++)
        values[i] = sd * lp_rng_normal(&r);
    return values;
}

/* g->start from each user's share of the ratings: in proportion to a log-normal activity, at
 * least 1 and at most all items, exactly `count` together. */
static void draw_activity(ratings *g) {
    size_t users = g->users;
    double *activity = lp_arena_alloc(&g->arena, users, sizeof *activity), sum = 0;
    g->start = lp_arena_alloc_zero(&g->arena, users + 1, sizeof *g->start);
    lp_rng r = stream(g, ACTIVITY);
    for (size_t u = 0; u < users; u++) {
        double z = activity_spread * lp_rng_normal(&r);
        activity[u] = activity_floor + activity_median * lp_exp(z);
        sum += activity[u];
    }
    size_t *share = g->start + 1, given = 0;
    for (size_t u = 0; u < users; u++) {
        double wanted = floor(activity[u] / sum * (double)g->count);
        share[u] = wanted < 1 ? 1 : wanted > (double)g->items ? g->items : (size_t)wanted;
        given += share[u];
    }
    for (size_t u = 0; given != g->count; u = (u + 1) % users) {
        if (given < g->count && share[u] < g->items) {
            share[u]++;
            given++;
        } else if (given > g->count && share[u] > 1) {
            share[u]--;
            given--;
        }
    }
    for (size_t u = 0; u < users; u++)
        share[u] += g->start[u];
}

static void draw_popularity(ratings *g) {
    size_t *place = lp_arena_alloc(&g->arena, g->items, sizeof *place);
    g->weight = lp_arena_alloc(&g->arena, g->items, sizeof *g->weight);
    lp_rng r = stream(g, POPULARITY);
    lp_rng_permutation(&r, g->items, place);
    for (size_t i = 0; i < g->items; i++)
        g->weight[i] = 1 / lp_pow((double)place[i] + tail_shift, tail_power);
}

/* Gives every item one rater, in proportion to the users' activity: the ratings in random order
 * are dealt to the items, one each. With fewer ratings than items none is dealt. */
static void draw_first_raters(ratings *g) {
    g->first = lp_arena_alloc_zero(&g->arena, g->users, sizeof *g->first);
    if (g->count < g->items)
        return;
    LP_CLEANUP(lp_free) size_t *order = lp_alloc(g->count, sizeof *order);
    LP_CLEANUP(lp_free) uint32_t *owner = lp_alloc(g->count, sizeof *owner);
    for (size_t u = 0; u < g->users; u++)
        for (size_t i = g->start[u]; i < g->start[u + 1]; i++)
            owner[i] = (uint32_t)u;
    lp_rng r = stream(g, FIRST_RATERS);
    lp_rng_permutation(&r, g->count, order);
    for (size_t i = 0; i < g->items; i++) {
        size_t u = owner[order[i]];
        g->m.col[g->start[u] + g->first[u]++] = (int32_t)i;
    }
}

/* Restores a heap (the largest key first) below its element i. */
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
    size_t items = g->items, wanted = n - first, filled = 0;
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
    double *key = g->key + chunk * g->items;
    size_t rank = g->rank;
    for (size_t u = chunk; u < g->users; u += CHUNKS) {
        size_t from = g->start[u], n = g->start[u + 1] - from;
        lp_rng r = stream(g, A_USER + (uint32_t)u);
        choose(g, &r, key, g->m.col + from, g->first[u], n);
        for (size_t i = from; i < from + n; i++) {
            size_t item = (size_t)g->m.col[i];
            double rating = mean_rating + g->user_bias[u] + g->item_bias[item];
            for (size_t k = 0; k < rank; k++)
                rating = fma(g->user_taste[u * rank + k], g->item_taste[item * rank + k], rating);
            rating = fma(g->o.noise, lp_rng_normal(&r), rating);
            g->m.row[i] = (int32_t)u;
            g->m.value[i] = half_stars(rating);
        }
    }
}

static int check_options(const lp_ratings_options *o, lp_error *e) {
    int64_t factors, max = INT32_MAX;
    if (o->users < 1 || o->items < 1 || o->users > max || o->items > max)
        return lp_fail_usage(e, "%lld users and %lld items (1 to 2^31 - 1)", (long long)o->users,
                             (long long)o->items);
    if (o->n < o->users || o->n > o->users * o->items)
        return lp_fail_usage(e, "%lld ratings by %lld users of %lld items (%lld to %lld)",
                             (long long)o->n, (long long)o->users, (long long)o->items,
                             (long long)o->users, (long long)(o->users * o->items));
    if (o->rank < 0 ||
        __builtin_mul_overflow(o->items > o->users ? o->items : o->users, o->rank, &factors))
        return lp_fail_usage(e, "rank %lld is out of range", (long long)o->rank);
    if (!(o->noise >= 0) || !isfinite(o->noise))
        return lp_fail_usage(e, "noise %g (0 or more)", o->noise);
    return 0;
}

static void draw_ratings(ratings *g) {
    size_t users = g->users, items = g->items, rank = g->rank;
    double factor_sd = rank == 0 ? 0 : sqrt(taste_sd / sqrt((double)rank));
    draw_activity(g);
    draw_popularity(g);
    draw_first_raters(g);
    g->user_bias = normals(g, USER_BIAS, users, user_bias_sd);
    g->item_bias = normals(g, ITEM_BIAS, items, item_bias_sd);
    g->user_taste = normals(g, USER_TASTE, users * rank, factor_sd);
    g->item_taste = normals(g, ITEM_TASTE, items * rank, factor_sd);
    g->key = lp_arena_alloc(&g->arena, CHUNKS * items, sizeof *g->key);
    lp_parallel(users < CHUNKS ? users : CHUNKS, rate_some, g);
    lp_arena_free(&g->arena);
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

/* Appends title k and its NUL. No two are alike: where the words are used up a new part begins. */
static void append_title(lp_buffer *b, size_t k, int year) {
    size_t adjective = k % COUNT_OF(adjectives), noun = k / COUNT_OF(adjectives) % COUNT_OF(nouns);
    size_t pattern = k / (COUNT_OF(adjectives) * COUNT_OF(nouns));
    size_t part = pattern / COUNT_OF(patterns) + 1;
    lp_buffer_printf(b, patterns[pattern % COUNT_OF(patterns)], adjectives[adjective], nouns[noun]);
    if (part > 1)
        lp_buffer_printf(b, ", Part %zu", part);
    lp_buffer_printf(b, " (%d)", year);
    lp_buffer_append(b, "", 1);
}

/* Puts the n strings in b, each ended by a NUL; frees b. */
static void put_texts(lp_stream *s, const char *name, size_t n, lp_buffer *b) {
    LP_CLEANUP(lp_free) const char **item = lp_alloc(n, sizeof *item);
    const char *at = b->data;
    for (size_t i = 0; i < n; i++, at += strlen(at) + 1)
        item[i] = at;
    lp_stream_put_strings(s, name, item, n);
    lp_buffer_free(b);
}

static void put_titles(lp_stream *s, const ratings *g) {
    LP_CLEANUP(lp_free) size_t *order = lp_alloc(g->items, sizeof *order);
    lp_rng r = stream(g, TITLES);
    lp_rng_permutation(&r, g->items, order);
    lp_buffer b = {0};
    for (size_t i = 0; i < g->items; i++)
        append_title(&b, order[i], 1930 + (int)lp_rng_below(&r, 90));
    put_texts(s, "cols", g->items, &b);
}

static void put_users(lp_stream *s, const ratings *g) {
    lp_buffer b = {0};
    for (size_t i = 1; i <= g->users; i++) {
        lp_buffer_printf(&b, "%zu", i);
        lp_buffer_append(&b, "", 1);
    }
    put_texts(s, "rows", g->users, &b);
}

int lp_ratings(lp_stream *s, const lp_ratings_options *o, lp_error *e) {
    if (check_options(o, e))
        return lp_within(e, "drawing ratings");
    ratings g = {.o = *o,
                 .users = (size_t)o->users,
                 .items = (size_t)o->items,
                 .rank = (size_t)o->rank,
                 .count = (size_t)o->n,
                 .m = lp_sparse_new((size_t)o->users, (size_t)o->items, (size_t)o->n)};
    draw_ratings(&g);
    lp_sparse_write(s, "", &g.m);
    lp_sparse_free(&g.m);
    put_users(s, &g);
    put_titles(s, &g);
    return 0;
}

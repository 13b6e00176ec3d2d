/* A job whose ranks are threads of the test, which reach each other through one mailbox a pair.
 *
 *     run_ranks(4, work); // work() is called by four threads, ranks 0 to 3 */
#ifndef RANK_THREADS_H
#define RANK_THREADS_H

#include "num/ranks.h"

#include <pthread.h>
#include <string.h>

enum { MOST = 8 }; /* ranks */

typedef struct {
    const void *data; /* NULL: empty */
    size_t size;
} letter;

static letter mail[MOST][MOST]; /* [from][to] */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static _Thread_local lp_link own;
static size_t messages; /* sent and received */

/* Waits until it has been taken. */
static int post(size_t to, const void *data, size_t size, lp_error *e) {
    letter *box = &mail[own.rank][to];
    (void)e;
    pthread_mutex_lock(&mutex);
    *box = (letter){data, size};
    pthread_cond_broadcast(&changed);
    while (box->data != NULL)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
    return 0;
}

static int take(size_t from, void *data, size_t size, lp_error *e) {
    letter *box = &mail[from][own.rank];
    pthread_mutex_lock(&mutex);
    while (box->data == NULL)
        pthread_cond_wait(&changed, &mutex);
    int failed = box->size == size ? 0 : lp_fail(e, "%zu bytes, not %zu", box->size, size);
    memcpy(data, box->data, failed ? 0 : size);
    box->data = NULL;
    messages++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return failed;
}

static int share(void *data, size_t size, lp_error *e) {
    if (own.rank > 0)
        return take(0, data, size, e);
    for (size_t r = 1; r < own.count; r++)
        post(r, data, size, e);
    return 0;
}

typedef struct {
    lp_link link;
    void (*work)(void);
} thread_start;

static void *run_rank(void *argument) {
    const thread_start *start = argument;
    own = start->link;
    lp_ranks_join(&own);
    start->work();
    return NULL;
}

static void run_ranks(size_t count, void (*work)(void)) {
    pthread_t thread[MOST];
    thread_start start[MOST];
    messages = 0;
    for (size_t r = 0; r < count; r++) {
        start[r] = (thread_start){
            {.rank = r, .count = count, .send = post, .receive = take, .broadcast = share}, work};
        pthread_create(&thread[r], NULL, run_rank, &start[r]);
    }
    for (size_t r = 0; r < count; r++)
        pthread_join(thread[r], NULL);
}

#endif

/* The table from texts to pointers, and its hash. */
#include "base/dictionary.h"
#include "check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* CPython's hash of bytes(range(n)) (3.11, PYTHONHASHSEED=0, whose key is zero) is SipHash-1-3. */
static void siphash(void) {
    static const struct {
        size_t n;
        uint64_t hash;
    } rows[] = {
        {1, 0x68a914128e01e473},  {2, 0x010bac45c41e3669},  {7, 0x2f098ab0c751325a},
        {8, 0xead411e67ebe2eea},  {9, 0x75927f9d95124362},  {15, 0xf30eb725bb91c9ea},
        {16, 0x8972188433a5c5b7}, {17, 0x4883c49a2c009c1d}, {63, 0x385d3e39e5f37359},
    };
    unsigned char bytes[64];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK(lp_siphash(bytes, rows[i].n, (uint64_t[]){0, 0}) == rows[i].hash);
    CHECK(lp_siphash("a", 1, (uint64_t[]){0, 1}) != lp_siphash("a", 1, (uint64_t[]){0, 0}));
}

enum { KEYS = 50000 };

/* How far the farthest entry is from where its hash puts it. */
static size_t longest_way(const lp_dictionary *d) {
    size_t longest = 0;
    for (size_t i = 0; i < d->slots; i++) {
        size_t way = (i - (size_t)d->slot[i].hash) & (d->slots - 1);
        if (d->slot[i].key != NULL && way > longest)
            longest = way;
    }
    return longest;
}

/* Against an array of what should be there, through any order of putting and dropping. */
static void put_and_drop(void) {
    static char key[KEYS][12];
    static void *expected[KEYS];
    lp_dictionary d = {0};
    size_t count = 0;
    unsigned wrong = lp_dictionary_get(&d, "0") != NULL;
    lp_dictionary_drop(&d, "0");
    srand(1);
    for (size_t i = 0; i < KEYS; i++)
        snprintf(key[i], sizeof key[i], "%zu", i);
    for (size_t i = 0; i < 6 * KEYS; i++) {
        const size_t k = (size_t)rand() % KEYS;
        const bool drop = rand() % 3 == 0;
        count += drop ? 0 : expected[k] == NULL;
        count -= drop ? expected[k] != NULL : 0;
        expected[k] = drop ? NULL : &expected[(size_t)rand() % KEYS];
        if (drop)
            lp_dictionary_drop(&d, key[k]);
        else
            lp_dictionary_put(&d, key[k], expected[k]);
        wrong += d.count != count;
    }
    for (size_t i = 0; i < KEYS; i++)
        wrong += lp_dictionary_get(&d, key[i]) != expected[i];
    CHECK(wrong == 0);
    CHECK(count > KEYS / 2 && d.slots >= 2 * d.count);
    CHECK(longest_way(&d) < 100);
    for (size_t i = 0; i < KEYS; i++)
        lp_dictionary_drop(&d, key[i]);
    CHECK(d.count == 0 && longest_way(&d) == 0 && lp_dictionary_get(&d, "0") == NULL);
    lp_dictionary_free(&d);
}

int main(void) {
    static const check_test tests[] = {
        {"the hash is SipHash-1-3", siphash},
        {"what is put is found, until it is dropped", put_and_drop},
        {0},
    };
    return check_main("dictionary", tests);
}

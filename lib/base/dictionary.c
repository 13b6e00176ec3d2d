#include "base/dictionary.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { FIRST_SLOTS = 32 };

/* ---- the hash ---- */

static uint64_t rotate(uint64_t x, int bits) {
    return x << bits | x >> (64 - bits);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a word's low byte comes first");

/* SipRound (section 2.1 of the paper). */
static void mix(uint64_t v[4]) {
    v[0] += v[1], v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

uint64_t lp_siphash(const void *bytes, size_t size, const uint64_t key[2]) {
    const unsigned char *at = bytes;
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                     key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
    for (size_t done = 0; done <= size; done += 8) {
        const size_t n = size - done < 8 ? size - done : 8;
        uint64_t word = n < 8 ? (uint64_t)size << 56 : 0;
        uint64_t part = 0;
        memcpy(&part, at + done, n);
        word |= part;
        v[3] ^= word;
        mix(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t hash_of(const char *key) {
    static uint64_t secret[2];
    if (secret[0] == 0) { /* the kernel gives every process 16 random bytes */
        const void *random = (const void *)getauxval(AT_RANDOM);
        if (random != NULL)
            memcpy(secret, random, sizeof secret);
        secret[0] |= 1;
    }
    return lp_siphash(key, strlen(key), secret);
}

/* ---- the table ---- */

/* The slot that holds the key, or the free one where it would go. The table has slots. */
static lp_dictionary_slot *slot_of(const lp_dictionary *d, const char *key, uint64_t hash) {
    size_t i = (size_t)hash & (d->slots - 1);
    while (d->slot[i].key != NULL && (d->slot[i].hash != hash || strcmp(d->slot[i].key, key) != 0))
        i = (i + 1) & (d->slots - 1);
    return &d->slot[i];
}

void *lp_dictionary_get(const lp_dictionary *d, const char *key) {
    return d->count == 0 ? NULL : slot_of(d, key, hash_of(key))->value;
}

static void grow(lp_dictionary *d) {
    lp_dictionary old = *d;
    d->slots = old.slots == 0 ? FIRST_SLOTS : 2 * old.slots;
    d->slot = lp_alloc_zero(d->slots, sizeof *d->slot);
    for (size_t i = 0; i < old.slots; i++)
        if (old.slot[i].key != NULL)
            *slot_of(d, old.slot[i].key, old.slot[i].hash) = old.slot[i];
    free(old.slot);
}

void lp_dictionary_put(lp_dictionary *d, const char *key, void *value) {
    const uint64_t hash = hash_of(key);
    if (d->slots < 2 * (d->count + 1))
        grow(d);
    lp_dictionary_slot *slot = slot_of(d, key, hash);
    d->count += slot->key == NULL;
    *slot = (lp_dictionary_slot){hash, key, value};
}

/* Moves what follows back into the gap, as far as each entry may go (Knuth, TAOCP 3, 6.4 R). */
void lp_dictionary_drop(lp_dictionary *d, const char *key) {
    lp_dictionary_slot *slot = d->count > 0 ? slot_of(d, key, hash_of(key)) : NULL;
    if (slot == NULL || slot->key == NULL)
        return;
    const size_t mask = d->slots - 1;
    size_t gap = (size_t)(slot - d->slot);
    for (size_t i = (gap + 1) & mask; d->slot[i].key != NULL; i = (i + 1) & mask)
        if (((i - (size_t)d->slot[i].hash) & mask) >= ((i - gap) & mask)) {
            d->slot[gap] = d->slot[i];
            gap = i;
        }
    d->slot[gap] = (lp_dictionary_slot){0};
    d->count--;
}

void lp_dictionary_free(lp_dictionary *d) {
    free(d->slot);
    *d = (lp_dictionary){0};
}

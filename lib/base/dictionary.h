/* A hash table from texts to pointers, in linear time whatever the texts are: the hash is keyed
 * (SipHash-1-3; Aumasson and Bernstein 2012) by random bytes of the process, so that no file can
 * hold texts that fall on one place. Nothing here depends on the order of the table, so no output
 * depends on the key. */
#ifndef LP_BASE_DICTIONARY_H
#define LP_BASE_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t hash;
    const char *key; /* NULL: the slot is free */
    void *value;
} lp_dictionary_slot;

/* Starts as {0}, freed with lp_dictionary_free. Open addressing, linear probing. */
typedef struct {
    lp_dictionary_slot *slot;
    size_t slots; /* 0 or a power of two, at least twice count */
    size_t count;
} lp_dictionary;

/* The value of the key, NULL where it has none. */
void *lp_dictionary_get(const lp_dictionary *d, const char *key);

/* Gives the key a value that is not NULL. The key is borrowed and has to outlive its entry. */
void lp_dictionary_put(lp_dictionary *d, const char *key, void *value);

/* Removes the key, if it is there. */
void lp_dictionary_drop(lp_dictionary *d, const char *key);

void lp_dictionary_free(lp_dictionary *d);

/* The hash of bytes under a key of two words: SipHash-1-3. */
uint64_t lp_siphash(const void *bytes, size_t size, const uint64_t key[2]);

#endif

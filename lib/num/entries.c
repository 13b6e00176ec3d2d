#include "num/entries.h"

#include <string.h>

extern const lp_entries_kernels lp_entries_avx512, lp_entries_avx2, lp_entries_neon,
    lp_entries_generic;

static const lp_entries_kernels *const tables[] = {
#ifdef LP_HAS_avx512
    &lp_entries_avx512,
#endif
#ifdef LP_HAS_avx2
    &lp_entries_avx2,
#endif
#ifdef LP_HAS_neon
    &lp_entries_neon,
#endif
#ifdef LP_HAS_generic
    &lp_entries_generic,
#endif
};

/* Compiled for the same instruction sets as the tables of lp_kernels, so it is always there. */
const lp_entries_kernels *lp_entries_like(const lp_kernels *math) {
    size_t i = 0;
    while (strcmp(tables[i]->isa, math->isa) != 0)
        i++;
    return tables[i];
}

const lp_entries_kernels *lp_entries(void) {
    return lp_entries_like(lp_kernels_of(LP_F8));
}

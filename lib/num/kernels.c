/* Which of the compiled kernels run here. */
#include "num/kernels.h"

#include <stdlib.h>
#include <string.h>

/* One row an instruction set, the best first; the Makefile says which are compiled. */
#ifdef LP_HAS_avx512
extern const lp_kernels lp_kernels_f4_avx512, lp_kernels_f8_avx512;

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif
#ifdef LP_HAS_avx2
extern const lp_kernels lp_kernels_f4_avx2, lp_kernels_f8_avx2;

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif
#ifdef LP_HAS_neon
extern const lp_kernels lp_kernels_f4_neon, lp_kernels_f8_neon;

static bool has_neon(void) {
    return true;
}
#endif
#ifdef LP_HAS_generic
extern const lp_kernels lp_kernels_f4_generic, lp_kernels_f8_generic;

static bool has_c(void) {
    return true;
}
#endif

static const struct {
    const lp_kernels *f4, *f8;
    bool (*runs)(void);
} compiled[] = {
#ifdef LP_HAS_avx512
    {&lp_kernels_f4_avx512, &lp_kernels_f8_avx512, has_avx512},
#endif
#ifdef LP_HAS_avx2
    {&lp_kernels_f4_avx2, &lp_kernels_f8_avx2, has_avx2},
#endif
#ifdef LP_HAS_neon
    {&lp_kernels_f4_neon, &lp_kernels_f8_neon, has_neon},
#endif
#ifdef LP_HAS_generic
    {&lp_kernels_f4_generic, &lp_kernels_f8_generic, has_c},
#endif
};
enum { COMPILED = sizeof compiled / sizeof compiled[0] };

/* Filled before main, by one thread; read only afterwards. */
static const lp_kernels *f4[COMPILED + 1], *f8[COMPILED + 1]; /* what runs here, ended by NULL */
static size_t chosen;
static const char *refused; /* LABPIPE_ISA, where it names nothing that runs here */

__attribute__((constructor)) static void choose(void) {
    size_t n = 0;
#if defined __x86_64__
    __builtin_cpu_init();
#endif
    for (size_t i = 0; i < COMPILED; i++)
        if (compiled[i].runs())
            f4[n] = compiled[i].f4, f8[n++] = compiled[i].f8;
    const char *wanted = getenv("LABPIPE_ISA");
    if (!wanted || !*wanted)
        return;
    while (f4[chosen] && strcmp(f4[chosen]->isa, wanted) != 0)
        chosen++;
    if (!f4[chosen])
        chosen = 0, refused = wanted;
}

int lp_kernels_check(lp_error *e) {
    if (!refused)
        return 0;
    char names[100] = "";
    for (size_t i = 0; f4[i]; i++) {
        strcat(names, i ? ", " : "");
        strcat(names, f4[i]->isa);
    }
    return lp_fail_usage(e,
                         "choosing an instruction set: LABPIPE_ISA is '%.40s', which this "
                         "processor cannot run (it runs %s)",
                         refused, names);
}

const lp_kernels *lp_kernels_of(lp_type type) {
    return type.size == 4 ? f4[chosen] : f8[chosen];
}

const lp_kernels *const *lp_kernels_all(lp_type type) {
    return type.size == 4 ? f4 : f8;
}

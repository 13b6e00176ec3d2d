/* Which of the compiled kernels run here. */
#include "num/kernels.h"

#include <stdlib.h>
#include <string.h>

#define HAS(feature) &&__builtin_cpu_supports(#feature)
#define LP_ISA(name, architecture, features)                                                       \
    extern const lp_kernels lp_kernels_f4_##name, lp_kernels_f8_##name;                            \
    static bool runs_##name(void) {                                                                \
        return true features;                                                                      \
    }
#include "num/isas.h"
#undef LP_ISA

static const struct {
    const lp_kernels *f4, *f8;
    bool (*runs)(void);
} compiled[] = {
#define LP_ISA(name, architecture, features)                                                       \
    {&lp_kernels_f4_##name, &lp_kernels_f8_##name, runs_##name},
#include "num/isas.h"
#undef LP_ISA
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
    if (f4[0] == NULL)
        return lp_fail(e, "this processor has none of the instruction sets that this program was "
                          "built for (make ISAS=generic)");
    if (!refused)
        return 0;
    char names[100] = "";
    for (size_t i = 0; f4[i]; i++) {
        strcat(names, i ? ", " : "");
        strcat(names, f4[i]->isa);
    }
    return lp_fail_usage(
        e,
        "choosing an instruction set: LABPIPE_ISA is '%.40s', which this program cannot run "
        "here (it runs %s)",
        refused, names);
}

const lp_kernels *lp_kernels_of(lp_type type) {
    return type.size == 4 ? f4[chosen] : f8[chosen];
}

const lp_kernels *const *lp_kernels_all(lp_type type) {
    return type.size == 4 ? f4 : f8;
}

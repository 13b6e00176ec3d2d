/* Included before everything that `make coverage` counts: a process that leaves through _exit or
 * exec would not write down what it has run. (One that a signal ends does not: what writes it down
 * takes memory, which a handler must not. It would wait for ever where the signal came amid
 * malloc.) */
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);

/* Counting begins anew, since a child of vfork shares its parent's counts. What gcov itself has to
 * say (no descriptor is left to count with) is no line of the tool's. */
static inline _Noreturn void coverage_exit(int status) {
    close(STDERR_FILENO);
    __gcov_dump();
    __gcov_reset();
    _exit(status);
}

static inline int coverage_execv(const char *path, char *const argv[]) {
    __gcov_dump();
    __gcov_reset();
    return execv(path, argv);
}

#define _exit coverage_exit
#define execv coverage_execv

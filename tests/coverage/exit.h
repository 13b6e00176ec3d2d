/* Included before everything that `make coverage` counts: a process that leaves through _exit, exec
 * or a signal of its own would not write down what it has run. */
#include <signal.h>
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);

/* Counting begins anew, since a child of vfork shares its parent's counts. */
static inline _Noreturn void coverage_exit(int status) {
    __gcov_dump();
    __gcov_reset();
    _exit(status);
}

static inline int coverage_execv(const char *path, char *const argv[]) {
    __gcov_dump();
    __gcov_reset();
    return execv(path, argv);
}

static inline int coverage_raise(int signal_number) {
    __gcov_dump();
    __gcov_reset();
    return raise(signal_number);
}

#define _exit coverage_exit
#define execv coverage_execv
#define raise coverage_raise

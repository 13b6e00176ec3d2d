/* Lets system calls and allocations of a tool fail, one at a time, and checks what becomes of it:
 *
 *     inject [-s STEP] [-m PRELOADED-LIBRARY] [-p PIPED-FILE] [-e ENDING] [-x STATUS] [-n] [-c]
 *            [-l] [-t] TOOL [ARGUMENT]...
 *
 * runs the tool undisturbed, on standard output and with -o, and then once for each call that it
 * makes and each way in which that can fail (the first three and the last three of each kind, and
 * of those between every STEP-th; of allocations past MANY one in fifty). The calls are met in the
 * kernel (ptrace), so those of the C library are among them; the loader's are left alone. What is
 * right: exit status 0 and the bytes of the undisturbed run; or exit status 1, one line on standard
 * error, and the file under -o as it was (with -n: or the new one, whole). Either way nothing else
 * is left, no process either. With an ENDING, .pdf say, it tries -o alone, and a file that ends so;
 * with -c the file of --checkpoint alone, which may be the new one; with -t standard output alone.
 * With a STATUS the undisturbed run ends with that one and a line, as a mistyped command does. With
 * -l the tool starts others, or becomes one: their calls are left alone. It prints "TOOL: N faults,
 * M wrong" after what is wrong, and exits 1 if anything is; 77 where no process may be traced. */
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    HALF = -1,
    ONE = -2,
    NOT_TRACED = 77,
    SECONDS = 120,
    GRACE = 30, /* seconds, for what the tool has started to end after it */
    EDGE = 3,
    LOADER = 1 << 20,
    MANY = 3000
};

/* ---- what may fail ---- */

typedef struct {
    const char *name;
    long calls[6]; /* ended by -1 */
    int errors[8]; /* ended by 0; HALF and ONE make a read or a write shorter */
} kind;

#ifdef __x86_64__
#define OLD(call) SYS_##call
#else
#define OLD(call) -2 /* newer machines lack these */
#endif

static const kind kinds[] = {
    {"open", {SYS_openat, OLD(open), -1}, {EIO, EMFILE, ENOSPC}},
    {"read", {SYS_read, SYS_pread64, -1}, {EIO, EINTR, EAGAIN, HALF, ONE}},
    {"write", {SYS_write, SYS_writev, -1}, {ENOSPC, EIO, EINTR, EAGAIN, HALF, ONE}},
    {"close", {SYS_close, -1}, {EIO, EINTR}},
    {"fsync", {SYS_fsync, SYS_fdatasync, -1}, {EIO, ENOSPC, EINTR}},
    {"rename", {SYS_renameat, SYS_renameat2, OLD(rename), -1}, {EIO, ENOSPC}},
    {"link", {SYS_linkat, -1}, {EIO, ENOSPC, EEXIST}},
    {"stat", {SYS_newfstatat, SYS_fstat, OLD(stat), OLD(lstat), SYS_statx, -1}, {EIO, EACCES}},
    {"access", {SYS_faccessat, OLD(access), OLD(readlink), SYS_readlinkat, SYS_lseek, -1}, {EIO}},
    {"mmap", {SYS_mmap, SYS_mremap, -1}, {ENOMEM}},
    {"getdents", {SYS_getdents64, -1}, {EIO}},
    {"fork", {OLD(vfork), SYS_clone, SYS_clone3, -1}, {EAGAIN, ENOMEM}},
    {"exec", {SYS_execve, -1}, {EIO, ENOMEM, EACCES}},
    {"wait", {SYS_wait4, SYS_waitid, -1}, {EINTR, ECHILD}},
    {"pipe", {SYS_pipe2, OLD(pipe), -1}, {EMFILE, ENFILE}},
    {"dup", {OLD(dup2), SYS_dup3, SYS_dup, -1}, {EINTR, EMFILE}},
    {"poll", {OLD(poll), SYS_ppoll, -1}, {EINTR, ENOMEM}},
    {"mode", {SYS_fchmod, SYS_fchown, SYS_fcntl, -1}, {EPERM}},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_of(const kind *k, long call) {
    for (const long *c = k->calls; *c != -1; c++)
        if (*c == call)
            return true;
    return false;
}

/* ---- a process's registers ---- */

typedef struct user_regs_struct registers;

static void get_registers(pid_t pid, registers *r) {
    ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS,
           &(struct iovec){.iov_base = r, .iov_len = sizeof *r});
}

static void set_registers(pid_t pid, registers *r) {
    ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS,
           &(struct iovec){.iov_base = r, .iov_len = sizeof *r});
}

/* Leaves out the call that the process is about to make. */
static void skip_call(pid_t pid, registers *r) {
#ifdef __x86_64__
    r->orig_rax = (unsigned long long)-1;
    set_registers(pid, r);
#else
    int none = -1;
    (void)r;
    ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL,
           &(struct iovec){.iov_base = &none, .iov_len = sizeof none});
#endif
}

#ifdef __x86_64__
#define RESULT rax
#define THIRD rdx
#else
#define RESULT regs[0]
#define THIRD regs[2]
#endif

/* ---- one run ---- */

typedef struct {
    char **command;
    const char *out;  /* where standard output goes */
    long *count;      /* (KINDS): counts the calls of each kind, of which none fails; or NULL */
    const kind *kind; /* of the call that fails; NULL: none */
    long nth;         /* of its kind, from 1 */
    int error;
    long malloc_nth;
    const char *library;
    long counted; /* how many of the kind there were */
    bool told;    /* the allocation has failed */
    int status;   /* as of wait */
} run;

static volatile sig_atomic_t has_ended;
static const char *volatile too_long; /* what took too long; NULL: nothing did */
static pid_t child;                   /* and the group of all that it starts */

static void give_up(int signal_number) {
    (void)signal_number;
    too_long = has_ended ? "it leaves a process running" : "it hangs";
    kill(-child, SIGKILL);
}

static int expected_status;
static bool is_launcher;  /* what the tool starts, or becomes, is left alone */
static const char *piped; /* what comes through a pipe to standard input; NULL: nothing does */

/* The end of a pipe that a process of its own fills from the file. */
static int open_piped(void) {
    char block[4096];
    int ends[2], file = open(piped, O_RDONLY);
    if (file < 0 || pipe(ends) != 0)
        _exit(126);
    if (fork() != 0) {
        close(ends[1]);
        return ends[0];
    }
    close(ends[0]);
    for (ssize_t n; (n = read(file, block, sizeof block)) > 0;)
        if (write(ends[1], block, (size_t)n) != n)
            break;
    _exit(0);
}

static void become_tool(const run *r) {
    int out = open(r->out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int errors = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int none = piped != NULL ? open_piped() : open("/dev/null", O_RDONLY),
        told = open("told", O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (out < 0 || errors < 0 || none < 0 || told < 0)
        _exit(126);
    dup2(told, 100);
    dup2(none, 0);
    dup2(out, 1);
    dup2(errors, 2);
    for (int fd = 3; fd < 20; fd++)
        close(fd);
    if (r->malloc_nth > 0) {
        char text[24];
        snprintf(text, sizeof text, "%ld", r->malloc_nth);
        setenv("FAULT_MALLOC", text, 1);
        setenv("FAULT_TOLD", "100", 1);
        setenv("FAULT_ALONE", is_launcher ? "1" : "", 1);
        setenv("LD_PRELOAD", r->library, 1);
    }
    if (setpgid(0, 0) != 0 || ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
        _exit(NOT_TRACED);
    raise(SIGSTOP);
    execv(r->command[0], r->command);
    _exit(126);
}

/* Where the loader is, whose calls are not the tool's. */
static unsigned long loader_of(pid_t pid) {
    char path[40];
    Elf64_auxv_t entry;
    unsigned long base = 0;
    snprintf(path, sizeof path, "/proc/%d/auxv", pid);
    int fd = open(path, O_RDONLY);
    while (read(fd, &entry, sizeof entry) == sizeof entry && entry.a_type != AT_NULL)
        if (entry.a_type == AT_BASE)
            base = entry.a_un.a_val;
    close(fd);
    return base;
}

/* Whether the process is another program by now than the launcher that was started. */
static bool is_other(const run *r, pid_t pid) {
    char path[40];
    struct stat program, now;
    if (!is_launcher)
        return false;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat(r->command[0], &program) != 0 || stat(path, &now) != 0 ||
           program.st_dev != now.st_dev || program.st_ino != now.st_ino;
}

/* What was changed in a thread's call, to be finished when it returns. */
typedef struct {
    pid_t pid;
    bool is_replaced, is_shortened;
    unsigned long long third;
} pending;

static void on_call(run *r, pid_t pid, unsigned long loader, pending *p) {
    struct __ptrace_syscall_info info;
    registers regs;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->pid == pid) {
        get_registers(pid, &regs);
        if (p->is_replaced)
            regs.RESULT = (unsigned long long)-(long long)r->error;
        if (p->is_shortened)
            regs.THIRD = p->third;
        set_registers(pid, &regs);
        *p = (pending){0};
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || info.instruction_pointer - loader < LOADER)
        return;
    if (info.entry.nr == SYS_write && info.entry.args[0] == STDERR_FILENO)
        return; /* the line about another fault */
    for (size_t k = 0; k < KINDS && r->count != NULL; k++)
        r->count[k] += is_of(&kinds[k], (long)info.entry.nr);
    if (r->kind == NULL || !is_of(r->kind, (long)info.entry.nr) || ++r->counted != r->nth)
        return;
    get_registers(pid, &regs);
    *p = (pending){.pid = pid, .is_replaced = r->error > 0, .third = info.entry.args[2]};
    if (r->error > 0) {
        if (info.entry.nr != SYS_close) /* Linux closes, whatever it says then */
            skip_call(pid, &regs);
    } else if (info.entry.args[2] > 1) {
        p->is_shortened = true;
        regs.THIRD = r->error == ONE ? 1 : info.entry.args[2] / 2;
        set_registers(pid, &regs);
    }
}

/* Runs the tool to its end. */
static void trace(run *r) {
    pending changed = {0};
    int status;
    r->counted = 0;
    has_ended = 0;
    too_long = NULL;
    child = fork();
    if (child == 0)
        become_tool(r);
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status))
        exit(NOT_TRACED);
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    ptrace(PTRACE_SETOPTIONS, child, 0, options);
    ptrace(PTRACE_CONT, child, 0, 0);
    unsigned long loader = 0;
    alarm(SECONDS);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
        int signal_number = 0;
        if (pid < 0)
            continue;
        if (!WIFSTOPPED(status)) {
            if (pid == child) {
                r->status = status;
                has_ended = 1;
                alarm(GRACE);
            }
            continue;
        }
        const bool is_met = !is_other(r, pid);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8) && is_met)
            loader = loader_of(pid);
        if (WSTOPSIG(status) == (SIGTRAP | 0x80) && is_met)
            on_call(r, pid, loader, &changed);
        else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP &&
                 WSTOPSIG(status) != (SIGTRAP | 0x80))
            signal_number = WSTOPSIG(status);
        const bool is_awaited =
            r->count != NULL || (r->kind != NULL && (r->counted < r->nth || changed.pid != 0));
        ptrace(loader != 0 && is_met && is_awaited ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0,
               (long)signal_number);
    }
    alarm(0);
    struct stat told;
    r->told = stat("told", &told) == 0 && told.st_size > 0;
}

/* ---- what is right ---- */

static unsigned long faults, wrong;
static char out_path[40] = "dir/out"; /* and ENDING */
static bool is_checkpoint, may_be_new;

static char *read_file(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    char *bytes = malloc(1 << 26);
    *size = fread(bytes, 1, 1 << 26, f);
    fclose(f);
    return bytes;
}

static void write_old(const char *path) {
    FILE *f = fopen(path, "w");
    if (f == NULL || fputs("old\n", f) == EOF || fclose(f) == EOF)
        exit(1);
}

static bool same_files(const char *a, const char *b) {
    size_t size_a = 0, size_b = 0;
    char *x = read_file(a, &size_a), *y = read_file(b, &size_b);
    bool same = x != NULL && y != NULL && size_a == size_b && memcmp(x, y, size_a) == 0;
    free(x);
    free(y);
    return same;
}

static int files_in(const char *folder) {
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Of a run that was not ended from here. `result` is the file of its output; is_line: it said one
 * line. */
static const char *what_is_wrong(const run *r, bool to_file, const char *result, bool is_line) {
    if (!WIFEXITED(r->status))
        return "it crashes";
    if (files_in("dir") != to_file)
        return "something is left behind";
    if (WEXITSTATUS(r->status) == expected_status &&
        (!same_files(result, to_file ? "expected-o" : "expected") ||
         (is_checkpoint && !same_files("stdout", "expected"))))
        return "the exit status of the undisturbed run with other bytes";
    if (WEXITSTATUS(r->status) > 1 && WEXITSTATUS(r->status) != expected_status)
        return "another exit status than 0 and 1";
    if (WEXITSTATUS(r->status) != 0 && !is_line)
        return "not one line on standard error";
    if (WEXITSTATUS(r->status) == 1 && to_file && !same_files(result, "old") &&
        !(may_be_new && same_files(result, "expected-o")))
        return "the old file is not what it was";
    return NULL;
}

/* What is wrong about a run; NULL: nothing. `to_file`: under -o. */
static const char *verdict(const run *r, bool to_file, const char *tool) {
    size_t size = 0;
    char *text = read_file("stderr", &size);
    const char *newline = memchr(text, '\n', size);
    const char *result = to_file ? out_path : "stdout", *complaint = too_long;
    const char *name = strncmp(text, "labpipe ", 8) == 0 ? text + 8 : text;
    const bool is_line = newline == text + size - 1 && strncmp(name, tool, strlen(tool)) == 0;
    if (complaint == NULL)
        complaint = what_is_wrong(r, to_file, result, is_line);
    if (complaint != NULL)
        fprintf(stderr, "%.*s", (int)(size < 300 ? size : 300), text);
    free(text);
    return complaint;
}

static void run_anew(run *r, bool to_file) {
    remove(out_path);
    if (to_file)
        write_old(out_path);
    trace(r);
}

/* One run with a fault, and what it left. */
static void try(run *r, bool to_file, const char *tool, const char *what, long nth) {
    run_anew(r, to_file);
    if (r->kind != NULL ? r->counted < r->nth : !r->told)
        return; /* it made no such call */
    const char *complaint = verdict(r, to_file, tool);
    faults++;
    if (complaint == NULL)
        return;
    wrong++;
    printf("FAILED: %s%s: %s %ld, %s: %s\n", tool, to_file ? " -o" : "", what, nth,
           r->error == HALF  ? "half"
           : r->error == ONE ? "one byte"
           : r->error > 0    ? strerror(r->error)
                             : "out of memory",
           complaint);
    if (system("rm -rf dir && mkdir dir") != 0)
        exit(1);
}

static bool is_tried(long nth, long count, long step) {
    return nth <= EDGE || nth > count - EDGE || nth % step == 0;
}

/* The next allocation to fail. How many there are is only known when none has failed. */
static long next_allocation(long nth, long step) {
    const long left_out = nth <= EDGE ? 0 : step > 1 ? nth : nth > MANY ? nth / 50 : 0;
    return nth + 1 + left_out;
}

static void inject(char **command, bool to_file, const char *library, long step) {
    const char *slash = strrchr(command[0], '/'), *tool = slash != NULL ? slash + 1 : command[0];
    long count[KINDS] = {0};
    run counting = {.command = command, .out = "stdout", .count = count};
    run_anew(&counting, to_file);
    for (size_t k = 0; k < KINDS; k++)
        for (long nth = 1; nth <= count[k]; nth++)
            for (const int *error = kinds[k].errors; *error != 0 && is_tried(nth, count[k], step);
                 error++) {
                run r = {.command = command,
                         .out = "stdout",
                         .kind = &kinds[k],
                         .nth = nth,
                         .error = *error};
                try(&r, to_file, tool, kinds[k].name, nth);
            }
    run r = {.command = command, .out = "stdout", .library = library, .told = true};
    for (long nth = 1; library != NULL && r.told; nth = next_allocation(nth, step)) {
        r.malloc_nth = nth;
        try(&r, to_file, tool, "malloc", nth);
    }
}

static void undisturbed(char **command, const char *out) {
    run r = {.command = command, .out = out};
    trace(&r);
    if (WIFEXITED(r.status) && WEXITSTATUS(r.status) == expected_status)
        return;
    printf("FAILED: %s: status %d undisturbed\n", command[0], r.status);
    exit(1);
}

/* The same with -o, or with --checkpoint. */
static bool inject_with_o(char **argv, size_t argc, const char *library, long step) {
    char **with_o = calloc(argc + 3, sizeof *with_o);
    memcpy(with_o, argv, argc * sizeof *argv);
    with_o[argc] = is_checkpoint ? "--checkpoint" : "-o";
    with_o[argc + 1] = out_path;
    /* Nearly always the same as before: replay -o keeps something else. */
    undisturbed(with_o, "expected");
    if (rename(out_path, "expected-o") != 0)
        return printf("FAILED: %s: no %s undisturbed\n", argv[0], out_path), false;
    inject(with_o, true, library, step);
    free(with_o);
    return true;
}

int main(int argc, char **argv) {
    const char *library = NULL;
    long step = 1;
    bool is_for_o = false, is_for_stdout = false; /* alone */
    for (int option; (option = getopt(argc, argv, "+s:m:p:e:x:cnlt")) != -1;)
        switch (option) {
        case 's':
            step = atol(optarg);
            break;
        case 'm':
            library = optarg;
            break;
        case 'p':
            piped = optarg;
            break;
        case 'e':
            snprintf(out_path, sizeof out_path, "dir/out%s", optarg);
            is_for_o = true;
            break;
        case 'x':
            expected_status = atoi(optarg);
            break;
        case 'c':
            is_for_o = is_checkpoint = may_be_new = true;
            break;
        case 'l':
            is_launcher = true;
            break;
        case 't':
            is_for_stdout = true;
            break;
        case 'n':
            may_be_new = true;
            break;
        default:
            return 2;
        }
    argc -= optind;
    argv += optind;
    if (argc == 0)
        return 2;
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = give_up}, NULL);
    if (system("rm -rf dir && mkdir dir") != 0)
        return 1;
    write_old("old");
    if (!is_for_o) {
        undisturbed(argv, "expected");
        inject(argv, false, library, step);
    }
    if (!is_for_stdout && !inject_with_o(argv, (size_t)argc, library, step))
        return 1;
    const char *slash = strrchr(argv[0], '/');
    printf("%s: %lu faults, %lu wrong\n", slash != NULL ? slash + 1 : argv[0], faults, wrong);
    return wrong > 0;
}

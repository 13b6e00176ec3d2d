/* The progress line: its rate, times and bytes, in a log and on a terminal. Each test is a process
 * of its own, whose standard error is read. */
#include "check.h"
#include "cli/state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const lp_tool tool = {.name = "some-tool"};

static void pass_seconds(double seconds) {
    const struct timespec t = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    nanosleep(&t, NULL);
}

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Runs it with `errors` as its standard error, and reads what comes out at `from`. */
static void run(void (*work)(void), int errors, int from, char *text, size_t size) {
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        dup2(errors, STDERR_FILENO);
        lp_now.tool = &tool;
        work();
        exit(0);
    }
    close(errors);
    size_t used = 0;
    for (ssize_t n; used < size - 1 && (n = read(from, text + used, size - 1 - used)) > 0;)
        used += (size_t)n;
    text[used] = '\0';
    close(from);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void log_of(void (*work)(void), char *text, size_t size) {
    int fd[2];
    if (pipe(fd) != 0)
        abort();
    run(work, fd[1], fd[0], text, size);
}

/* Two steps a second, some 20,000 s of them and then some 100 s. */
static void steps(void) {
    lp_now.common.progress = true;
    lp_progress p = {.unit = "step", .total = 40000, .figure = {{"loss", 0.25}}};
    lp_tool_progress(&p);
    pass_seconds(1.1);
    p.done = 2.2;
    lp_tool_progress(&p);
    pass_seconds(1.1);
    p.done = 4.4;
    p.total = 204.4;
    p.in_parts = true;
    lp_tool_progress(&p);
    lp_progress_end();
}

static void rates_and_times(void) {
    char text[1000] = "";
    double rate[2], hours, minutes, whole_minutes, seconds;
    log_of(steps, text, sizeof text);
    const int read =
        sscanf(text,
               "labpipe some-tool: step 2 of 40000, loss 0.25, %lf steps/s, %lf h %lf min left\n"
               "labpipe some-tool: step 4.40 of 204, loss 0.25, %lf steps/s, %lf min %lf s left",
               &rate[0], &hours, &minutes, &rate[1], &whole_minutes, &seconds);
    CHECK(read == 6);
    if (read != 6)
        return;
    /* A machine that is busy makes a pause longer, never shorter. */
    CHECK(rate[0] > 0 && rate[0] <= 2.05 && rate[1] > 0 && rate[1] <= 2.05);
    CHECK_RELATIVE(3600 * hours + 60 * minutes, (40000 - 2.2) / rate[0], 0.02);
    CHECK_RELATIVE(60 * whole_minutes + seconds, 200 / rate[1], 0.02);
}

static void read_bytes(void) {
    static const double at[][2] = {{512e3, 0}, {9.96e6, 12.3e6}, {1.5e9, 3e12}, {5e15, 0}};
    lp_now.common.progress = true;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        lp_progress_of_reading((size_t)at[i][0] - 1, (size_t)at[i][1]);
        pass_seconds(1.1);
        lp_progress_of_reading((size_t)at[i][0], (size_t)at[i][1]);
    }
    lp_progress_of_reading(5, 5);
}

static void bytes(void) {
    char text[1000] = "";
    log_of(read_bytes, text, sizeof text);
    CHECK_HOLDS(text, "labpipe some-tool: reading, 512 kB\n");
    CHECK_HOLDS(text, "labpipe some-tool: reading, 10 MB of 12 MB\n");
    CHECK_HOLDS(text, "labpipe some-tool: reading, 1.5 GB of 3.0 TB\n");
    CHECK_HOLDS(text, "labpipe some-tool: reading, 5000 TB\n");
}

/* Each checkpoint is a file of its own, which has to take a second before it is shown. */
static void write_two_files(void) {
    lp_now.common.progress = true;
    lp_progress_bytes(LP_PROGRESS_WRITING, 1000, 0);
    pass_seconds(1.1);
    lp_progress_bytes(LP_PROGRESS_WRITING, 2000000, 0);
    pass_seconds(0.6);
    const double began = seconds_now();
    lp_progress_bytes(LP_PROGRESS_WRITING, 3000, 0);
    pass_seconds(0.6);
    if (seconds_now() - began < 0.9) /* unless the machine is busy */
        lp_progress_bytes(LP_PROGRESS_WRITING, 4000000, 0);
    pass_seconds(0.6);
    lp_progress_bytes(LP_PROGRESS_WRITING, 5000000, 0);
}

static void two_files(void) {
    char text[1000] = "";
    log_of(write_two_files, text, sizeof text);
    CHECK_TEXT(text, "labpipe some-tool: writing, 2.0 MB\nlabpipe some-tool: writing, 5.0 MB\n");
}

static void narrow(void) {
    lp_progress p = {.unit = "epoch", .total = 9, .done = 1, .figure = {{"a long name", 1}}};
    lp_tool_progress(&p);
    pass_seconds(0.4);
    lp_tool_progress(&p);
    lp_progress_end();
}

static void one_line_of_a_terminal(void) {
    char text[1000] = "";
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        check_skip("no pseudo-terminals");
        return;
    }
    const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    const struct winsize size = {.ws_row = 5, .ws_col = 30};
    CHECK(slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0);
    run(narrow, slave, master, text, sizeof text);
    CHECK_TEXT(text, "\rlabpipe some-tool: epoch 1 of\033[K\r\033[K"); /* 29 of 30 columns */
}

int main(void) {
    return check_main("progress", (check_test[]){
                                      {"rates, and the time that is left", rates_and_times},
                                      {"bytes, in their units", bytes},
                                      {"bytes of one file after the other", two_files},
                                      {"one line of a terminal", one_line_of_a_terminal},
                                      {0},
                                  });
}

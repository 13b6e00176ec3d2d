/* How far a tool is, on standard error: a line that overwrites itself where that is a terminal,
 * else, under --progress, whole lines for a log; nothing under --quiet. The time alone decides when
 * a line is due, five a second on a terminal and one in a log, so that a long step and a short one
 * are shown alike; and the time decides nothing else. */
#ifndef LP_CLI_PROGRESS_H
#define LP_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

enum { LP_PROGRESS_FIGURES = 3 };

typedef struct {
    const char *unit;   /* what is counted: "epoch", "step" */
    double done, total; /* units, the one under way by its share */
    bool in_parts;      /* units have shares */
    struct {
        const char *name; /* NULL behind the last: "loss" */
        double value;
    } figure[LP_PROGRESS_FIGURES];
} lp_progress;

/* To be told after every step, however short: "epoch 2.45 of 10, loss 0.3121, val accuracy 0.9124,
 * 1.2 epochs/s, 7 s left". The rate is that of all steps since the first call. */
void lp_tool_progress(const lp_progress *p);

/* ---- used inside this room ---- */

typedef enum { LP_PROGRESS_READING, LP_PROGRESS_WRITING } lp_progress_verb;

/* Bytes that were read or written, of `total` or, with 0, nobody knows how many: shown from a
 * second after the first call on. */
void lp_progress_bytes(lp_progress_verb verb, size_t done, size_t total);
void lp_progress_of_reading(size_t done, size_t total);

/* Removes the line, if there is one on a terminal. */
void lp_progress_clear(void);

/* The same at the tool's end; a log gets how far the work came, if no line said so. */
void lp_progress_end(void);

#endif

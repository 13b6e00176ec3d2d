/* Text that came from outside, made safe to print for people. */
#ifndef LP_BASE_PRINTABLE_H
#define LP_BASE_PRINTABLE_H

#include "base/memory.h"

/* Replaces, in place, each character that can act on a terminal or mislead a reader by '?', and
 * returns the text: control characters of one byte and of two (U+0080 to U+009F), ESC, tabs and
 * line breaks among them; marks that turn the direction of the text around them, line separators,
 * tags and noncharacters; invalid UTF-8. Every other character stays: the result is one line that
 * shows what it holds. It is for what people read: tables, summaries, error lines. Data stays as it
 * is, unless it goes to a terminal (cli/descriptor.c). */
char *lp_printable(char *text);

/* Appends the text so changed. */
void lp_buffer_append_printable(lp_buffer *b, const char *text);

/* The columns of a text on a terminal, roughly: its characters, in UTF-8. */
int lp_text_columns(const char *text);

#endif

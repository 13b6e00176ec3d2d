/* HTML in a buffer. Text from a file is data: it is escaped, and what acts on a terminal or turns
 * the direction of a line is shown as '?' (base/printable.h). Used inside this room only. */
#ifndef LP_PAGE_HTML_H
#define LP_PAGE_HTML_H

#include "base/memory.h"

#include <stddef.h>

/* Appends text, for between tags and for within double quotes. */
void lp_html_text(lp_buffer *b, const char *text);

/* The same, but line breaks and tabs stay, for <pre>; only the first `size` bytes. */
void lp_html_code(lp_buffer *b, const char *text, size_t size);

/* Appends <TAG>text</TAG>; `tag` may have attributes. */
void lp_html_element(lp_buffer *b, const char *tag, const char *text);

/* Appends a number to six digits; a dash for NaN. */
void lp_html_number(lp_buffer *b, double value);

/* Appends bytes as base64 (RFC 4648). */
void lp_html_base64(lp_buffer *b, const void *bytes, size_t size);

/* Appends a picture whose bytes are in the page. `type`: "image/png", "image/svg+xml". `kind`,
 * classes of page/style.h: "plot" is black on white, and is turned round where the page is dark,
 * "broad" is scrolled on a phone; or "". */
void lp_html_picture(lp_buffer *b, const char *type, const void *bytes, size_t size,
                     const char *caption, const char *kind);

/* Appends a table of tab-separated values, the first line its head. A line "\tnote\tTEXT" becomes a
 * paragraph below it, as pipelines/table.awk has it. */
void lp_html_table(lp_buffer *b, const char *tsv, size_t size);

#endif

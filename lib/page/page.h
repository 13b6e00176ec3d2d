/* A report: runs as one self-contained page of HTML. Nothing in it comes from elsewhere, nothing in
 * it acts (its Content-Security-Policy allows the page's own style and script by their SHA-256 and
 * pictures that are part of it), and the same files give the same bytes. */
#ifndef LP_PAGE_PAGE_H
#define LP_PAGE_PAGE_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"

#include <stddef.h>

typedef struct {
    const char *path, *name, *about; /* about: a line of text, or NULL; all borrowed */
    lp_stream *stream;               /* borrowed; NULL: `path` is a folder */
} lp_page_item;

/* Appends the page: first the streams, their parameters that differ and their curves together, then
 * each by itself; then a section for each folder, with
 *     its tables, as pipelines/table.awk reads them: table.tsv and table-NAME.tsv, or else *.tsv
 *     its pictures, *.png, made smaller where they are large
 *     its streams, *.npz and *.npy, as one table
 * in the order of their names. Refused: no item; a folder with none of these; a file in one that
 * cannot be read. */
int lp_page_write(lp_buffer *b, const char *title, size_t items, const lp_page_item *item,
                  lp_error *e);

#endif

#include "io/archive.h"

#include "io/crc32.h"
#include "io/zip.h"

#include <zlib.h>

enum {
    ALIGNMENT = 64,    /* of every stored array's elements, from the archive's start */
    CHUNK = 4 << 20,   /* mapped pages are released after so many bytes are written */
    DEFLATED = 1 << 18 /* room for deflated bytes, made as often as needed */
};

int lp_archive_write_bytes(lp_archive_writer *w, const void *bytes, size_t size, lp_error *e) {
    if (size > 0 && fwrite(bytes, 1, size, w->out) != size)
        return lp_fail_errno(e, "writing the stream");
    w->at += size;
    return 0;
}

/* A run of bytes to be written: where they lie, or, where `bytes` is NULL, in pieces. source is set
 * where they are mapped from a file, and a whole member. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
    const lp_source *source;
    size_t offset;
    lp_archive_piece *piece;
    void *context;
} run;

/* Bytes of a run that are there together. */
typedef struct {
    const void *bytes;
    size_t size;
} stretch;

/* *s = the next bytes of a run, after `done`; *crc goes on with them, unless it is NULL. */
static int next(const run *r, size_t done, stretch *s, uint32_t *crc, lp_error *e) {
    if (r->piece == NULL) {
        s->bytes = r->size > 0 ? r->bytes + done : NULL;
        s->size = r->size - done < CHUNK ? r->size - done : CHUNK;
    } else if (r->piece(r->context, done, &s->bytes, &s->size, e)) {
        return -1;
    }
    if (crc != NULL)
        *crc = lp_crc32(*crc, s->bytes, s->size);
    return 0;
}

/* A file may be overwritten after its CRC-32 was checked: *crc becomes that of what was written. */
static int write_run(lp_archive_writer *w, const run *r, uint32_t *crc, lp_error *e) {
    stretch s;
    for (size_t done = 0; done < r->size; done += s.size) {
        if (next(r, done, &s, crc, e) || lp_archive_write_bytes(w, s.bytes, s.size, e))
            return -1;
        if (r->source != NULL && s.size == CHUNK)
            lp_source_release(r->source, r->offset + done, r->offset + done + s.size);
    }
    return 0;
}

/* Appends the deflated bytes of a run, the last one of its member or not. zlib's level 6. */
static int deflate_run(z_stream *z, const run *r, bool last, lp_buffer *packed, uint32_t *crc,
                       lp_error *e) {
    size_t done = 0;
    int status = Z_OK;
    do {
        stretch s = {0};
        if (done < r->size && next(r, done, &s, crc, e))
            return -1;
        bool is_end = last && done + s.size == r->size;
        z->next_in = (unsigned char *)(uintptr_t)s.bytes;
        z->avail_in = (uInt)s.size;
        do {
            lp_buffer_reserve(packed, DEFLATED);
            z->next_out = (unsigned char *)packed->data + packed->size;
            z->avail_out = DEFLATED;
            status = deflate(z, is_end ? Z_FINISH : Z_NO_FLUSH);
            packed->size += DEFLATED - z->avail_out;
        } while (z->avail_out == 0);
        if (status == Z_STREAM_ERROR)
            return lp_fail(e, "writing the stream: zlib failed");
        done += s.size;
    } while (done < r->size);
    return 0;
}

static int deflate_runs(const run *runs, size_t n, lp_buffer *packed, uint32_t *crc, lp_error *e) {
    LP_CLEANUP(deflateEnd) z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return lp_fail(e, "writing the stream: zlib could not be started");
    for (size_t i = 0; i < n; i++)
        if (deflate_run(&z, &runs[i], i == n - 1, packed, crc, e))
            return -1;
    return 0;
}

/* Writes the local header of a member, and puts it into the directory. */
static int write_local(lp_archive_writer *w, const char *name, const char *ending,
                       lp_zip_entry entry, size_t header_size, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer file_name = {0}, local = {0};
    lp_buffer_printf(&file_name, "%s%s", name, ending);
    entry.name = file_name.data;
    entry.name_size = file_name.size;
    entry.offset = w->at;
    lp_zip_append_local(&local, &entry, header_size, ALIGNMENT);
    lp_zip_append_central(&w->central, &entry);
    w->count++;
    w->crc32 = entry.crc;
    return lp_archive_write_bytes(w, local.data, local.size, e);
}

/* Writes one member that consists of n runs, header_size bytes of which are the .npy's header. Its
 * name ends in `ending`; `entry` has its flags and its CRC-32, which is checked where the last run
 * may have changed since. */
static int write_runs(lp_archive_writer *w, const char *name, const char *ending,
                      lp_zip_entry entry, size_t header_size, const run *runs, size_t n,
                      lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer packed = {0};
    const bool is_checked = runs[n - 1].source != NULL || runs[n - 1].piece != NULL;
    uint32_t crc = 0, *summed = is_checked ? &crc : NULL;
    for (size_t i = 0; i < n; i++)
        entry.size += runs[i].size;
    if (w->compress && deflate_runs(runs, n, &packed, summed, e))
        return -1;
    entry.method = w->compress ? LP_ZIP_DEFLATED : LP_ZIP_STORED;
    entry.packed_size = w->compress ? packed.size : entry.size;
    if (write_local(w, name, ending, entry, header_size, e) ||
        lp_archive_write_bytes(w, packed.data, packed.size, e))
        return -1;
    for (size_t i = 0; !w->compress && i < n; i++)
        if (write_run(w, &runs[i], summed, e))
            return -1;
    if (is_checked && crc != entry.crc)
        return lp_fail(e, "writing the stream: an input file was changed while it was being read");
    return 0;
}

int lp_archive_write(lp_archive_writer *w, const char *name, const lp_tensor *t, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer header = {0};
    lp_npy_append_header(&header, t->type, t->ndim, t->shape);
    const run runs[] = {{.bytes = (unsigned char *)header.data, .size = header.size},
                        {.bytes = t->data, .size = t->count * t->type.size}};
    uint32_t crc = lp_crc32(0, header.data, header.size);
    crc = lp_crc32(crc, t->data, runs[1].size);
    return write_runs(w, name, ".npy", (lp_zip_entry){.crc = crc}, header.size, runs, 2, e);
}

int lp_archive_write_pieces(lp_archive_writer *w, const char *name, const lp_tensor *t,
                            uint32_t crc, lp_archive_piece *piece, void *context, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer header = {0};
    lp_npy_append_header(&header, t->type, t->ndim, t->shape);
    const run runs[] = {
        {.bytes = (unsigned char *)header.data, .size = header.size},
        {.size = t->count * t->type.size, .piece = piece, .context = context},
    };
    return write_runs(w, name, ".npy", (lp_zip_entry){.crc = crc}, header.size, runs, 2, e);
}

int lp_archive_write_member(lp_archive_writer *w, const char *name, const lp_member *m,
                            lp_error *e) {
    const bool is_mapped = m->source != NULL && m->source->is_mapped;
    const run whole = {.bytes = lp_member_bytes(m),
                       .size = m->size,
                       .source = is_mapped ? m->source : NULL,
                       .offset = m->offset};
    const lp_zip_entry entry = {.flags = m->flags & LP_ZIP_UTF8_NAME, .crc = m->crc};
    return write_runs(w, name, m->ending, entry, m->npy.header_size, &whole, 1, e);
}

int lp_archive_write_stated(lp_archive_writer *w, const char *name, const lp_member *m,
                            uint32_t crc, lp_error *e) {
    const lp_zip_entry entry = {.flags = m->flags & LP_ZIP_UTF8_NAME,
                                .method = LP_ZIP_STORED,
                                .crc = crc,
                                .size = m->size,
                                .packed_size = m->size};
    return write_local(w, name, m->ending, entry, m->npy.header_size, e);
}

int lp_archive_write_end(lp_archive_writer *w, lp_error *e) {
    lp_zip_append_end(&w->central, &(lp_zip_totals){w->count, w->at, w->central.size});
    return lp_archive_write_bytes(w, w->central.data, w->central.size, e);
}

void lp_archive_writer_free(lp_archive_writer *w) {
    lp_buffer_free(&w->central);
}

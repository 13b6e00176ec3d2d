/* The tensor stream: what is read, what is refused and with which words, what is written. Archives
 * of other programs come from zip_builder.h, record by record. Every input is read twice, mapped
 * from a file and through a pipe. */
#include "check.h"
#include "zip_builder.h"

#include "base/memory.h"
#include "io/archive.h"
#include "io/recipe.h"
#include "io/stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static lp_error e;

typedef enum { MAPPED, PIPED } way;

/* Reads bytes as one input: a file in memory, or a pipe that a child fills. */
static lp_stream *read_bytes(const void *bytes, size_t size, way how) {
    char path[40];
    int fd[2] = {-1, -1};
    pid_t child = 0;
    if (how == MAPPED) {
        fd[0] = memfd_create("stream", 0);
        if (fd[0] < 0 || write(fd[0], bytes, size) != (ssize_t)size)
            abort();
    } else {
        if (pipe(fd) != 0)
            abort();
        if (size <= 65536) { /* what a pipe holds at the least */
            if (write(fd[1], bytes, size) != (ssize_t)size)
                abort();
        } else if ((child = fork()) == 0) {
            for (size_t done = 0; done < size;) {
                ssize_t n = write(fd[1], (const char *)bytes + done, size - done);
                if (n < 0)
                    _exit(1);
                done += (size_t)n;
            }
            _exit(0);
        }
        close(fd[1]);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd[0]);
    lp_stream *s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
    close(fd[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return s;
}

static bool same_streams(lp_stream *a, lp_stream *b) {
    if (lp_stream_count(a) != lp_stream_count(b))
        return false;
    for (size_t i = 0; i < lp_stream_count(a); i++) {
        const char *name = lp_stream_name(a, i);
        if (strcmp(name, lp_stream_name(b, i)) != 0)
            return false;
        const lp_tensor *x = lp_stream_get(a, name, &e), *y = lp_stream_get(b, name, &e);
        if (x == NULL || y == NULL || !lp_type_is(x->type, y->type) || x->ndim != y->ndim ||
            memcmp(x->shape, y->shape, sizeof x->shape) != 0 ||
            (x->count > 0 && memcmp(x->data, y->data, x->count * x->type.size) != 0))
            return false;
    }
    return true;
}

static lp_buffer written(lp_stream *s, bool compress) {
    lp_buffer b = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(lp_stream_write(s, out, compress, &e) == 0);
    fclose(out);
    build_bytes(&b, text, size);
    free(text);
    return b;
}

static const char f8_2[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
static const double two[] = {1.5, -2};

/* An .npy of two doubles. */
static lp_buffer npy_two(void) {
    lp_buffer b = {0};
    build_npy(&b, f8_2, two, sizeof two);
    return b;
}

static lp_buffer npy_text(const char *dictionary, const void *data, size_t size) {
    lp_buffer b = {0};
    build_npy(&b, dictionary, data, size);
    return b;
}

/* x (f8), names (S) and a recipe, as labpipe writes them. */
static lp_stream *small_stream(void) {
    lp_stream *s = lp_stream_new();
    lp_tensor x = lp_tensor_vector(LP_F8, 2);
    memcpy(x.data, two, sizeof two);
    lp_stream_put(s, "x", &x);
    lp_stream_put_text(s, "n", "ab");
    lp_stream_set_recipe(s, "gen-two --seed 7");
    return s;
}

/* ---- the set ---- */

static void put_get_drop_rename(void) {
    lp_stream *s = lp_stream_new();
    CHECK(lp_stream_count(s) == 0 && lp_stream_archives(s) == 0);
    CHECK_TEXT(lp_stream_recipe(s), "");
    CHECK(lp_stream_get(s, "x", &e) == NULL);
    CHECK_TEXT(e.text, "there is no tensor 'x' in the stream (it is empty)");
    for (int i = 0; i < 5000; i++) {
        char name[20];
        snprintf(name, sizeof name, "t%d", i);
        lp_stream_put_number(s, name, i);
    }
    lp_stream_put_number(s, "t7", 70); /* in its place */
    CHECK(lp_stream_count(s) == 5000);
    CHECK_TEXT(lp_stream_name(s, 7), "t7");
    CHECK(lp_stream_rename(s, "t8", "eight", &e) == 0);
    CHECK_TEXT(lp_stream_name(s, 8), "eight");
    CHECK(!lp_stream_has(s, "t8") && lp_stream_has(s, "eight"));
    CHECK(lp_stream_rename(s, "t9", "t9", &e) == 0);
    for (int i = 0; i < 5000; i += 2) {
        char name[20];
        snprintf(name, sizeof name, "t%d", i);
        lp_stream_drop(s, name);
    }
    lp_stream_drop(s, "nothing");
    CHECK(lp_stream_count(s) == 2501); /* the odd ones, and eight */
    unsigned wrong = 0;
    for (int i = 0; i < 5000; i++) {
        char name[20];
        snprintf(name, sizeof name, "t%d", i);
        const lp_tensor *t = i % 2 ? lp_stream_get(s, name, &e) : NULL;
        wrong += lp_stream_has(s, name) != (i % 2 == 1);
        wrong += i % 2 && (t == NULL || *(double *)t->data != (i == 7 ? 70 : i));
    }
    CHECK(wrong == 0);
    CHECK(lp_stream_rename(s, "t1", "t3", &e) == -1);
    CHECK_TEXT(e.text, "renaming 't1': there is a tensor 't3' already (drop it first)");
    CHECK(lp_stream_rename(s, "t1", "a b", &e) == -1);
    CHECK_HOLDS(e.text, "renaming 't1': tensor 'a b': it is not a valid tensor name");
    CHECK(lp_stream_rename(s, "t2", "z", &e) == -1);
    CHECK_HOLDS(e.text, "there is no tensor 't2' in the stream (it holds t1, t3, ");
    CHECK_HOLDS(e.text, " more)");
    lp_stream_free(s);
}

static void names(void) {
    static const char *const good[] = {"x", "layer1.weight", "a/b", "A-Z_0+9", ".x", "a.b.c"};
    static const char *const bad[] = {"",    "/x",   "..", "a..b", "../x",
                                      "a b", "a\\b", "é",  "a:b",  "a\n"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(lp_stream_name_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!lp_stream_name_is_valid(bad[i]));
}

static void converted(void) {
    lp_stream *s = small_stream();
    lp_tensor t;
    CHECK(lp_stream_get_as(s, "x", LP_F4, &t, &e) == 0);
    CHECK(lp_type_is(t.type, LP_F4) && ((float *)t.data)[1] == -2.0f);
    lp_tensor_free(&t);
    CHECK(lp_stream_get_as(s, "x", LP_I8, &t, &e) == -1);
    CHECK_HOLDS(e.text, "tensor 'x': ");
    CHECK(lp_stream_get_as(s, "y", LP_I8, &t, &e) == -1);
    lp_stream_free(s);
}

/* ---- what is written ---- */

static void strict_profile(void) {
    lp_stream *s = small_stream();
    lp_buffer b = written(s, false), again;
    const unsigned char *p = (unsigned char *)b.data;
    /* x: header 30 + 5, 29 of padding, .npy at 64 and its data at 192; n: local header at 208. */
    CHECK(memcmp(p, "PK\3\4\12\0\0\0\0\0\0\0\41\0", 14) == 0);
    CHECK(memcmp(p + 64, "\x93NUMPY\1\0\x76\0{'descr': '<f8', ", 27) == 0);
    CHECK(memcmp(p + 192, two, 16) == 0);
    CHECK(memcmp(p + 208, "PK\3\4", 4) == 0 && memcmp(p + 238, "n.npy", 5) == 0);
    CHECK(memcmp(p + 320 + 64, "a\0\0\0b\0\0\0", 8) == 0); /* 384 is a multiple of 64 */
    CHECK(crc32(0, p + 64, 144) == (p[14] | p[15] << 8 | p[16] << 16 | (unsigned long)p[17] << 24));
    CHECK(memcmp(p + b.size - 22, "PK\5\6\0\0\0\0\4\0\4\0", 12) == 0);
    for (int how = MAPPED; how <= PIPED; how++)
        for (int compress = 0; compress < 2; compress++) {
            lp_buffer first = written(s, compress);
            lp_stream *r = read_bytes(first.data, first.size, (way)how);
            CHECK(r != NULL && same_streams(s, r));
            CHECK_TEXT(lp_stream_recipe(r), "gen-two --seed 7");
            CHECK(lp_stream_archives(r) == 1);
            again = written(r, compress); /* passed through, byte for byte */
            CHECK(again.size == first.size && memcmp(again.data, first.data, first.size) == 0);
            lp_buffer_free(&again);
            again = written(r, false);
            CHECK(again.size == b.size && memcmp(again.data, b.data, b.size) == 0);
            lp_buffer_free(&again);
            lp_buffer_free(&first);
            lp_stream_free(r);
        }
    lp_buffer_free(&b);
    lp_stream_free(s);
}

/* 65,536 members need ZIP64's end records. */
static void many_members(void) {
    lp_stream *s = lp_stream_new();
    unsigned wrong = 0;
    for (unsigned i = 0; i < 65536; i++) {
        char name[20];
        lp_tensor t;
        snprintf(name, sizeof name, "%u", i);
        t = lp_tensor_zeros(LP_U1, 0, NULL);
        *(unsigned char *)t.data = (unsigned char)i;
        lp_stream_put(s, name, &t);
    }
    lp_buffer b = written(s, false);
    CHECK(memcmp(b.data + b.size - 98, "PK\6\6", 4) == 0);
    CHECK(memcmp(b.data + b.size - 22, "PK\5\6\0\0\0\0\xff\xff\xff\xff", 12) == 0);
    for (int how = MAPPED; how <= PIPED; how++) {
        lp_stream *r = read_bytes(b.data, b.size, (way)how);
        CHECK(r != NULL && same_streams(s, r));
        lp_stream_free(r);
    }
    CHECK(wrong == 0);
    lp_buffer_free(&b);
    lp_stream_free(s);
}

/* A member keeps its own .npy, whatever it looks like, and its data are aligned all the same. */
static void passed_through_byte_for_byte(void) {
    static const short data[6] = {0x0100, 0x0400, 0x0200, 0x0500, 0x0300, 0x0600};
    lp_buffer npy = npy_text("{'descr':'>i2','shape':(2L,3L),'fortran_order':True}", data, 12);
    lp_buffer archive = {0};
    build_archive(
        &archive,
        &(build_member){.name = "odd.npy", .data = npy.data, .size = npy.size, .descriptor = 8}, 1,
        false, NULL);
    for (int how = MAPPED; how <= PIPED; how++) {
        lp_stream *s = read_bytes(archive.data, archive.size, (way)how);
        CHECK(s != NULL);
        const lp_tensor *t = lp_stream_get(s, "odd", &e);
        CHECK(t != NULL && t->ndim == 2 && t->shape[0] == 2 && t->shape[1] == 3);
        for (short i = 0; t != NULL && i < 6; i++)
            CHECK(((short *)t->data)[i] == i + 1);
        lp_tensor described;
        CHECK(lp_stream_describe(s, "odd", &described) &&
              lp_type_is(described.type, (lp_type){'i', 2}));
        lp_buffer b = written(s, false);
        const char *at = memmem(b.data, b.size, "\x93NUMPY", 6);
        CHECK(at != NULL && memcmp(at, npy.data, npy.size) == 0);
        CHECK((size_t)(at - b.data + (long)npy.size - 12) % 64 == 0);
        lp_buffer_free(&b);
        lp_stream_free(s);
    }
    lp_buffer_free(&archive);
    lp_buffer_free(&npy);
}

/* ---- what is read ---- */

static void every_framing(void) {
    static const char padding[] = "\x35\xd9\x0a\0\x40\0\0\0\0\0\0\0\0\0"; /* 0xd935 */
    lp_buffer npy = npy_two();
    const build_member rows[] = {
        {.deflate = false},
        {.deflate = true},
        {.zip64 = true},
        {.zip64 = true, .deflate = true},
        {.descriptor = 4},
        {.descriptor = 4, .no_signature = true},
        {.descriptor = 8},
        {.descriptor = 8, .no_signature = true},
        {.descriptor = 8, .zip64 = true}, /* NumPy, to a pipe */
        {.descriptor = 4, .deflate = true},
        {.descriptor = 4, .deflate = true, .no_signature = true},
        {.descriptor = 8, .deflate = true, .zip64 = true},
        {.extra = padding, .extra_size = 14},
        {.extra = "\0\0\0", .extra_size = 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int variant = 0; variant < 4; variant++) {
            build_member members[2] = {rows[i], rows[i]};
            members[0].name = "x.npy";
            members[1].name = "dir/y.npy";
            members[0].data = members[1].data = npy.data;
            members[0].size = members[1].size = npy.size;
            lp_buffer b = {0};
            build_archive(&b, members, 2, variant & 1, variant & 1 ? "a comment" : NULL);
            lp_stream *s = read_bytes(b.data, b.size, variant & 2 ? PIPED : MAPPED);
            CHECK(s != NULL && lp_stream_count(s) == 2);
            if (s == NULL) {
                printf("row %zu, variant %d: %s\n", i, variant, e.text);
                continue;
            }
            CHECK_TEXT(lp_stream_name(s, 0), "x");
            CHECK_TEXT(lp_stream_name(s, 1), "dir/y");
            for (size_t k = 0; k < 2; k++) {
                const lp_tensor *t = lp_stream_get(s, lp_stream_name(s, k), &e);
                CHECK(t != NULL && memcmp(t->data, two, sizeof two) == 0);
            }
            lp_stream_free(s);
            lp_buffer_free(&b);
        }
    lp_buffer_free(&npy);
    for (int how = MAPPED; how <= PIPED; how++) { /* numpy.savez without arrays */
        lp_stream *s = read_bytes("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, (way)how);
        CHECK(s != NULL && lp_stream_count(s) == 0);
        lp_stream_free(s);
    }
}

/* A later assignment takes the place of an earlier one of the same name. */
static void several_archives(void) {
    lp_buffer b = {0};
    static const char *const order[][2] = {{"a.npy", "b.npy"}, {"b.npy", "c.npy"}};
    for (int k = 0; k < 2; k++) {
        lp_buffer npy[2] = {npy_two(), npy_two()};
        build_member members[2];
        for (int i = 0; i < 2; i++) {
            const double value = 10 * k + i;
            memcpy(npy[i].data + npy[i].size - 8, &value, 8);
            members[i] =
                (build_member){.name = order[k][i], .data = npy[i].data, .size = npy[i].size};
        }
        build_archive(&b, members, 2, false, NULL);
        lp_buffer_free(&npy[0]);
        lp_buffer_free(&npy[1]);
    }
    for (int how = MAPPED; how <= PIPED; how++) {
        static const double expected[] = {0, 10, 11};
        lp_stream *s = read_bytes(b.data, b.size, (way)how);
        CHECK(s != NULL && lp_stream_count(s) == 3 && lp_stream_archives(s) == 2);
        for (size_t i = 0; s != NULL && i < 3; i++) {
            CHECK_TEXT(lp_stream_name(s, i), ((const char *[]){"a", "b", "c"})[i]);
            const lp_tensor *t = lp_stream_get(s, lp_stream_name(s, i), &e);
            CHECK(t != NULL && ((double *)t->data)[1] == expected[i]);
        }
        lp_stream_free(s);
    }
    lp_buffer_free(&b);
}

static void bare_arrays(void) {
    static const struct {
        const char *file, *name;
    } rows[] = {
        {"points.npy", "points"}, {"x_train.npy", "x_train"}, {"a.b.npy", "a.b"}, {"a b.npy", "x"},
        {"recipe.npy", "x"},      {"plain", "plain"},         {".npy", "x"},      {"-o.npy", "-o"}};
    char folder[] = "/tmp/labpipe-XXXXXX";
    lp_buffer npy = npy_two();
    CHECK(mkdtemp(folder) != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", folder, rows[i].file);
        FILE *f = fopen(path, "wb");
        CHECK(f != NULL && fwrite(npy.data, 1, npy.size, f) == npy.size && fclose(f) == 0);
        lp_stream *s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
        CHECK(s != NULL && lp_stream_count(s) == 1);
        if (s != NULL)
            CHECK_TEXT(lp_stream_name(s, 0), rows[i].name);
        const lp_tensor *t = s ? lp_stream_get(s, rows[i].name, &e) : NULL;
        CHECK(t != NULL && memcmp(t->data, two, sizeof two) == 0);
        lp_buffer b = written(s, false);
        lp_stream *r = read_bytes(b.data, b.size, PIPED);
        CHECK(r != NULL && same_streams(s, r)); /* its CRC was computed */
        lp_buffer_free(&b);
        lp_stream_free(r);
        lp_stream_free(s);
        unlink(path);
    }
    rmdir(folder);
    for (int how = MAPPED; how <= PIPED; how++)
        for (size_t size = 1; size < npy.size; size++)
            CHECK(read_bytes(npy.data, size, (way)how) == NULL);
    CHECK_HOLDS(e.text, "it is cut short: it ends at byte 95 of at least 96");
    build_put(&npy, 0, 1);
    CHECK(read_bytes(npy.data, npy.size, MAPPED) == NULL);
    CHECK_HOLDS(e.text, "f8 of shape (2,) takes 96 bytes, more follow");
    CHECK(read_bytes(npy.data, npy.size, PIPED) == NULL);
    lp_buffer_free(&npy);
}

static bool is_even(const char *name, const void *calls) {
    ++*(size_t *)(uintptr_t)calls;
    return (name[strlen(name) - 1] - '0') % 2 == 0;
}

/* Seconds to drop half of n tensors. */
static double drop_half(size_t n) {
    lp_stream *s = lp_stream_new();
    for (size_t i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "t%zu", i);
        lp_stream_put_number(s, name, 0);
    }
    size_t calls = 0;
    clock_t start = clock();
    lp_stream_filter(s, is_even, &calls);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    CHECK(calls == n && lp_stream_count(s) == n / 2);
    CHECK(atol(lp_stream_name(s, n / 4) + 1) == (long)n / 2);
    lp_stream_free(s);
    return seconds;
}

/* Ten times the tensors take about ten times as long; moving the rest at each drop takes a hundred
 * times. */
static void linear_drops(void) {
    double few = drop_half(20000), many = drop_half(200000);
    CHECK(many < 50 * (few + 0.001));
}

static void refused(const void *bytes, size_t size, const char *message) {
    for (int how = MAPPED; how <= PIPED; how++) {
        e.text[0] = '\0';
        lp_stream *s = read_bytes(bytes, size, (way)how);
        CHECK(s == NULL && e.status == LP_FAILED);
        CHECK_HOLDS(e.text, "reading /proc/self/fd/");
        CHECK_HOLDS(e.text, message);
        lp_stream_free(s);
    }
}

/* ---- members that are not tensors ---- */

enum { FOREIGN = 7 };

/* The members of an archive that was written, against what was given. */
static void check_members(lp_buffer b, const build_member *given) {
    lp_source source = {.data = (unsigned char *)b.data, .size = b.size, .ended = true, .fd = -1};
    lp_members members = {0};
    size_t at = 0;
    CHECK(lp_archive_read(&source, &at, &members, &e) == 0 && members.count == FOREIGN);
    for (size_t i = 0; i < members.count && i < FOREIGN; i++) {
        const lp_member *m = &members.item[i];
        char name[40];
        snprintf(name, sizeof name, "%s%s", m->name, m->ending);
        CHECK_TEXT(name, given[i].name);
        CHECK(m->size == given[i].size &&
              (m->size == 0 || memcmp(lp_member_bytes(m), given[i].data, m->size) == 0));
    }
    lp_members_free(&members);
    lp_buffer_free(&b);
}

static void check_foreign(lp_stream *s, const build_member *given) {
    static const char *const reasons[FOREIGN] = {
        NULL,
        "it is an object array: a pickle, which is never executed (save it as numbers or strings)",
        "it is a structured array (save its fields one by one)",
        "its element type '<c16' is not one of",
        "it is not a valid tensor name",
        "it is not an array (its name does not end in .npy)",
        "it is a directory, not an array"};
    static const char *const names[FOREIGN] = {"x",       "object",     "structured", "complex",
                                               "b c.npy", "readme.txt", "dir/"};
    CHECK(lp_stream_count(s) == FOREIGN);
    for (size_t i = 0; i < FOREIGN; i++) {
        size_t size;
        lp_tensor t;
        const char *name = lp_stream_name(s, i), *reason = lp_stream_foreign(s, i, &size);
        CHECK_TEXT(name, names[i]);
        CHECK((reason == NULL) == (reasons[i] == NULL) && size == given[i].size);
        CHECK(lp_stream_has(s, name) && lp_stream_describe(s, name, &t) == (reason == NULL));
        CHECK((lp_stream_get(s, name, &e) != NULL) == (reason == NULL));
        if (reason == NULL)
            continue;
        CHECK_HOLDS(reason, reasons[i]);
        CHECK_HOLDS(e.text, reason);
        CHECK_HOLDS(e.text, "' is not a tensor: ");
    }
    lp_stream_set_recipe(s, "");
    check_members(written(s, false), given);
    check_members(written(s, true), given);
}

/* In every framing, of known and of unknown size, they are left alone and passed on. */
/* The records that only an archive of so many members has. */
static void damaged_zip64(void) {
    static const struct {
        size_t from_end;
        unsigned char flip;
        const char *message;
    } rows[] = {
        {98 - 32, 1, "the end record says that the number of members is 65537, but it is 65536"},
        {42, 1, "the ZIP64 locator is missing (it is damaged)"},
        {42 - 8, 1, "says that the ZIP64 end record's offset is"}};
    lp_stream *s = lp_stream_new();
    for (unsigned i = 0; i < 65536; i++) {
        char name[20];
        snprintf(name, sizeof name, "%u", i);
        lp_tensor t = lp_tensor_zeros(LP_U1, 0, NULL);
        lp_stream_put(s, name, &t);
    }
    lp_buffer b = written(s, false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        b.data[b.size - rows[i].from_end] ^= (char)rows[i].flip;
        refused(b.data, b.size, rows[i].message);
        b.data[b.size - rows[i].from_end] ^= (char)rows[i].flip;
    }
    static const size_t cuts[] = {97, 43, 40, 22, 10};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        refused(b.data, b.size - cuts[i], "it is cut short");
    lp_buffer_free(&b);
    lp_stream_free(s);
}

static void foreign_members(void) {
    /* What looks like a descriptor is none unless CRC-32 and size fit. */
    static const char text[] = "hello PK\7\10 PK\7\10\0\0\0\0\12\0\0\0\12\0\0\0 PKPK\7 world\n";
    lp_buffer npy[] = {
        npy_two(),
        npy_text("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", text, sizeof text),
        npy_text("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }", two, 16),
        npy_text("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", two, 16)};
    build_member given[FOREIGN] = {
        {.name = "x.npy", .data = npy[0].data, .size = npy[0].size},
        {.name = "object.npy", .data = npy[1].data, .size = npy[1].size},
        {.name = "structured.npy", .data = npy[2].data, .size = npy[2].size},
        {.name = "complex.npy", .data = npy[3].data, .size = npy[3].size},
        {.name = "b c.npy", .data = npy[0].data, .size = npy[0].size},
        {.name = "readme.txt", .data = text, .size = sizeof text},
        {.name = "dir/", .data = "", .size = 0}};
    for (int form = 0; form < 16; form++) {
        lp_buffer b = {0};
        for (size_t i = 0; i < FOREIGN; i++) {
            given[i].deflate = form & 1;
            given[i].descriptor = (const int[]){0, 4, 8, 8}[form >> 1 & 3];
            given[i].zip64 = given[i].descriptor == 8;
            given[i].tells_size = (form & 8) != 0;
        }
        build_archive(&b, given, FOREIGN, false, NULL);
        for (int how = MAPPED; how <= PIPED; how++) {
            lp_stream *s = read_bytes(b.data, b.size, (way)how);
            CHECK(s != NULL);
            if (s != NULL)
                check_foreign(s, given);
            lp_stream_free(s);
        }
        lp_buffer_free(&b);
    }
    for (size_t i = 0; i < sizeof npy / sizeof npy[0]; i++)
        lp_buffer_free(&npy[i]);
}

/* A foreign member is sound too, or the archive is refused. */
static void damaged_foreign(void) {
    static char zeros[100000];
    static const char object[] = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
    lp_buffer npy = npy_text(object, zeros, 100), b = {0};
    const build_member readme = {.name = "a.txt", .data = "hello", .size = 5};
    build_archive(&b, &readme, 1, false, NULL);
    b.data[35]++; /* behind a header of 30 bytes and a name of 5 */
    refused(b.data, b.size, "member 'a.txt': its CRC-32 is ");
    lp_buffer_free(&b);
    const build_member bomb = {
        .name = "a.txt", .data = zeros, .size = sizeof zeros, .deflate = true};
    build_archive(&b, &bomb, 1, false, NULL);
    memcpy(b.data + 22, "\0\1\0\0", 4);
    refused(b.data, b.size, "member 'a.txt': its deflated data hold more than 256 bytes");
    lp_buffer_free(&b);
    const build_member pickle = {
        .name = "x.npy", .data = npy.data, .size = npy.size, .descriptor = 4};
    build_archive(&b, &pickle, 1, false, NULL);
    b.data[35 + npy.size - 1]++;
    refused(b.data, b.size, "it is cut short");
    lp_buffer_free(&b);
    const build_member twice[2] = {readme, readme};
    build_archive(&b, twice, 2, false, NULL);
    refused(b.data, b.size, "member 'a.txt' occurs twice");
    lp_buffer_free(&b);
    lp_buffer_free(&npy);
}

/* A tensor and a file may be called alike; what is renamed has to be a tensor's name. */
static void alike_names(void) {
    size_t size;
    lp_buffer npy = npy_two(), b = {0};
    const build_member members[2] = {{.name = "a.txt", .data = "hello", .size = 5},
                                     {.name = "a.txt.npy", .data = npy.data, .size = npy.size}};
    build_archive(&b, members, 2, false, NULL);
    lp_stream *s = read_bytes(b.data, b.size, PIPED);
    CHECK(lp_stream_count(s) == 2 && lp_stream_get(s, "a.txt", &e) != NULL);
    CHECK(lp_stream_foreign(s, 0, &size) != NULL && size == 5);
    CHECK(lp_stream_rename(s, "a.txt", "x", &e) == 0 && lp_stream_get(s, "x", &e) != NULL);
    CHECK(lp_stream_rename(s, "a.txt", "y", &e) == -1);
    CHECK_HOLDS(e.text, "renaming 'a.txt': it is not an array");
    lp_stream_put_number(s, "a.txt", 1);
    CHECK(lp_stream_count(s) == 3 && lp_stream_get(s, "a.txt", &e) != NULL);
    lp_stream_drop(s, "a.txt");
    CHECK(lp_stream_count(s) == 1 && !lp_stream_has(s, "a.txt"));
    lp_stream_free(s);
    lp_buffer_free(&b);
    lp_buffer_free(&npy);
}

/* ---- what is refused ---- */

static void refused_inputs(void) {
    refused("", 0, "it is empty");
    refused("\1\2\3\4\5", 5, "it is not a tensor stream (an .npz archive or an .npy array)");
    refused("hello, world\n", 13,
            "it is text, not a tensor stream (labpipe from-csv makes one of a table)");
    refused("\x1f\x8b\b\0\0", 5, "it is gzipped, not a tensor stream (gunzip it first)");
    refused("\x89PNG\r\n", 6,
            "it is a picture, not a tensor stream (labpipe from-images makes one)");
    refused("P", 1, "it is cut short: it ends at byte 1 of at least 4");
    CHECK(lp_stream_read(&(lp_input){.path = "/"}, 1, &e) == NULL);
    CHECK_TEXT(e.text, "reading /: it is a directory");
    CHECK(lp_stream_read(&(lp_input){.path = "no/such/file.npz"}, 1, &e) == NULL);
    CHECK_TEXT(e.text, "reading no/such/file.npz: it cannot be opened: No such file or directory");
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        check_skip("no pseudo-terminal can be had");
        return;
    }
    CHECK(lp_stream_read(&(lp_input){.path = ptsname(terminal)}, 1, &e) == NULL);
    CHECK_HOLDS(e.text, "it is a terminal (name a file, or pipe something in)");
    close(terminal);
}

/* A sound archive of two members, then one field of one record is overwritten. */
static void refused_records(void) {
    static const struct {
        const char *record; /* the last of these bytes in the archive, */
        size_t at;          /* this far from them */
        const char *bytes;
        size_t size;
        const char *message;
    } rows[] = {
        {"PK\3\4", 6, "\1", 1, "member 'b.b.npy': it is encrypted"},
        {"PK\3\4", 6, "\x41", 1, "member 'b.b.npy': it is encrypted"},
        {"PK\3\4", 7, "\x20", 1, "member 'b.b.npy': it is encrypted"},
        {"PK\3\4", 6, "\x10", 1, "member 'b.b.npy': its flags 0x0010 are unknown"},
        {"PK\3\4", 8, "\14", 1, "it is packed by method 12"},
        {"PK\3\4", 8, "\11", 1, "it is packed by method 9"},
        {"PK\3\4", 8, "\10", 1, "it is 6 bytes long, too short for an array"},
        {"PK\3\4", 14, "\0\0\0\0", 4, "member 'b.b.npy': its CRC-32 is "},
        {"PK\3\4", 18, "\x61", 1, "it is stored, but its two sizes differ"},
        {"PK\3\4", 18, "\x61\0\0\0\x61", 5, "f8 of shape (2,) takes 96 bytes, the archive has 97"},
        {"PK\3\4", 18, "\x5f\0\0\0\x5f", 5, "f8 of shape (2,) takes 96 bytes, the archive has 95"},
        {"PK\3\4", 18, "\13\0\0\0\13", 5, "it is 11 bytes long, too short for an array"},
        {"PK\3\4", 18, "\40\0\0\0\40", 5, "its header says that it is 80 bytes long, the archive"},
        {"PK\3\4", 18, "\xff\xff\xff\xff", 4, "its ZIP64 extra field is missing"},
        {"PK\3\4", 30, "/", 1, "gives member '/.b.npy' another name"},
        {"PK\3\4", 31, "..", 2, "gives member 'b...npy' another name"},
        {"PK\3\4", 30, " ", 1, "gives member ' .b.npy' another name"},
        {"PK\3\4", 30, "\x1b", 1, "gives member '?.b.npy' another name"},
        {"PK\3\4", 36, "/", 1, "gives member 'b.b.np/' another name"},
        {"PK\3\4", 36, "z", 1, "gives member 'b.b.npz' another name"},
        {"PK\3\4", 32, "\0", 1, "its name is empty or holds a NUL byte"},
        {"PK\3\4", 0, "PK\3\5", 4, "neither a member nor the archive's end (it is damaged)"},
        {"PK\1\2", 8, "\6", 1,
         "member 'b.b.npy': the central directory and its own header disagree"},
        {"PK\1\2", 8, "\1", 1, "member 'b.b.npy': it is encrypted"},
        {"PK\1\2", 10, "\10", 1, "disagree"},
        {"PK\1\2", 16, "\0\0\0\0", 4, "disagree"},
        {"PK\1\2", 20, "\x61", 1, "disagree"},
        {"PK\1\2", 24, "\x61", 1, "disagree"},
        {"PK\1\2", 34, "\1", 1, "it is on another disk of a split archive"},
        {"PK\1\2", 42, "\1", 1, "where no member begins"},
        {"PK\1\2", 42, "\0\0", 2, "the central directory lists it twice"},
        {"PK\1\2", 46, "c", 1,
         "member 'c.b.npy': the central directory gives member 'b.b.npy' another name"},
        {"PK\1\2", 0, "PK\5\6", 4, "the central directory lists 1 members of 2"},
        {"PK\5\6", 4, "\1", 1, "it is a split archive"},
        {"PK\5\6", 6, "\1", 1, "it is a split archive"},
        {"PK\5\6", 8, "\3", 1, "says that the number of members is 3, but it is 2"},
        {"PK\5\6", 10, "\3", 1, "says that the number of members is 3, but it is 2"},
        {"PK\5\6", 12, "\1", 1, "says that the central directory's size is 1, but it is "},
        {"PK\5\6", 16, "\1", 1, "says that the central directory's offset is "},
        {"PK\5\6", 20, "\1", 1, "it is cut short"},
        {"PK\5\6", 0, "PK\5\7", 4, "the archive's end record is missing"},
        {"\x93NUMPY", 0, "X", 1, "member 'b.b.npy': it is not an .npy array"},
        {"\x93NUMPY", 6, "\4", 1, "NPY format 4.0 is unknown"},
    };
    lp_buffer npy = npy_two();
    const build_member members[2] = {{.name = "aaa.npy", .data = npy.data, .size = npy.size},
                                     {.name = "b.b.npy", .data = npy.data, .size = npy.size}};
    lp_buffer b = {0};
    build_archive(&b, members, 2, false, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer broken = {0};
        build_bytes(&broken, b.data, b.size);
        char *at = NULL, *next = broken.data;
        while ((next = memmem(next, broken.size - (size_t)(next - broken.data), rows[i].record,
                              strlen(rows[i].record))) != NULL)
            at = next++;
        CHECK(at != NULL);
        memcpy(at + rows[i].at, rows[i].bytes, rows[i].size);
        refused(broken.data, broken.size, rows[i].message);
        lp_buffer_free(&broken);
    }
    lp_buffer_free(&b);
    build_archive(&b, members, 2, false, NULL);
    build_bytes(&b, "\n", 1);
    refused(b.data, b.size, "it is cut short"); /* a newline could begin nothing */
    build_bytes(&b, "more", 4);
    refused(b.data, b.size, "what follows the archive is not an archive");
    lp_buffer_free(&b);
    lp_buffer_free(&npy);
}

/* One member, or two, that are wrong in themselves. */
static void refused_members(void) {
    lp_buffer npy = npy_two(), b = {0};
    lp_buffer longer = npy_text(f8_2, "0123456789abcdefg", 17);
    lp_buffer shorter = npy_text(f8_2, "0123456789abcde", 15);
    lp_buffer huge =
        npy_text("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", two, 8);
    static char zeros[100000];
    lp_buffer bomb = npy_text(f8_2, zeros, sizeof zeros);
    const struct {
        build_member first, second;
        const char *message;
    } rows[] = {
        {{.data = npy.data, .size = npy.size},
         {.name = "x.npy", .data = npy.data, .size = npy.size},
         "member 'x.npy' occurs twice"},
        {{.data = longer.data, .size = longer.size},
         {0},
         "member 'x.npy': f8 of shape (2,) takes 96 bytes, the archive has 97"},
        {{.data = shorter.data, .size = shorter.size},
         {0},
         "member 'x.npy': f8 of shape (2,) takes 96 bytes, the archive has 95"},
        {{.data = longer.data, .size = longer.size, .deflate = true},
         {0},
         "member 'x.npy': f8 of shape (2,) takes 96 bytes, its deflated data hold more"},
        {{.data = shorter.data, .size = shorter.size, .deflate = true},
         {0},
         "member 'x.npy': f8 of shape (2,) takes 96 bytes, its deflated data hold fewer"},
        {{.data = longer.data, .size = longer.size, .descriptor = 4},
         {0},
         "its data descriptor gives another CRC-32 or size"},
        {{.data = longer.data, .size = longer.size, .descriptor = 4, .deflate = true},
         {0},
         "its deflated data hold more"},
        {{.data = bomb.data, .size = bomb.size, .deflate = true},
         {0},
         "its deflated data hold more"},
        {{.data = npy.data, .size = npy.size, .deflate = true, .packed_more = -1, .trailing = 1},
         {0},
         "neither a member nor the archive's end"},
        {{.data = npy.data, .size = npy.size, .deflate = true, .trailing = 3},
         {0},
         "3 bytes of its deflated data are left over"},
        {{.data = npy.data, .size = npy.size, .deflate = true, .packed_more = -1},
         {0},
         "its deflated data end too early"},
        {{.data = "\x93NUMPY\1\0", .size = 8, .deflate = true}, {0}, "too short for an array"},
        {{.data = npy.data, .size = 40, .deflate = true}, {0}, "its header is cut short"},
        {{.data = huge.data, .size = huge.size}, {0}, "takes 8000000000"},
        {{.data = huge.data, .size = huge.size, .descriptor = 8}, {0}, "it is cut short"},
        {{.data = huge.data, .size = huge.size, .deflate = true}, {0}, "deflated data hold fewer"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        build_member members[2] = {rows[i].first, rows[i].second};
        members[0].name = "x.npy";
        build_archive(&b, members, rows[i].second.name ? 2 : 1, false, NULL);
        refused(b.data, b.size, rows[i].message);
        lp_buffer_free(&b);
    }
    lp_buffer *all[] = {&npy, &longer, &shorter, &huge, &bomb};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        lp_buffer_free(all[i]);
}

static void refused_recipes(void) {
    static const struct {
        const char *dictionary, *data;
        size_t size;
        const char *message;
    } rows[] = {
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (), }", "01234567", 8,
         "member 'recipe.npy': the recipe is not one string"},
        {"{'descr': '|S3', 'fortran_order': False, 'shape': (2,), }", "abcdef", 6,
         "the recipe is not one string"},
        {"{'descr': '|S4', 'fortran_order': False, 'shape': (), }", "a\x1b[m", 4,
         "the recipe holds control characters"},
        {"{'descr': '|S4', 'fortran_order': False, 'shape': (), }", "a\rbc", 4,
         "the recipe holds control characters"},
        {"{'descr': '|S3', 'fortran_order': False, 'shape': (), }", "a\xc2\x9b", 3,
         "the recipe holds control characters"},
        {"{'descr': '|S3', 'fortran_order': False, 'shape': (), }", "a\0b", 3,
         "the recipe holds control characters"},
        {"{'descr': '<U1', 'fortran_order': False, 'shape': (), }", "\0\0\x11\0", 4, "code point"},
        {"{'descr': '<U1', 'fortran_order': False, 'shape': (), }", "\x1b\0\0\0", 4,
         "the recipe holds control characters"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer npy = npy_text(rows[i].dictionary, rows[i].data, rows[i].size), b = {0};
        build_archive(&b, &(build_member){.name = "recipe.npy", .data = npy.data, .size = npy.size},
                      1, false, NULL);
        refused(b.data, b.size, rows[i].message);
        lp_buffer_free(&b);
        lp_buffer_free(&npy);
    }
    lp_buffer npy = npy_text("{'descr': '|S1', 'fortran_order': False, 'shape': (), }", "a", 1);
    const build_member twice[2] = {{.name = "recipe.npy", .data = npy.data, .size = npy.size},
                                   {.name = "recipe.npy", .data = npy.data, .size = npy.size}};
    lp_buffer b = {0};
    build_archive(&b, twice, 2, false, NULL);
    refused(b.data, b.size, "member 'recipe.npy' occurs twice");
    lp_buffer_free(&b);
    lp_buffer_free(&npy);
    npy = npy_text("{'descr': '<U6', 'fortran_order': False, 'shape': (1,), }",
                   "g\0\0\0\t\0\0\0\xe9\0\0\0\n\0\0\0\0\0\0\0\0\0\0\0", 24);
    build_archive(&b, &(build_member){.name = "recipe.npy", .data = npy.data, .size = npy.size}, 1,
                  false, NULL);
    lp_stream *s = read_bytes(b.data, b.size, PIPED);
    CHECK(s != NULL && lp_stream_count(s) == 0);
    if (s != NULL)
        CHECK_TEXT(lp_stream_recipe(s), "g\t\xc3\xa9\n");
    lp_stream_free(s);
    lp_buffer_free(&b);
    lp_buffer_free(&npy);
}

/* ---- cut at every length, each bit flipped ---- */

static void broken_everywhere(const char *bytes, size_t size) {
    lp_stream *sound = read_bytes(bytes, size, MAPPED);
    unsigned accepted_cuts = 0, silent = 0, unnamed = 0, harmless = 0;
    CHECK(sound != NULL);
    char *copy = malloc(size);
    memcpy(copy, bytes, size);
    for (int how = MAPPED; how <= PIPED; how++) {
        for (size_t cut = 0; cut < size; cut++) {
            e.text[0] = '\0';
            lp_stream *s = read_bytes(bytes, cut, (way)how);
            accepted_cuts += s != NULL;
            unnamed += s == NULL && e.text[0] == '\0';
            lp_stream_free(s);
        }
        for (size_t bit = 0; bit < 8 * size; bit++) {
            copy[bit / 8] ^= (char)(1 << bit % 8);
            e.text[0] = '\0';
            lp_stream *s = read_bytes(copy, size, (way)how);
            copy[bit / 8] ^= (char)(1 << bit % 8);
            unnamed += s == NULL && e.text[0] == '\0';
            harmless += s != NULL;
            silent += s != NULL && (!same_streams(sound, s) ||
                                    strcmp(lp_stream_recipe(sound), lp_stream_recipe(s)) != 0);
            lp_stream_free(s);
        }
    }
    CHECK(accepted_cuts == 0);
    CHECK(silent == 0);
    CHECK(unnamed == 0);
    /* Times, attributes, versions, padding: less than half of the bits may be without meaning. */
    CHECK(harmless < 8 * size);
    free(copy);
    lp_stream_free(sound);
}

static void broken_stored(void) {
    lp_stream *s = small_stream();
    lp_buffer b = written(s, false);
    broken_everywhere(b.data, b.size);
    lp_buffer_free(&b);
    lp_stream_free(s);
}

static void broken_deflated(void) {
    lp_stream *s = small_stream();
    lp_buffer b = written(s, true);
    broken_everywhere(b.data, b.size);
    lp_buffer_free(&b);
    lp_stream_free(s);
}

/* As NumPy writes to a pipe, stored and deflated, and to a file. */
static void broken_foreign(void) {
    static const build_member rows[] = {{.descriptor = 8, .zip64 = true},
                                        {.descriptor = 8, .zip64 = true, .deflate = true},
                                        {.zip64 = true}};
    lp_buffer npy = npy_two();
    lp_buffer text = npy_text("{'descr': '|S1', 'fortran_order': False, 'shape': (), }", "r", 1);
    for (size_t i = 0; i < 3; i++) {
        build_member members[2] = {rows[i], rows[i]};
        members[0].name = "x.npy";
        members[0].data = npy.data;
        members[0].size = npy.size;
        members[1].name = "recipe.npy";
        members[1].data = text.data;
        members[1].size = text.size;
        lp_buffer b = {0};
        build_archive(&b, members, 2, false, NULL);
        broken_everywhere(b.data, b.size);
        lp_buffer_free(&b);
    }
    lp_buffer_free(&npy);
    lp_buffer_free(&text);
}

/* ---- recipes ---- */

/* Files of one folder, as inputs by relative paths: "plain.npz" has no recipe, "a.npz" and "b.npz"
 * have, "two.npz" holds b.npz and plain.npz. */
static void recipes(void) {
    char folder[] = "/tmp/labpipe-XXXXXX", here[4096];
    CHECK(mkdtemp(folder) != NULL && getcwd(here, sizeof here) != NULL && chdir(folder) == 0);
    lp_buffer npy = npy_two(), plain = {0}, two_archives = {0};
    build_archive(&plain, &(build_member){.name = "p.npy", .data = npy.data, .size = npy.size}, 1,
                  false, NULL);
    lp_stream *s = small_stream();
    lp_stream_set_recipe(s, "gen-a");
    lp_buffer a = written(s, false);
    lp_stream_set_recipe(s, "gen-b | tool");
    lp_buffer b = written(s, false);
    lp_stream_free(s);
    build_bytes(&two_archives, b.data, b.size);
    build_bytes(&two_archives, plain.data, plain.size);
    const struct {
        const char *path;
        const lp_buffer *bytes;
    } files[] = {{"plain.npz", &plain},      {"a.npz", &a},    {"b.npz", &b},
                 {"two.npz", &two_archives}, {"-odd", &plain}, {"word", &plain},
                 {"con\x07trol", &plain}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *f = fopen(files[i].path, "wb");
        CHECK(f &&
              fwrite(files[i].bytes->data, 1, files[i].bytes->size, f) == files[i].bytes->size);
        fclose(f);
    }
    char pipe_path[40];
    int fd[2];
    const uint32_t crc = (uint32_t)crc32(0, (unsigned char *)plain.data, (uInt)plain.size);
    const uint32_t crc_two =
        (uint32_t)crc32(0, (unsigned char *)two_archives.data, (uInt)two_archives.size);
    static const struct {
        const char *inputs[3];
        const char *operands, *recipe; /* #: the CRC-32 of plain, @: of two.npz */
    } rows[] = {
        {{"a.npz"}, "", "gen-a | labpipe t --k 1"},
        {{"a.npz"}, "'*'", "gen-a | labpipe t --k 1 '*'"},
        {{"a.npz", "b.npz"}, "", "cat <(gen-a) <(gen-b | tool) | labpipe t --k 1"},
        {{"plain.npz"}, "", "labpipe t --crc32 # --k 1 plain.npz"},
        {{"plain.npz"}, "'*'", "labpipe t --crc32 # --k 1 '*' plain.npz"},
        {{"-odd"}, "", "labpipe t --crc32 # --k 1 ./-odd"},
        {{"word"}, "", "labpipe t --crc32 # --k 1 word"},
        {{"word"}, "'*'", "labpipe t --crc32 # --k 1 '*' ./word"},
        {{"plain.npz", "b.npz"},
         "",
         "cat <(labpipe pick --crc32 # '*' plain.npz) <(gen-b | tool) | labpipe t --k 1"},
        {{"word", "a.npz"},
         "",
         "cat <(labpipe pick --crc32 # '*' ./word) <(gen-a) | labpipe t --k 1"},
        {{"two.npz"}, "", "labpipe t --crc32 @ --k 1 two.npz"},
        {{"a.npz", "two.npz"},
         "",
         "cat <(gen-a) <(labpipe pick --crc32 @ '*' two.npz) | labpipe t --k 1"},
        {{"con\x07trol"},
         "",
         "not-replayable 'a file whose name holds control characters came without a recipe' | "
         "labpipe "
         "t --k 1"},
        {{"|"}, "", "not-replayable 'a pipe came without a recipe' | labpipe t --k 1"},
        {{"a.npz", "|"},
         "",
         "cat <(gen-a) <(not-replayable 'a pipe came without a recipe') | labpipe t --k 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_input inputs[3] = {{0}};
        size_t n = 0;
        for (; n < 3 && rows[i].inputs[n] != NULL; n++) {
            inputs[n].path = rows[i].inputs[n];
            if (strcmp(inputs[n].path, "|") == 0) {
                CHECK(pipe(fd) == 0 && write(fd[1], plain.data, plain.size) == (ssize_t)plain.size);
                close(fd[1]);
                snprintf(pipe_path, sizeof pipe_path, "/proc/self/fd/%d", fd[0]);
                inputs[n].path = pipe_path;
            }
        }
        char expected[400];
        size_t used = 0;
        for (const char *p = rows[i].recipe; *p != '\0'; p++)
            used += (size_t)snprintf(expected + used, sizeof expected - used,
                                     *p == '#' || *p == '@' ? "%08x" : "%c",
                                     *p == '#'   ? crc
                                     : *p == '@' ? crc_two
                                                 : (unsigned)*p);
        s = lp_stream_read(inputs, n, &e);
        CHECK(s != NULL);
        if (s != NULL) {
            lp_stream_continue_recipe(s, "t", "--k 1", rows[i].operands);
            CHECK_TEXT(lp_stream_recipe(s), expected);
        }
        lp_stream_free(s);
    }
    s = lp_stream_read(&(lp_input){.path = "plain.npz"}, 1, &e);
    CHECK_TEXT(lp_stream_recipe(s), ""); /* nothing yet */
    lp_stream_free(s);
    s = lp_stream_new();
    lp_stream_continue_recipe(s, "gen", "", "");
    CHECK_TEXT(lp_stream_recipe(s), "labpipe gen");
    lp_stream_continue_recipe(s, "t", "", "a b");
    CHECK_TEXT(lp_stream_recipe(s), "labpipe gen | labpipe t a b");
    lp_stream_free(s);
    s = lp_stream_read(&(lp_input){"plain.npz", true, crc, NULL}, 1, &e);
    CHECK(s != NULL);
    lp_stream_free(s);
    CHECK(lp_stream_read(&(lp_input){"plain.npz", true, crc + 1, NULL}, 1, &e) == NULL);
    CHECK_HOLDS(e.text, "reading plain.npz: its CRC-32 is ");
    CHECK_HOLDS(e.text, " as --crc32 says (it is not the file");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i].path);
    CHECK(chdir(here) == 0 && rmdir(folder) == 0);
    lp_buffer *all[] = {&npy, &plain, &two_archives, &a, &b};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        lp_buffer_free(all[i]);
}

/* A pipe that brings more than it is given room for at first, and does so in small pieces. */
static void long_pipe(void) {
    lp_stream *s = lp_stream_new();
    lp_tensor t = lp_tensor_vector(LP_F8, 700000);
    for (size_t i = 0; i < t.count; i++)
        ((double *)t.data)[i] = (double)i;
    lp_stream_put(s, "long", &t);
    lp_stream_put_text(s, "end", "z");
    for (int compress = 0; compress < 2; compress++) {
        lp_buffer b = written(s, compress);
        lp_stream *r = read_bytes(b.data, b.size, PIPED);
        CHECK(r != NULL && same_streams(s, r));
        lp_stream_free(r);
        r = read_bytes(b.data, b.size, MAPPED);
        CHECK(r != NULL && same_streams(s, r));
        lp_stream_free(r);
        b.data[b.size / 2] ^= 4;
        refused(b.data, b.size, "member 'long.npy': ");
        lp_buffer_free(&b);
    }
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"tensors are put, got, dropped and renamed", put_get_drop_rename},
        {"names of tensors", names},
        {"a tensor can be had as another type", converted},
        {"what is written is the strict profile, and passes through unchanged", strict_profile},
        {"65,536 members", many_members},
        {"their records damaged", damaged_zip64},
        {"foreign members pass through byte for byte", passed_through_byte_for_byte},
        {"every framing that other programs write", every_framing},
        {"several archives one behind the other", several_archives},
        {"bare .npy files", bare_arrays},
        {"members that are not tensors are left alone and passed on", foreign_members},
        {"a member that is not a tensor is sound, or refused", damaged_foreign},
        {"a tensor and a file may have one name", alike_names},
        {"dropping takes linear time", linear_drops},
        {"inputs that are no streams", refused_inputs},
        {"records with a wrong field", refused_records},
        {"members that are wrong", refused_members},
        {"recipes that are wrong", refused_recipes},
        {"a stored stream cut at every length, each bit flipped", broken_stored},
        {"a deflated stream likewise", broken_deflated},
        {"NumPy's streams likewise", broken_foreign},
        {"recipes of what was read", recipes},
        {"streams longer than a pipe's first room", long_pipe},
        {0},
    };
    return check_main("stream", tests);
}

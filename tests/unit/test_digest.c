/* Digests: SHA-256s known from FIPS 180-4 and hashlib over NumPy's arrays, the text, and which
 * streams a digest tells from those that it was made for. */
#include "check.h"

#include "io/digest.h"
#include "io/npy.h"
#include "io/recipe.h"
#include "io/stream.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void known(void) {
    CHECK_TEXT(lp_sha256_of("abc", 3).hex,
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_TEXT(lp_sha256_of("", 0).hex,
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /* sha256(f"{a.dtype.str} {a.shape}\n".encode() + a.tobytes()) */
    double six[] = {0, 1, 2, 3, 4, 5};
    lp_tensor t = lp_tensor_over(six, LP_F8, 2, (size_t[]){2, 3});
    CHECK_TEXT(lp_sha256_of_tensor(&t).hex,
               "8abbe99d3b581dbf630954228725b9bbe647cc69cf2c7d59d9832f4d5cac0007");
    t = lp_tensor_text("h\xc3\xa9\xc3\xa9");
    CHECK_TEXT(lp_sha256_of_tensor(&t).hex,
               "41222a91d1ecccc28d368f6bd112ccfafb38430acf909fda0c9a1f29cd9c9d44");
    lp_tensor_free(&t);
    t = lp_tensor_over(six, LP_U1, 2, (size_t[]){0, 3});
    CHECK_TEXT(lp_sha256_of_tensor(&t).hex,
               "90478e86db2045d15113313e7e286311aabc0f160df3a0052b764c97901117a3");
}

/* The same array, however it is stored. */
static void layouts(void) {
    const double c_order[] = {0, 1, 2, 3, 4, 5}, fortran[] = {0, 3, 1, 4, 2, 5};
    double swapped[6];
    memcpy(swapped, fortran, sizeof swapped);
    lp_swap_bytes(swapped, 6, 8);
    const uint16_t halves[] = {0x3c00, 0x4000}, big_halves[] = {0x003c, 0x0040};
    const struct {
        lp_npy npy;
        const void *data;
        const char *sha256;
    } rows[] = {
        {{.type = LP_F8, .ndim = 2, .shape = {2, 3}, .count = 6, .data_size = 48},
         c_order,
         "8abbe99d3b581dbf630954228725b9bbe647cc69cf2c7d59d9832f4d5cac0007"},
        {{.type = LP_F8,
          .is_fortran = true,
          .ndim = 2,
          .shape = {2, 3},
          .count = 6,
          .data_size = 48},
         fortran,
         "8abbe99d3b581dbf630954228725b9bbe647cc69cf2c7d59d9832f4d5cac0007"},
        {{.type = LP_F8,
          .is_fortran = true,
          .is_big_endian = true,
          .ndim = 2,
          .shape = {2, 3},
          .count = 6,
          .data_size = 48},
         swapped,
         "8abbe99d3b581dbf630954228725b9bbe647cc69cf2c7d59d9832f4d5cac0007"},
        {{.type = {'f', 2}, .ndim = 1, .shape = {2}, .count = 2, .data_size = 4},
         halves,
         "88484428a6964340f1e970284d1bbb326f3006da684d16021070f26a65345f92"},
        {{.type = {'f', 2},
          .is_big_endian = true,
          .ndim = 1,
          .shape = {2},
          .count = 2,
          .data_size = 4},
         big_halves,
         "88484428a6964340f1e970284d1bbb326f3006da684d16021070f26a65345f92"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_member m = {.name = "x", .ending = ".npy", .npy = rows[i].npy};
        lp_sha256 sha256;
        lp_error e;
        m.size = m.npy.data_size;
        lp_buffer_append(&m.unpacked, rows[i].data, m.size);
        CHECK(lp_sha256_of_member(&m, &sha256, &e) == 0);
        CHECK_TEXT(sha256.hex, rows[i].sha256);
        lp_member_free(&m);
    }
}

static void texts(void) {
    lp_arena arena = {0};
    lp_texts versions = {0};
    lp_buffer b = {0};
    lp_digest d;
    lp_digest_add_version(&versions, &arena, "0.2.0");
    lp_digest_add_version(&versions, &arena, LP_DIGEST_UNKNOWN);
    lp_digest_add_version(&versions, &arena, "0.2.0");
    lp_digest_begin(&b, &versions, "abc");
    const lp_sha256 sha256 = lp_sha256_of("", 0);
    lp_digest_append(&b, &sha256, 0xabc, "x", ".npy");
    lp_digest_append(&b, &sha256, 0xffffffff, "../a b\n%", "");
    CHECK_TEXT(b.data,
               "labpipe 0.2.0\nlabpipe unknown\n"
               "recipe ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 00000abc x.npy\n"
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ffffffff "
               "../a%20b%0A%25\n");
    lp_buffer_printf(&b, "a later version's line\n-\n- 12345678\n- 1234567x x.npy\n%s\n",
                     sha256.hex);
    CHECK(lp_digest_parse(b.data, &arena, &d));
    CHECK(d.versions.count == 2 && d.rows == 2);
    CHECK_TEXT(d.versions.item[1], "unknown");
    CHECK_TEXT(d.recipe.hex, lp_sha256_of("abc", 3).hex);
    CHECK_TEXT(d.row[1].name, "../a%20b%0A%25");
    CHECK(d.row[0].crc32 == 0xabc);
    CHECK_TEXT(d.row[0].sha256.hex, sha256.hex);
    static const char *const wrong[] = {
        "",
        "x",
        "labpipe 0.1.0\n",
        "labpipe 0.1.0\nrecipe 12\n",
        "labpipe \x1b[2J\n",
        "labpipe \nrecipe ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
        "labpipe 0123456789012345678901234567890123456789\n"
        "recipe ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
        "labpipe 0.1.0\nrecipe "
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adef\n",
        "recipe ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!lp_digest_parse(wrong[i], &arena, &d));
    lp_buffer_free(&b);
    CHECK(lp_digest_tell_versions(&versions, &b));
    CHECK_TEXT(b.data, "made by labpipe 0.2.0, unknown (this is " LP_VERSION ")");
    versions = (lp_texts){0};
    CHECK(!lp_digest_tell_versions(&versions, &b));
    lp_digest_add_version(&versions, &arena, LP_VERSION);
    CHECK(!lp_digest_tell_versions(&versions, &b));
    lp_buffer_free(&b);
    lp_arena_free(&arena);
}

/* Writes x, y and a recipe, as a stream does, but with a `y` of its own and another recipe behind
 * the digest; NULL leaves the digest out. Reads that and returns the recipe that it has then. */
static char *reread(double y, const char *name, const char *recipe, bool has_digest) {
    lp_error e;
    lp_buffer digest = {0}, bytes = {0};
    double x = 1;
    lp_texts versions = {.item = (const char *[]){"0.0.7"}, .count = 1};
    lp_digest_begin(&digest, &versions, "labpipe gen");
    for (int i = 0; i < 2; i++) {
        double value = i == 0 ? 1 : 2;
        lp_tensor t = lp_tensor_over(&value, LP_F8, 0, NULL);
        const lp_sha256 sha256 = lp_sha256_of_tensor(&t);
        lp_digest_append(&digest, &sha256, 0, i == 0 ? "x" : "y", ".npy");
    }
    FILE *out = open_memstream(&bytes.data, &bytes.size);
    lp_archive_writer w = {.out = out};
    lp_tensor t[] = {lp_tensor_over(&x, LP_F8, 0, NULL), lp_tensor_over(&y, LP_F8, 0, NULL),
                     lp_tensor_text(recipe), lp_tensor_text(digest.data)};
    const char *const names[] = {"x", name, "recipe", LP_DIGEST_NAME};
    for (int i = 0; i < (has_digest ? 4 : 3); i++)
        CHECK(lp_archive_write(&w, names[i], &t[i], &e) == 0);
    CHECK(lp_archive_write_end(&w, &e) == 0 && fclose(out) == 0);
    lp_archive_writer_free(&w);
    int fd[2];
    char path[40];
    CHECK(pipe(fd) == 0 && write(fd[1], bytes.data, bytes.size) == (ssize_t)bytes.size);
    close(fd[1]);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd[0]);
    lp_stream *s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
    CHECK(s != NULL);
    char *read = strdup(lp_stream_recipe(s));
    CHECK_TEXT(lp_stream_versions(s)->item[0], has_digest ? "0.0.7" : LP_DIGEST_UNKNOWN);
    lp_stream_free(s);
    close(fd[0]);
    free(bytes.data);
    lp_buffer_free(&digest);
    for (int i = 2; i < 4; i++)
        lp_tensor_free(&t[i]);
    return read;
}

static void changes(void) {
    static const struct {
        double y;
        const char *name, *recipe;
        bool has_digest;
        const char *becomes;
    } rows[] = {
        {2, "y", "labpipe gen", true, "labpipe gen"},
        {2.5, "y", "labpipe gen", true,
         "labpipe gen | not-replayable 'changed by another program'"},
        {2, "z", "labpipe gen", true, "labpipe gen | not-replayable 'changed by another program'"},
        {2.5, "y", "labpipe gen | awk x", true, "labpipe gen | awk x"},
        {2, "y", "labpipe gen", false,
         "labpipe gen | not-replayable 'changed by another program, which left out recipe.digest'"},
        {2, "y", "labpipe gen | awk x", false, "labpipe gen | awk x"},
        {2, "y", "gen --seed 0", false, "gen --seed 0"},
        {2.5, "y", "labpipe gen | not-replayable why", false, "labpipe gen | not-replayable why"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *recipe = reread(rows[i].y, rows[i].name, rows[i].recipe, rows[i].has_digest);
        CHECK_TEXT(recipe, rows[i].becomes);
        free(recipe);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"known SHA-256s", known},
        {"one array has one SHA-256 in every layout", layouts},
        {"the text is written and read", texts},
        {"a stream that another program changed is told", changes},
        {0},
    };
    return check_main("digest", tests);
}

#include "check.h"
#include "io/image.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

// ---- PNG files written here by the format's text (ISO 15948), chunk by chunk ----

typedef struct {
    uint8_t bytes[4000];
    size_t size;
} file;

static void put32(uint8_t *to, uint32_t v) {
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put_chunk(file *f, const char *name, const void *data, size_t size) {
    uint8_t *at = f->bytes + f->size;
    put32(at, (uint32_t)size);
    memcpy(at + 4, name, 4);
    if (size > 0)
        memcpy(at + 8, data, size);
    put32(at + 8 + size, (uint32_t)crc32(0, at + 4, (uInt)size + 4));
    f->size += size + 12;
}

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static void put_start(file *f, uint32_t width, uint32_t height, int depth, int type,
                      int interlace) {
    memcpy(f->bytes, "\x89PNG\r\n\x1a\n", 8);
    f->size = 8;
    uint8_t header[13] = {0};
    put32(header, width);
    put32(header + 4, height);
    header[8] = (uint8_t)depth;
    header[9] = (uint8_t)type;
    header[12] = (uint8_t)interlace;
    put_chunk(f, "IHDR", header, sizeof header);
}

/* rows: the filtered scan lines, each after its filter byte. */
static void put_end(file *f, const void *rows, size_t size) {
    uint8_t packed[2000];
    uLongf packed_size = sizeof packed;
    CHECK(compress(packed, &packed_size, rows, size) == Z_OK);
    put_chunk(f, "IDAT", packed, packed_size);
    put_chunk(f, "IEND", NULL, 0);
}

static file png(uint32_t width, uint32_t height, int depth, int type, const char *rows,
                size_t size) {
    file f = {.size = 0};
    put_start(&f, width, height, depth, type, 0);
    put_end(&f, rows, size);
    return f;
}

/* The picture has these sizes and pixels. */
static void check_pixels(const file *f, size_t width, size_t height, size_t channels,
                         const char *pixels) {
    lp_error e = {0};
    lp_image image;
    CHECK(lp_image_decode(&image, f->bytes, f->size, &e) == 0);
    CHECK_TEXT(e.text, "");
    CHECK(image.width == width && image.height == height && image.channels == channels &&
          image.pixels != NULL && memcmp(image.pixels, pixels, width * height * channels) == 0);
    lp_image_free(&image);
}

static void grey_of_every_depth(void) {
    file f = png(3, 1, 1, GREY, "\0\xa0", 2);
    check_pixels(&f, 3, 1, 1, "\xff\0\xff");
    f = png(4, 1, 2, GREY, "\0\x1b", 2);
    check_pixels(&f, 4, 1, 1, "\0\x55\xaa\xff");
    f = png(2, 2, 4, GREY, "\0\x0f\0\x18", 4);
    check_pixels(&f, 2, 2, 1, "\0\xff\x11\x88");
    f = png(2, 1, 8, GREY, "\0\x07\xfe", 3);
    check_pixels(&f, 2, 1, 1, "\x07\xfe");
    // 16 bits to the nearest of 8: 0x0180 is 384 / 257 = 1.49, 0x0182 is 1.502.
    f = png(4, 1, 16, GREY, "\0\x01\x80\x01\x82\xff\xff\0\0", 9);
    check_pixels(&f, 4, 1, 1, "\x01\x02\xff\0");
}

static void colours_and_palettes(void) {
    file f = png(1, 2, 8, RGB, "\0\x01\x02\x03\0\xfd\xfe\xff", 8);
    check_pixels(&f, 1, 2, 3, "\x01\x02\x03\xfd\xfe\xff");
    f = png(1, 1, 16, RGB, "\0\x01\x01\x80\x80\xff\xff", 7);
    check_pixels(&f, 1, 1, 3, "\x01\x80\xff");
    for (int depth = 1; depth <= 8; depth *= 2) {
        put_start(&f, 2, 1, depth, PALETTE, 0);
        put_chunk(&f, "PLTE", "\x0a\x14\x1e\xc8\xd2\xdc", 6);
        const char *rows[] = {"\0\x40", "\0\x10", "\0\x01", "\0\0\x01"};
        put_end(&f, rows[depth == 1 ? 0 : depth == 2 ? 1 : depth == 4 ? 2 : 3], depth == 8 ? 3 : 2);
        check_pixels(&f, 2, 1, 3, "\x0a\x14\x1e\xc8\xd2\xdc");
    }
}

/* value * alpha + 255 * (1 - alpha), rounded. */
static void alpha_is_laid_over_white(void) {
    file f = png(3, 1, 8, GREY_ALPHA, "\0\x64\xff\x64\0\x64\x80", 7);
    check_pixels(&f, 3, 1, 1, "\x64\xff\xb1"); // 100 * 128/255 + 255 * 127/255 = 177.2
    f = png(1, 1, 8, RGB_ALPHA, "\0\0\x64\xff\x33", 5);
    check_pixels(&f, 1, 1, 3, "\xcc\xe0\xff"); // 20 %: 204, 224, 255
    f = png(1, 1, 16, GREY_ALPHA, "\0\0\0\x33\x33", 5);
    check_pixels(&f, 1, 1, 1, "\xcc");
    put_start(&f, 2, 1, 8, GREY, 0);
    put_chunk(&f, "tRNS", "\0\x07", 2);
    put_end(&f, "\0\x07\x08", 3);
    check_pixels(&f, 2, 1, 1, "\xff\x08");
    put_start(&f, 2, 1, 8, PALETTE, 0);
    put_chunk(&f, "PLTE", "\x0a\x14\x1e\xc8\xd2\xdc", 6);
    put_chunk(&f, "tRNS", "\0", 1);
    put_end(&f, "\0\0\x01", 3);
    check_pixels(&f, 2, 1, 3, "\xff\xff\xff\xc8\xd2\xdc");
}

/* Adam7's seven passes over 8 x 8 pixels, and over 3 x 2, where some are empty. */
static void interlaced_pictures(void) {
    static const size_t start_x[] = {0, 4, 0, 2, 0, 1, 0}, start_y[] = {0, 0, 4, 0, 2, 0, 1},
                        step_x[] = {8, 8, 4, 4, 2, 2, 1}, step_y[] = {8, 8, 8, 4, 4, 2, 2};
    const size_t sizes[][2] = {{8, 8}, {3, 2}};
    for (int k = 0; k < 2; k++) {
        size_t width = sizes[k][0], height = sizes[k][1], size = 0;
        char pixels[64], rows[128];
        for (size_t i = 0; i < 64; i++)
            pixels[i] = (char)(i * 37);
        for (int pass = 0; pass < 7; pass++)
            for (size_t y = start_y[pass]; y < height && start_x[pass] < width; y += step_y[pass]) {
                rows[size++] = 0;
                for (size_t x = start_x[pass]; x < width; x += step_x[pass])
                    rows[size++] = pixels[y * width + x];
            }
        file f;
        put_start(&f, (uint32_t)width, (uint32_t)height, 8, GREY, 1);
        put_end(&f, rows, size);
        check_pixels(&f, width, height, 1, pixels);
    }
}

// ---- PGM and PPM ----

static file text_file(const char *text, size_t size) {
    file f = {.size = size};
    memcpy(f.bytes, text, size);
    return f;
}
#define TEXT(text) text_file(text, sizeof text - 1)

static void every_kind_of_pnm(void) {
    file f = TEXT("P2\n# a comment\n3 1 # another\n255\n0 7 255\n");
    check_pixels(&f, 3, 1, 1, "\0\x07\xff");
    f = TEXT("P3 1 2 15  0 1 15\n8 8 8");
    check_pixels(&f, 1, 2, 3, "\0\x11\xff\x88\x88\x88");
    f = TEXT("P5 2 1 255\n\x01\xff");
    check_pixels(&f, 2, 1, 1, "\x01\xff");
    f = TEXT("P5\t2\r1\n65535 \x01\x80\xff\xff");
    check_pixels(&f, 2, 1, 1, "\x01\xff"); // 384 / 257 = 1.49
    f = TEXT("P6 1 1 100\n\0\x32\x64");
    check_pixels(&f, 1, 1, 3, "\0\x80\xff"); // 50 of 100 is 127.5
    f = TEXT("P5 1 1 1\n\x01");
    check_pixels(&f, 1, 1, 1, "\xff");
}

// ---- what has to be refused ----

static bool refused(const void *bytes, size_t size, lp_error *e) {
    // A copy of exactly that size, so that a sanitizer sees a read beyond it.
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    lp_image image;
    bool failed = lp_image_decode(&image, copy, size, e) != 0;
    failed = failed && image.pixels == NULL && e->text[0] != '\0';
    lp_image_free(&image);
    free(copy);
    return failed;
}

static void a_cut_or_flipped_png_is_refused(void) {
    file f =
        png(3, 2, 8, RGB,
            "\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\0\x11\x12\x13\x14\x15\x16\x17\x18\x19", 20);
    lp_error e;
    for (size_t size = 0; size < f.size; size++)
        CHECK(refused(f.bytes, size, &e));
    for (size_t bit = 0; bit < 8 * f.size; bit++) {
        f.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(refused(f.bytes, f.size, &e));
        f.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(!refused(f.bytes, f.size, &e));
}

static void a_cut_raw_pnm_is_refused(void) {
    file f = TEXT("P6\n2 2\n65535\n012345678901234567890123");
    lp_error e;
    for (size_t size = 0; size < f.size; size++)
        CHECK(refused(f.bytes, size, &e));
    CHECK(!refused(f.bytes, f.size, &e));
}

static void check_refusal(const file *f, const char *text) {
    lp_error e = {0};
    CHECK(refused(f->bytes, f->size, &e));
    CHECK_HOLDS(e.text, text);
    CHECK(strchr(e.text, '\n') == NULL);
}

static void lying_files_say_what_is_wrong(void) {
    file f = TEXT("");
    check_refusal(&f, "it is empty");
    f = TEXT("GIF89a");
    check_refusal(&f, "not a PNG, PGM or PPM");
    f = TEXT("P2\n2 2\n255\n1 2 3");
    check_refusal(&f, "cut short");
    f = TEXT("P2\n2 2\n255\n1 2 3 x");
    check_refusal(&f, "not a number after 3 of 4 values");
    f = TEXT("P2\n2 1\n100\n1 101");
    check_refusal(&f, "value 2 is 101, over its own maximum of 100");
    f = TEXT("P2\n2 1\n100\n1 -1");
    check_refusal(&f, "not a number after 1 of 2 values");
    f = TEXT("P2\n2 1\n100\n1 2 3");
    check_refusal(&f, "1 bytes follow its last pixel");
    f = TEXT("P5\n2 1\n255\n123");
    check_refusal(&f, "1 bytes follow its last pixel");
    f = TEXT("P5\n2 1\n70000\n12");
    check_refusal(&f, "width, height and maximum");
    f = TEXT("P5\n2 1\n0\n12");
    check_refusal(&f, "width, height and maximum");
    f = TEXT("P5\n0 1\n255\n12");
    check_refusal(&f, "0 x 1 pixels has none");
    f = TEXT("P5\n99999999999999999999 1\n255\n12");
    check_refusal(&f, "width, height and maximum");
    f = TEXT("P5\n65535 65535\n255\n12");
    check_refusal(&f, "cannot hold the 65535 x 65535 pixels it declares");
    f = TEXT("P3\n65535 65535\n255\n12");
    check_refusal(&f, "cannot hold");
}

static void lying_pngs_say_what_is_wrong(void) {
    file f = png(2, 1, 8, GREY, "\0\x01", 2); // a byte too few
    check_refusal(&f, "PNG: ");
    f = png(0, 1, 8, GREY, "\0", 1);
    check_refusal(&f, "PNG: ");
    f = png(1, 1, 3, GREY, "\0\x01", 2);
    check_refusal(&f, "PNG: ");
    f = png(1, 1, 8, PALETTE, "\0\x01", 2); // no palette
    check_refusal(&f, "PNG: ");
    f = png(8000, 8000, 16, RGB_ALPHA, "\0\x01", 2);
    check_refusal(&f, "cannot hold the 8000 x 8000 pixels that it declares");
    f = png(0x7fffffff, 0x7fffffff, 16, RGB_ALPHA, "\0\x01", 2);
    check_refusal(&f, "over the limit");
    f = png(65536, 1, 1, GREY, "\0\x01", 2);
    check_refusal(&f, "over the limit (65535 a side");
    f = png(1, 1, 8, GREY, "\0\x01", 2);
    f.bytes[f.size++] = 'x';
    check_refusal(&f, "1 bytes follow its end");
}

// ---- writing, and what is done to pixels ----

static char *written(const lp_image *image, size_t *size) {
    lp_error e;
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, size);
    CHECK(lp_image_write_png(out, image, &e) == 0);
    fclose(out);
    return bytes;
}

static void what_is_written_is_read_back(void) {
    for (size_t channels = 1; channels <= 3; channels += 2) {
        lp_error e;
        lp_image image, back;
        CHECK(lp_image_new(&image, 31, 17, channels, &e) == 0);
        CHECK(image.pixels[0] == 255 && image.pixels[31 * 17 * channels - 1] == 255);
        for (size_t i = 0; i < 31 * 17 * channels; i++)
            image.pixels[i] = (uint8_t)(i * i);
        size_t size, again_size;
        char *bytes = written(&image, &size), *again = written(&image, &again_size);
        CHECK(size == again_size && memcmp(bytes, again, size) == 0);
        CHECK(lp_image_decode(&back, bytes, size, &e) == 0);
        CHECK(back.width == 31 && back.height == 17 && back.channels == channels);
        CHECK(memcmp(back.pixels, image.pixels, 31 * 17 * channels) == 0);
        free(bytes);
        free(again);
        lp_image_free(&image);
        lp_image_free(&back);
    }
}

static void a_full_disk_is_an_error(void) {
    FILE *full = fopen("/dev/full", "wb");
    if (full == NULL) {
        check_skip("there is no /dev/full");
        return;
    }
    setvbuf(full, NULL, _IONBF, 0);
    lp_error e;
    lp_image image;
    CHECK(lp_image_new(&image, 4, 4, 1, &e) == 0);
    CHECK(lp_image_write_png(full, &image, &e) == -1);
    CHECK_HOLDS(e.text, "No space left");
    fclose(full);
    lp_image_free(&image);
}

static void grey_follows_bt_601(void) {
    lp_error e;
    lp_image image;
    CHECK(lp_image_new(&image, 5, 1, 3, &e) == 0);
    memcpy(image.pixels, "\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff\x64\x64\x64", 15);
    lp_image_grey(&image);
    CHECK(image.channels == 1);
    CHECK(memcmp(image.pixels, "\x4c\x96\x1d\xff\x64", 5) == 0); // 76.2, 149.7, 29.1, 255, 100
    lp_image_free(&image);
}

static lp_image row_of(const char *pixels, size_t width, size_t height) {
    lp_error e;
    lp_image image;
    CHECK(lp_image_new(&image, width, height, 1, &e) == 0);
    memcpy(image.pixels, pixels, width * height);
    return image;
}

static void resizing_is_a_triangle_filter(void) {
    lp_error e;
    // Growing: linear between centres, which lie at -0.25, 0.25, 0.75, 1.25 of the old ones.
    lp_image image = row_of("\0\x64", 2, 1);
    CHECK(lp_image_resize(&image, 4, 1, &e) == 0);
    CHECK(memcmp(image.pixels, "\0\x19\x4b\x64", 4) == 0);
    lp_image_free(&image);
    // Halving: weights 3/7, 3/7, 1/7 at the ends: of 0, 70, 140, 210 that is 50 and 160.
    image = row_of("\0\x46\x8c\xd2", 4, 1);
    CHECK(lp_image_resize(&image, 2, 1, &e) == 0);
    CHECK(memcmp(image.pixels, "\x32\xa0", 2) == 0);
    lp_image_free(&image);
    // The same downwards.
    image = row_of("\0\x46\x8c\xd2", 1, 4);
    CHECK(lp_image_resize(&image, 1, 2, &e) == 0);
    CHECK(image.width == 1 && image.height == 2 && memcmp(image.pixels, "\x32\xa0", 2) == 0);
    lp_image_free(&image);
}

static void resizing_keeps_a_flat_picture_flat(void) {
    const size_t sizes[] = {1, 2, 3, 5, 7, 64, 100};
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 7; j++) {
            lp_error e;
            lp_image image;
            CHECK(lp_image_new(&image, sizes[i], sizes[j], 3, &e) == 0);
            memset(image.pixels, 201, sizes[i] * sizes[j] * 3);
            CHECK(lp_image_resize(&image, sizes[j], sizes[6 - i], &e) == 0);
            bool flat = true;
            for (size_t k = 0; k < image.width * image.height * 3; k++)
                flat = flat && image.pixels[k] == 201;
            CHECK(flat && image.width == sizes[j] && image.height == sizes[6 - i]);
            lp_image_free(&image);
        }
}

int main(void) {
    static const check_test tests[] = {
        {"grey of every depth", grey_of_every_depth},
        {"colours and palettes", colours_and_palettes},
        {"alpha is laid over white", alpha_is_laid_over_white},
        {"interlaced pictures", interlaced_pictures},
        {"every kind of PNM", every_kind_of_pnm},
        {"a PNG cut anywhere, or with any bit flipped, is refused",
         a_cut_or_flipped_png_is_refused},
        {"a raw PNM cut anywhere is refused", a_cut_raw_pnm_is_refused},
        {"lying PNM files say what is wrong", lying_files_say_what_is_wrong},
        {"lying PNG files say what is wrong", lying_pngs_say_what_is_wrong},
        {"what is written is read back", what_is_written_is_read_back},
        {"a full disk is an error", a_full_disk_is_an_error},
        {"grey follows BT.601", grey_follows_bt_601},
        {"resizing is a triangle filter", resizing_is_a_triangle_filter},
        {"resizing keeps a flat picture flat", resizing_keeps_a_flat_picture_flat},
        {0}};
    return check_main("image", tests);
}

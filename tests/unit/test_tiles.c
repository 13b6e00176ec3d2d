/* Tiles: which values are where, and in what colour. */
#include "check.h"
#include "draw/tiles.h"

#include <math.h>
#include <stdint.h>

static lp_arena arena;
static const lp_tile_shape none = {0}, two_by_three = {2, 3, 1};

static lp_tensor matrix(size_t rows, size_t cols) {
    lp_tensor t = lp_tensor_matrix(LP_F8, rows, cols);
    for (size_t i = 0; i < t.count; i++)
        ((double *)t.data)[i] = (double)i;
    return t;
}

static void rows_columns_and_their_first(void) {
    lp_error e;
    lp_tile_set set;
    lp_tensor t = matrix(4, 6);
    CHECK(lp_tiles_take(&arena, &set, &t, two_by_three, false, 3, &e) == 0);
    CHECK(set.count == 3 && set.shape.height == 2 && set.shape.width == 3);
    CHECK(set.value[0] == 0 && set.value[17] == 17);
    lp_tensor_free(&t);
    t = matrix(6, 4); // only its columns are as long as a tile
    CHECK(lp_tiles_take(&arena, &set, &t, two_by_three, false, 99, &e) == 0);
    CHECK(set.count == 4 && set.value[0] == 0 && set.value[1] == 4 && set.value[6] == 1);
    lp_tensor_free(&t);
    t = matrix(6, 6); // both: rows, unless columns are asked for
    CHECK(lp_tiles_take(&arena, &set, &t, two_by_three, false, 99, &e) == 0);
    CHECK(set.value[1] == 1);
    CHECK(lp_tiles_take(&arena, &set, &t, two_by_three, true, 99, &e) == 0);
    CHECK(set.value[1] == 6);
    lp_tensor_free(&t);
}

static void shapes_that_hold_no_pictures(void) {
    lp_error e;
    lp_tile_set set;
    lp_tensor t = matrix(4, 5);
    CHECK(lp_tiles_take(&arena, &set, &t, two_by_three, false, 9, &e) == -1);
    CHECK_HOLDS(e.text, "(4, 5) does not hold pictures of 2 x 3 x 1");
    CHECK(lp_tiles_take(&arena, &set, &t, none, false, 9, &e) == -1);
    CHECK_HOLDS(e.text, "does not tell the height and width");
    lp_tensor_free(&t);
    t = lp_tensor_vector(LP_F8, 6);
    CHECK(lp_tiles_take(&arena, &set, &t, two_by_three, false, 9, &e) == -1);
    CHECK_HOLDS(e.text, "(6,) holds no pictures");
    lp_tensor_free(&t);
    const size_t empty[] = {0, 2, 3};
    t = lp_tensor_zeros(LP_F8, 3, empty);
    CHECK(lp_tiles_take(&arena, &set, &t, none, false, 9, &e) == -1);
    CHECK_HOLDS(e.text, "no picture");
    lp_tensor_free(&t);
}

/* One set of tiles of 1 x 1 with these values. */
static lp_tile_set dots(double *value, size_t count) {
    return (lp_tile_set){.count = count, .shape = {1, 1, 1}, .value = value};
}

static lp_image drawn(const lp_tile_set *set, const lp_tiles *wish) {
    lp_error e = {0};
    lp_image image;
    CHECK(lp_draw_tiles(&image, 1, set, wish, &e) == 0);
    CHECK_TEXT(e.text, "");
    return image;
}

static void a_grid_with_gaps_and_zoom(void) {
    double value[] = {0, 1, 2};
    lp_tile_set set = dots(value, 3);
    lp_tiles wish = {.scaling = LP_TILES_COMMON, .columns = 2, .gap = 1, .zoom = 2};
    lp_image image = drawn(&set, &wish);
    // Gap, 2 pixels, gap, 2 pixels, gap: 7 on each side.
    static const uint8_t expected[7 * 7] = {
        255, 255, 255, 255, 255, 255, 255, //
        255, 0,   0,   255, 128, 128, 255, //
        255, 0,   0,   255, 128, 128, 255, //
        255, 255, 255, 255, 255, 255, 255, //
        255, 255, 255, 255, 255, 255, 255, //
        255, 255, 255, 255, 255, 255, 255, //
        255, 255, 255, 255, 255, 255, 255,
    };
    CHECK(image.width == 7 && image.height == 7 && image.channels == 1);
    CHECK(memcmp(image.pixels, expected, 49) == 0);
    lp_image_free(&image);
}

static void scaling_by_each_by_all_and_fixed(void) {
    double value[] = {0, 1, 0, 4}; // two tiles of 1 x 2
    lp_tile_set set = {.count = 2, .shape = {1, 2, 1}, .value = value};
    lp_tiles wish = {.scaling = LP_TILES_EACH, .columns = 2, .zoom = 1};
    lp_image image = drawn(&set, &wish);
    CHECK(memcmp(image.pixels, "\x00\xff\x00\xff", 4) == 0);
    lp_image_free(&image);
    wish.scaling = LP_TILES_COMMON;
    image = drawn(&set, &wish);
    CHECK(memcmp(image.pixels, "\x00\x40\x00\xff", 4) == 0); // 63.75
    lp_image_free(&image);
    wish = (lp_tiles){.scaling = LP_TILES_FIXED, .lo = 0.5, .hi = 2.5, .columns = 2, .zoom = 1};
    image = drawn(&set, &wish);
    CHECK(memcmp(image.pixels, "\x00\x40\x00\xff", 4) == 0); // clipped at both ends
    lp_image_free(&image);
    value[1] = 0; // a flat tile
    wish.scaling = LP_TILES_EACH;
    image = drawn(&set, &wish);
    CHECK(memcmp(image.pixels, "\x80\x80\x00\xff", 4) == 0);
    lp_image_free(&image);
}

static void signed_colours_are_white_at_zero_and_symmetric(void) {
    double value[] = {-2, -1, 0, 1, 2};
    lp_tile_set set = dots(value, 5);
    lp_tiles wish = {
        .scaling = LP_TILES_COMMON, .colours = LP_TILES_SIGNED, .columns = 5, .zoom = 1};
    lp_image image = drawn(&set, &wish);
    CHECK(image.channels == 3);
    const uint8_t *p = image.pixels;
    CHECK(p[6] == 255 && p[7] == 255 && p[8] == 255);
    CHECK(p[2] > p[0] + 50 && p[5] > p[3] + 50);    // blue below 0
    CHECK(p[12] > p[14] + 50 && p[9] > p[11] + 50); // red above
    CHECK(p[0] < p[3] && p[14] < p[11]);            // deeper farther out
    lp_image_free(&image);
}

static void colours_are_kept(void) {
    double value[] = {0, 128, 255, 255, 0, 64};
    lp_tile_set set = {.count = 1, .shape = {1, 2, 3}, .value = value};
    lp_tiles wish = {.scaling = LP_TILES_FIXED, .hi = 255, .zoom = 1};
    lp_image image = drawn(&set, &wish);
    CHECK(image.channels == 3 && memcmp(image.pixels, "\x00\x80\xff\xff\x00\x40", 6) == 0);
    lp_image_free(&image);
}

static void text_is_outside_the_tiles(void) {
    double value[] = {0, 0, 0, 0};
    const char *const caption[] = {"a", "much longer than a tile", "", "d"};
    lp_tile_set set = dots(value, 4);
    set.caption = caption;
    set.name = "a heading";
    lp_tiles wish = {.scaling = LP_TILES_FIXED,
                     .hi = 1,
                     .columns = 2,
                     .gap = 4,
                     .zoom = 40,
                     .title = "a title that is wider than its picture is"};
    lp_image image = drawn(&set, &wish);
    CHECK(image.width == 92 && image.channels == 3);
    size_t black = 0;
    for (size_t i = 0; i < image.width * image.height; i++)
        black += image.pixels[3 * i] == 0 && image.pixels[3 * i + 1] == 0;
    CHECK(black == 4 * 40 * 40); // the tiles are whole; text is drawn in dark grey
    for (size_t y = 0; y < image.height; y++)
        CHECK(image.pixels[3 * y * image.width] == 255 &&
              image.pixels[3 * ((y + 1) * image.width - 1)] == 255);
    lp_image_free(&image);
}

static void what_is_refused(void) {
    lp_error e;
    lp_image image;
    double value[] = {0, NAN, 1};
    lp_tile_set set = dots(value, 3);
    lp_tiles wish = {.columns = 1, .zoom = 1};
    CHECK(lp_draw_tiles(&image, 1, &set, &wish, &e) == -1);
    CHECK_TEXT(e.text, "drawing: tile 1 holds nan");
    value[1] = 0;
    wish = (lp_tiles){.columns = 1, .rows = 2, .zoom = 1};
    CHECK(lp_draw_tiles(&image, 1, &set, &wish, &e) == -1);
    CHECK_HOLDS(e.text, "3 tiles do not fit 2 x 1 (take fewer, with --first)");
    CHECK(lp_draw_tiles(&image, 0, &set, &wish, &e) == -1);
    set.shape = (lp_tile_shape){65536, 1, 1};
    CHECK(lp_draw_tiles(&image, 1, &set, &wish, &e) == -1);
    CHECK(image.pixels == NULL);
}

int main(void) {
    static const check_test tests[] = {
        {"rows, columns and their first", rows_columns_and_their_first},
        {"shapes that hold no pictures", shapes_that_hold_no_pictures},
        {"a grid with gaps and zoom", a_grid_with_gaps_and_zoom},
        {"scaling by each, by all and fixed", scaling_by_each_by_all_and_fixed},
        {"signed colours are white at 0 and symmetric",
         signed_colours_are_white_at_zero_and_symmetric},
        {"colours are kept", colours_are_kept},
        {"text is outside the tiles", text_is_outside_the_tiles},
        {"what is refused", what_is_refused},
        {0}};
    int failed = check_main("tiles", tests);
    lp_arena_free(&arena);
    return failed;
}

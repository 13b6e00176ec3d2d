/* Confusion matrices as pictures. */
#include "check.h"
#include "draw/confusion.h"
#include "io/image.h"

#include <stdlib.h>

static lp_image draw(size_t classes, const size_t *count, const char *const *names, size_t width,
                     size_t height) {
    lp_error e = {0};
    char *bytes = NULL;
    size_t size;
    lp_image image = {0};
    const lp_plot_frame frame = {LP_PLOT_PNG, {width, height}, "Title", "predicted", "true"};
    FILE *out = open_memstream(&bytes, &size);
    CHECK(lp_draw_confusion(out, &frame, classes, count, names, &e) == 0);
    fclose(out);
    CHECK(lp_image_decode(&image, bytes, size, &e) == 0);
    CHECK(image.width == width && image.height == height);
    free(bytes);
    return image;
}

/* The pixels of exactly this colour left of `right`, and where their middle is. */
static size_t count_colour(const lp_image *image, unsigned colour, size_t right, double *mean_x,
                           double *mean_y) {
    size_t n = 0;
    *mean_x = *mean_y = 0;
    for (size_t y = 0; y < image->height; y++)
        for (size_t x = 0; x < right; x++) {
            const uint8_t *p = image->pixels + (y * image->width + x) * 3;
            if ((unsigned)(p[0] << 16 | p[1] << 8 | p[2]) == colour) {
                n++;
                *mean_x += (double)x;
                *mean_y += (double)y;
            }
        }
    *mean_x /= (double)n;
    *mean_y /= (double)n;
    return n;
}

/* All rows of class 0 are right, of class 1 a quarter: a cell of full colour in the upper left, one
 * of three quarters of it in the lower left. */
static void cells_are_tinted_by_their_share(void) {
    const size_t count[] = {7, 0, 3, 1};
    const char *const names[] = {"first", "second"};
    lp_image image = draw(2, count, names, 400, 360);
    double x[2], y[2];
    size_t full = count_colour(&image, 0x0072b2, 300, &x[0], &y[0]);
    size_t most = count_colour(&image, 0x4095c6, 300, &x[1], &y[1]);
    CHECK(full > 5000 && most > 5000);
    CHECK_CLOSE(x[0], x[1], 3);
    CHECK(y[1] > y[0] + 80);
    lp_image_free(&image);
}

static void a_class_without_rows_is_white(void) {
    const size_t count[] = {0, 0, 0, 5};
    lp_image image = draw(2, count, NULL, 400, 360);
    double x, y, white_x, white_y;
    size_t full = count_colour(&image, 0x0072b2, 300, &x, &y);
    CHECK(full > 5000);
    CHECK(count_colour(&image, 0xffffff, 300, &white_x, &white_y) > 3 * full);
    lp_image_free(&image);
}

/* Names that are too long, more classes than pixels to name them, the smallest picture. */
static void nothing_leaves_the_picture(void) {
    enum { CLASSES = 300 };
    size_t *count = calloc(CLASSES * CLASSES, sizeof *count);
    const char *names[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
        count[i * CLASSES + i] = 123456789;
        names[i] = "a name that is longer than any place beside the matrix could ever be";
    }
    for (size_t classes = 1; classes <= CLASSES; classes = classes < 5 ? classes + 1 : classes * 4)
        for (int size = 200; size <= 700; size += 500) {
            lp_image image = draw(classes, count, names, (size_t)size, (size_t)size);
            for (size_t i = 0; i < image.width; i++)
                for (size_t k = 0; k < 3; k++) {
                    CHECK(image.pixels[i * 3 + k] == 255);
                    CHECK(image.pixels[(i * image.width) * 3 + k] == 255);
                    CHECK(image.pixels[((image.height - 1) * image.width + i) * 3 + k] == 255);
                    CHECK(image.pixels[(i * image.width + image.width - 1) * 3 + k] == 255);
                }
            lp_image_free(&image);
        }
    free(count);
}

static void too_many_classes(void) {
    lp_error e = {0};
    const lp_plot_frame frame = {LP_PLOT_PNG, {400, 400}, NULL, "predicted", "true"};
    CHECK(lp_draw_confusion(stdout, &frame, 2001, NULL, NULL, &e) == -1);
    CHECK_HOLDS(e.text, "no room for 2001 classes");
}

int main(void) {
    static const check_test tests[] = {
        {"cells are tinted by their share of the true class", cells_are_tinted_by_their_share},
        {"a class without rows is white", a_class_without_rows_is_white},
        {"too many classes", too_many_classes},
        {"nothing leaves the picture", nothing_leaves_the_picture},
        {0},
    };
    return check_main("confusion", tests);
}

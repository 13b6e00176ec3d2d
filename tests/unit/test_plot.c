#include "check.h"
#include "draw/axis.h"
#include "draw/plot.h"
#include "io/image.h"

#include <stdlib.h>

// ---- axes ----

/* The labels, joined by blanks. */
static const char *labels(const lp_axis *a) {
    static char text[1000];
    text[0] = '\0';
    for (size_t i = 0; i < a->ticks; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 a->label[i]);
    return text;
}

static const char *linear(double min, double max, double pad, size_t wanted) {
    static lp_axis a;
    lp_axis_linear(&a, min, max, pad, wanted, false);
    return labels(&a);
}

static void ticks_are_one_two_five(void) {
    CHECK_TEXT(linear(0, 10, 0, 5), "0 2 4 6 8 10");
    CHECK_TEXT(linear(0, 10, 0, 10), "0 1 2 3 4 5 6 7 8 9 10");
    CHECK_TEXT(linear(0, 10, 0, 2), "0 5 10");
    CHECK_TEXT(linear(0, 1, 0, 5), "0.0 0.2 0.4 0.6 0.8 1.0");
    CHECK_TEXT(linear(0, 1, 0, 4), "0.0 0.5 1.0");
    CHECK_TEXT(linear(-3.2, 4.1, 0, 4), "-2 0 2 4");
    CHECK_TEXT(linear(0.1, 0.3, 0, 2), "0.1 0.2 0.3");
}

static void large_and_small_labels_are_short(void) {
    CHECK_TEXT(linear(1e-9, 5e-9, 0, 4), "1e-9 2e-9 3e-9 4e-9 5e-9");
    CHECK_TEXT(linear(0, 3e6, 0, 6), "0 5e5 1e6 1.5e6 2e6 2.5e6 3e6");
    CHECK_TEXT(linear(0, 99999, 0.05, 6), "0 20000 40000 60000 80000 100000");
    CHECK_TEXT(linear(-1e300, 1e300, 0, 4), "-1e300 -5e299 0 5e299 1e300");
}

static void labels_that_share_digits_leave_them_to_the_base(void) {
    lp_axis a;
    lp_axis_linear(&a, 1e9, 1e9 + 1e-3, 0, 6, false);
    CHECK_TEXT(a.base, "1000000000");
    CHECK_TEXT(labels(&a), "0.0000 0.0002 0.0004 0.0006 0.0008 0.0010");
    CHECK_CLOSE(a.tick[1], 1e9 + 2e-4, 1e-7);
    lp_axis_linear(&a, 1e5, 1e5 + 4, 0, 4, false);
    CHECK_TEXT(a.base, "");
    CHECK_TEXT(labels(&a), "100000 100001 100002 100003 100004");
}

static void a_single_value_is_in_the_middle(void) {
    const double values[] = {0, 5, -5, 1e-320, 1e300, -1e-9, 1e15};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        lp_axis a;
        lp_axis_linear(&a, values[i], values[i], 0.05, 5, false);
        CHECK(a.lo < values[i] && values[i] < a.hi);
        CHECK_CLOSE(lp_axis_share(&a, values[i]), 0.5, 1e-12);
        CHECK(a.ticks >= 2);
    }
}

static void whole_axes_have_whole_ticks(void) {
    lp_axis a;
    lp_axis_linear(&a, 1, 2, 0.02, 10, true);
    CHECK_TEXT(labels(&a), "1 2");
    lp_axis_linear(&a, 3, 3, 0.02, 10, true);
    CHECK_TEXT(labels(&a), "2 3 4");
}

/* Every tick lies within the axis, they rise in equal steps, and each label is its tick. */
static void ticks_and_labels_agree(void) {
    for (int exponent = -200; exponent <= 200; exponent += 7)
        for (int shift = -40; shift <= 40; shift++)
            for (size_t wanted = 1; wanted <= 25; wanted += 6) {
                char text[32];
                snprintf(text, sizeof text, "1e%d", exponent);
                double unit = strtod(text, NULL), min = shift * 0.37 * unit;
                lp_axis a;
                lp_axis_linear(&a, min, min + 2.9 * unit, 0.03, wanted, false);
                bool good = a.base[0] == '\0' && a.ticks <= wanted + 2 &&
                            (wanted < 5 || 3 * a.ticks >= wanted);
                for (size_t i = 0; i < a.ticks; i++) {
                    double labelled = strtod(a.label[i], NULL);
                    double share = lp_axis_share(&a, a.tick[i]);
                    good = good && share > -1e-8 && share < 1 + 1e-8 &&
                           fabs(labelled - a.tick[i]) <= 1e-12 * unit &&
                           (i == 0 || a.tick[i] > a.tick[i - 1]);
                }
                CHECK(good);
                if (!good)
                    printf("  [%g, %g], %zu wanted: %s\n", a.lo, a.hi, wanted, labels(&a));
            }
}

static void logarithmic_axes_have_round_ticks(void) {
    lp_axis a;
    lp_axis_log(&a, 1e-3, 1000, 0, 8);
    CHECK_TEXT(labels(&a), "0.001 0.01 0.1 1 10 100 1000");
    CHECK_CLOSE(lp_axis_share(&a, 1), 0.5, 1e-12);
    CHECK_CLOSE(lp_axis_share(&a, 31.622776601683793), 0.75, 1e-12);
    CHECK(a.minors == 48);
    lp_axis_log(&a, 1, 1e8, 0, 5);
    CHECK_TEXT(labels(&a), "1 100 1e4 1e6 1e8");
    lp_axis_log(&a, 1e-9, 1e-7, 0, 8);
    CHECK_TEXT(labels(&a), "1e-9 1e-8 1e-7");
    lp_axis_log(&a, 0.5, 20, 0, 8);
    CHECK_TEXT(labels(&a), "0.5 1 2 5 10 20");
    lp_axis_log(&a, 3.1, 3.3, 0, 4);
    CHECK_TEXT(labels(&a), "3.10 3.15 3.20 3.25 3.30");
    lp_axis_log(&a, 1e-300, 1e300, 0, 6);
    CHECK_TEXT(labels(&a), "1e-300 1e-200 1e-100 1 1e100 1e200 1e300");
    lp_axis_log(&a, 7, 7, 0.05, 6);
    CHECK_CLOSE(lp_axis_share(&a, 7), 0.5, 1e-12);
}

// ---- pictures ----

static const lp_plot_frame plain = {LP_PLOT_PNG, {400, 300}, "Title", "x", "y"};

/* Draws into memory; the bytes are to be freed. NULL and e on failure. */
static char *scatter_bytes(const lp_plot_frame *frame, const lp_scatter *s, size_t *size,
                           lp_error *e) {
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, size);
    int failed = lp_draw_scatter(out, frame, s, e);
    fclose(out);
    if (failed) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

static lp_image scatter_image(const lp_plot_frame *frame, const lp_scatter *s) {
    lp_error e = {0};
    size_t size;
    lp_image image = {0};
    char *bytes = scatter_bytes(frame, s, &size, &e);
    CHECK(bytes != NULL && lp_image_decode(&image, bytes, size, &e) == 0);
    CHECK_TEXT(e.text, "");
    free(bytes);
    return image;
}

/* True where the pixels within `edge` of the border are all white: nothing was clipped there. */
static bool border_is_white(const lp_image *image, size_t edge) {
    for (size_t y = 0; y < image->height; y++)
        for (size_t x = 0; x < image->width; x++) {
            bool inside =
                x >= edge && y >= edge && x + edge < image->width && y + edge < image->height;
            const uint8_t *p = image->pixels + (y * image->width + x) * 3;
            if (!inside && (p[0] != 255 || p[1] != 255 || p[2] != 255))
                return false;
        }
    return true;
}

/* The pixels of exactly this colour, and where their middle is. */
static size_t count_colour(const lp_image *image, unsigned colour, double *mean_x, double *mean_y) {
    size_t n = 0;
    *mean_x = *mean_y = 0;
    for (size_t y = 0; y < image->height; y++)
        for (size_t x = 0; x < image->width; x++) {
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

enum { BLUE = 0x0072b2, VERMILLION = 0xd55e00 };

/* Blue points left of and below the vermillion one, at their places: without names there is no
 * legend, so that every coloured pixel is a point's. */
static void points_are_where_they_should_be(void) {
    const double x[] = {0, 0, 4}, y[] = {0, 0, 2};
    const int label[] = {0, 0, 1};
    lp_scatter s = {.n = 3, .x = x, .y = y, .label = label, .classes = 2};
    lp_image image = scatter_image(&plain, &s);
    double blue_x, blue_y, red_x, red_y;
    size_t blue = count_colour(&image, BLUE, &blue_x, &blue_y);
    size_t red = count_colour(&image, VERMILLION, &red_x, &red_y);
    CHECK(blue > 20 && blue < 80 && red > 15 && red < 80);
    CHECK(blue_x < red_x - 250 && blue_y > red_y + 150);
    lp_image_free(&image);
}

static void an_equal_scale_is_equal(void) {
    const double x[] = {0, 1, 0}, y[] = {0, 0, 1};
    const int label[] = {0, 1, 2};
    lp_scatter s = {.n = 3, .x = x, .y = y, .label = label, .classes = 3, .equal_scale = true};
    lp_image image = scatter_image(&plain, &s);
    double at[3][2];
    const unsigned colours[] = {BLUE, VERMILLION, 0x009e73};
    for (int i = 0; i < 3; i++)
        CHECK(count_colour(&image, colours[i], &at[i][0], &at[i][1]) > 10);
    CHECK_CLOSE(at[1][0] - at[0][0], at[0][1] - at[2][1], 1.5);
    lp_image_free(&image);
}

static int decide_left_right(void *context, size_t n, const double *x, const double *y, int *label,
                             lp_error *e) {
    (void)y;
    (void)e;
    for (size_t i = 0; i < n; i++)
        label[i] = x[i] < *(const double *)context ? 0 : 1;
    return 0;
}

static void regions_are_tinted_on_their_side(void) {
    const double x[] = {0, 4}, y[] = {0, 2};
    const int label[] = {0, 1};
    double line = 1;
    lp_scatter s = {.n = 2,
                    .x = x,
                    .y = y,
                    .label = label,
                    .classes = 2,
                    .decide = decide_left_right,
                    .decide_context = &line};
    lp_image image = scatter_image(&plain, &s);
    double left_x, right_x, middle;
    size_t left = count_colour(&image, 0xbfdcec, &left_x, &middle);
    size_t right = count_colour(&image, 0xf4d7bf, &right_x, &middle);
    CHECK(left > 5000 && right > 2 * left && left_x < right_x);
    // The line at 1 of [-0.2, 4.2] leaves 1.2 / 4.4 of the width on the left.
    CHECK_CLOSE((double)left / (double)(left + right), 1.2 / 4.4, 0.01);
    lp_image_free(&image);
}

static int decide_wrongly(void *context, size_t n, const double *x, const double *y, int *label,
                          lp_error *e) {
    (void)context, (void)x, (void)y, (void)e;
    for (size_t i = 0; i < n; i++)
        label[i] = 7;
    return 0;
}

static void nothing_is_clipped(void) {
    const double values[] = {0, 1e-9, -1e-9, 1e300, -1e300, 123456789.125};
    const char *const names[] = {
        "",           "a name that goes on and on and on and on and on and on and on",
        "ä\xff\x01ß", "日本",
        "four",       "five",
        "six",        "seven",
        "eight"};
    const lp_size sizes[] = {{200, 200}, {333, 201}, {800, 600}, {200, 900}};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            for (size_t k = 0; k < 4; k++) {
                const double x[] = {values[i], values[j]}, y[] = {values[j], values[j]};
                const int label[] = {0, 8};
                lp_plot_frame frame = {LP_PLOT_PNG, sizes[k],
                                       "A title, wider than some of these pictures are by far",
                                       "a label for the x axis, and a long one at that, too",
                                       "a label for the y axis, and a long one at that, too"};
                lp_scatter s = {.n = 2,
                                .x = x,
                                .y = y,
                                .label = label,
                                .classes = 9,
                                .class_names = names,
                                .equal_scale = j % 2};
                lp_image image = scatter_image(&frame, &s);
                CHECK(border_is_white(&image, 2));
                lp_image_free(&image);
            }
}

static void a_picture_is_the_same_each_time(void) {
    const double x[] = {1, 2, 3}, y[] = {3, 1, 2};
    lp_scatter s = {.n = 3, .x = x, .y = y, .classes = 1};
    lp_error e;
    size_t size, again_size;
    char *bytes = scatter_bytes(&plain, &s, &size, &e);
    char *again = scatter_bytes(&plain, &s, &again_size, &e);
    CHECK(bytes != NULL && again != NULL && size == again_size && memcmp(bytes, again, size) == 0);
    free(bytes);
    free(again);
}

static void an_svg_is_text_with_its_shapes(void) {
    const double x[] = {1, 2, 3}, y[] = {3, 1, 2};
    lp_plot_frame frame = plain;
    frame.format = LP_PLOT_SVG;
    lp_scatter s = {.n = 3, .x = x, .y = y, .classes = 1};
    lp_error e;
    size_t size;
    char *bytes = scatter_bytes(&frame, &s, &size, &e);
    CHECK_HOLDS(bytes, "width=\"400px\" height=\"300px\"");
    CHECK_HOLDS(bytes, "rgb(0%,44.7%,69.8%)");
    CHECK_HOLDS(bytes, "</svg>");
    free(bytes);
}

static void a_format_is_known_by_its_ending(void) {
    static const struct {
        const char *path;
        int format; /* -1: refused */
    } cases[] = {{NULL, LP_PLOT_PNG},       {"plot", LP_PLOT_PNG},      {"a.b/plot", LP_PLOT_PNG},
                 {"plot.png", LP_PLOT_PNG}, {"x.svg.PNG", LP_PLOT_PNG}, {"a/plot.svg", LP_PLOT_SVG},
                 {"plot.Svg", LP_PLOT_SVG}, {"plot.pdf", LP_PLOT_PDF},  {"plot.jpg", -1},
                 {"plot.svg.gz", -1},       {".pdf", LP_PLOT_PDF},      {"plot.", -1},
                 {"a.svg/plot.eps", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lp_error e = {0};
        lp_plot_format format;
        int failed = lp_plot_format_of(&format, cases[i].path, &e);
        CHECK(failed == (cases[i].format < 0 ? -1 : 0));
        CHECK(failed ? e.status == LP_USAGE : (int)format == cases[i].format);
    }
    lp_error e;
    lp_plot_format format;
    CHECK(lp_plot_format_of(&format, "plot.jpg", &e) == -1);
    CHECK_TEXT(e.text,
               "option --output: plot.jpg: pictures end in .png, .svg or .pdf, not in .jpg");
}

static void a_pdf_has_the_size_of_its_pixels(void) {
    const double x[] = {1, 2, 3}, y[] = {3, 1, 2};
    lp_plot_frame frame = plain;
    frame.format = LP_PLOT_PDF;
    lp_scatter s = {.n = 3, .x = x, .y = y, .classes = 1};
    lp_error e;
    size_t size, again_size;
    char *bytes = scatter_bytes(&frame, &s, &size, &e);
    char *again = scatter_bytes(&frame, &s, &again_size, &e);
    CHECK(bytes != NULL && memcmp(bytes, "%PDF-", 5) == 0);
    CHECK(size == again_size && memcmp(bytes, again, size) == 0);
    CHECK(memmem(bytes, size, "[ 0 0 300 225 ]", 15) != NULL); // 400 x 300 pixels, 96 an inch
    free(bytes);
    free(again);
}

static void bad_points_are_named(void) {
    const double x[] = {1, 2, NAN, 4}, y[] = {1, INFINITY, 3, 1e301};
    const int label[] = {0, 1, 2, 3};
    lp_error e;
    size_t size;
    lp_scatter s = {.n = 4, .x = x, .y = y, .label = label, .classes = 4};
    CHECK(scatter_bytes(&plain, &s, &size, &e) == NULL);
    CHECK_TEXT(e.text, "drawing: row 1: (2, inf) has no place on an axis");
    s.n = 0;
    CHECK(scatter_bytes(&plain, &s, &size, &e) == NULL);
    CHECK_TEXT(e.text, "drawing: there is no point to draw");
    const double fine[] = {1, 2, 3, 4};
    s = (lp_scatter){.n = 4, .x = fine, .y = fine, .label = label, .classes = 3};
    CHECK(scatter_bytes(&plain, &s, &size, &e) == NULL);
    CHECK_TEXT(e.text, "drawing: row 3: label 3 is outside the 3 classes");
    s.classes = 4;
    s.decide = decide_wrongly;
    CHECK(scatter_bytes(&plain, &s, &size, &e) == NULL);
    CHECK_TEXT(e.text, "drawing: the model decided for class 7 of 4");
    lp_plot_frame frame = plain;
    frame.size.width = 100000;
    CHECK(scatter_bytes(&frame, &s, &size, &e) == NULL);
    CHECK(e.status == LP_USAGE);
    CHECK_HOLDS(e.text, "100000 x 300 is out of range (200 to 8192 a side)");
}

// ---- curves ----

static int curves_image(lp_image *image, const lp_plot_frame *frame, size_t panels,
                        const lp_panel *panel, lp_error *e) {
    char *bytes = NULL;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    int failed = lp_draw_curves(out, frame, panels, panel, e);
    fclose(out);
    *image = (lp_image){0};
    if (!failed)
        failed = lp_image_decode(image, bytes, size, e);
    free(bytes);
    return failed;
}

/* A second curve that runs on the first leaves a band of the first one's colour beside it. */
static void a_covered_curve_is_seen(void) {
    const double x[] = {1, 2, 3, 4}, y[] = {1, 4, 2, 3}, other[] = {1, 1, 1, 1};
    lp_curve curves[] = {{.n = 4, .x = x, .y = y}, {.n = 4, .x = x, .y = y, .colour = 1}};
    lp_panel panel = {.curve_count = 2, .curves = curves};
    const unsigned band = 0x73b2d5; // blue, 0.45 of the way to white
    lp_error e;
    lp_image image;
    double mean_x, mean_y;
    CHECK(curves_image(&image, &plain, 1, &panel, &e) == 0);
    CHECK(count_colour(&image, band, &mean_x, &mean_y) > 100);
    CHECK(count_colour(&image, VERMILLION, &mean_x, &mean_y) > 100);
    lp_image_free(&image);
    curves[1].y = other;
    CHECK(curves_image(&image, &plain, 1, &panel, &e) == 0);
    CHECK(count_colour(&image, band, &mean_x, &mean_y) < 10);
    CHECK(count_colour(&image, BLUE, &mean_x, &mean_y) > 100);
    lp_image_free(&image);
}

static void a_range_cuts_the_curve(void) {
    const double x[] = {0, 1, 2, 3}, y[] = {0, 0.95, 0.97, 0.96};
    lp_curve curve = {.n = 4, .x = x, .y = y};
    lp_panel panel = {.curve_count = 1, .curves = &curve};
    lp_error e;
    lp_image whole, part;
    double mean_x, whole_y, part_y;
    CHECK(curves_image(&whole, &plain, 1, &panel, &e) == 0);
    panel.y_range = (lp_reals){(double[]){0.9, 1}, 2};
    CHECK(curves_image(&part, &plain, 1, &panel, &e) == 0);
    CHECK(border_is_white(&part, 2));
    // Above its middle the curve lies high in the whole picture and low in the part from 0.9 on.
    CHECK(count_colour(&whole, BLUE, &mean_x, &whole_y) > 100);
    CHECK(count_colour(&part, BLUE, &mean_x, &part_y) > 100);
    CHECK(part_y > whole_y + 20);
    lp_image_free(&whole);
    lp_image_free(&part);
}

static void what_was_kept_is_ringed(void) {
    const double x[] = {0, 1, 2}, y[] = {1, 1, 1}, kept = 1;
    lp_curve curve = {.n = 3, .x = x, .y = y};
    lp_panel panel = {.curve_count = 1, .curves = &curve};
    lp_error e;
    lp_image without, with;
    double mean_x, mean_y, below_x, below_y;
    CHECK(curves_image(&without, &plain, 1, &panel, &e) == 0);
    curve.kept = &kept;
    CHECK(curves_image(&with, &plain, 1, &panel, &e) == 0);
    size_t before = count_colour(&without, BLUE, &mean_x, &mean_y);
    CHECK(count_colour(&with, BLUE, &below_x, &below_y) > before + 5);
    CHECK(below_y > mean_y + 1 && fabs(below_x - mean_x) < 3); // the line goes down in the middle
    lp_image_free(&without);
    lp_image_free(&with);
}

/* The pixels of that colour in the columns nearer than `reach` to x. */
static size_t colour_near(const lp_image *image, unsigned colour, double x, double reach) {
    size_t n = 0;
    for (size_t i = 0; i < image->width * image->height; i++) {
        const uint8_t *p = image->pixels + i * 3;
        n += (unsigned)(p[0] << 16 | p[1] << 8 | p[2]) == colour &&
             fabs((double)(i % image->width) - x) < reach;
    }
    return n;
}

static void a_nan_breaks_the_line(void) {
    double x[9], y[9], middle, unused;
    for (int i = 0; i < 9; i++)
        x[i] = y[i] = i;
    lp_curve curve = {.n = 9, .x = x, .y = y};
    lp_panel panel = {.curve_count = 1, .curves = &curve};
    lp_error e;
    lp_image whole, broken;
    CHECK(curves_image(&whole, &plain, 1, &panel, &e) == 0);
    y[4] = NAN;
    CHECK(curves_image(&broken, &plain, 1, &panel, &e) == 0);
    // The line is symmetric about the point that is now missing; its neighbours are 40 away.
    CHECK(count_colour(&whole, BLUE, &middle, &unused) > 150);
    CHECK(colour_near(&whole, BLUE, middle, 25) > 40);
    CHECK(colour_near(&broken, BLUE, middle, 25) == 0);
    CHECK(colour_near(&broken, BLUE, middle, 60) > 40);
    lp_image_free(&whole);
    lp_image_free(&broken);
}

static void a_lone_point_is_seen(void) {
    const double x[] = {1, 2, 3}, y[] = {NAN, 5, NAN};
    lp_curve curve = {.n = 3, .x = x, .y = y};
    lp_panel panel = {.curve_count = 1, .curves = &curve};
    lp_error e;
    lp_image image;
    double mean_x, mean_y;
    CHECK(curves_image(&image, &plain, 1, &panel, &e) == 0);
    CHECK(count_colour(&image, BLUE, &mean_x, &mean_y) > 10);
    lp_image_free(&image);
}

static void a_panel_without_points_is_named(void) {
    const double x[] = {1, 2}, y[] = {-1, 0}, none[] = {NAN, INFINITY};
    lp_curve curves[] = {{.n = 2, .x = x, .y = y}, {.n = 2, .x = x, .y = none}};
    lp_panel panel[] = {{.title = "accuracy", .curve_count = 1, .curves = curves},
                        {.title = "loss", .log_y = true, .curve_count = 1, .curves = curves}};
    lp_error e;
    lp_image image;
    CHECK(curves_image(&image, &plain, 2, panel, &e) == -1);
    CHECK_TEXT(e.text, "drawing: panel loss: there is no positive value to draw");
    panel[1] = (lp_panel){.title = "empty", .curve_count = 1, .curves = curves + 1};
    CHECK(curves_image(&image, &plain, 2, panel, &e) == -1);
    CHECK_TEXT(e.text, "drawing: panel empty: there is no finite value to draw");
    CHECK(curves_image(&image, &plain, 3, panel, &e) == -1);
    CHECK(e.status == LP_USAGE);
}

static void panels_are_not_clipped(void) {
    static double x[50000], y[50000];
    for (int i = 0; i < 50000; i++) {
        x[i] = i;
        y[i] = 1e-7 * (1 + i * 7919 % 1000);
    }
    lp_curve curves[20];
    for (int i = 0; i < 20; i++)
        curves[i] = (lp_curve){i % 2 ? "a name" : "another, somewhat longer name",
                               i % 3 ? "training" : "validation",
                               i,
                               i % 3,
                               i ? 50000 >> i : 50000,
                               x,
                               y,
                               NULL,
                               NULL};
    lp_panel panel[] = {
        {"loss", "in small units", true, 20, curves, {0}},
        {"accuracy, of a long title that has no room", "share", false, 7, curves, {0}},
        {"third", NULL, false, 1, curves, {0}}};
    lp_plot_frame frame = {LP_PLOT_PNG, {620, 260}, "Curves", "epoch", NULL};
    lp_error e;
    lp_image image;
    CHECK(curves_image(&image, &frame, 3, panel, &e) == 0);
    CHECK(border_is_white(&image, 2));
    lp_image_free(&image);
}

int main(void) {
    static const check_test tests[] = {
        {"ticks are 1, 2 or 5 times a power of ten", ticks_are_one_two_five},
        {"large and small labels are short", large_and_small_labels_are_short},
        {"labels leave shared digits to the base", labels_that_share_digits_leave_them_to_the_base},
        {"a single value is in the middle", a_single_value_is_in_the_middle},
        {"whole axes have whole ticks", whole_axes_have_whole_ticks},
        {"ticks and labels agree", ticks_and_labels_agree},
        {"logarithmic axes have round ticks", logarithmic_axes_have_round_ticks},
        {"points are where they should be", points_are_where_they_should_be},
        {"an equal scale is equal", an_equal_scale_is_equal},
        {"regions are tinted on their side", regions_are_tinted_on_their_side},
        {"nothing is clipped", nothing_is_clipped},
        {"a picture is the same each time", a_picture_is_the_same_each_time},
        {"an SVG is text with its shapes", an_svg_is_text_with_its_shapes},
        {"a format is known by its ending", a_format_is_known_by_its_ending},
        {"a PDF has the size of its pixels", a_pdf_has_the_size_of_its_pixels},
        {"a covered curve is seen", a_covered_curve_is_seen},
        {"a range cuts the curve", a_range_cuts_the_curve},
        {"what was kept is ringed", what_was_kept_is_ringed},
        {"bad points are named", bad_points_are_named},
        {"a NaN breaks the line", a_nan_breaks_the_line},
        {"a lone point is seen", a_lone_point_is_seen},
        {"a panel without points is named", a_panel_without_points_is_named},
        {"panels are not clipped", panels_are_not_clipped},
        {0}};
    return check_main("plot", tests);
}

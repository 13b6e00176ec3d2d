/* What every picture with text is drawn on: a cairo surface that becomes a PNG, an SVG or a PDF,
 * text that is never wider than its place, the colours and the markers. Used inside this room only.
 *
 * A picture's bytes depend on what is drawn and on the version of cairo, and on nothing else. (The
 * ids inside an SVG count the surfaces that the process made: a tool makes one picture.) */
#ifndef LP_DRAW_CANVAS_H
#define LP_DRAW_CANVAS_H

#include "base/error.h"
#include "base/memory.h"
#include "draw/plot.h"
#include "io/image.h"

#include <cairo.h>

typedef struct {
    double red, green, blue;
} lp_colour;

/* A part of a picture, in pixels from the upper left. */
typedef struct {
    double x, y, width, height;
} lp_box;

typedef struct {
    lp_plot_format format;
    int width, height;
    cairo_surface_t *surface;
    cairo_t *cr;
    cairo_font_face_t *face[2]; /* regular, bold */
    lp_buffer document;         /* SVG or PDF */
} lp_canvas;

/* A white canvas; freed with lp_canvas_free, also after a failure. */
int lp_canvas_open(lp_canvas *c, lp_plot_format format, int width, int height, lp_error *e);

/* Finishes the picture and writes it. */
int lp_canvas_write(lp_canvas *c, FILE *out, lp_error *e);

void lp_canvas_free(lp_canvas *c);

/* A pixel canvas as a picture, which is owned. */
int lp_canvas_image(lp_canvas *c, lp_image *image, lp_error *e);

/* Okabe and Ito's palette (2008, "Color universal design"), which colour-blind readers can tell
 * apart, its yellow replaced by a darker one that shows on white; then twelve colours that are each
 * at least 19 units of CIELAB from all others. index is taken modulo their number. */
enum { LP_COLOURS = 20, LP_MARKERS = 8 };
lp_colour lp_colour_of(int index);

/* The marker that goes with it: 100 indices have 100 pairs of colour and marker. */
int lp_marker_of(int index);
lp_colour lp_colour_mix(lp_colour a, lp_colour b, double share_of_b);
extern const lp_colour lp_white, lp_ink, lp_faint;
void lp_set_colour(cairo_t *cr, lp_colour colour);

/* One of LP_MARKERS markers about (x, y), of about the area of a circle of that radius, filled with
 * the colour and, where `outline` > 0, edged in white. */
void lp_draw_marker(cairo_t *cr, int marker, double x, double y, double radius, lp_colour colour,
                    double outline);

/* The same as a ring, through which one sees what is behind it. */
void lp_draw_ring(cairo_t *cr, int marker, double x, double y, double radius, lp_colour colour);

typedef struct {
    double size;
    bool bold;
} lp_font;

/* Text. Anchors are shares of the text's width (0 left, 0.5 middle, 1 right); y is the base line.
 * What is wider than `room` has an ellipsis in its middle. Invalid UTF-8 and control characters
 * are shown as '?'. */
double lp_text_width(lp_canvas *c, const char *text, lp_font font);
void lp_draw_text(lp_canvas *c, const char *text, lp_font font, double x, double y, double anchor,
                  double room);

/* The same for a title, with the ellipsis at its end. */
void lp_draw_title(lp_canvas *c, const char *text, lp_font font, double x, double y, double room);

/* As lp_draw_text, upwards: (x, y) is the middle of the base line. */
void lp_draw_text_upwards(lp_canvas *c, const char *text, lp_font font, double x, double y,
                          double room);

#endif

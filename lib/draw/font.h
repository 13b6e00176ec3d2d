/* The font of all text in pictures: DejaVu Sans, regular and bold, whose outlines are part of the
 * program (lib/draw/font). So text looks the same on every machine, whatever fonts it has. Used
 * inside this room only. */
#ifndef LP_DRAW_FONT_H
#define LP_DRAW_FONT_H

#include <cairo.h>
#include <stdbool.h>

/* The font for cairo_set_font_face; freed with cairo_font_face_destroy. It has the Latin, Greek and
 * Cyrillic letters and the signs of mathematics; any other character is drawn as a box. */
cairo_font_face_t *lp_font_face(bool bold);

#endif

/* TrueType, as far as these two files need it: simple glyphs in quadratic curves, a character map
 * of format 4 (Apple, "TrueType Reference Manual"; Microsoft, "OpenType specification"). */
#include "draw/font.h"

#include "base/memory.h"

#include <stdint.h>
#include <string.h>

/* The files, which the Makefile turns into arrays. */
extern const unsigned char lp_DejaVuSans[], lp_DejaVuSans_Bold[];

typedef struct {
    const unsigned char *head, *hhea, *maxp, *hmtx, *cmap, *loca, *glyf;
} typeface;

static unsigned u16(const unsigned char *p) {
    return (unsigned)p[0] << 8 | p[1];
}

static int s16(const unsigned char *p) {
    return (int16_t)u16(p);
}

static uint32_t u32(const unsigned char *p) {
    return (uint32_t)u16(p) << 16 | u16(p + 2);
}

static const unsigned char *find_table(const unsigned char *file, const char *tag) {
    const unsigned char *entry = file + 12;
    while (memcmp(entry, tag, 4) != 0)
        entry += 16;
    return file + u32(entry + 8);
}

static typeface open_typeface(const unsigned char *file) {
    const unsigned char *cmap = find_table(file, "cmap"), *entry = cmap + 4;
    while (u16(entry) != 3 || u16(entry + 2) != 1) // Windows, Unicode
        entry += 8;
    return (typeface){find_table(file, "head"), find_table(file, "hhea"), find_table(file, "maxp"),
                      find_table(file, "hmtx"), cmap + u32(entry + 4),    find_table(file, "loca"),
                      find_table(file, "glyf")};
}

/* The glyph of a character; 0, the box, where there is none. */
static unsigned glyph_of(const typeface *f, unsigned long character) {
    unsigned segments = u16(f->cmap + 6), i = 0; // twice their number
    const unsigned char *end = f->cmap + 14, *start = end + segments + 2, *delta = start + segments,
                        *offset = delta + segments;
    if (character > 0xffff)
        return 0;
    while (u16(end + i) < character)
        i += 2;
    if (u16(start + i) > character)
        return 0;
    if (u16(offset + i) == 0)
        return ((unsigned)character + u16(delta + i)) & 0xffff;
    unsigned glyph = u16(offset + i + u16(offset + i) + 2 * ((unsigned)character - u16(start + i)));
    return glyph == 0 ? 0 : (glyph + u16(delta + i)) & 0xffff;
}

/* ---- outlines ---- */

typedef struct {
    double x, y;
    bool on; /* the curve */
} point;

static point middle(point a, point b) {
    return (point){(a.x + b.x) / 2, (a.y + b.y) / 2, true};
}

static double read_coordinate(const unsigned char **p, unsigned flag, unsigned is_short,
                              unsigned same) {
    if (flag & is_short)
        return flag & same ? *(*p)++ : -(double)*(*p)++;
    if (flag & same)
        return 0;
    *p += 2;
    return s16(*p - 2);
}

/* The n points of a simple glyph whose flags begin at p, in units of the em. */
static void read_points(const typeface *f, const unsigned char *p, size_t n, point *to) {
    enum { ON = 1, X_SHORT = 2, Y_SHORT = 4, REPEAT = 8, X_SAME = 16, Y_SAME = 32 };
    double em = u16(f->head + 18), x = 0, y = 0;
    LP_CLEANUP(lp_free) unsigned char *flag = lp_alloc(n, 1);
    for (size_t i = 0; i < n;) {
        unsigned char value = *p++;
        for (unsigned repeat = value & REPEAT ? *p++ + 1U : 1; repeat > 0; repeat--)
            flag[i++] = value;
    }
    for (size_t i = 0; i < n; i++) {
        x += read_coordinate(&p, flag[i], X_SHORT, X_SAME);
        to[i] = (point){x / em, 0, flag[i] & ON};
    }
    for (size_t i = 0; i < n; i++) {
        y += read_coordinate(&p, flag[i], Y_SHORT, Y_SAME);
        to[i].y = -y / em;
    }
}

/* A quadratic curve as the cubic one that it is. */
static void curve_to(cairo_t *cr, point from, point control, point to) {
    cairo_curve_to(cr, (from.x + 2 * control.x) / 3, (from.y + 2 * control.y) / 3,
                   (to.x + 2 * control.x) / 3, (to.y + 2 * control.y) / 3, to.x, to.y);
}

/* A closed contour. Between two points off the curve their middle is on it. */
static void trace_contour(cairo_t *cr, const point *p, size_t n) {
    point start = p[0].on ? p[0] : p[n - 1].on ? p[n - 1] : middle(p[0], p[n - 1]);
    point at = start;
    cairo_move_to(cr, start.x, start.y);
    for (size_t i = p[0].on ? 1 : 0; i < n; i++) {
        point next = i + 1 < n ? p[i + 1] : start;
        if (p[i].on) {
            cairo_line_to(cr, p[i].x, p[i].y);
            at = p[i];
            continue;
        }
        point to = next.on ? next : middle(p[i], next);
        curve_to(cr, at, p[i], to);
        at = to;
    }
    cairo_close_path(cr);
}

static void trace_glyph(cairo_t *cr, const typeface *f, unsigned glyph) {
    const unsigned char *p = f->glyf + u32(f->loca + 4 * glyph);
    int contours = s16(p);
    if (u32(f->loca + 4 * glyph) == u32(f->loca + 4 * glyph + 4) || contours <= 0)
        return; // a blank
    const unsigned char *ends = p + 10, *instructions = ends + 2 * contours;
    size_t n = u16(instructions - 2) + 1U, begin = 0;
    LP_CLEANUP(lp_free) point *points = lp_alloc(n, sizeof *points);
    read_points(f, instructions + 2 + u16(instructions), n, points);
    for (int i = 0; i < contours; i++) {
        size_t end = u16(ends + 2 * i) + 1U;
        trace_contour(cr, points + begin, end - begin);
        begin = end;
    }
}

/* ---- cairo's font ---- */

static const cairo_user_data_key_t typeface_key;

/* NULL where cairo had no memory for it. */
static const typeface *typeface_of(cairo_scaled_font_t *font) {
    return cairo_font_face_get_user_data(cairo_scaled_font_get_font_face(font), &typeface_key);
}

static cairo_status_t init(cairo_scaled_font_t *font, cairo_t *cr, cairo_font_extents_t *extents) {
    const typeface *f = typeface_of(font);
    (void)cr;
    if (f == NULL)
        return CAIRO_STATUS_NO_MEMORY; // and the font's other functions are not called
    double em = u16(f->head + 18);
    extents->ascent = s16(f->hhea + 4) / em;
    extents->descent = -s16(f->hhea + 6) / em;
    return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t find_glyph(cairo_scaled_font_t *font, unsigned long character,
                                 unsigned long *glyph) {
    *glyph = glyph_of(typeface_of(font), character);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t draw_glyph(cairo_scaled_font_t *font, unsigned long glyph, cairo_t *cr,
                                 cairo_text_extents_t *extents) {
    const typeface *f = typeface_of(font);
    unsigned long last = u16(f->hhea + 34) - 1, at = glyph < last ? glyph : last;
    extents->x_advance = u16(f->hmtx + 4 * at) / (double)u16(f->head + 18);
    trace_glyph(cr, f, (unsigned)glyph);
    cairo_fill(cr);
    return cairo_status(cr); // a glyph that is not drawn is an error, not a gap
}

cairo_font_face_t *lp_font_face(bool bold) {
    static typeface faces[2];
    faces[bold] = open_typeface(bold ? lp_DejaVuSans_Bold : lp_DejaVuSans);
    cairo_font_face_t *face = cairo_user_font_face_create();
    cairo_font_face_set_user_data(face, &typeface_key, &faces[bold], NULL);
    cairo_user_font_face_set_init_func(face, init);
    cairo_user_font_face_set_unicode_to_glyph_func(face, find_glyph);
    cairo_user_font_face_set_render_glyph_func(face, draw_glyph);
    return face;
}

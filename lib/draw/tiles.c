#include "draw/tiles.h"

#include "draw/canvas.h"

#include <math.h>
#include <string.h>

enum { CAPTION = 15, NAME = 22, TITLE = 26, BAR = 24 }; /* heights */

static const lp_font caption_font = {11, false}, name_font = {12, true}, title_font = {15, true};

// ---- taking tiles out of a tensor ----

static size_t tile_size(lp_tile_shape shape) {
    return shape.height * shape.width * shape.channels;
}

static int wrong_shape(const lp_tensor *t, lp_tile_shape shape, lp_error *e) {
    char text[200];
    return lp_fail(e,
                   "its shape %s does not hold pictures of %zu x %zu x %zu (height, width, "
                   "channels)",
                   lp_shape_text(t->ndim, t->shape, text), shape.height, shape.width,
                   shape.channels);
}

/* The pictures' shape, and whether each is a column. */
static int find_shape(const lp_tensor *t, lp_tile_shape *shape, bool *by_column, lp_error *e) {
    char text[200];
    if (t->ndim == 3 || (t->ndim == 4 && t->shape[3] == 3)) {
        lp_tile_shape own = {t->shape[1], t->shape[2], t->ndim == 3 ? 1 : 3};
        if (shape->height > 0 && (own.height != shape->height || own.width != shape->width ||
                                  own.channels != shape->channels))
            return wrong_shape(t, *shape, e);
        *shape = own;
        *by_column = false;
        return 0;
    }
    if (t->ndim != 2)
        return lp_fail(e, "its shape %s holds no pictures: (n, h, w), (n, h, w, 3) or (n, h * w)",
                       lp_shape_text(t->ndim, t->shape, text));
    if (shape->height == 0)
        return lp_fail(e, "its shape %s does not tell the height and width of a picture",
                       lp_shape_text(t->ndim, t->shape, text));
    bool fits_row = t->shape[1] == tile_size(*shape),
         fits_column = t->shape[0] == tile_size(*shape);
    if (!fits_row && !fits_column)
        return wrong_shape(t, *shape, e);
    *by_column = fits_column && (*by_column || !fits_row);
    return 0;
}

int lp_tiles_take(lp_arena *arena, lp_tile_set *set, const lp_tensor *t, lp_tile_shape shape,
                  bool by_column, size_t first, lp_error *e) {
    *set = (lp_tile_set){0};
    if (find_shape(t, &shape, &by_column, e))
        return -1;
    size_t count = t->shape[by_column ? 1 : 0], stride = by_column ? t->shape[1] : 1;
    if (count > first)
        count = first;
    size_t size = tile_size(shape);
    if (count == 0 || size == 0)
        return lp_fail(e, "it holds no picture");
    set->value = lp_arena_alloc(arena, count, size * sizeof *set->value);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < size; k++)
            set->value[i * size + k] = lp_tensor_at(t, by_column ? k * stride + i : i * size + k);
    set->count = count;
    set->shape = shape;
    return 0;
}

int lp_tiles_take_kernels(lp_arena *arena, lp_tile_set *set, const lp_tensor *t, size_t first,
                          lp_error *e) {
    size_t inputs = t->shape[1], channels = inputs == 3 ? 3 : 1, area = t->shape[2] * t->shape[3];
    size_t size = channels * area;
    *set = (lp_tile_set){.shape = {t->shape[2], t->shape[3], channels}};
    if (t->count == 0)
        return lp_fail(e, "it holds no kernel");
    set->count = t->count / size < first ? t->count / size : first;
    set->value = lp_arena_alloc(arena, set->count, size * sizeof *set->value);
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < size; k++)
            set->value[i * size + k] =
                lp_tensor_at(t, i * size + k % channels * area + k / channels);
    return 0;
}

// ---- values to pixels ----

typedef struct {
    double lo, hi;
} range;

static range range_of(const double *value, size_t n, range r) {
    for (size_t i = 0; i < n; i++) {
        r.lo = value[i] < r.lo ? value[i] : r.lo;
        r.hi = value[i] > r.hi ? value[i] : r.hi;
    }
    return r;
}

static uint8_t grey_of(double value, range r) {
    if (!(r.hi > r.lo))
        return 128;
    // In halves, so that the difference of two large values does not overflow.
    double share = (value / 2 - r.lo / 2) / (r.hi / 2 - r.lo / 2);
    return (uint8_t)((share < 0 ? 0 : share > 1 ? 1 : share) * 255 + 0.5);
}

/* Blue over white to red, each side through a middle tone. */
static lp_colour signed_colour(double value, range r) {
    static const lp_colour middle[2] = {{0.38, 0.65, 0.84}, {0.94, 0.54, 0.38}},
                           deep[2] = {{0.02, 0.19, 0.42}, {0.45, 0.02, 0.10}};
    double max = -r.lo > r.hi ? -r.lo : r.hi, share = max > 0 ? fabs(value) / max : 0;
    int side = value > 0;
    share = share > 1 ? 1 : share;
    return share < 0.5 ? lp_colour_mix(lp_white, middle[side], share * 2)
                       : lp_colour_mix(middle[side], deep[side], share * 2 - 1);
}

static void pixels_of(uint8_t rgb[3], const double *value, size_t channels,
                      lp_tiles_colours colours, range r) {
    if (channels == 1 && colours == LP_TILES_SIGNED) {
        lp_colour colour = signed_colour(*value, r);
        rgb[0] = (uint8_t)(colour.red * 255 + 0.5);
        rgb[1] = (uint8_t)(colour.green * 255 + 0.5);
        rgb[2] = (uint8_t)(colour.blue * 255 + 0.5);
        return;
    }
    for (size_t c = 0; c < 3; c++)
        rgb[c] = grey_of(value[channels == 3 ? c : 0], r);
}

static void draw_tile(lp_image *image, const lp_tile_set *set, size_t i, const lp_tiles *wish,
                      size_t zoom, range r, size_t x0, size_t y0) {
    lp_tile_shape shape = set->shape;
    const double *value = set->value + i * tile_size(shape);
    if (wish->scaling == LP_TILES_EACH)
        r = range_of(value, tile_size(shape), (range){value[0], value[0]});
    for (size_t y = 0; y < shape.height; y++)
        for (size_t x = 0; x < shape.width; x++) {
            uint8_t rgb[3];
            pixels_of(rgb, value + (y * shape.width + x) * shape.channels, shape.channels,
                      wish->colours, r);
            for (size_t v = 0; v < zoom; v++)
                for (size_t u = 0; u < zoom; u++)
                    memcpy(image->pixels +
                               ((y0 + y * zoom + v) * image->width + x0 + x * zoom + u) *
                                   image->channels,
                           rgb, image->channels);
        }
}

// ---- the grid ----

/* About half as wide again as it is high, and full where a number of columns near that divides the
 * tiles. */
static size_t choose_columns(const lp_tile_set *set) {
    double n = (double)set->count;
    double wanted = sqrt(1.5 * n * (double)set->shape.height / (double)set->shape.width);
    wanted = wanted < 1 ? 1 : wanted > n ? n : wanted;
    size_t best = (size_t)ceil(wanted);
    double nearest = 1.4;
    for (size_t columns = 1; columns <= set->count; columns++) {
        double off = (double)columns > wanted ? (double)columns / wanted : wanted / (double)columns;
        if (set->count % columns == 0 && off < nearest) {
            nearest = off;
            best = columns;
        }
    }
    return best;
}

/* Where a set is in the picture. */
typedef struct {
    size_t columns, rows;
    size_t y;            /* of its first row of tiles */
    size_t across, down; /* from one tile to the next */
} grid;

/* The sizes of everything. */
typedef struct {
    size_t gap, zoom, width, height; /* without the bar */
    grid *grid;                      /* (sets) */
} layout;

enum { MAX_TILES = 1 << 24 };

static int lay_out_set(grid *g, const lp_tile_set *set, const lp_tiles *wish, lp_error *e) {
    size_t rows = (size_t)wish->rows;
    g->columns = wish->columns > 0 ? (size_t)wish->columns
                 : rows > 0        ? (set->count + rows - 1) / rows
                                   : choose_columns(set);
    g->rows = (set->count + g->columns - 1) / g->columns;
    if (rows > 0 && g->rows > rows)
        return lp_fail(e, "drawing: %zu tiles do not fit %zu x %zu (take fewer, with --first)",
                       set->count, rows, g->columns);
    if (g->columns > set->count)
        g->columns = set->count;
    return 0;
}

static int lay_out(layout *l, size_t sets, const lp_tile_set *set, const lp_tiles *wish,
                   lp_error *e) {
    size_t widest = 1;
    for (size_t s = 0; s < sets; s++) {
        if (lay_out_set(&l->grid[s], &set[s], wish, e))
            return -1;
        size_t values = l->grid[s].columns * set[s].shape.width;
        widest = values > widest ? values : widest;
    }
    size_t chosen = 800 / widest;
    l->zoom = wish->zoom > 0 ? (size_t)wish->zoom : chosen < 1 ? 1 : chosen > 8 ? 8 : chosen;
    l->gap = (size_t)wish->gap;
    l->width = 0;
    l->height = l->gap + (wish->title != NULL ? TITLE : 0);
    for (size_t s = 0; s < sets; s++) {
        grid *g = &l->grid[s];
        g->y = l->height + (set[s].name != NULL ? NAME : 0);
        g->across = set[s].shape.width * l->zoom + l->gap;
        g->down = set[s].shape.height * l->zoom + l->gap + (set[s].caption != NULL ? CAPTION : 0);
        l->height = g->y + g->rows * g->down;
        size_t right = l->gap + g->columns * g->across;
        l->width = right > l->width ? right : l->width;
    }
    return 0;
}

static int check_sets(size_t sets, const lp_tile_set *set, lp_error *e) {
    if (sets == 0)
        return lp_fail(e, "drawing: there is no tile");
    for (size_t s = 0; s < sets; s++) {
        size_t size = tile_size(set[s].shape);
        if (set[s].count == 0 || size == 0 || set[s].count > MAX_TILES)
            return lp_fail(e, "drawing: %zu tiles of %zu values", set[s].count, size);
        if (set[s].shape.height > LP_IMAGE_MAX_SIDE || set[s].shape.width > LP_IMAGE_MAX_SIDE)
            return lp_fail(e, "drawing: a tile of %zu x %zu is too large", set[s].shape.height,
                           set[s].shape.width);
        for (size_t i = 0; i < set[s].count * size; i++)
            if (!isfinite(set[s].value[i]))
                return lp_fail(e, "drawing: tile %zu holds %g", i / size, set[s].value[i]);
    }
    return 0;
}

/* The signed colours from the lowest to the highest value, with both written beside them. */
static void draw_bar(lp_canvas *c, const layout *l, const lp_tiles *wish, range r) {
    double max = -r.lo > r.hi ? -r.lo : r.hi, left = (double)l->gap;
    double y = (double)l->height + (BAR - 12) / 2.0, base = y + 10, room = (double)l->width - left;
    char low[60] = "-max", high[60] = "max (each tile's own)";
    if (wish->scaling != LP_TILES_EACH) {
        snprintf(low, sizeof low, "-%.3g", max);
        snprintf(high, sizeof high, "%.3g", max);
    }
    lp_draw_text(c, low, caption_font, left, base, 0, room);
    left += lp_text_width(c, low, caption_font) + 6;
    for (int i = 0; i <= 120 && left + i < room; i++) {
        lp_set_colour(c->cr, signed_colour(i - 60, (range){-60, 60}));
        cairo_rectangle(c->cr, floor(left) + i, floor(y), 1, 12);
        cairo_fill(c->cr);
    }
    lp_set_colour(c->cr, lp_ink);
    left += 127;
    if (left < room)
        lp_draw_text(c, high, caption_font, left, base, 0, room - left);
}

/* The picture with its text and without its tiles. */
static int draw_text(lp_image *image, const layout *l, size_t sets, const lp_tile_set *set,
                     const lp_tiles *wish, range common, lp_error *e) {
    LP_CLEANUP(lp_canvas_free) lp_canvas c = {0};
    double left = (double)l->gap, room = (double)l->width - 2 * left;
    if (lp_canvas_open(&c, LP_PLOT_PNG, (int)l->width, (int)l->height + (wish->bar ? BAR : 0), e))
        return -1;
    lp_set_colour(c.cr, lp_ink);
    if (wish->title != NULL)
        lp_draw_title(&c, wish->title, title_font, left, left + 14, room);
    for (size_t s = 0; s < sets; s++) {
        const grid *g = &l->grid[s];
        double across = (double)g->across;
        if (set[s].name != NULL)
            lp_draw_text(&c, set[s].name, name_font, left, (double)g->y - 7, 0, room);
        for (size_t i = 0; i < set[s].count && set[s].caption != NULL; i++)
            lp_draw_text(&c, set[s].caption[i], caption_font,
                         left + ((double)(i % g->columns) + 0.5) * across - left / 2,
                         (double)(g->y + (i / g->columns + 1) * g->down - l->gap) - 3, 0.5, across);
    }
    if (wish->bar)
        draw_bar(&c, l, wish, common);
    return lp_canvas_image(&c, image, e);
}

static int draw_all(lp_image *image, const layout *l, size_t sets, const lp_tile_set *set,
                    const lp_tiles *wish, lp_error *e) {
    bool text = wish->title != NULL || wish->bar, colours = false;
    range common = {wish->lo, wish->hi};
    if (wish->scaling != LP_TILES_FIXED)
        common = (range){set[0].value[0], set[0].value[0]};
    for (size_t s = 0; s < sets; s++) {
        text = text || set[s].name != NULL || set[s].caption != NULL;
        colours = colours || set[s].shape.channels == 3 || wish->colours == LP_TILES_SIGNED;
        if (wish->scaling == LP_TILES_COMMON)
            common = range_of(set[s].value, set[s].count * tile_size(set[s].shape), common);
    }
    // A white picture of these sizes says first whether they are within the limits.
    if (lp_image_new(image, l->width, l->height + (wish->bar ? BAR : 0), text || colours ? 3 : 1,
                     e))
        return lp_within(e, "drawing");
    if (text) {
        lp_image_free(image);
        if (draw_text(image, l, sets, set, wish, common, e))
            return -1;
    }
    for (size_t s = 0; s < sets; s++) {
        const grid *g = &l->grid[s];
        for (size_t i = 0; i < set[s].count; i++)
            draw_tile(image, &set[s], i, wish, l->zoom, common, l->gap + i % g->columns * g->across,
                      g->y + i / g->columns * g->down);
    }
    return 0;
}

int lp_draw_tiles(lp_image *image, size_t sets, const lp_tile_set *set, const lp_tiles *wish,
                  lp_error *e) {
    *image = (lp_image){0};
    if (check_sets(sets, set, e))
        return -1;
    LP_CLEANUP(lp_free) grid *grids = lp_alloc(sets, sizeof *grids);
    layout l = {.grid = grids};
    if (lay_out(&l, sets, set, wish, e) == 0 && draw_all(image, &l, sets, set, wish, e) == 0)
        return 0;
    lp_image_free(image);
    return -1;
}

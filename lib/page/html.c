#include "page/html.h"

#include "base/printable.h"
#include "io/number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

static void escape(lp_buffer *b, const char *text) {
    for (; *text != '\0'; text++) {
        const char *entity = *text == '&'    ? "&amp;"
                             : *text == '<'  ? "&lt;"
                             : *text == '>'  ? "&gt;"
                             : *text == '"'  ? "&quot;"
                             : *text == '\'' ? "&#39;"
                                             : NULL;
        if (entity != NULL)
            lp_buffer_append(b, entity, strlen(entity));
        else
            lp_buffer_append(b, text, 1);
    }
}

void lp_html_text(lp_buffer *b, const char *text) {
    LP_CLEANUP(lp_buffer_free) lp_buffer printable = {0};
    lp_buffer_append_printable(&printable, text);
    escape(b, lp_buffer_text(&printable));
}

void lp_html_code(lp_buffer *b, const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t length = 0;
        while (at + length < size && text[at + length] != '\n' && text[at + length] != '\t')
            length++;
        LP_CLEANUP(lp_buffer_free) lp_buffer part = {0};
        lp_buffer_append(&part, text + at, length);
        lp_html_text(b, lp_buffer_text(&part));
        if (at + length < size)
            lp_buffer_append(b, text + at + length, 1);
        at += length + 1;
    }
}

void lp_html_element(lp_buffer *b, const char *tag, const char *text) {
    lp_buffer_printf(b, "<%s>", tag);
    lp_html_text(b, text);
    lp_buffer_printf(b, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void lp_html_number(lp_buffer *b, double value) {
    if (isnan(value))
        lp_buffer_printf(b, "–");
    else
        lp_buffer_printf(b, "%.6g", value);
}

/* ---- pictures ---- */

void lp_html_base64(lp_buffer *b, const void *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    lp_buffer_reserve(b, (size + 2) / 3 * 4);
    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at;
        uint32_t three = (uint32_t)in[at] << 16 | (left > 1 ? (uint32_t)in[at + 1] << 8 : 0) |
                         (left > 2 ? in[at + 2] : 0);
        char four[4];
        for (int i = 0; i < 4; i++)
            four[i] = (size_t)i <= left ? digits[three >> (18 - 6 * i) & 63] : '=';
        lp_buffer_append(b, four, 4);
    }
}

void lp_html_picture(lp_buffer *b, const char *type, const void *bytes, size_t size,
                     const char *caption, const char *kind) {
    lp_buffer_printf(b, "<figure><img class=\"%s\" alt=\"", kind);
    lp_html_text(b, caption);
    lp_buffer_printf(b, "\" src=\"data:%s;base64,", type);
    lp_html_base64(b, bytes, size);
    lp_buffer_printf(b, "\">");
    lp_html_element(b, "figcaption", caption);
    lp_buffer_printf(b, "</figure>\n");
}

/* ---- tables ---- */

/* The field from `at` on, a copy. */
static char *take_field(const char **at, const char *end, bool *is_last) {
    const char *from = *at;
    while (*at < end && **at != '\t')
        ++*at;
    char *field = lp_alloc((size_t)(*at - from) + 1, 1);
    memcpy(field, from, (size_t)(*at - from));
    field[*at - from] = '\0';
    *is_last = *at == end;
    *at += *at < end;
    return field;
}

static bool is_number(const char *text) {
    double value;
    const char *end = text + strlen(text);
    return lp_number_read(text, end, '.', &value) == end || strcmp(text, "nan") == 0;
}

/* The first column names its row, and keeps the spaces that indent it. */
static void append_row(lp_buffer *b, const char *line, const char *end, bool is_head) {
    bool is_last = false;
    lp_buffer_printf(b, "<tr>");
    for (int column = 0; !is_last; column++) {
        LP_CLEANUP(lp_free) char *field = take_field(&line, end, &is_last);
        const char *tag = is_head                          ? "th scope=\"col\""
                          : column == 0 && field[0] == ' ' ? "th scope=\"row\" class=\"in\""
                          : column == 0                    ? "th scope=\"row\""
                          : is_number(field)               ? "td class=\"n\""
                                                           : "td";
        lp_html_element(b, tag, field);
    }
    lp_buffer_printf(b, "</tr>\n");
}

void lp_html_table(lp_buffer *b, const char *tsv, size_t size) {
    static const char note[] = "\tnote\t";
    LP_CLEANUP(lp_buffer_free) lp_buffer notes = {0};
    const char *end = tsv + size;
    bool is_head = true;
    lp_buffer_printf(b, "<div class=\"wide\"><table>\n");
    for (const char *line = tsv; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop != NULL ? stop : end;
        if ((size_t)(stop - line) >= strlen(note) && memcmp(line, note, strlen(note)) == 0) {
            const char *text = line + strlen(note);
            lp_buffer_printf(&notes, "<li>");
            lp_html_code(&notes, text, (size_t)(stop - text));
            lp_buffer_printf(&notes, "</li>\n");
        } else {
            lp_buffer_printf(b, is_head ? "<thead>" : "");
            append_row(b, line, stop, is_head);
            lp_buffer_printf(b, is_head ? "</thead>" : "");
            is_head = false;
        }
        line = stop + 1;
    }
    lp_buffer_printf(b, "</table></div>\n");
    if (notes.size > 0)
        lp_buffer_printf(b, "<ul class=\"notes\">\n%s</ul>\n", lp_buffer_text(&notes));
}

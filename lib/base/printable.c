#include "base/printable.h"

#include "base/tensor.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The Unicode Character Database's general categories Cc, Zl, Zp and Cs, the property Bidi_Control,
 * byte order and annotation marks, tags, and the noncharacters of the basic plane; in order. */
static const struct {
    uint32_t first, last;
} unprintable[] = {
    {0x0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
    {0x2028, 0x202e},   {0x2066, 0x206f}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},   {0xfffd, 0xffff}, /* U+FFFD stands for invalid UTF-8 */
    {0xe0000, 0xe007f},
};

static bool is_printable(uint32_t c) {
    for (size_t i = 0; i < sizeof unprintable / sizeof *unprintable && c >= unprintable[i].first;
         i++)
        if (c <= unprintable[i].last)
            return false;
    return (c & 0xfffe) != 0xfffe; /* the last two of each plane */
}

/* Skips printable ASCII, eight bytes at a time: most texts are nothing else. */
static char *after_plain(char *text) {
    const uint64_t each = 0x0101010101010101;
    size_t size = strlen(text);
    for (uint64_t w; size >= sizeof w; text += sizeof w, size -= sizeof w) {
        memcpy(&w, text, sizeof w);
        /* A byte's high bit is set where it is not ASCII, below a blank, or DEL. */
        if (((w | (w - each * ' ') | (w + each)) & each * 0x80) != 0)
            break;
    }
    return text;
}

char *lp_printable(char *text) {
    char *to = after_plain(text);
    for (const char *at = to; *at != '\0';) {
        const char *from = at;
        if (is_printable(lp_utf8_next(&at))) {
            memmove(to, from, (size_t)(at - from));
            to += at - from;
        } else {
            *to++ = '?';
        }
    }
    *to = '\0';
    return text;
}

void lp_buffer_append_printable(lp_buffer *b, const char *text) {
    const size_t start = b->size;
    lp_buffer_append(b, text, strlen(text));
    b->size = start + strlen(lp_printable(b->data + start));
}

int lp_text_columns(const char *text) {
    int n = 0;
    for (; *text != '\0'; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

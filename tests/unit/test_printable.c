/* Which characters reach a reader, and which become '?'. */
#include "base/printable.h"
#include "check.h"

#include <stdlib.h>

static void check(const char *text, const char *expected) {
    char copy[100];
    lp_buffer b = {0};
    snprintf(copy, sizeof copy, "%s", text);
    CHECK_TEXT(lp_printable(copy), expected);
    lp_buffer_append(&b, "x", 1);
    lp_buffer_append_printable(&b, text);
    CHECK_TEXT(b.data + 1, expected);
    CHECK(b.size == 1 + strlen(expected));
    lp_buffer_free(&b);
}

static void what_acts(void) {
    check("", "");
    check("plain text ~", "plain text ~");
    check("\x1b[2J\x1b]0;title\a", "?[2J?]0;title?");
    check("a\nb\rc\td\be\x7f", "a?b?c?d?e?");
    check("\xc2\x80\xc2\x9b"
          "31m\xc2\x9f\xc2\xa0",
          "??31m?\xc2\xa0");
}

static void what_misleads(void) {
    /* Bidi_Control: ALM, LRM, RLM, LRE..RLO, LRI..PDI; line and paragraph separators; BOM; tags. */
    check("\xd8\x9c|\xe2\x80\x8e|\xe2\x80\x8f", "?|?|?");
    check("\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xaa|\xe2\x80\xae|\xe2\x80\xaf",
          "?|?|?|?|\xe2\x80\xaf");
    check("\xe2\x81\xa5|\xe2\x81\xa6|\xe2\x81\xa9", "\xe2\x81\xa5|?|?");
    check("\xef\xbb\xbf|\xef\xbf\xb9|\xef\xb7\x90|\xef\xbf\xbf", "?|?|?|?");
    check("\xf3\xa0\x80\x81|\xf3\xa0\x81\xbf|\xf0\x9f\xbf\xbe", "?|?|?");
}

static void what_is_not_utf8(void) {
    check("\xff|\x9b|\xc3|\xe2\x82", "?|?|?|??");              /* bytes, cut characters */
    check("\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80", "??|?|?"); /* overlong, surrogate, too large */
    check("\xef\xbf\xbd", "?");
}

/* Every byte but NUL at every place of a text, and beside its like. */
static void every_byte(void) {
    for (int byte = 1; byte < 256; byte++)
        for (size_t at = 0; at < 20; at++) {
            char text[] = "twenty plain letters", expected[] = "twenty plain letters";
            text[at] = (char)byte;
            expected[at] = (char)(byte >= 0x20 && byte < 0x7f ? byte : '?');
            check(text, expected);
            text[(at + 7) % 20] = (char)byte;
            expected[(at + 7) % 20] = expected[at];
            check(text, expected);
        }
}

static void what_stays(void) {
    static const char text[] =
        "\xc3\xa9 \xce\xb1 \xd7\xa9 \xd8\xb3\xe2\x80\x8c \xe4\xb8\xad \xf0\x9f\x99\x82";
    check(text, text);
    CHECK(lp_text_columns(text) == 12 && lp_text_columns("") == 0);
}

int main(void) {
    static const check_test tests[] = {
        {"what acts on a terminal becomes ?", what_acts},
        {"so does what misleads a reader", what_misleads},
        {"and what is not UTF-8", what_is_not_utf8},
        {"every byte counts, wherever it is", every_byte},
        {"letters of every script stay", what_stays},
        {0},
    };
    return check_main("printable", tests);
}

/* The report page's parts: text that cannot act, base64 by RFC 4648's own vectors, tables, what
 * differs between recipes. tests/pipe/test_report.sh opens whole pages in a browser. */
#include "check.h"
#include "io/image.h"
#include "num/rng.h"
#include "page/html.h"
#include "page/page.h"
#include "page/parameters.h"

#include <stdlib.h>

static lp_error e;

static void text_does_not_act(void) {
    lp_buffer b = {0};
    lp_html_element(&b, "p class=\"a\"", "<script>alert('1')</script> & \"q\"\x1b[2J\n\xc2\x9b");
    CHECK_TEXT(lp_buffer_text(&b), "<p class=\"a\">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; "
                                   "&amp; &quot;q&quot;?[2J?"
                                   "?</p>");
    b.size = 0;
    lp_html_code(&b, "a\n\t<b>\rc|rest", 9);
    CHECK_TEXT(lp_buffer_text(&b), "a\n\t&lt;b&gt;?c|");
    lp_buffer_free(&b);
}

static void base64_is_that_of_rfc_4648(void) {
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"},
                                             {"\xff\xfe\xfd", "//79"},
                                             {"\xfb\xff", "+/8="}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        lp_buffer b = {0};
        lp_html_base64(&b, vectors[i][0], strlen(vectors[i][0]));
        CHECK_TEXT(lp_buffer_text(&b), vectors[i][1]);
        lp_buffer_free(&b);
    }
}

static void a_table_has_its_notes_below(void) {
    static const char tsv[] = "what\there\nrow <1>\t0.5\n  indented\tnone\n\tnote\tA note & more\n"
                              "last\t-3e4";
    lp_buffer b = {0};
    lp_html_table(&b, tsv, strlen(tsv));
    CHECK_TEXT(lp_buffer_text(&b),
               "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">what</th>"
               "<th scope=\"col\">here</th></tr>\n</thead>"
               "<tr><th scope=\"row\">row &lt;1&gt;</th><td class=\"n\">0.5</td></tr>\n"
               "<tr><th scope=\"row\" class=\"in\">  indented</th><td>none</td></tr>\n"
               "<tr><th scope=\"row\">last</th><td class=\"n\">-3e4</td></tr>\n"
               "</table></div>\n<ul class=\"notes\">\n<li>A note &amp; more</li>\n</ul>\n");
    lp_buffer_free(&b);
}

static void check_parameter(const lp_parameters *p, size_t i, const char *name, const char *first,
                            const char *second) {
    CHECK(i < p->count);
    if (i >= p->count)
        return;
    CHECK_TEXT(p->parameter[i].name, name);
    const char *expected[] = {first, second};
    for (int run = 0; run < 2; run++) {
        const char *value = p->parameter[i].value[run];
        CHECK((value == NULL) == (expected[run] == NULL));
        if (value != NULL && expected[run] != NULL)
            CHECK_TEXT(value, expected[run]);
    }
}

static void parameters_are_what_differs(void) {
    static const char *const recipe[] = {
        "gen-moons -n 100 --seed 0 | labpipe split --train 0.8 --stratify --seed 0 | labpipe "
        "train-mlp --hidden 8 --input-shift -1 --seed 0",
        "gen-moons -n 200 --seed 0 | labpipe split --train 0.8 --seed 0 | labpipe split --train "
        "0.5 --seed 0 | labpipe train-mlp --init-from <(labpipe gen-moons -n 7) --hidden 8 "
        "--input-shift 1 --seed 0"};
    lp_parameters p;
    lp_parameters_read(&p, 2, recipe);
    CHECK(p.count == 7);
    check_parameter(&p, 0, "gen-moons -n", "100", "200");
    check_parameter(&p, 1, "split --stratify", "yes", NULL);
    check_parameter(&p, 2, "train-mlp --input-shift", "-1", "1");
    check_parameter(&p, 3, "split 2 --train", NULL, "0.5");
    check_parameter(&p, 4, "split 2 --seed", NULL, "0");
    check_parameter(&p, 5, "train-mlp --init-from", NULL, "yes");
    check_parameter(&p, 6, "gen-moons 2 -n", NULL, "7");
    lp_parameters_free(&p);
    static const char *const unreadable[] = {"", "gen-moons; rm -rf $HOME"};
    lp_parameters_read(&p, 2, unreadable);
    CHECK(p.count == 0);
    lp_parameters_free(&p);
}

/* Colours of a palette are at most half a step, 255 / 5 / 2, from what they were, and those of a
 * picture with few colours at most 255 / 15 / 2. */
static void few_colours_are_near(void) {
    for (int round = 0; round < 2; round++) {
        lp_image image, again;
        lp_rng rng = lp_rng_new(7, LP_RNG_BATCH, (uint32_t)round);
        CHECK(lp_image_new(&image, 61, 47, 3, &e) == 0);
        for (size_t i = 0; i < 61 * 47 * 3; i++)
            image.pixels[i] = round == 0 ? (uint8_t)(i / 3 % 2 * 201 + i % 3 * 9)
                                         : (uint8_t)lp_rng_below(&rng, 256);
        char *bytes = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&bytes, &size);
        CHECK(lp_image_write_png_palette(file, &image, &e) == 0 && fclose(file) == 0);
        CHECK(lp_image_decode(&again, bytes, size, &e) == 0);
        CHECK(again.width == 61 && again.height == 47 && again.channels == 3);
        for (size_t i = 0; i < 61 * 47 * 3; i++)
            CHECK_CLOSE(again.pixels[i], image.pixels[i], round == 0 ? 9 : 26);
        free(bytes);
        lp_image_free(&image);
        lp_image_free(&again);
    }
}

static void nothing_is_refused(void) {
    lp_buffer b = {0};
    CHECK(lp_page_write(&b, "Report", 0, NULL, &e) == -1);
    CHECK_TEXT(e.text, "there is nothing to report on");
    lp_buffer_free(&b);
}

int main(void) {
    static const check_test tests[] = {
        {"text does not act", text_does_not_act},
        {"base64 is that of RFC 4648", base64_is_that_of_rfc_4648},
        {"a table has its notes below", a_table_has_its_notes_below},
        {"parameters are what differs", parameters_are_what_differs},
        {"few colours are near", few_colours_are_near},
        {"nothing is refused", nothing_is_refused},
        {0},
    };
    return check_main("page", tests);
}

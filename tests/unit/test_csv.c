/* CSV: rows and cells (RFC 4180), numbers exactly as strtod reads them, and written back. */
#include "check.h"

#include "io/csv.h"

#include <float.h>
#include <stdint.h>
#include <stdlib.h>

static lp_error e;

/* All rows as "cell|cell/cell|cell/", or the error. */
static char *rows_in(const char *text, size_t size, lp_csv_format format) {
    static char shown[4000];
    lp_csv c;
    size_t n = 0;
    int more;
    shown[0] = e.text[0] = '\0';
    lp_csv_begin(&c, text, size, format);
    while ((more = lp_csv_next(&c, &e)) > 0) {
        for (size_t i = 0; i < c.cells; i++)
            n += (size_t)snprintf(shown + n, sizeof shown - n, "%s%s", i ? "|" : "",
                                  lp_csv_cell(&c, i));
        n += (size_t)snprintf(shown + n, sizeof shown - n, "/");
    }
    lp_csv_free(&c);
    return more < 0 ? e.text : shown;
}

static char *rows_of(const char *text, size_t size, char separator) {
    return rows_in(text, size, (lp_csv_format){separator, '.', '\0'});
}

static void cells(void) {
    static const char *const rows[][2] = {
        {"a,b\n1,2\n", "a|b/1|2/"},
        {"a,b\r\n1,2\r\n", "a|b/1|2/"},
        {"a,b\n1,2", "a|b/1|2/"},
        {"a,b\r\n1,2\r", "a|b/1|2/"},
        {"\xef\xbb\xbf"
         "a,b\n1,2\n",
         "a|b/1|2/"},
        {"a,b\n\n\r\n  \n", "a|b/"},
        {"", ""},
        {"\n\n", ""},
        {"\n a\n\nb\n \t\n\r\nc", "a/b/c/"},
        {",\n", "|/"},
        {"a,,b,\n", "a||b|/"},
        {" a , b c\t,\td\n", "a|b c|d/"},
        {"\"a,b\",\"c\"\n", "a,b|c/"},
        {"\"a\"\"b\",\"\"\n", "a\"b|/"},
        {"\"\"\"\"\n", "\"/"},
        {"\"a\nb\",\"c\r\nd\"\n1,2\n", "a\nb|c\r\nd/1|2/"},
        {" \"a \" ,\" b\"\n", "a | b/"},
        {"\"a\"", "a/"},
        {"a\rb\n", "a\rb/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_TEXT(rows_of(rows[i][0], strlen(rows[i][0]), ','), rows[i][1]);
    CHECK_TEXT(rows_of("a\t\tb c\n", 7, '\t'), "a||b c/");
    CHECK_TEXT(rows_of("1 2  3\n", 7, ' '), "1|2||3/");
    CHECK_TEXT(rows_of("1;2,5\n", 6, ';'), "1|2,5/");
}

static void refused_cells(void) {
    static const struct {
        const char *text;
        size_t size; /* 0: to the NUL */
        const char *message;
    } rows[] = {
        {"a\n\"b", 0, "line 2: a quote is never closed"},
        {"a\nb\"c\"\n", 0, "line 2: a quote is inside a cell without quotes"},
        {"\"a\"b\n", 0, "line 1: text follows a closing quote"},
        {"\"a\nb\"\n\"a\nb\"c\n", 0, "line 4: text follows a closing quote"},
        {"a\n\n\nb\"\n", 0, "line 4: a quote is inside a cell without quotes"},
        {"a\n1\0002\n", 6, "line 2: there is a NUL byte"},
        {"\xff\xfe"
         "a\0\n\0",
         6, "line 1: there is a NUL byte"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_HOLDS(rows_of(rows[i].text, rows[i].size ? rows[i].size : strlen(rows[i].text), ','),
                    rows[i].message);
}

/* A quoted line break moves the lines, not the rows. */
static void places(void) {
    static const char text[] = "a\n\"b\nc\nd\"\ne\n";
    static const size_t lines[] = {1, 2, 5};
    lp_csv c;
    lp_csv_begin(&c, text, sizeof text - 1, (lp_csv_format){',', '.', '\0'});
    for (size_t i = 0; i < 3; i++) {
        CHECK(lp_csv_next(&c, &e) == 1);
        CHECK(c.row == i + 1 && c.line == lines[i]);
    }
    CHECK(lp_csv_next(&c, &e) == 0 && lp_csv_next(&c, &e) == 0);
    lp_csv_free(&c);
}

static void comments(void) {
    static const char *const rows[][2] = {
        {"# a\n1,2 # b\n#\n  # c\n\"#\",3#", "1|2/#|3/"},
        {"1,#2\n3,4#,5\r\n", "1|/3|4/"},
        {"1\n# the \"end\"", "1/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_TEXT(rows_in(rows[i][0], strlen(rows[i][0]), (lp_csv_format){',', '.', '#'}),
                   rows[i][1]);
    CHECK_TEXT(rows_of("#a,b\n", 5, ','), "#a|b/");
}

/* Cells that are read as numbers at once, and those that turn out to be texts. */
static void numeric_columns(void) {
    static const bool numeric[] = {true, false, true};
    static const char text[] =
        "1,2,3\n 4 ,5, 6\t\r\nx,7,\"8\"\n9,1,1e999\n1,2,3,4\n5\n-1.5 2,3,nan";
    static const struct {
        size_t cells;
        const char *cell[4]; /* NULL: read as a number */
        double value[4];
    } rows[] = {
        {3, {NULL, "2", NULL}, {1, 2, 3}},          {3, {NULL, "5", NULL}, {4, 5, 6}},
        {3, {"x", "7", "8"}, {NAN, 7, 8}},          {3, {NULL, "1", "1e999"}, {9, 1, NAN}},
        {4, {NULL, "2", NULL, "4"}, {1, 2, 3, 4}},  {1, {NULL}, {5}},
        {3, {"-1.5 2", "3", "nan"}, {NAN, 3, NAN}},
    };
    lp_csv c;
    lp_csv_begin(&c, text, sizeof text - 1, (lp_csv_format){',', '.', '\0'});
    c.numeric = numeric;
    c.numeric_count = 3;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        CHECK(lp_csv_next(&c, &e) == 1 && c.cells == rows[r].cells);
        for (size_t i = 0; i < rows[r].cells; i++) {
            double value = NAN;
            const char *cell = lp_csv_cell(&c, i);
            CHECK(lp_csv_is_number(&c, i) == (rows[r].cell[i] == NULL));
            if (rows[r].cell[i] != NULL)
                CHECK_TEXT(cell, rows[r].cell[i]);
            CHECK((lp_csv_value(&c, i, &value, &e) == 0) == !isnan(rows[r].value[i]));
            CHECK(isnan(rows[r].value[i]) || value == rows[r].value[i]);
        }
    }
    CHECK(lp_csv_next(&c, &e) == 0);
    lp_csv_free(&c);
}

static void separators(void) {
    char c = 0;
    CHECK(lp_csv_parse_separator(";", &c, &e) == 0 && c == ';');
    CHECK(lp_csv_parse_separator("tab", &c, &e) == 0 && c == '\t');
    CHECK(lp_csv_parse_separator(" ", &c, &e) == 0 && c == ' ');
    CHECK(lp_csv_parse_separator("", &c, &e) == -1 && e.status == LP_USAGE);
    CHECK(lp_csv_parse_separator(",,", &c, &e) == -1);
    CHECK(lp_csv_parse_separator("\"", &c, &e) == -1);
    CHECK(lp_csv_parse_separator("\n", &c, &e) == -1);
    CHECK(lp_csv_parse_decimal(",", &c, &e) == 0 && c == ',');
    CHECK(lp_csv_parse_decimal(";", &c, &e) == -1 && e.status == LP_USAGE);
    CHECK(lp_csv_parse_decimal("", &c, &e) == -1);
    CHECK(lp_csv_parse_comment("#", &c, &e) == 0 && c == '#');
    CHECK(lp_csv_parse_comment("//", &c, &e) == -1 && e.status == LP_USAGE);
    CHECK(lp_csv_parse_comment("", &c, &e) == -1);
}

static bool same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void numbers(void) {
    static const char *const good[] = {
        "0",
        "-0",
        "+0",
        "1",
        "+1",
        "-1",
        "007",
        "5.1",
        ".5",
        "5.",
        "-.5",
        "1e3",
        "1E+3",
        "1e-3",
        "0e999",
        "123456789012345",
        "1234567890123456",
        "9007199254740993",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "123456789012345e22",
        "123456789012345e-22",
        "0.1",
        "0.30000000000000004",
        "2.2250738585072011e-308",
        "4.9e-324",
        "2e-324",
        "1e-400",
        "1.7976931348623157e308",
        "0.000000000000000000000000000000000000000000000001",
        "100000000000000000000000000",
        "0000000000000000000000001.5",
        "179769313486231580793728971405301e276",
    };
    static const char *const bad[][2] = {
        {"", "the cell is empty"},
        {"abc", "'abc' is not a number"},
        {"1 2", "'1 2' is not a number"},
        {"1a", "'1a' is not a number"},
        {"nan", "'nan' is not a number"},
        {"inf", "'inf' is not a number"},
        {"-Infinity", "'-Infinity' is not a number"},
        {"0x10", "'0x10' is not a number"},
        {"1e", "'1e' is not a number"},
        {"1e+", "'1e+' is not a number"},
        {".", "'.' is not a number"},
        {"-", "'-' is not a number"},
        {"e5", "'e5' is not a number"},
        {"1.2.3", "'1.2.3' is not a number"},
        {"--1", "'--1' is not a number"},
        {"1,5", "'1,5' is not a number"},
        {"1e309", "'1e309' is out of the range of a double"},
        {"-1e999999999999999999999", "is out of the range of a double"},
    };
    double value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(lp_csv_number(good[i], '.', &value, &e) == 0);
        CHECK(same_bits(value, strtod(good[i], NULL)));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(lp_csv_number(bad[i][0], '.', &value, &e) == -1);
        CHECK_HOLDS(e.text, bad[i][1]);
    }
}

/* Texts of 1 to 17 digits with the point and the exponent anywhere: the short way round strtod
 * gives its bits. */
static void numbers_are_exact(void) {
    uint64_t state = 1;
    unsigned wrong = 0;
    for (int i = 0; i < 200000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const int digits = 1 + (int)(state >> 33) % 17;
        const uint64_t mantissa = (state >> 8) * 2654435761u;
        char text[60], number[30];
        snprintf(number, sizeof number, "%020llu", (unsigned long long)mantissa);
        const int point = (int)(state >> 40) % (digits + 1);
        snprintf(text, sizeof text, "%.*s.%.*se%d", point, number + 3, digits - point,
                 number + 3 + point, (int)(state >> 20) % 56 - 28);
        double value;
        wrong += lp_csv_number(text, '.', &value, &e) != 0 || !same_bits(value, strtod(text, NULL));
    }
    CHECK(wrong == 0);
}

static void integers(void) {
    int64_t value;
    CHECK(lp_csv_integer("0", &value) && value == 0);
    CHECK(lp_csv_integer("-7", &value) && value == -7);
    CHECK(lp_csv_integer("+007", &value) && value == 7);
    CHECK(lp_csv_integer("9223372036854775807", &value) && value == INT64_MAX);
    CHECK(lp_csv_integer("-9223372036854775808", &value) && value == INT64_MIN);
    static const char *const bad[] = {"", "a", "1.0", "1e3", "9223372036854775808", "1 ", "0x1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!lp_csv_integer(bad[i], &value));
}

static void written_numbers(void) {
    static const struct {
        double value;
        bool is_single;
        const char *text;
    } rows[] = {
        {0, false, "0"},
        {-0.0, false, "-0"},
        {5.1, false, "5.1"},
        {0.1 + 0.2, false, "0.30000000000000004"},
        {1e22, false, "1e+22"},
        {1.0 / 3, false, "0.3333333333333333"},
        {9007199254740993.0, false, "9007199254740992"},
        {DBL_MAX, false, "1.7976931348623157e+308"},
        {DBL_TRUE_MIN, false, "5e-324"},
        {0.1f, true, "0.1"},
        {16777217.0f, true, "16777216"},
        {1.0f / 3, true, "0.33333334"},
        {FLT_MAX, true, "3.4028235e+38"},
        {INFINITY, false, "inf"},
        {-INFINITY, true, "-inf"},
        {NAN, false, "nan"},
        {-NAN, false, "nan"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer b = {0};
        lp_csv_append_number(&b, rows[i].value, rows[i].is_single);
        CHECK_TEXT(b.data, rows[i].text);
        lp_buffer_free(&b);
    }
}

static void written_texts(void) {
    static const char *const rows[][2] = {
        {"a", "a"},           {"a b", "a b"},           {"", "\"\""},
        {"a,b", "\"a,b\""},   {"a\"b", "\"a\"\"b\""},   {"a\nb", "\"a\nb\""},
        {" a", "\" a\""},     {"a\t", "\"a\t\""},       {"\"", "\"\"\"\""},
        {"a\rb", "\"a\rb\""}, {"\xc3\xa9", "\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer b = {0};
        lp_csv_append_text(&b, rows[i][0], ',');
        CHECK_TEXT(b.data, rows[i][1]);
        lp_csv c; /* and it reads back */
        lp_csv_begin(&c, b.data, b.size, (lp_csv_format){',', '.', '\0'});
        CHECK(lp_csv_next(&c, &e) == 1 && c.cells == 1);
        CHECK_TEXT(lp_csv_cell(&c, 0), rows[i][0]);
        lp_csv_free(&c);
        lp_buffer_free(&b);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"rows and cells", cells},
        {"texts that are no CSV are refused with their line", refused_cells},
        {"rows and lines are counted", places},
        {"comments are skipped", comments},
        {"columns of numbers are read as numbers", numeric_columns},
        {"separators, decimal points and comment characters", separators},
        {"numbers are what strtod reads, or refused", numbers},
        {"200,000 numbers are exact", numbers_are_exact},
        {"whole numbers", integers},
        {"numbers are written as short as they read back", written_numbers},
        {"texts are written in quotes where they need them", written_texts},
        {0},
    };
    return check_main("csv", tests);
}

/* The command line against an option table. */
#include "check.h"

#include "cli/parse.h"

#include <stdint.h>
#include <stdlib.h>

typedef struct {
    bool shuffle, resume, either;
    int64_t epochs, steps, x;
    uint64_t seed;
    double lr, scale, momentum;
    const char *title;
    enum { SVD, GD, SGD } method;
    lp_ints hidden;
    lp_texts drop;
    lp_reals rates;
    lp_reals_list mean;
    lp_share train;
    lp_range rows;
    lp_size tile;
} options;

#define ROW(name, member) LP_ROW(name, options, member)
static const lp_option rows[] = {
    {ROW("shuffle", shuffle)},
    {ROW("resume", resume), .requires = "title"},
    {ROW("either", either), .requires = "shuffle|title|method=svd"},
    {ROW("epochs", epochs), .letter = 'e', .metavar = "N", .default_value = "7", .min = 1,
     .max = 1000, .synonym = "passes"},
    {ROW("steps", steps), .metavar = "N", .max = INFINITY, .conflicts = "epochs"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0"},
    {ROW("lr", lr), .metavar = "RATE", .default_value = "0.5", .max = INFINITY,
     .flags = LP_OPEN_MIN, .requires = "method=gd|sgd", .elsewhere = "learning-rate|eta"},
    {ROW("input-scale", scale), .metavar = "A/B", .flags = LP_RATIO, .synonym = "scale"},
    {ROW("momentum", momentum), .metavar = "M", .max = 1, .flags = LP_OPEN_MAX},
    {ROW("title", title), .metavar = "TEXT"},
    {ROW("method", method), .metavar = "METHOD", .default_value = "gd", .choices = "svd|gd|sgd"},
    {ROW("hidden", hidden), .metavar = "N,N", .default_value = "3", .min = 1, .max = 100},
    {ROW("drop", drop), .metavar = "PATTERN"},
    {ROW("mean", mean), .metavar = "A,B"},
    {ROW("rates", rates), .metavar = "R,R", .max = 1},
    {ROW("k", x), .letter = 'k', .metavar = "N"},
    {ROW("train", train), .metavar = "SHARE"},
    {ROW("rows", rows), .metavar = "A:B"},
    {ROW("x", x), .metavar = "N", .flags = LP_REQUIRED, .requires = "method=svd"},
    {ROW("tile", tile), .metavar = "WxH", .min = 1, .max = 999},
    {ROW("grid", tile), .metavar = "WxH"},
    {0},
};
static const lp_option common[] = {
    {ROW("threads", steps), .metavar = "N", .flags = LP_NOT_IN_RECIPE},
    {0},
};

static options o;
static lp_command c;
static lp_error e;

/* Parses "tool " + line, cut at blanks. */
static int parse(const char *line) {
    static char copy[500];
    char *argv[50] = {(char *)"tool"};
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    memset(&o, 0xa5, sizeof o);
    e = (lp_error){0};
    free(c.setting);
    c = (lp_command){0};
    lp_command_add(&c, rows, &o);
    lp_command_add(&c, common, &o);
    return lp_command_parse(&c, argc, argv, &e);
}

static void refused(const char *line, const char *message) {
    CHECK(parse(line) == -1);
    CHECK(e.status == LP_USAGE);
    CHECK_HOLDS(e.text, message);
}

static void defaults(void) {
    CHECK(parse("") == 0);
    CHECK(o.epochs == 7 && o.scale == 0 && o.lr == 0.5 && o.method == GD && !o.shuffle &&
          o.title == NULL);
    CHECK(o.hidden.count == 1 && o.hidden.item[0] == 3);
}

static void values(void) {
    CHECK(parse("a --epochs 12 --lr=2.5e-1 --method sgd --shuffle --hidden 20,30 --title x b") ==
          0);
    CHECK(o.epochs == 12 && o.lr == 0.25 && o.method == SGD && o.shuffle);
    CHECK(o.hidden.count == 2 && o.hidden.item[0] == 20 && o.hidden.item[1] == 30);
    CHECK_TEXT(o.title, "x");
    CHECK(c.operands.count == 2);
    CHECK_TEXT(c.operands.item[1], "b");
    CHECK(parse("-e 3") == 0 && o.epochs == 3);
    CHECK(parse("-e3") == 0 && o.epochs == 3);
    CHECK(parse("-- --epochs -") == 0 && c.operands.count == 2 && o.epochs == 7);
    CHECK(parse("--seed 18446744073709551615") == 0 && o.seed == UINT64_MAX);
    CHECK(parse("--mean 1,-2.5 --mean 3,4 --drop a --drop b") == 0);
    CHECK(o.mean.count == 2 && o.mean.item[0].item[1] == -2.5 && o.mean.item[1].count == 2);
    CHECK(o.drop.count == 2);
    CHECK(parse("--train 0.8") == 0 && !o.train.is_count && o.train.fraction == 0.8);
    CHECK(parse("--train 100") == 0 && o.train.is_count && o.train.count == 100);
    CHECK(parse("--rows 3:") == 0 && o.rows.from == 3 && o.rows.to == SIZE_MAX);
    CHECK(parse("--x 4 --method svd") == 0 && o.x == 4);
    CHECK(parse("--either --shuffle") == 0 && parse("--either --title a") == 0);
    CHECK(parse("--either --method svd --x 1") == 0 && o.either);
    CHECK(parse("--tile 64x32") == 0 && o.tile.width == 64 && o.tile.height == 32);
    CHECK(parse("--rows :9") == 0 && o.rows.from == 0 && o.rows.to == 9);
    CHECK(parse("--rates 0.5,1,0") == 0 && o.rates.count == 3 && o.rates.item[1] == 1);
    CHECK(parse("-k 5") == 0 && o.x == 5);
}

#define FORTY_DIGITS "1234567890123456789012345678901234567890"
#define FORTY_ZEROS "0000000000000000000000000000000000000000"

static void strict_numbers(void) {
    refused("--epochs abc", "option --epochs: 'abc' is not a whole number");
    refused("--epochs 3x", "not a whole number");
    refused("--epochs 3.0", "not a whole number");
    refused("--epochs +3", "not a whole number");
    refused("--epochs=", "'' is not a whole number");
    refused("--epochs 0", "at least 1 and at most 1000");
    refused("--epochs 1001", "at least 1 and at most 1000");
    refused("--epochs 99999999999999999999", "too large");
    refused("--epochs " FORTY_DIGITS, "option --epochs: '" FORTY_DIGITS "' is too large");
    refused("--hidden 2," FORTY_DIGITS ",3", "option --hidden: '" FORTY_DIGITS "' is too large");
    CHECK(parse("--epochs " FORTY_ZEROS "12") == 0 && o.epochs == 12);
    CHECK(parse("--lr 0.25" FORTY_ZEROS FORTY_ZEROS) == 0 && o.lr == 0.25);
    CHECK(parse("--input-scale " FORTY_ZEROS FORTY_ZEROS "1/4") == 0 && o.scale == 0.25);
    refused("--lr nan", "not a number");
    refused("--lr inf", "not a number");
    refused("--lr 0x1p3", "not a number");
    refused("--lr 1e999", "too large");
    refused("--lr 0", "it has to be above 0");
    refused("--lr 1e", "not a number");
    refused("--seed -1", "not a whole number from 0");
    refused("--seed 18446744073709551616", "too large");
    refused("--hidden 20,,20", "not a whole number");
    refused("--hidden 20,", "not a whole number");
    refused("--hidden 0", "at least 1");
    refused("--mean 1,abc", "not a number");
    refused("--mean=", "'' is not a number");
    refused("--rates 0.5,1.5,0",
            "'0.5,1.5,0' is out of range: it has to be at least 0 and at most 1");
    refused("--rates 0.5,", "'' is not a number");
    refused("--tile 64", "not a size (WIDTHxHEIGHT)");
    refused("--tile 64x", "not a whole number");
    refused("--tile 64xx3", "not a whole number");
    refused("--tile 64x1000", "at least 1 and at most 999");
    refused("--tile 0x5", "at least 1 and at most 999");
    refused("--grid 0x5", "'0x5' is not a size: both sides are at least 1");
    refused("--grid 5x-1", "both sides are at least 1");
    refused("--input-scale 1/x", "'x' is not a number");
    refused("--input-scale 1/0", "'1/0' is not a finite number");
    refused("--momentum 1", "at least 0 and below 1");
    refused("--rows 3:x", "'x' is not a whole number");
    refused("--rows -1:3", "not a range");
    refused("--train abc", "not a whole number");
    refused("--train 0", "a count has to be at least 1");
    refused("--train 1.0", "between 0 and 1");
    refused("--train 0.0", "between 0 and 1");
    refused("--rows 5", "not a range");
    refused("--rows 5:3", "not a range");
}

static void refusals(void) {
    refused("-steps 3", "unknown option '-steps' (did you mean --steps?");
    refused("--epoch 3", "unknown option '--epoch' (did you mean --epochs?");
    refused("--ep 3", "unknown option '--ep' (did you mean --epochs? --help lists them all)");
    refused("--learning_rate=3", "unknown option '--learning_rate' (did you mean --lr?");
    refused("--eta 3", "unknown option '--eta' (did you mean --lr?");
    refused("--s 3", "unknown option '--s' (--help lists them all)");
    refused("--st 3", "unknown option '--st' (did you mean --steps?");
    refused("--m 3", "unknown option '--m' (--help lists them all)");
    refused("--me 3", "unknown option '--me' (did you mean --method or --mean?");
    refused("--nonsense=3", "unknown option '--nonsense' (--help lists them all)");
    refused("-x", "unknown option '-x'");
    refused("--k 5", "unknown option '--k'"); /* it is -k */
    refused("--epochs", "--epochs needs a value: --epochs N");
    refused("--title --shuffle", "--title needs a value");
    refused("--shuffle=yes", "--shuffle takes no value");
    refused("--epochs 3 -e 4", "--epochs is given twice");
    refused("--method als", "'als' is not one of svd|gd|sgd");
    refused("--method svd", "--x is missing: --x N");
    refused("--x 4", "--x goes only with --method=svd");
    refused("--either", "--either goes only with --shuffle|title|method=svd");
    refused("--method svd --lr 1", "--lr goes only with --method=gd|sgd");
    refused("--resume", "--resume goes only with --title");
    refused("--steps 3 --epochs 3", "--steps and --epochs contradict each other");
    CHECK(parse("--resume --title x") == 0);
}

static void recipe(void) {
    static const char *const lines[][2] = {
        /* Defaults that could have been given are there, what they need is there, too. */
        {"", "--epochs 7 --seed 0 --lr 0.5 --method gd --hidden 3"},
        {"--seed 4 --hidden 5,6", "--epochs 7 --seed 4 --lr 0.5 --method gd --hidden 5,6"},
        /* Not what contradicts, or needs, another value than the line's. */
        {"--steps 3", "--steps 3 --seed 0 --lr 0.5 --method gd --hidden 3"},
        {"--method svd --x 4", "--epochs 7 --seed 0 --method svd --hidden 3 --x 4"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        lp_buffer b = {0};
        CHECK(parse(lines[i][0]) == 0);
        lp_command_recipe(&c, &b);
        CHECK_TEXT(b.data, lines[i][1]);
        lp_buffer again = {0};
        CHECK(parse(b.data) == 0); /* a recipe has itself as its recipe */
        lp_command_recipe(&c, &again);
        CHECK_TEXT(again.data, b.data);
        lp_buffer_free(&b);
        lp_buffer_free(&again);
    }
    CHECK(parse("--hidden 5") == 0);
    lp_command_find(&c, "lr")->unused = true;
    lp_command_find(&c, "method")->default_word = "sgd";
    lp_buffer told = {0};
    lp_command_recipe(&c, &told);
    CHECK_TEXT(told.data, "--epochs 7 --seed 0 --method sgd --hidden 5");
    lp_buffer_free(&told);
}

/* What a checkpoint is compared by. */
static void what_was_given(void) {
    lp_buffer b = {0};
    CHECK(parse("--mean 1,2 --lr 0.10 --shuffle --mean 3,4 --threads 8 --drop h*") == 0);
    lp_command_given(&c, LP_NOT_IN_RECIPE, &b);
    /* The rows' order, the words as typed, what changes no byte never. */
    CHECK_TEXT(b.data, "--shuffle --lr 0.10 --drop 'h*' --mean 1,2 --mean 3,4");
    lp_buffer_free(&b);
}

/* An old name parses as the new one, is written as the new one, and is not suggested. */
static void synonyms(void) {
    lp_buffer b = {0};
    CHECK(parse("--scale 1/4 --passes=9") == 0 && o.scale == 0.25 && o.epochs == 9);
    CHECK(lp_command_find(&c, "input-scale")->given);
    lp_command_given(&c, LP_NOT_IN_RECIPE, &b);
    CHECK_TEXT(b.data, "--epochs 9 --input-scale 1/4");
    lp_buffer_free(&b);
    CHECK(parse("--input-scale 1/4") == 0 && o.scale == 0.25);
    refused("--scale x", "option --input-scale: 'x' is not a number");
    refused("--scale 1/0", "'1/0' is not a finite number");
    refused("--scale", "--input-scale needs a value: --input-scale A/B");
    refused("--scale 1 --input-scale 1", "--input-scale is given twice");
    refused("--passes 3 --steps 3", "--steps and --epochs contradict each other");
    refused("--passe 3", "unknown option '--passe' (--help lists them all)");
    refused("--lr 1/2", "'1/2' is not a number");
}

/* More names than the line has room for: whole ones, and no more. */
static void many_names(void) {
    lp_nearest nearest = {.typed = "from"};
    for (int i = 0; i < 50; i++) {
        char name[40];
        snprintf(name, sizeof name, "from-some-format-%d", i);
        lp_nearest_consider(&nearest, "--", name, NULL);
    }
    CHECK_TEXT(lp_nearest_text(&nearest),
               "did you mean --from-some-format-0 or --from-some-format-1 or --from-some-format-2 "
               "or --from-some-format-3 or --from-some-format-4? ");
    lp_nearest far = {.typed = "from"};
    lp_nearest_consider(&far, "", "frok" FORTY_DIGITS FORTY_DIGITS, NULL);
    CHECK_TEXT(lp_nearest_text(&far), "");
}

/* A table is parsed as a command line is, and says where it is wrong. */
static void a_wrong_default(void) {
    static const lp_option wrong[] = {
        {ROW("epochs", epochs), .metavar = "N", .default_value = "0", .min = 1, .max = 9}, {0}};
    lp_command command = {0};
    e = (lp_error){0};
    lp_command_add(&command, wrong, &o);
    CHECK(lp_command_parse(&command, 1, (char *[]){(char *)"tool", NULL}, &e) == -1);
    CHECK_TEXT(e.text, "the default of --epochs: '0' is out of range: it has to be at least 1 and "
                       "at most 9");
    free(command.setting);
}

int main(void) {
    return check_main("parse", (check_test[]){
                                   {"defaults are parsed from the table", defaults},
                                   {"every kind of value is read", values},
                                   {"numbers are whole words in range", strict_numbers},
                                   {"wrong lines are refused with their reason", refusals},
                                   {"the recipe holds what decides the output", recipe},
                                   {"what was given, without defaults", what_was_given},
                                   {"an old name stands for the new one", synonyms},
                                   {"as many near names as there is room for", many_names},
                                   {"a default that is out of range", a_wrong_default},
                                   {0},
                               });
}

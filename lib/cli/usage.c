#include "cli/usage.h"

#include "cli/parse.h"

#include <ctype.h>
#include <string.h>

static const char exit_status[] =
    "0 when all went well, 1 when the data or the system failed, 2 when the command line is wrong.";

/* "[OPTION]... PATTERN... [FILE]..." */
static void operands(FILE *out, const lp_tool *tool) {
    fprintf(out, "[OPTION]...");
    if (tool->words != NULL)
        fprintf(out, " %s", tool->words);
    if (tool->in != LP_IN_NOTHING)
        fprintf(out, " [FILE]...");
}

/* "-o, --output FILE" */
static void spelling(FILE *out, const lp_option *row) {
    bool is_long = lp_option_is_long(row);
    if (row->letter != 0)
        fprintf(out, "-%c%s", row->letter, is_long ? ", " : "");
    if (is_long)
        fprintf(out, "--%s", row->name);
    if (row->metavar != NULL)
        fprintf(out, " %s", row->metavar);
}

/* The help's sentence with what the table knows besides: choices, range, default, refusals. */
static void sentence(FILE *out, const lp_option *row) {
    fputs(row->help, out);
    if (row->choices != NULL)
        fprintf(out, ": %s", row->choices);
    const char *separator = " (";
    if (row->flags & LP_REQUIRED)
        fprintf(out, "%srequired", separator), separator = "; ";
    if (row->kind == LP_OPTION_TEXTS || row->kind == LP_OPTION_REALS_LIST)
        fprintf(out, "%sany number of times", separator), separator = "; ";
    if (row->default_value != NULL)
        fprintf(out, "%sdefault: %s", separator, row->default_value), separator = "; ";
    if (row->requires != NULL)
        fprintf(out, "%sonly with --%s", separator, row->requires), separator = "; ";
    if (row->conflicts != NULL)
        fprintf(out, "%snot with --%s", separator, row->conflicts), separator = "; ";
    fputs(separator[0] == ';' ? ")" : "", out);
}

/* Prints text in lines of at most 80 columns, `indent` blanks before each. A blank line ends a
 * paragraph, a line that starts with a blank stands as it is. */
static void wrap(FILE *out, const char *text, int indent) {
    int column = 0;
    for (bool line_start = true; *text != '\0';) {
        size_t length = strcspn(text, "\n");
        if (line_start && (length == 0 || *text == ' ')) {
            fprintf(out, "%s%.*s\n", column > 0 ? "\n" : "", (int)length, text);
            column = 0;
            text += length + (text[length] == '\n');
            continue;
        }
        size_t word = strcspn(text, " \n");
        int width = 0; /* in characters: continuation bytes of UTF-8 take no column */
        for (size_t i = 0; i < word; i++)
            width += (text[i] & 0xc0) != 0x80;
        if (column > 0 && column + 1 + width > 80) {
            fputc('\n', out);
            column = 0;
        }
        column += column > 0 ? fprintf(out, " ") : fprintf(out, "%*s", indent, "");
        fwrite(text, 1, word, out);
        column += width;
        text += word;
        line_start = *text == '\n';
        text += *text != '\0';
        while (!line_start && *text == ' ')
            text++;
    }
    if (column > 0)
        fputc('\n', out);
}

static void help_rows(FILE *out, const lp_option *rows) {
    for (; rows->name != NULL; rows++) {
        char text[1500] = "";
        FILE *memory = fmemopen(text, sizeof text - 1, "w");
        if (memory == NULL)
            return;
        sentence(memory, rows);
        fclose(memory);
        fputs("  ", out);
        spelling(out, rows);
        fputc('\n', out);
        wrap(out, text, 8);
    }
}

void lp_usage_help(FILE *out, const lp_tool *tool, const lp_option *common) {
    fprintf(out, "Usage: %s ", tool->name);
    operands(out, tool);
    fprintf(out, "\n%c%s.\n\n", toupper((unsigned char)tool->summary[0]), tool->summary + 1);
    wrap(out, tool->manual, 0);
    fputs("\nOptions:\n", out);
    help_rows(out, tool->options);
    help_rows(out, common);
    if (tool->examples != NULL)
        fprintf(out, "\nExamples:\n%s\n", tool->examples);
    if (tool->in != LP_IN_NOTHING)
        fprintf(out, "\nWithout a FILE, or where it is -, standard input is read.\n");
    fprintf(out, "Exit status: %s\n", exit_status);
}

/* Text for roff: backslashes, and dots and quotes that start a line. */
static void roff(FILE *out, const char *text) {
    bool start = true;
    for (; *text != '\0'; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        start = *text == '\n';
    }
}

static void man_rows(FILE *out, const lp_option *rows) {
    for (; rows->name != NULL; rows++) {
        char line[1500];
        FILE *memory = fmemopen(line, sizeof line, "w");
        if (memory == NULL)
            return;
        spelling(memory, rows);
        fputc('\n', memory);
        sentence(memory, rows);
        fputc('\0', memory);
        fclose(memory);
        line[sizeof line - 1] = '\0';
        fputs(".TP\n", out);
        roff(out, line);
        fputs(".\n", out);
    }
}

void lp_usage_man(FILE *out, const lp_tool *tool, const lp_option *common) {
    char line[500];
    fprintf(out,
            ".TH \"LABPIPE-%s\" 1 \"\" \"labpipe %s\" \"labpipe\"\n.nh\n.ad l\n.SH NAME\nlabpipe-",
            tool->name, LP_VERSION);
    roff(out, tool->name);
    fputs(" \\- ", out);
    roff(out, tool->summary);
    fprintf(out, "\n.SH SYNOPSIS\n.B labpipe %s\n", tool->name);
    FILE *memory = fmemopen(line, sizeof line, "w");
    if (memory != NULL) {
        operands(memory, tool);
        fputc('\0', memory);
        fclose(memory);
        roff(out, line);
    }
    fputs("\n.SH DESCRIPTION\n", out);
    /* A blank line starts a paragraph, an indented line stands as it is. */
    for (const char *at = tool->manual; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        if (length == 0)
            fputs(".PP\n", out);
        else {
            if (line[0] == ' ')
                fputs(".br\n", out);
            roff(out, line);
            fputc('\n', out);
        }
        at += length + (at[length] == '\n');
    }
    fputs(".SH OPTIONS\n", out);
    man_rows(out, tool->options);
    man_rows(out, common);
    if (tool->examples != NULL) {
        fputs(".SH EXAMPLES\n.nf\n", out);
        roff(out, tool->examples);
        fputs("\n.fi\n", out);
    }
    fprintf(out, ".SH EXIT STATUS\n%s\n", exit_status);
}

void lp_usage_completion(FILE *out, const lp_tool *tool, const lp_option *common) {
    const lp_option *tables[] = {tool->options, common};
    for (int t = 0; t < 2; t++) {
        for (const lp_option *row = tables[t]; row->name != NULL; row++) {
            char text[64];
            fprintf(out, "%s", lp_option_spelling(row, text));
            if (row->choices != NULL)
                fprintf(out, " %s", row->choices);
            fputc('\n', out);
        }
    }
}

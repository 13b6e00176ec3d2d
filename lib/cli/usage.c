/* A tool's table as text. */
#include "cli/state.h"

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
static void spelling(lp_buffer *b, const lp_option *row) {
    bool is_long = lp_option_is_long(row);
    if (row->letter != 0)
        lp_buffer_printf(b, "-%c%s", row->letter, is_long ? ", " : "");
    if (is_long)
        lp_buffer_printf(b, "--%s", row->name);
    if (row->metavar != NULL)
        lp_buffer_printf(b, " %s", row->metavar);
}

/* Starts or continues the remarks in brackets after a sentence. */
static const char *separator(bool *open) {
    bool was_open = *open;
    *open = true;
    return was_open ? "; " : " (";
}

/* The help's sentence with what else the table knows: choices, default, requirements. */
static void sentence(lp_buffer *b, const lp_option *row) {
    bool open = false;
    lp_buffer_printf(b, "%s", row->help);
    if (row->choices != NULL)
        lp_buffer_printf(b, ": %s", row->choices);
    bool required = row->flags & LP_REQUIRED;
    if (required && row->requires == NULL)
        lp_buffer_printf(b, "%srequired", separator(&open));
    if (lp_option_repeats(row))
        lp_buffer_printf(b, "%sany number of times", separator(&open));
    if (row->default_value != NULL)
        lp_buffer_printf(b, "%sdefault: %s", separator(&open), row->default_value);
    if (row->requires != NULL)
        lp_buffer_printf(b, "%s%s with --%s", separator(&open),
                         required ? "required, and only," : "only", row->requires);
    for (const char *at = row->conflicts; at != NULL && *at != '\0'; at += *at == '|') {
        size_t length = strcspn(at, "|");
        bool first = at == row->conflicts;
        lp_buffer_printf(b, "%s%s--%.*s", first ? separator(&open) : "",
                         first ? "not with " : " or ", (int)length, at);
        at += length;
    }
    lp_buffer_printf(b, "%s", open ? ")" : "");
}

/* Prints text in lines of at most 80 columns, each indented by `indent`. A blank line ends a
 * paragraph, a line that starts with a blank is not wrapped. */
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

void lp_usage_help(FILE *out, const lp_tool *tool, const lp_command *command) {
    fprintf(out, "Usage: labpipe %s ", tool->name);
    operands(out, tool);
    fprintf(out, "\n%c%s.\n\n", toupper((unsigned char)tool->summary[0]), tool->summary + 1);
    wrap(out, tool->manual, 0);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < command->settings; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer left = {0};
        LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
        spelling(&left, command->setting[i].row);
        sentence(&text, command->setting[i].row);
        fprintf(out, "  %s\n", left.data);
        wrap(out, text.data, 8);
    }
    if (tool->examples != NULL)
        fprintf(out, "\nExamples:\n%s\n", tool->examples);
    if (tool->in != LP_IN_NOTHING)
        fprintf(out, "\nWithout a FILE, or where it is -, standard input is read.");
    fprintf(out, "\nExit status: %s\n", exit_status);
}

/* Prints text for roff: escapes backslashes, dashes, and dots and quotes that start a line. */
static void roff(FILE *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        bool start = i == 0 || text[i - 1] == '\n';
        fputs(start && (text[i] == '.' || text[i] == '\'') ? "\\&" : "", out);
        if (text[i] == '\\' || text[i] == '-')
            fputs(text[i] == '-' ? "\\-" : "\\e", out);
        else
            fputc(text[i], out);
    }
}

void lp_usage_man(FILE *out, const lp_tool *tool, const lp_command *command) {
    fprintf(out,
            ".TH \"LABPIPE-%s\" 1 \"\" \"labpipe %s\" \"labpipe\"\n.nh\n.ad l\n.SH NAME\nlabpipe-",
            tool->name, LP_VERSION);
    roff(out, tool->name, strlen(tool->name));
    fputs(" \\- ", out);
    roff(out, tool->summary, strlen(tool->summary));
    fprintf(out, "\n.SH SYNOPSIS\n.B labpipe %s\n", tool->name);
    operands(out, tool);
    fputs("\n.SH DESCRIPTION\n", out);
    /* A blank line starts a paragraph; an indented line is not filled. */
    for (const char *at = tool->manual; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        fputs(length == 0 ? ".PP" : *at == ' ' ? ".br\n" : "", out);
        roff(out, at, length);
        fputc('\n', out);
        at += length + (at[length] == '\n');
    }
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; i < command->settings; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
        spelling(&text, command->setting[i].row);
        lp_buffer_append(&text, "\n", 1);
        sentence(&text, command->setting[i].row);
        fputs(".TP\n", out);
        roff(out, text.data, text.size);
        fputs(".\n", out);
    }
    if (tool->examples != NULL) {
        fputs(".SH EXAMPLES\n.nf\n", out);
        roff(out, tool->examples, strlen(tool->examples));
        fputs("\n.fi\n", out);
    }
    fprintf(out, ".SH EXIT STATUS\n%s\n", exit_status);
}

/* A text, or - where there is none: no field of a line is empty. */
static const char *field(const char *text) {
    return text != NULL && *text != '\0' ? text : "-";
}

void lp_usage_completion(FILE *out, const lp_tool *tool, const lp_command *command) {
#define NAME(NAME, name) name,
    static const char *const groups[] = {LP_TOOL_GROUPS(NAME)};
#undef NAME
    fprintf(out, "%s\t%s\t%s\n", groups[tool->group], tool->name, tool->summary);
    for (size_t i = 0; i < command->settings; i++) {
        const lp_option *row = command->setting[i].row;
        char text[64];
        fprintf(out, "%s\t%s\t%s\t%s\n", lp_option_spelling(row, text), field(row->metavar),
                field(row->choices), row->help);
    }
}

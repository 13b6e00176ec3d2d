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
    fprintf(out, "\nExamples:\n%s\n", tool->examples);
    if (tool->in != LP_IN_NOTHING)
        fprintf(out, "\nWithout a FILE, or where it is -, standard input is read.");
    fprintf(out, "\nExit status: %s\n", exit_status);
}

/* ---- the manual page, in the macros of man(7) ---- */

/* The next character of text for roff, so that it is printed as it is. */
static void roff_char(lp_buffer *b, const char **text) {
    static const char plain[] = "-\\'`^~";
    static const char *const escaped[] = {"\\-", "\\e", "\\(aq", "\\(ga", "\\(ha", "\\(ti"};
    uint32_t c = lp_utf8_next(text);
    const char *at = c < 128 ? strchr(plain, (int)c) : NULL;
    if (at != NULL)
        lp_buffer_printf(b, "%s", escaped[at - plain]);
    else
        lp_buffer_printf(b, c < 128 ? "%c" : "\\[u%04X]", c);
}

/* Lines that stay as they are. A dot at the start of one would be a command. */
static void roff_lines(FILE *out, const char *text) {
    LP_CLEANUP(lp_buffer_free) lp_buffer b = {0};
    for (const char *at = text; *at != '\0';) {
        if (*at == '.' && (at == text || at[-1] == '\n'))
            lp_buffer_printf(&b, "\\&");
        roff_char(&b, &at);
    }
    fprintf(out, "%s\n", lp_buffer_text(&b));
}

/* Text that roff fills: its words in lines of at most 80 bytes. */
static void roff_filled(FILE *out, const char *text, size_t length) {
    size_t column = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        LP_CLEANUP(lp_buffer_free) lp_buffer word = {0};
        while (at < end && *at != ' ')
            roff_char(&word, &at);
        while (at < end && *at == ' ')
            at++;
        bool starts = column == 0 || column + 1 + word.size > 80;
        if (column > 0)
            fputc(starts ? '\n' : ' ', out);
        bool is_command = starts && word.size > 0 && *word.data == '.';
        int printed = fprintf(out, "%s%s", is_command ? "\\&" : "", lp_buffer_text(&word));
        column = (size_t)printed + (starts ? 0 : column + 1);
    }
    fputc('\n', out);
}

static void roff_text(FILE *out, const char *text) {
    roff_filled(out, text, strlen(text));
}

/* A blank line starts a paragraph; an indented line is not filled. */
static void man_description(FILE *out, const char *manual) {
    fputs(".SH DESCRIPTION\n", out);
    for (const char *at = manual; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        if (length == 0) {
            fputs(".PP\n", out);
        } else {
            fputs(*at == ' ' ? ".br\n" : "", out);
            fputs(*at == ' ' ? "\\ \\ \\ " : "", out);
            const char *start = at + strspn(at, " ");
            roff_filled(out, start, length - (size_t)(start - at));
        }
        at += length + (at[length] == '\n');
    }
}

static void man_options(FILE *out, const lp_command *command) {
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; i < command->settings; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer left = {0};
        LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
        spelling(&left, command->setting[i].row);
        sentence(&text, command->setting[i].row);
        lp_buffer_printf(&text, ".");
        fputs(".TP\n.B ", out);
        roff_lines(out, lp_buffer_text(&left));
        roff_text(out, lp_buffer_text(&text));
    }
}

static void man_tensors(FILE *out, const char *heading, const lp_tensor_row *row) {
    if (row == NULL)
        return;
    fprintf(out, ".SH %s\n", heading);
    for (; row->names != NULL; row++) {
        fprintf(out, ".TP\n.BR \"%s\" \"%s%s\"\n", row->names, *row->shape != '\0' ? " " : "",
                row->shape);
        roff_text(out, row->meaning);
    }
}

/* The pages of the tools in the examples, and those of all. */
static void man_see_also(FILE *out, const lp_tool *tool) {
    static const char call[] = "labpipe ";
    LP_CLEANUP(lp_buffer_free) lp_buffer named = {0};
    lp_buffer_printf(&named, " %s ", tool->name);
    fputs(".SH SEE ALSO\n.BR labpipe (1),\n", out);
    const char *at = tool->examples;
    while ((at = strstr(at, call)) != NULL) {
        at += sizeof call - 1;
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
        LP_CLEANUP(lp_buffer_free) lp_buffer word = {0};
        lp_buffer_printf(&word, " %.*s ", (int)length, at);
        if (strstr(lp_buffer_text(&named), lp_buffer_text(&word)) != NULL)
            continue;
        lp_buffer_append(&named, word.data, word.size);
        fputs(".BR labpipe\\-", out);
        for (size_t i = 0; i < length; i++)
            fprintf(out, at[i] == '-' ? "\\-" : "%c", at[i]);
        fputs(" (1),\n", out);
    }
    fputs(".BR labpipe\\-stream (5),\n.BR labpipe\\-recipes (7),\n"
          ".BR labpipe\\-reproducibility (7)\n",
          out);
}

void lp_usage_man(FILE *out, const lp_tool *tool, const lp_command *command) {
    fputs(".TH LABPIPE\\-", out);
    for (const char *at = tool->name; *at != '\0'; at++)
        fprintf(out, *at == '-' ? "\\-" : "%c", toupper((unsigned char)*at));
    fprintf(out, " 1 " LP_RELEASED " \"labpipe %s\"\n.nh\n.ad l\n.SH NAME\n", LP_VERSION);
    LP_CLEANUP(lp_buffer_free) lp_buffer name = {0};
    lp_buffer_printf(&name, "labpipe-%s - %s", tool->name, tool->summary);
    roff_text(out, lp_buffer_text(&name));
    fprintf(out, ".SH SYNOPSIS\n.B labpipe %s\n", tool->name);
    operands(out, tool);
    fputc('\n', out);
    man_description(out, tool->manual);
    man_options(out, command);
    man_tensors(out, "TENSORS READ", tool->reads);
    man_tensors(out, "TENSORS WRITTEN", tool->writes);
    fputs(".SH EXAMPLES\n.nf\n", out);
    roff_lines(out, tool->examples);
    fputs(".fi\n.SH EXIT STATUS\n", out);
    roff_text(out, exit_status);
    man_see_also(out, tool);
}

/* A text, or - where there is none: no field of a line is empty. */
static const char *field(const char *text) {
    return text != NULL ? text : "-";
}

/* The first line says what the tool is; then comes a line for each spelling of each option: how it
 * is typed, its value's name, its choices, its help. */
void lp_usage_completion(FILE *out, const lp_tool *tool, const lp_command *command) {
    static const char *const groups[] = {LP_TOOL_GROUPS(LP_TOOL_GROUP_NAME)};
    fprintf(out, "%s\t%s\t%s\n", groups[tool->group], tool->name, tool->summary);
    for (size_t i = 0; i < command->settings; i++) {
        const lp_option *row = command->setting[i].row;
        char text[64], letter[] = {'-', row->letter, '\0'};
        const char *spelling[] = {lp_option_spelling(row, text), letter};
        for (int k = 0; k < (row->letter != 0 && lp_option_is_long(row) ? 2 : 1); k++)
            fprintf(out, "%s\t%s\t%s\t%s\n", spelling[k], field(row->metavar), field(row->choices),
                    row->help);
    }
}

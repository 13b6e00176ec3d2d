# Usage: awk -f man.awk -v name=labpipe-stream -v section=5 -v version=... -v released=... docs/stream.md
# Prints a page of docs/ as a manual page in the macros of man(7): its first heading is the summary. It knows the
# Markdown that these pages use: headings, paragraphs, lists, code in fences or indented, tables, `code`, *emphasis*,
# links. A line "<!-- tools -->" becomes the table of tools, "GROUP\tNAME\tSUMMARY", of the file `tools`, and
# "<!-- names -->" the table, in Markdown, of the file `names`.

# Escaped for roff, with `code` in bold and *emphasis* in italics where `fonts` is set.
function roff(text, fonts,    out, c, i, code) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/'/, "\\(aq", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    if (fonts) {
        while (match(text, /\[[^]]*\]\([^)]*\)/)) # a link is its text
            text = substr(text, 1, RSTART - 1) substr(text, RSTART + 1, index(substr(text, RSTART), "](") - 2) \
                substr(text, RSTART + RLENGTH)
        out = ""
        for (i = 1; i <= length(text); i++) {
            c = substr(text, i, 1)
            if (c == "`") {
                out = out ((code = !code) ? "\\fB" : "\\fR")
            } else if (c == "*" && !code) {
                out = out ((emphasis = !emphasis) ? "\\fI" : "\\fR")
            } else {
                out = out (c == "`" ? "\\(ga" : c)
            }
        }
        text = out
    }
    return text
}

# In characters, as the escapes that become of what is not ASCII.
function width(text,    bytes) {
    bytes = length(text)
    return bytes + 3 * gsub(/[\200-\377]/, "", text)
}

# Fills text in lines of at most 80 characters.
function fill(text,    word, n, i, line) {
    n = split(roff(text, 1), word, / +/)
    line = ""
    for (i = 1; i <= n; i++) {
        if (line != "" && width(line) + 1 + width(word[i]) > 80) {
            print line
            line = ""
        }
        if (line == "" && word[i] ~ /^\./)
            word[i] = "\\&" word[i]
        line = line (line == "" ? "" : " ") word[i]
    }
    if (line != "")
        print line
}

function code_line(text) {
    text = roff(text, 0)
    print (text ~ /^\./ ? "\\&" : "") text
}

# What has been read of a paragraph, an item or a table's row is printed.
function flush() {
    if (held != "")
        fill(held)
    held = ""
}

function code_begins() { flush(); print (at_heading ? "" : ".PP\n") ".nf\n.RS 4"; at_heading = 0; in_code = 1 }
function code_ends() { print ".RE\n.fi"; in_code = 0; fresh = 1 }
function paragraph() { if (fresh) print ".PP"; fresh = at_heading = 0 }
function heading_line(macro, text) { flush(); print macro " " text; fresh = 0; at_heading = 1; begun = 1 }

function cells(line, cell,    n, i) {
    gsub(/\\\|/, "\001", line)
    n = split(substr(line, 2, length(line) - 2), cell, "|")
    for (i = 1; i <= n; i++) {
        gsub(/^ +| +$/, "", cell[i])
        gsub(/\001/, "|", cell[i])
    }
    return n
}

# The first cell is the tag. Of three, the second is one too where the third has no heading.
function table_row(line,    cell, n, tag, text, is_long) {
    n = cells(line, cell)
    tag = cell[1]
    text = cell[2]
    if (n == 3 && heading[3] == "") {
        tag = heading[1] " " cell[1] "; " heading[2] " " cell[2]
        text = cell[3]
    } else if (n == 3 && cell[3] != "") {
        text = text (text == "" ? "" : "; ") heading[3] " " cell[3]
    }
    is_long = width(roff(tag, 1)) > 78 # the tag of .TP is one line
    print is_long ? ".PP" : ".TP"
    fill(tag)
    if (is_long)
        print ".RS 7"
    if (text == "")
        print "\\&"
    fill(text)
    if (is_long)
        print ".RE"
    fresh = 1
}

function tool_table(    line, field, group) {
    while ((getline line < tools) > 0) {
        split(line, field, "\t")
        if (field[1] != group)
            print (at_heading ? "" : ".PP\n") toupper(substr(field[1], 1, 1)) substr(field[1], 2) ":"
        group = field[1]
        at_heading = 0
        print ".TP\n.BR " roff("labpipe-" field[2], 0) " (1)"
        fill(field[3])
    }
    fresh = 1
}

NR == 1 {
    sub(/^# */, "")
    title = toupper(name)
    print ".TH " roff(title, 0) " " section " " released " \"labpipe " version "\""
    print ".nh\n.ad l\n.SH NAME"
    fill(name " - " tolower(substr($0, 1, 1)) substr($0, 2))
    next
}
!begun && /^[^#]/ { heading_line(".SH", "DESCRIPTION") }
/^```/ { if (in_code) code_ends(); else code_begins(); next }
in_code == 1 { code_line($0); next }
/^    / && held == "" { if (in_code != 2) { code_begins(); in_code = 2 }; code_line(substr($0, 5)); next }
in_code == 2 { code_ends() }
/^<!-- tools -->/ { flush(); tool_table(); next }
/^<!-- names -->/ { flush(); in_table = 0; while ((getline line < names) > 0) if (line ~ /^\|-/) continue
    else if (in_table++) table_row(line); else cells(line, heading)
    next
}
/^## / { heading_line(".SH", toupper(roff(substr($0, 4), 0))); next }
/^### / { heading_line(".SS", roff(substr($0, 5), 0)); next }
/^\|-/ { next }
/^\|/ { flush(); if (in_table++) table_row($0); else cells($0, heading); next }
{ in_table = 0 }
/^$/ { if (held != "") fresh = 1; flush(); next }
/^- / { flush(); print ".IP \\(bu 2"; held = substr($0, 3); fresh = 1; next }
held == "" { paragraph() }
{ sub(/^ +/, ""); held = held (held == "" ? "" : " ") $0 }
END { if (in_code) code_ends(); flush() }

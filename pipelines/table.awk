# Prints a tab-separated table in aligned columns. A row whose first field is empty and second is "note"
# becomes a line below the table. The last line names the folder of the table, pictures and streams.
#     awk -f pipelines/table.awk out/lab2/table.tsv
BEGIN { FS = "\t" }

# Characters, not bytes: UTF-8 continuation bytes take no column.
function width(text) {
    gsub(/[\200-\277]/, "", text)
    return length(text)
}

$1 == "" && $2 == "note" { notes[++note_count] = $3; next }

{
    for (i = 1; i <= NF; i++) {
        cell[NR, i] = $i
        if (width($i) > widest[i])
            widest[i] = width($i)
    }
    columns = NF > columns ? NF : columns
    row[++row_count] = NR
}

function print_row(number,    i, line, text) {
    line = ""
    for (i = 1; i <= columns; i++) {
        text = cell[number, i]
        line = line text sprintf("%*s", widest[i] - width(text) + 2, "")
    }
    sub(/ +$/, "", line)
    print line
}

# In lines of at most 100 columns.
function print_note(text,    word, words, i, line) {
    words = split(text, word, / +/)
    line = "*"
    for (i = 1; i <= words; i++) {
        if (width(line " " word[i]) > 100) {
            print line
            line = " "
        }
        line = line " " word[i]
    }
    print line
}

END {
    for (r = 1; r <= row_count; r++) {
        print_row(row[r])
        if (r == 1) {
            rule = 0
            for (i = 1; i <= columns; i++)
                rule += widest[i] + (i < columns ? 2 : 0)
            line = sprintf("%*s", rule, "")
            gsub(/ /, "-", line)
            print line
        }
    }
    for (n = 1; n <= note_count; n++)
        print_note(notes[n])
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    print "* pictures and streams: " folder
}

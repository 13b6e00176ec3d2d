# Prints one figure of `eval --tsv`: the column `field` of the line `part`.
#     eval --tsv < model.npz | awk -v part=test -v field=accuracy -f pipelines/field.awk
BEGIN { FS = "\t" }

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    next
}

$column["part"] == part && (field in column) { print $column[field]; found = 1 }

# No line at all: the stage before failed and printed why.
END {
    if (found)
        exit 0
    if (NR > 0)
        print "no column '" field "' of part '" part "'" > "/dev/stderr"
    exit 1
}

# Checks the rooms of lib/ and tools/ against the table in docs/design.md: every #include is one that
# the table lists, a room uses only rows below its own, nothing is listed that no file includes, every
# folder has its row, and README's table has the same rows. Exits with 1 on any finding.
#     awk -f make/lint/rooms.awk docs/design.md README.md SOURCE...
function finding(text) {
    print text
    findings++
}

# The room that a path is in: lib/io/zip.c is in io, tools/split.c in tools.
function room_of(path,    part) {
    split(path, part, "/")
    return part[1] == "lib" ? part[2] : part[1]
}

BEGIN { FS = " *[|] *" }

# A row of either table: | `lib/io` | what is there | `base` |
FILENAME ~ /\.md$/ && /^\| `(lib\/[a-z]+|tools)\/?` \|/ {
    room = $2
    gsub(/`|lib\/|\//, "", room)
    if (FILENAME ~ /README/) {
        readme[++readme_rows] = room
        if ($3 != text[room])
            finding(FILENAME ":" FNR ": the row of " room " is not docs/design.md's")
        next
    }
    row[room] = ++rows
    name[rows] = room
    text[room] = $3
    list = $4
    gsub(/`|,/, "", list)
    uses[room] = " " list " "
}

FILENAME ~ /\.[ch]$/ {
    if (FNR == 1 && !((room = room_of(FILENAME)) in row) && !(room in missing)) {
        missing[room]
        finding("docs/design.md: no row for the folder of " FILENAME)
    }
}
FILENAME ~ /\.[ch]$/ && /^ *# *include *"/ {
    split($0, quoted, "\"")
    # Tools include their own headers without a folder.
    used = quoted[2] ~ /\// ? room_of("lib/" quoted[2]) : room == "tools" ? room : "?"
    if (used == "?")
        finding(FILENAME ":" FNR ": an include without its folder: " quoted[2])
    else if (used != room && index(uses[room], " " used " ") == 0)
        finding(FILENAME ":" FNR ": " room " includes " quoted[2] ", but docs/design.md lets it use only:" uses[room])
    included[room, used]
    includes++
}

END {
    if (rows == 0 || includes == 0)
        finding("rooms.awk: found no table or no include")
    for (i = 1; i <= rows; i++) {
        if (readme[i] != name[i])
            finding("README.md: row " i " is " readme[i] ", docs/design.md's is " name[i])
        n = split(uses[name[i]], lower, " ")
        for (j = 1; j <= n; j++) {
            if (!(lower[j] in row) || row[lower[j]] <= i)
                finding("docs/design.md: " name[i] " uses " lower[j] ", which is not a row below it")
            else if (!((name[i], lower[j]) in included))
                finding("docs/design.md: " name[i] " uses " lower[j] ", but no file includes it")
        }
    }
    exit findings > 0
}

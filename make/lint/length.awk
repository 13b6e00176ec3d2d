# Lists every function of more than `max` lines, signature and braces included; exits with 1 if there
# is one. The sources are formatted: a function starts and ends in the first column.
#     awk -v max=60 -f make/lint/length.awk lib/*/*.c tools/*.c
FNR == 1 { start = open = 0 }
!open && /^[A-Za-z_]/ { start = FNR; signature = $0 }
!open && start && /\) \{$/ { open = start }
open && /^}/ {
    if (FNR - open + 1 > max) {
        printf "%s:%d: a function of %d lines (%d at most): %s\n", FILENAME, open, FNR - open + 1, max, signature
        long++
    }
    functions++
    start = open = 0
}
END {
    if (functions == 0) {
        print "length.awk: found no function"
        exit 1
    }
    exit long > 0
}

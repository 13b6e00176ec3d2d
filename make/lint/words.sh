#!/bin/sh
# Lists turns of phrase that read as translated, with their places: in
# comments, messages, scripts and pages. It is a list to read; it judges nothing and exits with 0.
cd "$(dirname "$0")/../.." || exit 1
grep -rnwE --include='*.[ch]' --include='*.sh' --include='*.mk' --include='*.md' --include='*.awk' --include=Makefile \
    -e 'is no|are no|is none|are none|whoever|whatever|nobody|stands?|so many|of its own accord|thereby' \
    lib tools tests pipelines make docs ./*.md Makefile | grep -v '^make/lint/words.sh'

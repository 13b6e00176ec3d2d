#!/bin/bash
# docs/neighbours.md: each block's commands print what the page shows, where the programs and the modules
# of Python that it needs are installed.
. tests/pipe/lib.sh
page=$PWD/docs/neighbours.md
ln -s "$fixtures" "$scratch/fixtures"
cd "$scratch" || exit 1
PATH=${PATH#"$tools":}:$tools # `labpipe` is a tool's name here
mkdir python
[ -z "$python" ] || ln -s "$python" python/python3
PATH=$PWD/python:$PATH

runs_blocks "$page"

#!/bin/sh
# Installs torch for the tests of training where pip has a wheel at hand (find-links): the index's brings gigabytes along.
# Where none is, these tests are skipped and say so.   sh scripts/train-packages.sh PYTHON
set -eu
python=$1
"$python" -c 'import torch' 2>/dev/null && exit 0
torch=$(sed -n 's/^train = \["\(torch==[^"]*\)"\]$/\1/p' pyproject.toml)
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
if "$python" -m pip download --quiet --no-deps --no-index --dest "$kept" "$torch" 2>/dev/null; then
    echo "installing $torch ..." >&2
    "$python" -m pip install --quiet "$kept"/torch-*.whl
else
    echo "no wheel of $torch is at hand (the tests of training are skipped)" >&2
fi

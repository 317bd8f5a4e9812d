#!/bin/sh
# All checks: lint, types, imports, then the tests. The tests that start a language model or a browser run alone:
# a second busy process slows a model server a hundredfold.
set -eu
sh scripts/lint.sh
python -m pytest -n 2 --dist loadgroup -m "not real and not llama and not browser"
exec python -m pytest -n 0 -m "(llama or browser) and not real"

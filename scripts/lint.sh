#!/bin/sh
# Lint, format, types, imports.
set -eu
ruff check src tests benchmarks scripts
ruff format --check src tests benchmarks scripts
mypy
lint-imports

# Two commands: `make demo` (a working product) and `make test` (everything that is checked).
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: demo test test-real lint bench clean

demo: $(VENV)/.installed
	@exec $(BIN)/intently demo

test: $(VENV)/.installed-test
	@sh scripts/test-packages.sh
	@sh scripts/train-packages.sh $(BIN)/python
	@$(BIN)/python scripts/fetch_test_models.py
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/test.sh

test-real: $(VENV)/.installed-test
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/test.sh
	@$(BIN)/intently model get
	@$(BIN)/python -m pytest -m real -n 0

lint: $(VENV)/.installed-test
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/lint.sh

bench: $(VENV)/.installed-test
	@$(BIN)/python benchmarks/bench_feed.py

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "intently needs Python 3.11 or newer with the venv module; none was found on PATH." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# The stamps skip pip when pyproject.toml has not changed: a second start takes seconds.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "installing intently into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	@echo "installing intently and what its tests need into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

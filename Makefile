# Carnet: `make run` serves it, `make test` tests it. Needs Python 3.11 or newer with venv, and make.

PYTHON ?= python3
PORT ?= 8000
CONTACTS ?= 1000
# Requests made up for each call of the API, on each database, of those that fit and of those that don't.
FUZZ ?= 4
BIN := .venv/bin

.PHONY: run test check bench translations clean
.DEFAULT_GOAL := run

run: .venv/.installed
	@$(BIN)/carnet schema upgrade
	@$(BIN)/carnet demo $(CONTACTS) --if-empty
	@exec $(BIN)/carnet run --port $(PORT)

test: .venv/.dev .venv/.browser
	FUZZ=$(FUZZ) $(BIN)/pytest -n 2 -rs

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint templates plugins
	$(BIN)/pytest tests/test_templates.py
	$(BIN)/python -m webapp.translating check

bench: .venv/.dev
	$(BIN)/python -m bench --write

translations: .venv/.dev
	$(BIN)/python -m webapp.translating update

clean:
	rm -rf .venv bench/results .hypothesis .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Carnet needs Python 3.11 or newer: name one by PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch .venv/.installed $@

# Tried once: where no browser can be had, the tests that drive one say so and are skipped.
.venv/.browser: .venv/.dev
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } \
		>/dev/null 2>&1 || echo "Chromium is not here and could not be installed: tests that drive it are skipped."
	@touch $@

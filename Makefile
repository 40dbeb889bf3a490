# The two commands of a fresh clone are `make crawl` and `make test`; `make check` is what a change must pass.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORDPRESS ?= build/wordpress

# An address holds & ? $ and worse. It reaches the shell as a variable of the environment, never as text of a command.
override URL := $(value URL)
export URL

.PHONY: help crawl test check lint types test-wordpress clean

help:
	@printf '%s\n' \
	  'make crawl               crawl the bundled sample site and show what was archived' \
	  'make crawl URL=https://  the same for a real page' \
	  'make test                run the tests' \
	  'make check               lint, types and tests' \
	  'make test-wordpress      crawl a real WordPress and compare with its database' \
	  'make clean               remove the environment and everything built (never data/)'

$(READY): setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $(READY)

crawl: $(READY)
	@level=$$([ -t 2 ] && echo WARNING || echo INFO); \
	if [ -n "$$URL" ]; then \
	  exec $(BIN)/scrapy crawl pages -a "url=$$URL" -s "LOG_LEVEL=$$level"; \
	else \
	  exec $(BIN)/python -m sample --run $(BIN)/scrapy crawl pages -a 'url_file={urls}' -s DOWNLOAD_DELAY=0 -s "LOG_LEVEL=$$level"; \
	fi

test: $(READY)
	@$(BIN)/python -m pytest -q

lint: $(READY)
	@$(BIN)/ruff check .

types: $(READY)
	@$(BIN)/mypy

check: lint types test

test-wordpress: $(READY)
	@trap 'tests/wordpress/stop.sh $(WORDPRESS)' EXIT; \
	tests/wordpress/start.sh $(WORDPRESS); \
	TALKBACK_WORDPRESS=$(WORDPRESS)/endpoints.json $(BIN)/python -m pytest -q -m wordpress tests/wordpress

clean:
	@if [ -d $(WORDPRESS) ]; then tests/wordpress/stop.sh $(WORDPRESS); fi
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

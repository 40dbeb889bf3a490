# The two commands of a fresh clone are `make crawl` and `make test`; `make check` is what a change must pass.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# Asked by running it: a version manager's python3.11 may be there and not work.
PYTHON ?= $(firstword $(shell for name in python3.11 python3.12 python3.13 python3; do \
  if $$name -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$name; fi; done) python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable
NO_INDEX := { echo 'Setting up failed: pip has to reach a package index this once (see above); then run make again' >&2; exit 1; }
READY := $(VENV)/.ready
READY_TO_TEST := $(VENV)/.ready-to-test
WORDPRESS ?= build/wordpress
KILLS ?= 200
SEED ?=
S3 ?= build/s3
S3_KILLS ?= 10

# An address holds & ? $ and worse. It reaches the shell as a variable of the environment, never as text of a command.
override URL := $(value URL)
export URL

.PHONY: help crawl test check lint types test-kill test-wordpress test-s3 clean

help:
	@printf '%s\n' \
	  'make crawl                  crawl the bundled sample site and show what was archived' \
	  'make crawl URL=https://...  the same for a real page, or for several, parted by commas' \
	  'make test                   run the tests' \
	  'make check                  lint, types and tests' \
	  'make test-kill              kill crawls 200 times and compare their archives (KILLS=1000 SEED=7)' \
	  'make test-wordpress         crawl a real WordPress and compare with its database' \
	  'make test-s3                run the tests of archives on S3 against a real server (S3_KILLS=50 SEED=7)' \
	  'make clean                  remove the environment and everything built (never data/)'

$(READY): setup.py constraints.txt
	@$(PYTHON) -c '$(NEW_ENOUGH)' \
	  || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) '.[look]' || $(NO_INDEX)
	@touch $(READY)

$(READY_TO_TEST): $(READY)
	@echo 'Adding what the tests need (once, half a minute more)'
	@$(PIP) '.[look,test]' || $(NO_INDEX)
	@touch $(READY_TO_TEST)

crawl: $(READY)
	@if [ -n "$$URL" ]; then \
	  exec $(BIN)/scrapy crawl pages -a "url=$$URL"; \
	else \
	  exec $(BIN)/python -m sample --run $(BIN)/scrapy crawl pages -a 'url={pages}' -s DOWNLOAD_DELAY=0; \
	fi

test: $(READY_TO_TEST)
	@$(BIN)/python -m pytest -q

lint: $(READY_TO_TEST)
	@$(BIN)/ruff check .

types: $(READY_TO_TEST)
	@$(BIN)/mypy

check: lint types test

test-kill: $(READY_TO_TEST)
	@TALKBACK_KILLS=$(KILLS) TALKBACK_KILL_SEED=$(SEED) $(BIN)/python -m pytest -q -s tests/crawl/test_kill.py

test-wordpress: $(READY_TO_TEST)
	@trap 'tests/wordpress/stop.sh $(WORDPRESS)' EXIT; \
	tests/wordpress/start.sh $(WORDPRESS); \
	TALKBACK_WORDPRESS=$(WORDPRESS)/endpoints.json $(BIN)/python -m pytest -q -m wordpress tests/wordpress

test-s3: $(READY_TO_TEST)
	@trap 'tests/s3/stop.sh $(S3)' EXIT; \
	tests/s3/start.sh $(S3); \
	TALKBACK_S3=$(S3)/endpoint.json TALKBACK_KILLS=$(S3_KILLS) TALKBACK_KILL_SEED=$(SEED) $(BIN)/python -m pytest -q tests/s3

clean:
	@if [ -d $(S3) ]; then tests/s3/stop.sh $(S3); fi
	@if [ -d $(WORDPRESS) ]; then tests/wordpress/stop.sh $(WORDPRESS); fi
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The two commands of a fresh clone are `make crawl` and `make test`; `make check` is what a change must pass.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

# Hundreds of tests start a process: it need not compile the whole project again.
unexport PYTHONDONTWRITEBYTECODE

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# Asked by running it: a version manager's python3.11 may be there and not work.
PYTHON ?= $(firstword $(shell for name in python3.11 python3.12 python3.13 python3; do \
  if $$name -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$name; fi; done) python3)
VENV ?= .venv
BIN := $(VENV)/bin
# What is imported is compiled then; compiling all that is installed takes a third of the time.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --constraint constraints.txt --editable
NO_INDEX := { echo 'Setting up failed: pip has to reach a package index this once (see above); then run make again' >&2; exit 1; }
READY := $(VENV)/.ready
READY_TO_TEST := $(VENV)/.ready-to-test
WORDPRESS ?= build/wordpress
KILLS ?= 200
SEED ?=
REAL ?= build/real
SYSTEMS ?= isso waline twikoo ghost
S3 ?= build/s3
S3_KILLS ?= 10
S3_FAULTS ?= 1
SCRAPYD ?= build/scrapyd
MINUTES ?= 60
FUZZ ?= 5000
BENCH ?= build/bench-read

# An address holds & ? $ and worse. It reaches the shell as a variable of the environment, never as text of a command.
override URL := $(value URL)
export URL
override NAME := $(value NAME)
export NAME

.PHONY: help crawl test check lint types test-kill test-wordpress test-real test-s3 test-scrapyd bench system bench-extract soak fuzz audit clean

help:
	@printf '%s\n' \
	  'make crawl                  crawl the bundled sample site and show what was archived' \
	  'make crawl URL=https://...  the same for a real page, or for several, parted by commas' \
	  'make test                   run the tests' \
	  'make check                  lint, types and tests' \
	  'make test-kill              kill crawls 200 times and compare their archives (KILLS=1000 SEED=7)' \
	  'make test-wordpress         crawl a real WordPress and compare with its database' \
	  'make test-real              crawl real comment systems and compare with their databases (SYSTEMS="isso ghost")' \
	  'make test-s3                run the tests of archives on S3 against a real server (S3_KILLS=50 S3_FAULTS=4 SEED=7)' \
	  'make test-scrapyd           deploy to a real scrapyd and run crawls there' \
	  'make bench                  measure what reading a page, a whole crawl and storing comments cost, beside their peers' \
	  'make system NAME=talk       begin a new comment system (docs/systems/writing.md)' \
	  'make bench-extract          how well and how fast comments are read off real pages, beside other tools' \
	  'make soak                   crawl sound and hostile sites together for an hour (MINUTES=60)' \
	  'make fuzz                   5,000 random inputs for each kind of reading (FUZZ=5000)' \
	  'make audit                  known weaknesses of dependencies, slow regular expressions, security rules' \
	  'make clean                  remove the environment and everything built (never data/)'

# Made again wherever it is not ready: one that failed half-way is there, and has no pip.
define ENVIRONMENT
@$(PYTHON) -c '$(NEW_ENOUGH)' \
  || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once, a minute or two)"
@$(PYTHON) -m venv $(VENV)
endef

$(READY): setup.py constraints.txt
	$(ENVIRONMENT)
	@$(PIP) '.[look]' || $(NO_INDEX)
	@touch $(READY)

$(READY_TO_TEST): setup.py constraints.txt
	$(ENVIRONMENT)
	@$(PIP) '.[look,test]' || $(NO_INDEX)
	@touch $(READY) $(READY_TO_TEST)

crawl: $(READY)
	@if [ -n "$$URL" ]; then \
	  exec $(BIN)/scrapy crawl pages -a "url=$$URL"; \
	else \
	  exec $(BIN)/python -m sample --run $(BIN)/scrapy crawl pages -a 'url={pages}' -s DOWNLOAD_DELAY=0; \
	fi

# Three processes for two cores, as whole crawls wait for a quarter of their time; the tests of a file stay together, they
# share what is dear to set up.
test: $(READY_TO_TEST)
	@$(BIN)/python -m pytest -q --numprocesses $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )) --dist loadfile

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

test-real: $(READY_TO_TEST)
	@trap 'tests/real/stop.sh $(SYSTEMS:%=$(REAL)/%)' EXIT; \
	for system in $(SYSTEMS); do PYTHON=$(BIN)/python tests/real/$$system/start.sh $(REAL)/$$system; done; \
	TALKBACK_REAL=$(REAL) TALKBACK_REAL_SYSTEMS='$(SYSTEMS)' $(BIN)/python -m pytest -q -m real tests/real

test-s3: $(READY_TO_TEST)
	@trap 'tests/s3/stop.sh $(S3)' EXIT; \
	tests/s3/start.sh $(S3); \
	TALKBACK_S3=$(S3)/endpoint.json TALKBACK_KILLS=$(S3_KILLS) TALKBACK_FAULTS=$(S3_FAULTS) TALKBACK_KILL_SEED=$(SEED) $(BIN)/python -m pytest -q --numprocesses auto --dist worksteal tests/s3

system: $(READY)
	@$(BIN)/python -m crawler.systems.new "$$NAME"

bench-extract: $(READY)
	@[ -x build/bench/bin/python ] || { $(PYTHON) -m venv build/bench && build/bench/bin/python -m pip install -qq trafilatura==2.3.1 resiliparse==2.0.1 lxml_html_clean==0.4.6; }
	@[ ! -d ../shared/pages ] || build/bench/bin/python benchmarks/extract/others.py ../shared/pages build/bench/found
	@$(BIN)/python -m benchmarks.extract.evaluate --others build/bench/found

soak: $(READY_TO_TEST)
	@$(BIN)/python tests/hostile/soak.py --minutes $(MINUTES) --folder build/soak

fuzz: $(READY_TO_TEST)
	@TALKBACK_FUZZ=$(FUZZ) $(BIN)/python -m pytest -q tests/hostile/test_fuzz.py

# The auditing tool has an environment of its own: what it depends on is none of Talkback's dependencies.
audit: $(READY_TO_TEST)
	@[ -x build/audit/bin/pip-audit ] || { $(PYTHON) -m venv build/audit && build/audit/bin/python -m pip install -qq --disable-pip-version-check --upgrade pip pip-audit; }
	@$(BIN)/python tests/hostile/regex_attacks.py
	@$(BIN)/ruff check --select S .
	@$(BIN)/python tests/hostile/audit_dependencies.py build/audit constraints.txt

$(BENCH)/.ready: setup.py constraints.txt benchmarks/requirements.txt
	@echo 'Setting up $(BENCH) with what is measured beside ours (once, about a minute)'
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --upgrade pip || $(NO_INDEX)
	@$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt \
	  --editable . --requirement benchmarks/requirements.txt || $(NO_INDEX)
	@touch $(BENCH)/.ready

# In the order of the data's way; each part is a module of its own and can be run alone. The last prints the table of goals.
bench: $(BENCH)/.ready
	@$(BENCH)/bin/python -m benchmarks.extraction
	@$(BENCH)/bin/python -m benchmarks.crawl --memory-pages 20000
	@$(BENCH)/bin/python -m benchmarks.storage --parts 100
	@$(BENCH)/bin/python -m benchmarks.curves
	@$(BENCH)/bin/python -m benchmarks.goals

test-scrapyd: $(READY_TO_TEST)
	@trap 'tests/scrapyd/stop.sh $(SCRAPYD)' EXIT; \
	tests/scrapyd/start.sh $(SCRAPYD); \
	TALKBACK_SCRAPYD=$(SCRAPYD)/endpoint.json $(BIN)/python -m pytest -q tests/scrapyd

clean:
	@if [ -d $(SCRAPYD) ]; then tests/scrapyd/stop.sh $(SCRAPYD); fi
	@if [ -d $(S3) ]; then tests/s3/stop.sh $(S3); fi
	@if [ -d $(WORDPRESS) ]; then tests/wordpress/stop.sh $(WORDPRESS); fi
	@if [ -d $(REAL) ]; then tests/real/stop.sh $(REAL)/*; fi
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every command sets up what it needs, from pinned and hashed requirements, into .venv.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := $(CURDIR)
export PORT ?= 8000
export DATA_DIR ?= var/demo

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(DEV): requirements/dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@ $(RUNTIME)

.PHONY: help demo story test histories check format bench lock run clean

help: ## Show these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(RUNTIME) ## Try it: sandbox, backend and scheduler with the reference group (PORT, DATA_DIR)
	@exec $(BIN)/python -m demo

story: $(RUNTIME) ## Play the main jobs against a running demo (URL=) or a fresh one (FAULTS=on|off|both)
	@exec $(BIN)/python -m demo.story

test: $(DEV) ## Run every test; uses PostgreSQL, MariaDB and Redis where they answer
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder $(PYTEST_ARGS)

histories: $(DEV) ## Play 2,000 random histories of payments (make test plays 400 of them)
	ZHIBU_TEST_HISTORIES=2000 $(BIN)/pytest --numprocesses=auto --dist=loadfile tests/flows/test_dues_crossings.py tests/flows/test_dues_deaths.py tests/flows/test_dues_nights.py tests/flows/test_dues_returns.py

check: $(DEV) ## Lint, types, import directions, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m migrations.check

format: $(DEV) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV) ## Measure one thing reproducibly: NAME=callback, check_in, dues, fanout, prepare, search, or all
	$(BIN)/python -m benchmarks $(NAME)

lock: $(DEV) ## Compile the requirements again from requirements/*.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements/runtime.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements/dev.in -o requirements/dev.txt

clean: ## Remove the virtual environment, caches and the demo's data
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

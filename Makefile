# `make rebuild` and `make test` are all that a newcomer needs; both set the environment up first, once.
#
#   TORCH_INDEX   package index for torch, where another build than the default is wanted, e.g.
#                 make setup TORCH_INDEX=https://download.pytorch.org/whl/cpu

SHELL := /bin/bash
PYTHON ?= python3
TORCH := torch==2.13.0
TORCH_INDEX ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
ACTIVATE := source $(BIN)/activate

.PHONY: setup rebuild test fuzz lint ui

setup: $(STAMP)

# torch goes first, so that nothing after it brings another build; the stamp goes last, so that a set-up that broke off
# is done again.
$(STAMP): pyproject.toml constraints.txt Makefile .ci/activation
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	bash .ci/activation $(BIN)/activate
	touch $@

rebuild: setup
	$(ACTIVATE) && dagster job execute -j full_rebuild && python -m pipelines.outcome

test: setup lint
	$(ACTIVATE) && python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov=handx_core --cov-report=term:skip-covered --cov-fail-under=85

# Thousands of damaged files of every format; the suite reads a few hundred.
fuzz: setup
	$(ACTIVATE) && HANDX_FUZZ=2000 python -m pytest -k mutation

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

ui: setup
	$(ACTIVATE) && dagster dev --host 127.0.0.1 --port 3000

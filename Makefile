# Targets for people who work with a checkout. `make help` lists them.
VENV ?= .venv
PY ?= python3
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
STAMP := $(VENV)/.installed

.PHONY: help venv demo test check bench docs vendor clean
.DEFAULT_GOAL := help

help:            ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Paper Atlas needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PY=python3.12 demo")'
ifneq ($(UV),)
	@test -x $(BIN)/python || $(UV) venv -q -p $(PY) $(VENV)
	VIRTUAL_ENV=$(abspath $(VENV)) $(UV) pip install -q -c constraints.txt -e '.[dev]'
else
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
endif
	@touch $@

venv: $(STAMP)   ## make the virtual environment

demo: $(STAMP)   ## build the graph of the bundled sample and serve it
	$(BIN)/kg demo

test: $(STAMP)   ## run the tests
	$(BIN)/python -m pytest

check: $(STAMP)  ## format, lint, strict types, import contract, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

bench: $(STAMP)  ## measure against the peers, side by side, as ratios
	$(BIN)/python -m benchmarks

docs: $(STAMP)   ## make the made files: GraphQL SDL, shapes, data-model and command pages
	$(BIN)/kg made

vendor:          ## fetch the browser libraries of the pages anew with npm; see graphql_api/pages/static/vendor/manifest.json
	$(PY) tools/vendor.py

clean:           ## remove the virtual environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# Partnerdesk: what a person or a machine does with this checkout.
#
#   make run      start the desk (makes .venv the first time)
#   make test     every test, with coverage; ARGS="-k claim" narrows it
#   make check    style, types and architecture, without running anything
#   make format   let ruff rewrite what it can
#   make bench    measure
#   make lock     choose new versions within the ranges of pyproject.toml
#   make clean    forget the environment and every cache; var/ is left alone

PYTHON ?= python3
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
# The locks are complete, so pip has nothing to resolve: left to it, an old pip looks beyond the lock
# for a requirement with an extra as soon as there is a newer release, and then refuses the hashes.
INSTALL := $(PIP) install --require-hashes --no-deps -r
SOURCES := bot handlers sla storage desk $(wildcard tests bench)

# The tool that makes the locks is no part of the program, so it is pinned here and kept apart.
UV_VERSION := 0.13.9
LOCK_VENV := .venv-lock
COMPILE := $(LOCK_VENV)/bin/uv pip compile pyproject.toml --quiet --upgrade --universal \
	--python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help run test check format bench lock clean chromium
MAKEFLAGS += --no-print-directory
# Two pips in one environment would trip over each other.
.NOTPARALLEL:

help:
	@sed -n 's/^#   //p' Makefile

# Each stamp is touched only when its step has succeeded: an interrupted install is done again.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Partnerdesk needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@echo "Making $(VENV) (once) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock $(VENV)/.created
	@echo "Installing what the desk needs …"
	@$(INSTALL) requirements.lock
	@touch $@

# Without build isolation: the build tools come from the lock, with hashes, like everything else.
$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests and checks need …"
	@$(INSTALL) requirements-dev.lock
	@touch $@

# `exec`, so that Ctrl-C and SIGTERM reach the desk itself and it can finish what it is doing.
run: $(VENV)/.project
	@exec $(PY) -m bot run $(ARGS)

# A narrowed run measures no coverage: it would only say that the rest was not run.
test: $(VENV)/.dev $(VENV)/.project chromium
	@$(PY) -m pytest $(if $(ARGS),--no-cov,--cov --cov-report=term-missing:skip-covered) $(ARGS)

# Never fails: a machine that cannot have a browser still runs the other tests.
chromium: $(VENV)/.dev $(VENV)/.project
	@$(PY) -m tests.services.install_chromium

check: $(VENV)/.dev $(VENV)/.project
	@$(PY) -m ruff check $(SOURCES)
	@$(PY) -m ruff format --check $(SOURCES)
	@$(PY) -m mypy $(SOURCES)
	@$(VENV)/bin/lint-imports --no-logo

format: $(VENV)/.dev $(VENV)/.project
	@$(PY) -m ruff check --fix --exit-zero $(SOURCES)
	@$(PY) -m ruff format $(SOURCES)

bench: $(VENV)/.dev $(VENV)/.project
	@exec $(PY) -m bench $(ARGS)

lock:
	@test -x $(LOCK_VENV)/bin/uv || $(PYTHON) -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip --disable-pip-version-check --quiet install uv==$(UV_VERSION)
	@$(COMPILE) --extra build --output-file requirements.lock
	@$(COMPILE) --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	@rm -rf $(VENV) $(LOCK_VENV) .node build dist htmlcov .coverage .coverage.* *.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

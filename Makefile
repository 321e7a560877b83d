# Two commands do everything on a machine with Python ≥ 3.11: `make run` and `make test`.
# Paths are quoted throughout: the folder may hold spaces and Chinese characters.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: run test check setup setup-dev bench lock clean

run: setup
	@$(BIN)/sunlot demo
	@$(BIN)/sunlot serve

test: setup-dev
	@$(BIN)/python -m tests.run

check: setup-dev
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

bench: setup-dev
	@$(BIN)/python -m benchmarks

setup: .venv/.runtime
setup-dev: .venv/.dev

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sunlot needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …")'
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch .venv/.made

.venv/.runtime: .venv/.made requirements.lock pyproject.toml
	@echo "Installing what Sunlot stands on (once, about a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/.runtime

.venv/.dev: .venv/.runtime requirements-dev.lock
	@echo "Installing the tools of the tests …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch .venv/.dev

lock: setup-dev
	@$(UV_COMPILE) pyproject.toml -o requirements.lock
	@$(UV_COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

# Two commands do all set-up: `make demo` shows the main job, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint format docs corpus-page pytest test-crash test-corpus test-kustomize test-spark bench wheel-check clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	touch $(STAMP)

demo: $(STAMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" sh tests/demo/run.sh

test: lint pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(STAMP)
	$(BIN)/pytest

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pages made from tables in the code; a test finds stale ones.
docs: $(STAMP)
	$(BIN)/python tests/docs/pages.py

test-crash: $(STAMP)
	SPARKFIX_CRASH_RUNS=100 $(BIN)/pytest tests/engine/test_write_crash.py tests/cli/test_kill.py

test-corpus: $(STAMP)
	$(BIN)/python tests/corpus/run.py

corpus-page: $(STAMP)
	$(BIN)/python tests/corpus/places.py "$$SPARKFIX_CORPUS"

test-kustomize: $(STAMP)
	sh tests/slow/kustomize.sh $(BIN)

test-spark: $(STAMP)
	sh tests/slow/spark.sh $(BIN)

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet -e '.[bench]'
	$(BIN)/python tests/bench/bench.py

wheel-check: $(STAMP)
	sh tests/wheel.sh $(BIN)/python

clean:
	rm -rf $(VENV) .demo .spark dist build

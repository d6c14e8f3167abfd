# Two commands on a fresh machine with Python 3.11 or newer: `make app` and `make test`.
# Each makes .venv and installs what it needs; README.md has the plain pip equivalents.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: app test lint clean

app: .venv/app.done
	$(BIN)/python app.py $(ARGS)

test: .venv/dev.done
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/made:
	$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit('Python 3.11 or newer is needed; name it: make PYTHON=python3.12 app')"
	$(PYTHON) -m venv .venv
	touch $@

.venv/app.done: .venv/made requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev.done: .venv/app.done requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

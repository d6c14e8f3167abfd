# On a fresh machine with Python 3.11 or newer: `make app` opens the page, `make test` runs every test.
# Each target creates .venv and installs what it needs; README.md has the plain pip commands.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
ARGS ?=

.PHONY: app check coverage test test-cluster lint clean

app: .venv/app.done
	$(BIN)/python app.py $(ARGS)

# Before every commit: lint, types, and the tests without browser, training and neural networks, one process per core.
check: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto -m "not browser and not slow and not networks" $(ARGS)

# One process per core, at most four: each loads the networks and starts servers of its own.
test: .venv/dev.done
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --max-worker-restart 3 $(ARGS)

# The tests of the optional extra for clusters, which installs Ray.
test-cluster: .venv/dev.done
	$(PIP) -e ".[cluster]"
	$(BIN)/python -m pytest tests/batch/test_ray_cluster.py $(ARGS)

# All tests without browser, with the share of lines and branches that they run.
coverage: .venv/dev.done
	$(BIN)/python -m pytest -m "not browser" --cov --cov-report=term:skip-covered $(ARGS)

lint: .venv/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/made:
	$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit('Python 3.11 or newer is needed; name it: make PYTHON=python3.12 app')"
	$(PYTHON) -m venv .venv
	touch $@

.venv/app.done: .venv/made requirements.txt constraints.txt pyproject.toml
	$(PIP) -e .
	touch $@

.venv/dev.done: .venv/app.done
	$(PIP) -e ".[dev]"
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

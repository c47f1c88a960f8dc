# Two commands: `make run` opens the demo, `make test` runs everything CI runs.
# Both work on a bare Debian machine with Python 3.11 or newer.
.DEFAULT_GOAL := help
.PHONY: help install install-test paper debian run test lint quick bench lock clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STORE  ?= territory.db
PORT   ?= 8000
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

help:
	@echo "make run    install what is missing, create the demo, serve it on http://127.0.0.1:$(PORT)"
	@echo "make test   everything that CI runs"
	@echo "make quick  the tests without browser, real data and PostGIS"
	@echo "make bench  the benchmarks, side by side with their peers; ONLY=\"gaps regions\" for some"
	@echo "make lock   renew the lock files (developers)"

# Debian ships Python without venv; everything else comes from the lock files.
$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3-venv; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

# Kernels are compiled once per machine; the first plan or check would have to wait for them.
$(VENV)/.compiled: $(VENV)/.run $(shell grep -rl njit territory/geo)
	@echo "Preparing the sums over boundaries for this machine, once (half a minute)"
	@$(BIN)/python -m territory.geo.compiled
	@touch $@

install: $(VENV)/.run

install-test: $(VENV)/.test paper debian

# What lays out the text of the printed sheet as PDF, 6 MB. Without it everything else works, and a browser prints.
PAPER := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core

paper:
	@dpkg -s $(PAPER) >/dev/null 2>&1 || { $(SUDO) apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $(PAPER); } \
	  || echo "territory sheet writes no PDF on this machine: it lacks $(PAPER)"

# What the tests need from Debian: a browser, Node.js to check the browser code, and PostGIS. Debian may start a
# PostgreSQL server when it installs one; the tests never touch it, see tests/postgis.py.
debian:
	@missing=; command -v chromium >/dev/null || missing="chromium"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing="$$missing postgresql-postgis"; \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; fi

run: install paper $(VENV)/.compiled
	@[ -e $(STORE) ] || $(BIN)/territory demo --store $(STORE)
	$(BIN)/territory serve --store $(STORE) --port $(PORT)

lint: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && npm ci --silent --no-audit --no-fund && npm run --silent check

test: install-test
	@$(MAKE) --no-print-directory -j2 lint $(VENV)/.compiled
	$(BIN)/python tests/postgis.py -- $(BIN)/python -m pytest -n 2 --durations=20 --durations-min=5

quick: install-test
	$(BIN)/python -m pytest -n 2 -m "not browser and not real"

$(VENV)/.bench: requirements-bench.lock $(VENV)/.test
	$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(ONLY)

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  --extra test pyproject.toml -o requirements-test.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  --extra test --extra bench pyproject.toml -o requirements-bench.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Two commands: `make demo` and `make test`. Each sets up what it needs, once, in .venv.
#   HEADWATER_PYTHON  the interpreter for the environment (3.11 or newer)
#   VENV              where the environment lies
#   WHEEL             install this wheel instead of the working tree (CI does)

HEADWATER_PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
WHEEL ?=
PACKAGE = $(if $(WHEEL),$(WHEEL),--editable .)
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# `python -m` would otherwise put this folder first on the path, where evaluate/ hides the library of that name.
export PYTHONSAFEPATH = 1

.PHONY: demo test check style types layers python clean

demo: $(VENV)/installed
	$(VENV)/bin/headwater run examples/demo.yaml --out runs/demo

# A process a core: threads of libraries on top of them would wait for each other.
test: $(VENV)/installed-for-tests
	OMP_NUM_THREADS=1 $(VENV)/bin/pytest -n auto --maxprocesses 4 --dist loadfile

check: style types layers

style: $(VENV)/installed-for-tests
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

types: $(VENV)/installed-for-tests
	$(VENV)/bin/mypy

layers: $(VENV)/installed-for-tests
	$(VENV)/bin/lint-imports

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) $(PACKAGE)
	@touch $@

$(VENV)/installed-for-tests: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) $(PACKAGE)[test,peers]
	@touch $@ $(VENV)/installed

$(VENV)/bin/python:
	@test -n "$(HEADWATER_PYTHON)" || { echo "headwater needs Python 3.11 or newer; name one with HEADWATER_PYTHON=/path/to/python"; exit 2; }
	$(HEADWATER_PYTHON) -m venv $(VENV)

python:
	@echo $(HEADWATER_PYTHON)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Two commands matter on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CATALOGUES := $(wildcard src/*/locale/*/LC_MESSAGES/*.po)

# The tests start our programs hundreds of times; each would compile all of its modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-long test-azure bench mutation check fix messages browser az constraints clean

setup: $(VENV)/.installed $(VENV)/.catalogues

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Centrala needs Python 3.11 or newer, this is %s. Fix: install it and run make PYTHON=python3.11" % sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment. Fix on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing Centrala into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,speech]'
	@touch $@

$(VENV)/.catalogues: $(VENV)/.installed $(CATALOGUES)
	@$(BIN)/python tools/messages.py compile
	@touch $@

demo: setup
	@$(BIN)/centrala demo $(ARGS)

test: setup
	@$(BIN)/python -m pytest -m "not long" -n 3 --dist loadscope $(ARGS)

test-long: setup az
	@$(BIN)/python -m pytest -m long -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

# Against a real subscription, named by the environment: docs/test-azure.md says what it makes and costs.
test-azure: setup
	@CENTRALA_TESTS_ON_AZURE=1 $(BIN)/python -m pytest -m azure tests/localazure $(ARGS)

# Figures of speed, on a machine that has nothing else to do: docs/performance.md says what each of them is.
bench: setup
	@$(BIN)/python -m bench $(ARGS)

# What the tests would not notice, by hand: docs/mutation.md. It takes an hour.
mutation: setup .venv-mutation/.installed
	@$(BIN)/python tools/mutation $(ARGS)

.venv-mutation/.installed:
	@$(PYTHON) -m venv .venv-mutation
	@echo "Installing Cosmic Ray into .venv-mutation ..."
	@.venv-mutation/bin/python -m pip install --quiet --disable-pip-version-check cosmic-ray==8.7.0
	@touch $@

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/messages.py check
	@$(BIN)/python tools/coverage_table.py check
	@$(BIN)/python tools/doctor_page.py check

fix: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Brings the Polish catalogues up to the strings in the code; new ones are left empty for a person to translate.
messages: setup
	@$(BIN)/python tools/messages.py update

browser:
	apt-get update && apt-get install --yes --no-install-recommends chromium

# Microsoft's command line, apart from ours: its pins are its own.
az: .venv-az/.installed

.venv-az/.installed:
	@$(PYTHON) -m venv .venv-az
	@echo "Installing the az command line into .venv-az ..."
	@.venv-az/bin/python -m pip install --quiet --disable-pip-version-check azure-cli==2.91.0
	@touch $@

# Pins what is installed now. Plain versions: no registry's address ever stands in this file.
constraints: setup
	@$(BIN)/python -m pip freeze --all --exclude-editable --exclude pip > constraints.txt

clean:
	rm -rf $(VENV) .venv-az .venv-mutation build dist .mypy_cache .ruff_cache .pytest_cache

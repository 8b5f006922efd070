# `make demo` and `make test` need Python 3.11 or later and nothing else.
PYTHON ?= python3
# From /, so that pyenv doesn't see .python-version: any Python from 3.11 on works.
SETUP := cd / && $(PYTHON) -I "$(CURDIR)/tools/setup.py"

WORKFLOWS := $(wildcard .github/workflows/*.yml {{cookiecutter.project_slug}}/.github/workflows/*.yml)
ACTIONS := $(wildcard {{cookiecutter.project_slug}}/.github/actions/*/action.yml)
FORMS := .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/idea.yml
ALONE := tests/real/cloudflare tests/real/test_load.py tests/real/test_fresh_machine.py
BENCHES := generation app development page start model router cloudflare wake images serving simplification load

.PHONY: demo test test-real test-fresh lint lock pictures bench bench-quick $(BENCHES:%=bench-%)

demo: ## Generate an app and serve it; answers: make demo deployment=monolith backend_port=31000
	@$(SETUP) demo python -m tools.demo

test: lint ## Run the bake and check tiers
	@$(SETUP) dev pytest -n 4 --dist worksteal -rfEs tests/bake tests/check

test-real: ## Run the tests that need a Docker engine and Chromium; nothing else should run meanwhile
	@$(SETUP) dev pytest -n 2 --dist loadfile --no-loadscope-reorder -rfEs tests/real $(ALONE:%=--ignore %)
	@$(SETUP) dev pytest -rfEs $(ALONE)

test-fresh: ## Run both of README.md's commands on a bare machine, in a container
	@$(SETUP) dev pytest tests/real/test_fresh_machine.py

lint: ## Check this repository's own code
	@$(SETUP) dev ruff format --check --quiet .
	@$(SETUP) dev ruff check --quiet .
	@$(SETUP) dev mypy
	@$(SETUP) dev shellcheck .ci/run $(wildcard tools/*.sh)
	@$(SETUP) dev check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	@$(SETUP) dev check-jsonschema --builtin-schema vendor.github-actions $(ACTIONS)
	@$(SETUP) dev check-jsonschema --builtin-schema vendor.github-issue-forms $(FORMS)
	@$(SETUP) dev check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(SETUP) dev zizmor --quiet --offline --pedantic .github '{{cookiecutter.project_slug}}/.github'

lock: ## Lock every dependency again, here and in the template; `make lock upgrade=1` takes the latest versions
	@$(SETUP) dev python -m tools.lock $(if $(upgrade),--upgrade)

pictures: ## Record the pictures in docs/images again; needs Docker and Chromium
	@$(SETUP) dev python -m tools.pictures.conversation
	@$(SETUP) dev python -m tools.pictures.scaling

bench: ## Run every bench except bench-load in less than 25 minutes, and write bench/results.json, its pages, and its charts
	@$(SETUP) dev python -m bench.run

bench-quick: ## Run the quick parts, print them, and report whether each bound is met
	@$(SETUP) dev python -m bench.run --quick

$(BENCHES:%=bench-%): ## Run one bench, and write its part of the results
	@$(SETUP) dev python -m bench.run $(@:bench-%=%)

# Every target sets itself up: Python >= 3.11 is all that must be there. `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help serve demo test check static docs bench soak drills format types lock clean

VENV := .venv/bin
UV ?= uv

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

serve: ## run the server (ARGS="--port 9000")
	@scripts/setup
	@exec $(VENV)/waymark serve $(ARGS)

demo: ## run the server with an example user and goals
	@scripts/setup
	@exec $(VENV)/waymark serve --demo $(ARGS)

test: ## run the tests on both databases (ARGS="tests/domain -x")
	@scripts/setup dev
	@$(VENV)/pytest -n 2 $(ARGS)

check: static test ## all that must be green: format, lint, types, imports, tests

static: ## the part of check that only reads the code
	@scripts/setup dev
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports --no-logo

docs: ## build the pages of the documentation into build/site
	@scripts/setup dev
	@$(VENV)/python scripts/documentation.py

bench: ## print the table of speeds
	@scripts/setup dev
	@$(VENV)/python -m bench $(ARGS)

drills: ## break nodes and databases under load, count what is lost (ARGS="power kill --turns 5")
	@scripts/setup dev
	@$(VENV)/python -m tests.drills $(ARGS)

soak: ## run the tests with the large figures (hours)
	@scripts/setup dev
	@WAYMARK_SOAK=1 $(VENV)/pytest -n 2 -o faulthandler_timeout=0 $(ARGS)

format: ## format the code, rewrite the generated references and pictures
	@scripts/setup dev
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .
	$(VENV)/python scripts/reference.py
	$(VENV)/python scripts/pictures.py

types: ## rewrite the TypeScript client's types from the OpenAPI document
	@scripts/setup dev
	$(VENV)/python scripts/typescript.py

lock: ## renew the lock files (needs uv; UPGRADE=--upgrade takes newer versions)
	$(UV) pip compile $(LOCKING) --group build -o requirements.lock
	$(UV) pip compile $(LOCKING) --group build --group dev --group bench -c requirements.lock -o requirements-dev.lock

LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml

clean: ## remove what can be made again
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache build dist
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +

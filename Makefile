# Two commands are all a newcomer needs: `make demo` and `make test`. `make help` explains every target.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help demo test lint format constraints pictures torture fuzz benchmarks clean

help: ## Explain every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "practice-bot needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing the bot and its demo (once; about a minute) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing the bot, its demo and its tests (once; about a minute) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo ## Open the real bot in your browser: no account, no token (options: make demo ARGS="--no-browser --port 8000")
	@exec $(BIN)/practice-bot demo $(ARGS)

test: lint ## Run every check and every test
	@# One process more than there are cores: some tests mostly wait for the bot's own clock.
	@$(BIN)/python -m pytest -q -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist worksteal

lint: $(VENV)/.dev ## Check style, types, the house rules and the question bank
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/practice-bot bank check

format: $(VENV)/.dev ## Format the code and mend what can be mended by machine
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

constraints: $(VENV)/.dev ## Take the newest versions of everything into constraints.txt
	@$(BIN)/python -m pip install -q --upgrade --upgrade-strategy eager -e '.[dev]'
	@{ sed -n 1,2p constraints.txt; \
	   { $(BIN)/pip freeze --exclude-editable; grep -E '^(audioop-lts|colorama)=' constraints.txt; } \
	     | LC_ALL=C sort -f -u -s -t= -k1,1; } > constraints.new && mv constraints.new constraints.txt

pictures: $(VENV)/.dev ## Take the pictures of README, and build/contact-sheet.png of the questions (needs chromium)
	@PYTHONPATH=tests $(BIN)/python -m browser.pictures

torture: $(VENV)/.dev ## Run the long campaigns: every time zone, more seeds (about an hour)
	@$(BIN)/python -m pytest -q -m torture

fuzz: $(VENV)/.dev ## Kill the bot at random amid random traffic and faults, and look for what is lost (options: SEEDS=200 FROM=0 JOBS=2)
	@PYTHONPATH=tests $(BIN)/python -m process.fuzz --seeds $(or $(SEEDS),200) --from $(or $(FROM),0) --jobs $(or $(JOBS),2)

benchmarks: $(VENV)/.dev ## Measure, side by side in one run, and print ratios
	@for each in bank boards practice storage; do \
	  echo "== $$each"; PYTHONPATH=tests $(BIN)/python -m benchmarks.$$each || exit 1; done

clean: ## Remove the virtual environment and every cache
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist

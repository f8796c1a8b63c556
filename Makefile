# Tracktwo in a checkout. `make` lists the words.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# One step at a time, also under make -j: the words share one .venv, and the tests share the cores themselves.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
PYTHON ?=
export PYTHON
# What Python compiled is kept: else every start of it, in every test of a server, compiles all of Django again.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
# Two workers suit the smallest machine; WORKERS=8 where there is room.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest
# Modules that decide who sees, does or learns what: every line and branch of them is tested.
DECIDES := */rules.py,*/phases.py,*/visibility.py,*/attribution.py,*/engines/disclosure.py,*/vault/*

.PHONY: help demo serve test slow coverage check fix messages locks clean environment-run environment-test environment-check

help: ## these lines
	@echo "make WORD, where WORD is one of:"
	@sed -n 's/^\([a-z]*\):.*## /  \1\t/p' Makefile | expand -t 12

demo: environment-run ## a finished example process in the browser; Ctrl-C ends it and leaves nothing behind
	@exec $(BIN)/tracktwo demo

serve: environment-run ## your own Tracktwo, kept in its data directory
	@exec $(BIN)/tracktwo serve

test: environment-test ## everything that is promised, on PostgreSQL and on SQLite, in a real browser too (TESTS=tests/people for a part)
	@tools/programs
	@echo "1 of 2: what touches the database, on a real PostgreSQL"
	@WORKERS=$(WORKERS) tools/suite postgresql $(TESTS)
	@echo "2 of 2: everything, on SQLite"
	@WORKERS=$(WORKERS) tools/suite sqlite $(TESTS)

slow: environment-test ## the long figures: scale, load, many random conversations
	@$(PYTEST) -m slow --timeout 3600 $(TESTS)

coverage: environment-test ## what the tests reach; 100 % of the modules that decide
	@$(BIN)/python -m coverage erase
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup --cov --cov-report= --ignore tests/browser
	@$(BIN)/python -m coverage report
	@echo "The modules that decide:"
	@$(BIN)/python -m coverage report --include='$(DECIDES)' --fail-under=100

check: environment-check ## style, layout, types and which part may know which; changes nothing
	@wrong=; \
	$(BIN)/ruff check --output-format concise || wrong="$$wrong style"; \
	$(BIN)/ruff format --check || wrong="$$wrong layout"; \
	$(BIN)/mypy || wrong="$$wrong types"; \
	PYTHONPATH=src $(BIN)/lint-imports --no-cache --no-logo || wrong="$$wrong parts"; \
	[ -z "$$wrong" ] || { echo "To put right:$$wrong. make fix does what needs no thought." >&2; exit 1; }

fix: environment-check ## put style in order where that needs no thought
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

messages: environment-run ## collect the words of the interface into locale/*/LC_MESSAGES/django.po
	@command -v xgettext >/dev/null && command -v msgmerge >/dev/null || { \
		echo "Collecting words needs the gettext tools. On Debian or Ubuntu: apt-get install gettext." >&2; exit 1; }
	@cd src/tracktwo && ../../$(BIN)/tracktwo manage makemessages --locale fr --locale ar \
		--add-location file --no-wrap --ignore 'static/vendor/*'

locks: ## resolve the dependencies anew (UPGRADE=--upgrade moves every pin)
	@tools/locks $(UPGRADE)

clean: ## remove what make made here
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* dist tests/browser/shots
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
	find src/tracktwo -name '*.mo' -type f -delete

environment-run environment-test environment-check: environment-%:
	@python=$$(tools/python) && "$$python" tools/environment.py $*
	@$(BIN)/python hatch_build.py

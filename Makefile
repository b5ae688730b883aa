# Fairgate: `make` says what there is. Written for GNU make 3.81 and later, and any POSIX shell.

PORT ?= 8000
PYTHON ?=
RELEASE ?=
# A release by name gets an environment of its own: make test RELEASE=verawood
VENV ?= .venv$(if $(RELEASE),-$(RELEASE))
ARGS ?=
# Several at a time, a file on one worker, in the order of tests/long_files.py. One after the other:
# make test PARALLEL=
PARALLEL ?= --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
# Tests start many processes, so what they import is compiled once, whatever the environment says.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest

# What others wrote and our tests ask (CONTRIBUTING.md): installed once, into folders of its own. Where
# that fails, those tests are skipped with a reason; OTHERS=needed makes it an error.
OTHERS ?=
OTHERS_OF_PYPI := openbadgeslib localstripe beancount chdb dbt

# The releases of Tutor that tutor/pyproject.toml names.
TUTORS := 20 21 22

BIN := $(VENV)/bin
MANAGE := $(BIN)/python demo/manage.py
DECLARED := setup.py $(wildcard requirements/*.txt) \
	$(wildcard libs/*/__init__.py plugins/*/__init__.py xblocks/*/__init__.py)

.DEFAULT_GOAL := help
.PHONY: help messages install check vectors others test test-platform test-tutor cover demo demo-reset bench \
	bench-platform dist
.DELETE_ON_ERROR:

help: ## say what there is
	@echo "Fairgate. First time here? make demo"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.has-demo ## try it: everything needed, sample people and courses, at 127.0.0.1:8000
	@$(MANAGE) migrate --verbosity 0 --skip-checks
	@$(MANAGE) demo_seed
	@$(MANAGE) demo_serve --port $(PORT)

demo-reset: $(VENV)/.has-demo ## forget what was tried in the demo and start over
	@rm -rf demo/var/demo.sqlite3* demo/var/papers demo/var/mail demo/var/cache
	@$(MANAGE) migrate --verbosity 0 --skip-checks
	@$(MANAGE) flush --no-input --verbosity 0
	@$(MANAGE) demo_seed
	@echo "The demo is as on the first day. Start it: make demo"

test: $(VENV)/.has-test others ## run the tests, on SQLite and, where one answers, on MariaDB; ARGS="-k quote"
	@$(PYTEST) $(PARALLEL) $(ARGS)

check: $(VENV)/.has-dev ## linters, types, import contracts, migrations, PII annotations, policy vectors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=demo_site.settings PYTHONPATH=demo $(BIN)/code_annotations \
		django_find_annotations --config_file .pii_annotations.yml --lint --coverage
	$(BIN)/codespell
	@$(MAKE) --silent vectors

# The policies that we ship, as an operator would test their own.
vectors: $(VENV)/.has-test
	@cd plugins/waiver_policy/data/examples && for pair in policies.yaml:cases.yaml \
		edge-cases.yaml:edge-cases-vectors.yaml ../fairgate-default.yaml:default-cases.yaml; do \
		"$(abspath $(BIN))/python" "$(CURDIR)/demo/manage.py" waiver_policy_check \
			"$${pair%:*}" "$${pair#*:}" || exit 1; done

cover: $(VENV)/.has-test ## what the tests reach; the kernel, rules and data entirely
	@$(PYTEST) $(PARALLEL) -m 'not browser' -k 'not mariadb' --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --show-missing
	@$(BIN)/coverage report --fail-under=100 \
		--include='libs/*,*/rules.py,*/rules/*.py,*/data.py,*/data/*.py,plugins/revenue_share/statements.py,xblocks/fee_gate/holding.py'

bench: $(VENV)/.has-test ## what it costs, as ratios; benchmarks/README.md has the last numbers
	@for file in benchmarks/bench_*.py; do $(BIN)/python "$$file" || exit 1; done

bench-platform: ## the same in a real platform, named as for test-platform
	@$(PLATFORM_IS_NAMED)
	@TESTS=benchmarks/platform SERVICES=lms sh tests/contracts/run "$(PLATFORM)" \
		"$(or $(PLATFORM_PYTHON),python3)" -s $(ARGS)

install: $(VENV)/.has-dev ## make or renew .venv with everything to work on Fairgate
	@echo "Ready: $(VENV). Activate it with: . $(BIN)/activate"

messages: $(VENV)/.has-dev ## collect what people read, and compile its translations
	@$(HAS_GETTEXT)
	@$(MANAGE) makemessages --no-obsolete --no-wrap --add-location=file --verbosity 0 \
		$(addprefix --locale ,ar es fr ru zh) \
		$(foreach folder,.venv* build dist tests benchmarks setup.py,--ignore '$(folder)')
	@for file in */*/locale/*/LC_MESSAGES/django.po; do \
		msgfmt --check-format -o "$${file%.po}.mo" "$$file" || exit 1; done
	@echo "make test says what is not translated yet."

dist: $(VENV)/.has-dev ## build sdist and wheel of the suite and of the Tutor plugin into dist/
	@rm -rf build/lib build/bdist.* build/tutor dist
	@$(BIN)/python -m build
	@mkdir -p build && cp -RL tutor build/tutor && $(BIN)/python -m build --outdir dist build/tutor
	@$(BIN)/twine check --strict dist/*

test-platform: ## contract tests and leak matrix in a real platform: PLATFORM=checkout PLATFORM_PYTHON=python
	@$(PLATFORM_IS_NAMED)
	@sh tests/contracts/run "$(PLATFORM)" "$(or $(PLATFORM_PYTHON),python3)" $(ARGS)

test-tutor: $(VENV)/.has-test ## the Tutor plugin in each Tutor release; installs those from PyPI into build/
	@$(MAKE) --silent --jobs=2 $(TUTORS:%=build/tutor-%/.ready)
	@rm -rf build/tutor && cp -RL tutor build/tutor
	@$(BIN)/python -m build --no-isolation build/tutor >build/tutor.log 2>&1 || { cat build/tutor.log; exit 1; }
	@for release in $(TUTORS); do build/tutor-$$release/bin/python -m pip install --quiet --no-deps \
		--no-index --force-reinstall build/tutor/dist/*.whl || exit 1; done
	@$(BIN)/pytest --numprocesses=2 tests/tutor_releases/rendered.py $(ARGS)

# --- How an environment comes to be -------------------------------------------------------------

# The newest release that our pins know runs on 3.12; Python 3.11 is Teak's.
$(VENV)/.has-%: $(DECLARED) | $(BIN)/python
	@release=$(RELEASE); [ -n "$$release" ] || release=$$($(BIN)/python -c \
		'import sys; print("teak" if sys.version_info < (3, 12) else "verawood")'); \
	echo "Installing into $(VENV), with the versions of Open edX $$release. It takes a minute, once."; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint "requirements/$$release.txt" --editable ".[$*]"
	@cd $(VENV) && case $* in \
		dev) touch .has-demo .has-test .has-dev ;; \
		test) touch .has-demo .has-test ;; \
		*) touch .has-$* ;; \
	esac

others: | $(BIN)/python
	@$(MAKE) --silent --jobs=3 $(OTHERS_OF_PYPI:%=build/others/%/.ready) \
		build/others/digital-credentials/.ready

build/others/%/.ready: requirements/%.txt | $(BIN)/python
	@echo "Installing $* from PyPI into build/, for the tests alone"
	@rm -rf $(@D) && $(BIN)/python -m venv --without-pip $(@D)
	@if $(BIN)/python -m pip --python $(@D)/bin/python install --quiet --no-compile --no-deps \
		--disable-pip-version-check --requirement $<; then touch $@; else $(call NOT_THERE,$*); fi

build/others/digital-credentials/.ready: $(wildcard tests/digital_credentials/*.json)
	@if ! command -v npm >/dev/null; then echo "npm is not here, so the verifiers of the Digital" \
		"Credentials Consortium are not asked." >&2; exit 0; fi; \
	echo "Installing what the Digital Credentials Consortium wrote from npm into build/"; \
	rm -rf $(@D) && mkdir -p $(@D) && cp $^ $(@D) && cd $(@D) && \
	if npm ci --silent --no-audit --no-fund --ignore-scripts; then touch .ready; \
		else $(call NOT_THERE,digital-credentials); fi

NOT_THERE = echo "$(1) could not be installed, so it is not asked. This takes a network." >&2; \
	rm -rf "$(CURDIR)/build/others/$(1)"; [ "$(OTHERS)" != needed ]

# Tutor of one release, and the plugin of the micro-frontends that belongs to it.
build/tutor-%/.ready:
	@echo "Installing Tutor $* from PyPI"
	@rm -rf build/tutor-$* && $(BIN)/python -m venv build/tutor-$*
	@build/tutor-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-compile \
		'tutor==$*.*' 'tutor-mfe==$*.*' || { echo "Tutor $* could not be installed from PyPI, so" \
		"the plugin was not tested with it. This takes a network." >&2; exit 1; }
	@touch $@

$(BIN)/python:
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then echo "$(NO_PYTHON)" >&2; exit 1; fi; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); echo "$(NO_VENV)" >&2; exit 1; }

# A shim may stand for a Python that is not there, so each candidate has to answer.
FIND_PYTHON = for name in $(if $(PYTHON),"$(PYTHON)",python3 python3.12 python3.11 python3.13); do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo "$$name"; break; fi; done

NO_PYTHON = Fairgate needs Python 3.11 or newer, and $(if $(PYTHON),$(PYTHON) is not,none was found). \
	Install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python) \
	or name it: make demo PYTHON=/path/to/python3

NO_VENV = No virtual environment could be made. On Debian and Ubuntu: apt-get install python3-venv

HAS_GETTEXT = if ! command -v msgfmt >/dev/null; then echo "This takes GNU gettext (Debian, Ubuntu: \
	apt-get install gettext; macOS: brew install gettext)." >&2; exit 1; fi

PLATFORM_IS_NAMED = if [ ! -f "$(PLATFORM)/manage.py" ]; then echo "Name a checkout of edx-platform \
	and the Python that has its requirements: make test-platform PLATFORM=/path/to/edx-platform \
	PLATFORM_PYTHON=/path/to/python" >&2; exit 1; fi

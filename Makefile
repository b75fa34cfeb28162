# The portal's commands. `make run` and `make test` set up whatever they need; `make help` lists the rest.

PORT ?= 8000
HOST ?= 127.0.0.1
DEMO ?= yueyang
ARGS ?=
PY = .venv/bin/python
# Paths stay relative throughout, so that the folder's own path may have blanks in it.
PRODUCTION = PORTAL_ENV=production SECRET_KEY=checked-here-and-used-nowhere-0123456789-abcdefghij ALLOWED_HOSTS=portal.example.org

unexport DJANGO_SETTINGS_MODULE PYTHONHOME PYTHONPATH
.DEFAULT_GOAL := help
.PHONY: help setup run test test-browser check format bench lock vendor

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | awk -F '\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'
	@echo
	@echo "  Variables: PORT=$(PORT)  HOST=$(HOST)  DEMO=$(DEMO) (or none)  PYTHON=python3.11  ARGS='-k name' (for test, bench)"

setup: ## make .venv and install the locked requirements, where they changed
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
	  python=; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11 or newer with venv was found. Install it (Debian, Ubuntu: apt install python3 python3-venv)"; \
	  echo "or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; \
	fi; \
	wanted=$$("$$python" -c 'import hashlib; print(hashlib.sha256(open("requirements.txt", "rb").read()).hexdigest())'); \
	if [ "$$(cat .venv/installed 2>/dev/null)" = "$$wanted" ] && $(PY) -c '' 2>/dev/null; then exit 0; fi; \
	rm -f .venv/installed; \
	if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  echo "Making .venv with $$("$$python" --version)"; "$$python" -m venv --clear .venv || exit 1; \
	fi; \
	echo "Installing the locked requirements (a minute or two, only when they changed)"; \
	$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt || exit 1; \
	echo "$$wanted" > .venv/installed

run: setup ## serve the portal with its background work; the first time with a demonstration year
	@exec $(PY) manage.py runall --host "$(HOST)" --port "$(PORT)" --demo "$(DEMO)"

test: setup ## run the test suite (on PostgreSQL and Redis where DATABASE_URL and REDIS_URL are set)
	@$(PY) -m pytest -n auto $(ARGS)

test-browser: setup ## run the tests that drive headless chromium
	@$(PY) -m pytest -n 0 -m browser --browser $(ARGS)

check: setup ## lint, format, layers, migrations in step, production settings, templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@.venv/bin/lint-imports --no-cache
	@var=$$(mktemp -d) && trap 'rm -rf "$$var"' EXIT && \
	  VAR_DIR="$$var" $(PY) manage.py makemigrations --check --dry-run && \
	  VAR_DIR="$$var" $(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@find templates association -name '*.html' -print0 | xargs -0 .venv/bin/djade --check --target-version 5.2
	@static/vendor/fetch.sh --check

format: setup ## bring code and templates into the project's format
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .
	@find templates association -name '*.html' -print0 | xargs -0 .venv/bin/djade --target-version 5.2 || true

bench: setup ## measure the portal beside its references (some minutes)
	@$(PY) -m tests.benchmarks.bench $(ARGS)

lock: setup ## turn requirements.in into requirements.txt
	@$(PY) -m uv pip compile --universal --generate-hashes --quiet --no-emit-index-url --no-header \
	  --python-version 3.11 requirements.in -o requirements.txt

vendor: ## fetch the vendored front-end files again (needs npm and node)
	@static/vendor/fetch.sh

# Two commands are everything: `make run` serves a CRM with demo data, `make test` checks all of it.
# Both set up what is missing: only Python 3.11 or newer is needed. A second run starts in seconds.
#
#   make run [PORT=8000] [DEMO=500]    make vendor      browser libraries only
#   make test                          make lint        ruff and mypy only
#   make test-slow                     make bench       measures lists and the compiler
#   make shots                         pictures of every screen, and what is broken in them (LOOK="--only account")
#   make schemas                       what editors check YAML by (make run does it too)
#   make clean                         removes what was made here, never the site

PORT ?= 8000
DEMO ?= 500
export PORT DEMO LOOK

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)

.PHONY: run test test-slow lint vendor shots schemas bench clean python

run: python
	@$(PYTHON) tools/run.py

test: python
	@$(PYTHON) tools/test.py test

test-slow: python
	@$(PYTHON) tools/test.py slow

lint: python
	@$(PYTHON) tools/test.py lint

vendor: python
	@$(PYTHON) tools/vendor.py

shots: python
	@$(PYTHON) tools/shots.py

schemas: python
	@$(PYTHON) tools/schemas.py

bench: python
	@$(PYTHON) tools/bench.py

clean:
	rm -rf .venv .make .schemas build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis shots platform/web/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed and was not found."; \
	echo "Debian and Ubuntu: apt install python3-venv · Fedora: dnf install python3 · macOS: brew install python"; \
	echo "Another name or path: make PYTHON=/path/to/python3.12 run"; exit 1; }

# Everything runs in .venv, which is made from requirements.lock when it is missing or out of date.

PYTHONS := $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python
VENV := .venv
READY := $(VENV)/.ready
DATA ?=

.DEFAULT_GOAL := help
.PHONY: help install demo studio test test-browser check docs bench clean

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 16

install: $(READY) ## set up .venv

demo: $(READY) ## pictures → painter → paintings → measure, in demo/ (DATA=folder for your own pictures)
	$(VENV)/bin/python -m impasto demo --out demo $(if $(DATA),--data "$(DATA)")

studio: $(READY) ## open the studio in the browser (ARGS="--port 8421")
	$(VENV)/bin/python -m impasto studio $(ARGS)

test: check docs ## check, docs, then all tests
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -n 2 --dist worksteal </dev/null

test-browser: $(READY) ## the studio and exported pages in a real browser: flows, phone width, accessibility (needs chromium)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e ".[browser,onnx]"
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -m browser tests/studio/test_browser.py tests/lightening/test_web_browser.py </dev/null

check: $(READY) ## formatting, lint and types
	$(VENV)/bin/ruff format --check src tests benchmarks examples docs
	$(VENV)/bin/ruff check src tests benchmarks examples docs
	$(VENV)/bin/mypy

docs: $(READY) ## the documentation as a site, in site/; warnings are errors
	$(VENV)/bin/mkdocs build --strict --quiet

bench: $(READY) ## speed beside other libraries → docs/results/speed.md (ARGS="--quick --only NAME")
	$(VENV)/bin/python benchmarks/run.py $(ARGS)

clean: ## remove what make has made; stores, runs and galleries stay
	rm -rf $(VENV) demo site benchmarks/.env build dist .pytest_cache .mypy_cache .ruff_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@found=; for python in $(PYTHONS); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "impasto needs Python 3.11 or newer, and none of these is: $(PYTHONS)." >&2; \
	    echo "Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" --version)" && "$$found" -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# What people do here, one word each; README.md and CONTRIBUTING.md explain them.
#   make app        run the lessons as apps        make test       every test, browser included
#   make lab        open them in JupyterLab        make test-fast  all but the browser
#   make bench      measure                        make lint       lint, formatting and types
#   make hub        a server for each learner, with the lessons as apps and as notebooks: docs/hosting.md
#   make site       the lessons as plain files, in site/: any web space serves them, the browser computes
#   make pictures   regenerate the lesson cards    make release    build and check what is published
#   make docs       regenerate tables in README    make format     Python, notebooks, JavaScript, CSS
#   make address OWNER=… [REPO=…]                  the repository's address: badges, Colab
#   make new-widget NAME=DiceRoller [STEM=dice]    make new-lesson NAME=09_convolution [TITLE=…]: a working example
# Options: PYTHON=python3.12  PORT=8866  TORCH=…   (the CPU build of torch is smaller: see README.md)

PYTHON ?= python3
PORT   ?= 8866
TORCH  ?= torch==2.13.0

VENV := .venv
BIN  := $(VENV)/bin
PIP  := scripts/quietly "Installing Python packages" $(BIN)/python -m pip install --disable-pip-version-check -q
JS   := node_modules/.package-lock.json
# Tests in as many processes as there are processors, of which "auto" counts those with two threads once.
# Python's files go in their own order: by the number of their tests, the few long ones would come last, one by one.
AT_ONCE := --numprocesses=logical --maxprocesses=4

.DELETE_ON_ERROR:
.PHONY: app lab hub site test test-fast test-python test-js test-browser test-site bench pictures new-widget new-lesson \
  docs address format lint release clean

app: $(VENV)/.app
	@echo "The lessons will be at http://localhost:$(PORT)/ (end with Ctrl-C)"
	@$(BIN)/voila lessons/ --port=$(PORT)

lab: $(VENV)/.app
	@$(BIN)/jupyter lab lessons/

hub: $(VENV)/.hub $(JS)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyterhub -f hub/jupyterhub_config.py

site: $(VENV)/.app $(JS)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m static_edition site

test: test-python test-js test-browser test-site
	@echo "All tests passed: Python, JavaScript, browser and static edition."

test-fast: test-python test-js
	@echo "All fast tests passed; \`make test\` runs those in the browser as well."

test-python: $(VENV)/.test $(JS)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q --ignore=tests/browser --ignore=tests/site/browser $(AT_ONCE) --dist=loadfile --no-loadscope-reorder

test-js: $(JS) $(VENV)/.test
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm test --silent

test-browser: $(VENV)/.test $(JS)
	@PYTHON=$(BIN)/python scripts/ensure chromium
	@$(BIN)/python -m pytest -q tests/browser $(AT_ONCE) --dist=loadgroup

test-site: $(VENV)/.test site
	@PYTHON=$(BIN)/python scripts/ensure chromium
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q tests/site/browser $(AT_ONCE) --dist=loadgroup

bench: $(VENV)/.test
	@PYTHON=$(BIN)/python scripts/ensure chromium
	@$(BIN)/python -m benchmarks

pictures: $(VENV)/.test
	@PYTHON=$(BIN)/python scripts/ensure chromium
	@$(BIN)/python -m scripts.draw_lesson_cards $(LESSON)

new-widget: $(VENV)/.test
	@$(BIN)/python -m scripts.new_widget "$(NAME)" $(if $(STEM),--stem="$(STEM)")

new-lesson: $(VENV)/.test
	@$(BIN)/python -m scripts.new_lesson "$(NAME)" $(if $(TITLE),--title="$(TITLE)")

docs: $(VENV)/.app
	@$(BIN)/python -m scripts.tables

address: $(VENV)/.app
	@$(BIN)/python -m scripts.address "$(OWNER)" $(if $(REPO),--repo="$(REPO)")

format: $(VENV)/.test $(JS)
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format --quiet .
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent format

lint: $(VENV)/.test $(JS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent lint

release: $(VENV)/.release
	@rm -rf dist
	@scripts/quietly "Building the package" $(BIN)/python -m build --no-isolation
	@$(BIN)/python -m twine check --strict dist/*
	@echo "To publish: $(BIN)/python -m twine upload dist/*"

clean:
	rm -rf $(VENV) build dist node_modules site .pytest_cache .ruff_cache .mypy_cache .hypothesis

# --- installing, once; the stamps make every later call instant

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || \
	  { echo "Python 3.10 or newer is needed; if it has another name: make PYTHON=python3.12" >&2; exit 1; }
	@scripts/quietly "Making $(VENV)/" $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.app: $(VENV)/.python pyproject.toml
	@echo "Installing into $(VENV)/; the first time takes some minutes …"
	@$(PIP) $(TORCH)
	@$(PIP) -e ".[lessons]"
	@touch $@

$(VENV)/.hub: $(VENV)/.app
	@$(PIP) -e ".[lessons,hub]"
	@touch $@

$(VENV)/.test: $(VENV)/.app
	@$(PIP) -e ".[lessons,test]"
	@touch $@

$(VENV)/.release: $(VENV)/.python pyproject.toml
	@$(PIP) -e ".[release]"
	@touch $@

$(JS): package.json package-lock.json $(VENV)/.python
	@PYTHON=$(BIN)/python scripts/ensure node
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/quietly "Installing JavaScript packages" \
	  npm ci --no-audit --no-fund --loglevel=error
	@touch $@

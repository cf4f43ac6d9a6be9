# The verbs of the project. `make demo` and `make test` need nothing done before them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: install demo test docs-test automation-test scale bench lint format docs trace look conformance clean
.DELETE_ON_ERROR:

install: $(INSTALLED)

$(INSTALLED): pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox,cjk,dev]'
	PYTHON="$(BIN)/python" sh tools/setup.sh pango
	sh tools/setup.sh azurite
	touch $@

# The sample estate has a subscription that cannot be read, so its documented exit code is 3: incomplete.
demo: install
	@$(BIN)/reportgen demo --out out/demo; code=$$?; \
	if [ $$code -ne 3 ]; then echo "the demo ended with $$code, expected 3" >&2; exit 1; fi

test: lint
	sh tools/setup.sh browser
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# The quick start's commands as they stand in docs/quick-start.md, in an empty folder, installing included.
docs-test: install
	$(BIN)/python -m pytest -n 0 -m "installing or not installing" tests/test_quick_start.py

# The apt and Python steps of the image's Dockerfile, one after the other on this machine (needs root for apt).
automation-test: install
	$(BIN)/python -m pytest -n 0 tests/automation
	rm -rf out/image
	$(BIN)/python tools/image_steps.py $(CURDIR)/out/image > $(VENV)/image-steps.sh
	sh $(VENV)/image-steps.sh

# What `make test` leaves out since it takes minutes: a run over 10,001 subscriptions.
scale: install
	$(BIN)/python -m pytest -n 0 -m scale --durations=1

lint: install
	$(BIN)/ruff format --check --quiet reportgen tests tools
	$(BIN)/ruff check --quiet reportgen tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports > $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }
	$(BIN)/python tools/words.py
	$(BIN)/reportgen controls lint
	$(BIN)/reportgen controls test --mutations

format: install
	$(BIN)/ruff format reportgen tests tools
	$(BIN)/ruff check --fix reportgen tests tools

# The pages of docs/ that are made from the catalogue and the sources.
docs: install
	$(BIN)/python tools/docs.py

# Each behaviour of API servers in docs/kubernetes-api-behaviours.md has a test that bears its number.
trace: install
	$(BIN)/python tools/trace.py

# Every page of the report as a picture, with 1 cluster, the sample estate's and 300, and what a machine can check.
look: install
	sh tools/setup.sh look
	rm -rf out/look
	$(BIN)/python tools/estates.py out/look/estates 1 300
	for n in 1 300; do \
	  $(BIN)/reportgen run --estate out/look/estates/$$n --out out/look/runs/$$n --as-of 2026-11-15T06:00:00Z --fail-on never \
	    || exit 1; done
	$(BIN)/reportgen demo --out out/look/runs/demo --fail-on never
	$(BIN)/python tools/look.py out/look/runs/1/pack-*[!p] out/look/runs/demo/pack-*[!p] out/look/runs/300/pack-*[!p] --out out/look

# PDF/A and PDF/UA by veraPDF, of the sample estate's pack or of PACK=folder.
conformance: install
	sh tools/setup.sh conformance
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[conformance]'
ifndef PACK
	rm -rf out/conformance
	$(BIN)/reportgen demo --out out/conformance --fail-on never
endif
	$(BIN)/python -m tools.conformance $(or $(PACK),out/conformance/pack-*[!p])

# What the line costs; BENCH="--pods 1000 pods" or the like makes it quick.
bench: install
	sh tools/setup.sh browser
	$(BIN)/python -m tools.bench $(BENCH)

clean:
	rm -rf out dist $(VENV)

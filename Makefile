# make run             set up what is missing, then open ebtop on this machine's kernel
# make test            the same set-up and what tests need, then every check and test
# make lint            ruff, the layering rules and mypy
# make lowest          the tests that need no kernel, with the lower bounds of all that ebtop depends on
# make newest          the same with the newest there is
# make dist            wheel and sdist in dist/, byte for byte the same wherever a commit is built
# make sbom            a bill of materials in dist/, CycloneDX: what is installed beside ebtop
# make lock            pin what is installed for tests, and for ebtop itself, to the newest there is
# make fuzz            every decoder against anything, for long: TIMES=20 how often, EACH=60 seconds of each guided by coverage
# make bench           what ebtop costs, beside its peers
# make load            execs, opens, reads and 20,000 processes at once for ten minutes, with the screen open; needs root
# make soak            two hours with everything on: whether memory, descriptors, BPF and keys stay as they are; root
# make faults          all faults, those too that take minutes or that the machine notices (docs/faults.md); needs root
# make venv            the set-up alone
# make lab-disk        three disks, one of which stalls now and then, until ^C; needs root
# make lab-disk-stop   remove what a lab left that was killed
# make lab-raid        RAID0 over such disks in a guest, and what ebtop says of it; needs root
# make raid            the test of it: found and named from the load on the array alone; needs root
# make kernels         the live tests on Debian's kernels, old and new, in guests: half an hour and more; needs root
# make bcc-versions    live tests with the bcc of each Debian, in root file systems of their own; needs root
# make demo-recording  record what `ebtop demo` plays: real events of a guest with such a RAID; needs root
# make picture         draw the README's picture from that recording
# make tables          write the README's tables of keys and filters anew
# make clean           remove what was made here
#
# ARGS="..." goes to ebtop:  make run ARGS="dump --for 5s"
# PYTHON=... chooses another interpreter: it must be one that sees the distribution's bcc.

PYTHON ?= /usr/bin/python3
VENV := .venv
BIN := $(VENV)/bin
# After an upgrade of the distribution its Python has another name, and the environment is made anew.
STAMP := $(VENV)/.ready-$(notdir $(realpath $(PYTHON)))
SOURCES := $(shell find tui probes -name '*.py')
PIP := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pip --quiet --disable-pip-version-check
TOOLS := build/tools
# The time that all that is built bears; where there is no commit to ask, the one that hatchling itself would take.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),1580601600)
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help run test fuzz venv lint lowest newest dist sbom lock bench load soak faults lab-disk lab-disk-stop lab-raid raid kernels bcc-versions \
	demo-recording picture tables clean

help:
	@sed -n 's/^# \(make [a-z]*\)/  \1/p' Makefile

run: $(STAMP)-compiled
	@$(BIN)/ebtop $(ARGS)

venv: $(STAMP)-compiled

$(STAMP): pyproject.toml
	@sh .ci/packages.sh run $(PYTHON)
	@echo "making $(VENV) from $(PYTHON)"
	@$(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV)
	@$(PYTHON) -m venv --system-site-packages $(VENV)
	@rm -f $(VENV)/.ready-*
	@$(PIP) install --compile --editable .
	@touch $@

# Bytecode is written here, once, whatever the environment says about it: ebtop then starts in a fraction of the time.
$(STAMP)-compiled: $(STAMP) $(SOURCES)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m compileall -q tui probes
	@touch $@

$(STAMP)-test: $(STAMP)-compiled requirements-dev.lock
	@sh .ci/packages.sh test $(PYTHON)
	@echo "installing what tests need into $(VENV)"
	@$(PIP) install --compile --require-hashes --requirement requirements-dev.lock
	@touch $@

lint: $(STAMP)-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

test: lint
	@sh .ci/tests.sh $(BIN)/pytest $(ARGS)

lowest newest: $(STAMP)-test
	@sh .ci/bounds.sh $@ $(PYTHON) $(ARGS)

dist: $(STAMP)-test
	@SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m hatchling build -d dist

# What writes locks and bills has an environment of its own: dozens of packages that nothing else needs.
$(TOOLS)/.ready: Makefile
	@rm -rf $(TOOLS)
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip --quiet --disable-pip-version-check install 'cyclonedx-bom==7.*' 'uv==0.13.*'
	@touch $@

sbom: $(TOOLS)/.ready
	@rm -rf build/shipped
	@$(PYTHON) -m venv --without-pip build/shipped
	@$(TOOLS)/bin/python -m pip --quiet --python build/shipped/bin/python install --require-hashes -r requirements.lock
	@mkdir -p dist
	@SOURCE_DATE_EPOCH=$(EPOCH) $(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	    --output-file dist/ebtop.cdx.json build/shipped/bin/python
	@echo dist/ebtop.cdx.json

LOCK := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes
lock: $(TOOLS)/.ready
	@$(TOOLS)/bin/$(LOCK) --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	@$(TOOLS)/bin/$(LOCK) --custom-compile-command "make lock" --output-file requirements-dev.lock \
	    --extra dev --constraint requirements.lock pyproject.toml

TIMES ?= 20
EACH ?= 60

fuzz: $(STAMP)-test
	@EBTOP_FUZZ=$(TIMES) $(BIN)/pytest tests/hostile/test_fuzz.py
	@$(BIN)/python -m tests.hostile.guided $(EACH) $(ARGS)

bench: $(STAMP)-test
	@$(BIN)/python -m bench $(ARGS)

soak load: $(STAMP)-test
	@$(BIN)/python -m bench $@ $(ARGS)

faults: $(STAMP)-test
	@$(BIN)/pytest tests/faults -m "live or faults" $(ARGS)

lab-disk: $(STAMP)-test
	@$(BIN)/python -m tests.lab.sick_disk $(ARGS)

lab-disk-stop: $(STAMP)-test
	@$(BIN)/python -m tests.lab.sick_disk --stop

$(STAMP)-lab: $(STAMP)-test .ci/packages.sh
	@sh .ci/packages.sh lab $(PYTHON)
	@touch $@

lab-raid: $(STAMP)-lab
	@$(BIN)/python -m tests.lab.raid $(ARGS)

raid: $(STAMP)-lab
	@$(BIN)/pytest -m raid $(ARGS)

kernels: $(STAMP)-lab
	@$(BIN)/python -m tests.kernels $(ARGS)

bcc-versions: $(STAMP)-lab
	@$(BIN)/python -m tests.kernels.bcc_versions $(ARGS)

demo-recording: $(STAMP)-lab
	@$(BIN)/python -m tests.lab.raid --record tui/demo.ebtop.new --for 60
	@mv tui/demo.ebtop.new tui/demo.ebtop

tables: $(STAMP)-compiled
	@$(BIN)/python .ci/tables.py

picture: $(STAMP)-compiled
	@TZ=UTC TERM=xterm-256color COLORTERM=truecolor $(BIN)/python .ci/picture.py docs/screen.png

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache snapshot_report.html
	@find tui probes tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

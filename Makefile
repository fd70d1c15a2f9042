# make run             set up what is missing, then open ebtop on this machine's kernel
# make test            the same set-up and what tests need, then every check and test
# make lint            ruff, the layering rules and mypy
# make bench           what ebtop costs, beside its peers
# make venv            the set-up alone
# make lab-disk        three disks, one of which stalls now and then, until ^C; needs root
# make lab-disk-stop   remove what a lab left that was killed
# make lab-raid        RAID0 over such disks in a guest, and what ebtop says of it; needs root
# make raid            the test of it: found and named from the load on the array alone; needs root
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
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help run test venv lint bench lab-disk lab-disk-stop lab-raid raid demo-recording picture tables clean

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

$(STAMP)-test: $(STAMP)-compiled
	@sh .ci/packages.sh test $(PYTHON)
	@echo "installing what tests need into $(VENV)"
	@$(PIP) install --compile --editable '.[dev]'
	@touch $@

lint: $(STAMP)-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

test: lint
	@$(BIN)/pytest $(ARGS)

bench: $(STAMP)-test
	@$(BIN)/python -m bench $(ARGS)

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

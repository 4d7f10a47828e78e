# Avatar Kiosk. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := .venv/bin
ARGS :=
VISITS := 1000

.PHONY: help install run test test-long test-official drills soak check bench package smoke lock clean dev

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## what the kiosk needs: system packages where it may, Python packages in .venv
	@bash packaging/install.sh packaging/requirements.txt

run: install ## the kiosk; without a display a demo visit on a virtual one, with pictures
	@$(BIN)/python packaging/run_kiosk.py $(ARGS)

test: dev ## every test, against real parts; ARGS="-k name" goes to pytest
	@bash packaging/system.sh screen test
	@bash packaging/livekit_server.sh .tools/livekit-server
	@$(BIN)/python packaging/run_tests.py $(ARGS)

test-long: ARGS := -m long
test-long: test ## what "test" leaves out because it only proves the same on real parts, or for longer

test-official: dev ## the services' own clients against the emulators, and a genuine agent against the kiosk; ARGS="-k tavus"
	@bash packaging/system.sh screen test browser
	@bash packaging/livekit_server.sh .tools/livekit-server
	@bash packaging/official.sh
	@KIOSK_TEST_STRICT=1 $(BIN)/python -m pytest -q -p no:randomly -m official tests/official $(ARGS)

drills: dev ## everything that may go wrong, played against the real program, with a table; ARGS="-k outages"
	@bash packaging/system.sh screen test
	@bash packaging/livekit_server.sh .tools/livekit-server
	@KIOSK_DRILLS=1 $(BIN)/python -m pytest -q -p no:randomly -o faulthandler_timeout=295 -m drill tests/drills $(ARGS)

soak: dev ## VISITS=1000 visits in a row with mixed endings: what they leave behind, drawn in build/soak.png
	@bash packaging/system.sh screen test
	@bash packaging/livekit_server.sh .tools/livekit-server
	@$(BIN)/python -m tests.drills.soak --visits $(VISITS) --plot build/soak.png $(ARGS)

check: dev ## format, lint, types, who may import whom, dead code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy packaging/*.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture

bench: dev ## measures; asserts nothing about time
	@$(BIN)/python -m pytest -o faulthandler_timeout=0 -m bench tests/bench $(ARGS)

package: dev ## dist/: a Debian package and a portable archive
	@bash packaging/system.sh package
	@$(BIN)/python packaging/build_package.py

smoke: dev ## tries what `make package` built
	@bash packaging/system.sh screen package
	@$(BIN)/python packaging/smoke_test.py

lock: dev ## writes the lock files anew from pyproject.toml, with the newest versions it allows
	@bash packaging/lock.sh

clean: ## removes what was built; keeps .venv and .tools
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find app tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +

dev:
	@bash packaging/install.sh packaging/requirements-dev.txt

# One command a job; each makes what it needs in .venv. Works with GNU make 3.81 or later and a POSIX shell.

PYTHON ?=
SERVE ?= 1
BROWSER ?=
DEEP ?= 1
ONLY ?=
PYTEST ?= -n auto --maxprocesses 5 --dist loadfile --no-loadscope-reorder
NEEDS := pyproject.toml constraints.txt tools/install.py
NETS := intents classify harden deep_rank digits drift_deep tasks export form
LONG := masked# needs the extra `deep`, more time than bench-deep has
PEERS = $(filter-out serve soak $(NETS) $(LONG),$(patsubst benchmarks/bench_%.py,%,$(wildcard benchmarks/bench_*.py)))
EXTRA := (torch|transformers|tokenizers|onnx|keras|optuna|tensorboard|mlflow)# what tests of nets ask for; each net's laws stand in its own tests
CODE := src tests benchmarks examples tools

test test-deep check-all: export OMP_NUM_THREADS := 1# about as many workers as cores: further threads would wait spinning
test test-deep check-all: export MALLOC_MMAP_THRESHOLD_ := 1073741824# glibc: what was freed is kept, which spares
test test-deep check-all: export MALLOC_TRIM_THRESHOLD_ := 4294967296# a quarter of the time in the kernel
unexport PYTHONDONTWRITEBYTECODE# else each process compiles all of the package anew, each worker all tests

.DEFAULT_GOAL := help
.PHONY: help run test test-deep bench-deep browser screenshots kills check check-all bench load soak format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: .venv/.sample ## ingest the sample shop, turn the ring, write the report, serve the pages (SERVE=0: do not)
	@exec .venv/bin/evercart $(if $(filter 0,$(SERVE)),run,demo)

test: .venv/.dev $(if $(filter 0,$(DEEP)),,.venv-deep/.deep-dev) browser ## run every test but the slow suites; BROWSER=0, DEEP=0 leave out those in a browser, of nets
	@BROWSER=$(BROWSER) .venv/bin/python -m pytest $(PYTEST) -m "not slow"
	@$(if $(filter 0,$(DEEP)),echo "DEEP=0: the tests of nets are left out",$(MAKE) -s test-deep)

test-deep: .venv-deep/.deep-dev ## run the tests that need the extra `deep`, in .venv-deep, which has it
	@.venv-deep/bin/python -m pytest $(PYTEST) -m "not slow" $$(grep -rlE '(importorskip|find_spec)\("$(EXTRA)' tests | sed 's|/conftest.py$$||' | grep -v '/laws/')

browser: .venv/.dev ## see that Chromium is there for the browser tests, install it where that needs no asking
	@BROWSER=$(BROWSER) .venv/bin/python -m evercart.testing.chromium

screenshots: browser ## take the pictures of the pages that docs/ shows
	@SCREENSHOTS=docs/pages .venv/bin/python -m pytest tests/browser/test_pictures.py

kills: .venv/.dev ## end a shop's life by kill -9 at 300 random instants, compare it with one never ended
	@.venv/bin/python -m evercart.testing.kills --kills 300

check: .venv/.dev ## check format, lint, types and the repository's own rules
	@.venv/bin/ruff format --check $(CODE)
	@.venv/bin/ruff check $(CODE)
	@.venv/bin/mypy
	@.venv/bin/python -m pytest tests/test_repo.py

check-all: check browser ## run check, then every test with the slow suites
	@BROWSER=$(BROWSER) .venv/bin/python -m pytest $(PYTEST)

bench: .venv/.bench ## measure against the peers, print every number of docs/benchmarks.md; ONLY="fraud gate" for some
	@.venv/bin/python tools/measure.py $(or $(ONLY),$(PEERS))

bench-deep: .venv-deep/.deep-bench ## measure nets, cures for forgetting, encoders, attacks, exports; ONLY="digits form" for some
	@.venv-deep/bin/python tools/measure.py --abreast 2 $(or $(ONLY),$(NETS))

load: .venv/.bench ## put the service under load: answers, events, swaps, pages; LOAD="--seconds 60" for a trial
	@.venv/bin/python benchmarks/bench_serve.py $(LOAD)

soak: .venv/.bench ## half an hour of mixed load: memory has to stay flat; SOAK="--minutes 5" for a trial
	@.venv/bin/python benchmarks/bench_soak.py $(SOAK)

format: .venv/.dev ## format the code, mend what lint can mend
	@.venv/bin/ruff format $(CODE)
	@.venv/bin/ruff check --fix $(CODE)

clean: ## remove .venv, .venv-deep, caches; a shop's folder stays
	@rm -rf .venv .venv-deep .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made .venv-deep/.made: tools/python
	@python=$$(sh tools/python "$(PYTHON)") && echo "making $(@D) with $$python" && sh tools/python --make "$$python" $(@D)
	@touch $@

.venv/.sample .venv/.dev .venv/.bench: .venv/.made $(NEEDS)
	@.venv/bin/python tools/install.py $(@F:.%=%)
	@touch $@

.venv-deep/.deep-dev .venv-deep/.deep-bench: .venv-deep/.made $(NEEDS)
	@.venv-deep/bin/python tools/install.py $(@F:.%=%)
	@touch $@

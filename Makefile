# make demo | test | bench | wheel | soak | fuzz: each sets up what it needs.
# Needed: Rust (rustup), Python >= 3.11 with venv, a C compiler. PYTHON=python3.12 takes another Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
# Rust tests share what they compile with the wheel of `make test`: both use the dev profile.
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)
RUST_SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find crates python -name '*.rs' -o -name '*.py' -o -name '*.pyi' -o -name Cargo.toml -o -name '*.icc' 2>/dev/null)

.PHONY: demo test bench bench-jpeg bench-latency wheel soak fuzz clean format clippy rust-test doc-test generated python-test differential

test: format clippy rust-test doc-test generated python-test differential
	@echo "all tests passed"

# The wheel to give away: release profile, into dist/.
wheel: $(VENV)/.release

demo: $(VENV)/.release $(VENV)/.demo
	$(BIN)/python demo/demo.py

bench: $(VENV)/.release $(VENV)/.bench
	$(BIN)/python bench/run.py $(if $(ROWS),--rows $(ROWS)) $(if $(ROUNDS),--rounds $(ROUNDS))

# The JPEG codec alone, on one thread and on two.
bench-jpeg: $(VENV)/.release $(VENV)/.bench
	$(BIN)/python bench/jpeg.py $(if $(ROWS),--rows $(ROWS)) $(if $(ROUNDS),--rounds $(ROUNDS))

# A JPEG of 100 MB over a link with 20 ms of latency, beside the local file.
bench-latency: $(VENV)/.release
	$(BIN)/python bench/latency.py $(if $(BANDWIDTH),--bandwidth $(BANDWIDTH)) $(if $(ROUNDS),--rounds $(ROUNDS))

# Tests that take long, on the release wheel.
soak: $(VENV)/.release $(VENV)/.tests $(VENV)/.servers
	WINDLASS_REQUIRED=1 $(BIN)/python -m pytest -m soak tests/python

# Every loader on what libFuzzer makes up, SECONDS of it each; `make fuzz LOADERS=tiff SECONDS=3600` one of them. What is found
# lies in fuzz/artifacts. `make test` runs the same bodies on mutants of files.
LOADERS := $(sort $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs))))
SECONDS := 60
fuzz:
	rustup toolchain list | grep -q nightly || rustup toolchain install nightly --profile minimal
	command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
	set -e; for loader in $(LOADERS); do cargo +nightly fuzz run --fuzz-dir fuzz $$loader -- -max_total_time=$(SECONDS) -timeout=20; done

clean:
	rm -rf $(VENV) dist demo-out bench/out

# Stages of `make test`; each runs alone as well.

format:
	@echo "== $@"
	cargo fmt --all --check

clippy:
	@echo "== $@"
	cargo clippy --workspace --all-targets --locked -- -D warnings

rust-test:
	@echo "== $@"
ifeq ($(NEXTEST),yes)
	cargo nextest run --workspace --exclude windlass-python --locked --no-fail-fast
else
	cargo test --workspace --exclude windlass-python --locked --no-fail-fast --lib --bins --tests
endif

doc-test:
	@echo "== $@"
	cargo test --workspace --exclude windlass-python --locked --doc

generated:
	@echo "== $@"
	cargo run --quiet --locked -p xtask -- gen --check
	cargo run --quiet --locked -p xtask -- parity

# Programs, memory, corpora; whatever is absent is told at the end.
python-test: $(VENV)/.development $(VENV)/.tests $(VENV)/.servers
	@echo "== $@"
	WINDLASS_REQUIRED=1 $(BIN)/python -m pytest tests/python --ignore=tests/python/test_differential.py

differential: $(VENV)/.development $(VENV)/.tests
	@echo "== $@"
	WINDLASS_REQUIRED=1 $(BIN)/python -m pytest tests/python/test_differential.py

# The virtual environment and what lies in it. A stamp tells what was installed last.

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV) || (apt-get update && apt-get install --yes python3-venv && $(PYTHON) -m venv $(VENV))
	$(PIP) --upgrade pip
	$(PIP) maturin==1.16.0
	touch $@

$(VENV)/.tests: tests/requirements.txt | $(VENV)/.made
	$(PIP) -r $<
	touch $@

# strace, nginx and PostgreSQL, from Debian. Tests tell at the end what was absent. RUNLEVEL=1: no service is started.
DEBIAN := strace nginx-light postgresql
$(VENV)/.servers: | $(VENV)/.made
	command -v strace >/dev/null && command -v nginx >/dev/null && ls -d /usr/lib/postgresql/* >/dev/null 2>&1 || \
	(apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(DEBIAN)) || \
	echo "$(DEBIAN) could not be installed: tests that need them are skipped"
	touch $@

$(VENV)/.bench: bench/requirements.txt | $(VENV)/.made
	$(PIP) -r $<
	touch $@

$(VENV)/.demo: demo/requirements.txt | $(VENV)/.made
	$(PIP) -r $<
	touch $@

$(VENV)/.release: $(RUST_SOURCES) | $(VENV)/.made
	$(call install_wheel,release)
	rm -f $(VENV)/.development
	touch $@

$(VENV)/.development: $(RUST_SOURCES) | $(VENV)/.made
	$(call install_wheel,dev)
	rm -f $(VENV)/.release
	touch $@

# $(1): the cargo profile.
define install_wheel
rm -rf dist
$(BIN)/maturin build --locked --profile $(1) --interpreter $(BIN)/python --out dist
$(PIP) --force-reinstall --no-deps dist/windlass-*.whl
endef

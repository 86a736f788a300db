PYTHON ?= python3
# Extras to install for the tests and the lint, separated by commas without spaces.
EXTRAS ?= dev
VENV := .venv
BIN := $(VENV)/bin

.PHONY: train test test-long test-distribution proofs fuzz soak lint docs bench

train: $(VENV)/installed
	$(BIN)/python scripts/train_horses.py --preset demo --quality-every 350

test: $(VENV)/installed-$(EXTRAS)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# The tests that take longest, of what shorter ones test in part.
test-long: $(VENV)/installed-$(EXTRAS)
	$(BIN)/python -m pytest -m long --numprocesses auto --dist loadfile --no-loadscope-reorder
	KERAS_BACKEND=jax $(BIN)/python -m pytest -m long tests/distribution
	KERAS_BACKEND=jax $(BIN)/python -m pytest -m long tests/on_jax

test-distribution: $(VENV)/installed-$(EXTRAS)
	KERAS_BACKEND=jax $(BIN)/python -m pytest -m "long or not long" tests/distribution

# What takes longer than the tests may: runs of an earlier version on JAX, properties of the losses at more examples,
# and whether the tests notice mistakes.
proofs: $(VENV)/installed-$(EXTRAS)
	KERAS_BACKEND=jax $(BIN)/python -m pytest tests/training/test_old_runs.py
	EXAMPLES=200 $(BIN)/python -m pytest --numprocesses auto tests/losses/test_properties.py
	$(BIN)/python benchmarks/mutations.py

# Damaged files and command lines; `make fuzz INPUTS=20000 SEED=7` for others.
INPUTS ?= 6000
SEED ?= 0
fuzz: $(VENV)/installed-$(EXTRAS)
	PYTHONPATH=tests $(BIN)/python -m fuzz.run --inputs $(INPUTS) --seed $(SEED)

# Runs that are killed at random places and resumed, on both backends; `make soak KILLS=10 SEED=7` for others.
KILLS ?= 100
soak: $(VENV)/installed-$(EXTRAS)
	rm -rf runs/soak
	PYTHONPATH=tests $(BIN)/python -m crash.soak --kills $(KILLS) --seed $(SEED) --folder runs/soak/tensorflow
	KERAS_BACKEND=jax PYTHONPATH=tests $(BIN)/python -m crash.soak --kills $(KILLS) --seed $(SEED) --folder runs/soak/jax

lint: $(VENV)/installed-$(EXTRAS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/check_types.py

docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/fit_overhead.py
	$(BIN)/python benchmarks/train_step.py
	$(BIN)/python benchmarks/train_step.py growth
	$(BIN)/python benchmarks/scaling.py
	$(BIN)/python benchmarks/layers.py
	$(BIN)/python benchmarks/determinism.py
	$(BIN)/python benchmarks/losses.py
	$(BIN)/python benchmarks/image_cache.py
	$(BIN)/python benchmarks/loss_memory.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/quality_bias.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/saving.py
	$(BIN)/python benchmarks/detectors.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --editable '.[tensorflow]'
	touch $@

# One stamp for each set of extras, so that a new set is installed.
$(VENV)/installed-%: setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --editable '.[$*]'
	touch $@ $(VENV)/installed

$(VENV)/installed-docs: setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --editable '.[docs]'
	touch $@

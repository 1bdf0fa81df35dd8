# Measure, then minimize: `make lab` opens the course, `make test` proves it.
# Settings: make lab PYTHON=python3.12 · make lab BACKEND=jax · make test JOBS=4
PYTHON ?= python3
JOBS ?= 2
TORCH ?= torch==2.13.0
GPU_PYTHON ?= python3
TF_CPP_MIN_LOG_LEVEL ?= 2
export TF_CPP_MIN_LOG_LEVEL
# Python would leave out every assert, and so every claim of a lesson.
unexport PYTHONOPTIMIZE
# Containers often set this; TensorFlow's import then takes twice as long, always.
unexport PYTHONDONTWRITEBYTECODE
# Notebooks run in their own folder: a relative path would point elsewhere there. Not
# by $(abspath …), which cuts a path at its blanks.
ifdef COURSE_DATA
export COURSE_DATA
ifeq ($(filter /%,$(firstword $(COURSE_DATA))),)
override COURSE_DATA := $(CURDIR)/$(COURSE_DATA)
endif
endif

.PHONY: lab test lint unit editions test-backends test-jax test-torch test-gpu editions-jax
.PHONY: lessons-full weights
.PHONY: lessons notebooks format lock doctor test-hosted test-pack
.PHONY: .venv .venv-jax .venv-torch
.PHONY: site site-test .venv-site

# A machine with little room takes JAX: `make lab BACKEND=jax`, 1.2 GB for 2.8.
VENV_ = .venv
VENV_tensorflow = .venv
VENV_jax = .venv-jax
VENV_torch = .venv-torch
VENV = $(or $(VENV_$(BACKEND)),$(error BACKEND is $(BACKEND), but must be tensorflow, \
	jax or torch))

lab: $(VENV)
	$(if $(BACKEND),KERAS_BACKEND=$(BACKEND)) $(VENV)/bin/course lab

test: lint unit editions

lint: .venv
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/codespell

unit: .venv
	KERAS_BACKEND=tensorflow .venv/bin/pytest -n $(JOBS)

editions: .venv
	.venv/bin/course build --check
	KERAS_BACKEND=tensorflow COURSE_SCALE=quick .venv/bin/$(NBMAKE) notebooks/*.ipynb

test-backends: test-jax test-torch editions-jax

# What computes with Keras, or asks it. The rest, from figures to the class kit, does not.
BACKEND_TESTS = $(addprefix tests/,autodiff checks core course/test_backend.py \
	course/test_doctor.py data evaluation experiments \
	figures/scenes/test_in_the_browser.py measures models networks sampling)

# Compile in a hurry, and once: what a test checks takes less time than compiling it. JAX
# looks a program up by all that it is made of, and by its own version.
JAX_COMPILED ?= $(CURDIR)/build/jax-compiled
HURRY = JAX_DISABLE_MOST_OPTIMIZATIONS=1 JAX_COMPILATION_CACHE_DIR="$(JAX_COMPILED)" \
	JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0

test-jax: .venv-jax
	KERAS_BACKEND=jax $(HURRY) .venv-jax/bin/pytest -n $(JOBS) $(BACKEND_TESTS)

test-torch: .venv-torch
	KERAS_BACKEND=torch .venv-torch/bin/pytest -n $(JOBS) $(BACKEND_TESTS)

# The unit tests on the accelerator that JAX or PyTorch sees, in an environment that has
# them for it: make test-gpu BACKEND=torch GPU_PYTHON=/opt/torch/bin/python
test-gpu:
	KERAS_BACKEND=$(or $(BACKEND),jax) $(GPU_PYTHON) -m pytest --accelerator

# Every lesson with the versions that hosted notebooks bring, and what runs it here.
RUNNER = ipykernel jupytext nbclient nbconvert rich typer
test-hosted:
	rm -rf .venv-hosted
	$(PYTHON) -m venv .venv-hosted
	.venv-hosted/bin/pip install --constraint constraints-hosted.txt --editable .[jax] $(RUNNER)
	KERAS_BACKEND=tensorflow COURSE_STRICT=1 .venv-hosted/bin/course run --scale quick --jobs $(JOBS)
	KERAS_BACKEND=jax COURSE_STRICT=1 .venv-hosted/bin/course run --scale quick --jobs $(JOBS)

# What a class gets, installed from the pack alone. Its notebook is run as hand-ins are:
# without the network, where the system can cut it.
test-pack: .venv
	rm -rf build/pack
	.venv/bin/course pack build/pack --lessons 05b
	$(MAKE) -C build/pack .venv
	cd build/pack && .venv/bin/course check --folder notebooks --csv checked.csv
	! grep stopped build/pack/checked.csv

# The solutions, with every claim that holds at quick; `make lessons` runs them at laptop.
editions-jax: .venv-jax
	KERAS_BACKEND=jax COURSE_SCALE=quick COURSE_STRICT=1 $(HURRY) \
		.venv-jax/bin/$(NBMAKE) notebooks/solutions

# Some hours: stopped, it goes on where it was. `make lessons-full BACKEND=jax` on a GPU.
lessons-full: $(VENV)
	KERAS_BACKEND=$(or $(BACKEND),tensorflow) COURSE_STRICT=1 \
		$(VENV)/bin/course run --scale full --jobs $(JOBS)

weights: .venv
	.venv/bin/python benchmarks/kept_weights.py

lessons: .venv
	KERAS_BACKEND=tensorflow COURSE_STRICT=1 .venv/bin/course run --scale laptop \
		--jobs $(JOBS) --executed build/executed

# Executes only what `make lessons` has not: the site is built from its notebooks.
site: .venv .venv-site
	KERAS_BACKEND=tensorflow .venv/bin/course run --scale laptop --jobs $(JOBS) \
		--executed build/executed --missing
	rm -rf build/site-source build/site
	.venv/bin/course site build/site-source --executed build/executed
	.venv-site/bin/sphinx-build -W --keep-going -n -q -d build/site-doctrees \
		build/site-source build/site

# In a real browser, Debian's chromium: CHROMIUM=/path/to/one for another.
site-test: .venv-site
	.venv-site/bin/pytest -q -n $(JOBS) docs/site

notebooks: .venv
	.venv/bin/course build

format: .venv
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

doctor: .venv
	.venv/bin/course doctor

# The newest versions that pyproject.toml allows, the same for every platform.
lock: .venv
	$(COMPILE) -o requirements.lock
	$(COMPILE_SITE) -o requirements-site.lock
	echo tensorflow | $(COMPILE) --excludes - --extra jax -c requirements.lock -o requirements-jax.lock

NBMAKE = pytest -n $(JOBS) --dist worksteal --nbmake --nbmake-timeout=300
COMPILE = .venv/bin/uv pip compile pyproject.toml --extra lab --extra dev $(AS_A_LOCK)
COMPILE_SITE = .venv/bin/uv pip compile docs/site/requirements.in $(AS_A_LOCK)
AS_A_LOCK = --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

# An environment is finished when its stamp is there: an install that was cut short
# starts again, and a changed lock installs again. JAX and PyTorch get environments
# without TensorFlow, so that nothing leans on it unseen: TensorFlow is an ordinary
# dependency, the second lock leaves it out, and `--no-deps` keeps it out. PyTorch is
# in no lock, because each platform has its own build of it.
.venv: .venv/.stamp
.venv-jax: .venv-jax/.stamp
.venv-torch: .venv-torch/.stamp
.venv-site: .venv-site/.stamp

.venv-site/.stamp: requirements-site.lock
	$(call locked,requirements-site.lock)
	touch $@

.venv/.stamp: requirements.lock pyproject.toml
	$(call install,requirements.lock)
	touch $@

.venv-jax/.stamp: requirements-jax.lock pyproject.toml
	$(call install,requirements-jax.lock)
	touch $@

.venv-torch/.stamp: requirements-jax.lock pyproject.toml
	$(call install,requirements-jax.lock)
	$(@D)/bin/pip install --no-compile $(TORCH)
	touch $@

define install
	$(call locked,$(1))
	$(@D)/bin/pip install --no-deps --no-build-isolation --editable .
endef

# uv takes a fraction of pip's time; pip knows more networks' settings, and steps in.
# Compiling all modules beforehand would take as long as fetching them; imports do it.
define locked
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "The course needs Python 3.11, 3.12 or 3.13. Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(@D)
	sed -n '/^uv==/,/[^\]$$/p' requirements.lock > $(@D)/uv.lock
	$(@D)/bin/pip install --no-compile --require-hashes -r $(@D)/uv.lock
	$(@D)/bin/uv pip install --python $(@D)/bin/python --require-hashes -r $(1) || \
		$(@D)/bin/pip install --no-compile --require-hashes -r $(1)
endef

# A thin layer over the CMake presets: it gets what a fresh machine lacks, then configures, builds and
# runs. Nothing here is needed to work with CMake directly.
.DEFAULT_GOAL := help
.PHONY: help quickstart test test-long build packages libtorch dev asan tsan fuzz format check-format install package clean always

JOBS ?= $(shell nproc)
# Empty: LibTorch in .deps/libtorch, which `make libtorch` fills.
LIBTORCH ?=
FUZZ_SECONDS ?= 60
export LIBTORCH
export CTEST_PARALLEL_LEVEL ?= $(JOBS)
build = cmake --build --preset $(1) --parallel $(JOBS)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  LIBTORCH=DIR uses a LibTorch of your own; JOBS=N limits how much is compiled at once"

quickstart: build ## builds, then trains a small net on 72 real images; writes runs/quickstart/
	@build/release/bin/posehost run configs/quickstart.json $(QUICKSTART_ARGS)

test: build ## builds and runs all tests
	@$(call build,release)
	@ctest --preset release

test-long: build ## the tests that take long: a run killed fifty times
	@$(call build,release)
	@ctest --preset long

build: libtorch build/release/.configured ## the programs and plugins, into build/release/
	@$(call build,release) --target programs

packages: ## installs the system packages that are missing (root or sudo only then)
	@core/setup/packages.sh

libtorch: packages ## gets LibTorch into .deps/libtorch, or checks LIBTORCH=
	@core/setup/libtorch.sh

dev: libtorch build/dev/.configured ## a debug build with its tests, in build/dev/
	@$(call build,dev)
	@ctest --preset dev

asan: packages build/asan/.configured ## tests of what needs no LibTorch, with address and UB sanitizers
	@$(call build,asan) --target programs test_base test_plugins
	@ctest --preset asan

tsan: packages build/tsan/.configured ## the same with the thread sanitizer
	@$(call build,tsan) --target programs test_base test_plugins
	@ctest --preset tsan

fuzz: build/fuzz/.configured ## runs each fuzzer for FUZZ_SECONDS=60 (clang), of what needs no LibTorch
	@$(call build,fuzz) --target fuzzers
	@tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS)

format: ## formats our sources with clang-format
	@core/setup/format.sh -i

check-format: ## fails where `make format` would change something
	@core/setup/format.sh --dry-run -Werror

install: build ## installs programs, plugins, configs and SDK below PREFIX
	@test -n "$(PREFIX)" || { echo "make install: say where, as in PREFIX=\$$HOME/posehost" >&2; exit 2; }
	@cmake --install build/release --prefix "$(PREFIX)"

package: build ## a .tar.gz and a .deb of the host and of the SDK, in build/release/packages/
	@cd build/release && cpack

clean: ## removes build/ (LibTorch in .deps/ and results in runs/ stay)
	@rm -rf build

# Configured anew only when the presets or the choice of LibTorch changed; CMake follows its own files.
build/fuzz/.configured: | fuzz-packages
.PHONY: fuzz-packages
fuzz-packages:
	@core/setup/packages.sh clang
build/%/.configured: CMakePresets.json build/.libtorch
	@if command -v ninja >/dev/null; then export CMAKE_GENERATOR=Ninja; fi; \
	  cmake --preset $* -DLIBTORCH="$(LIBTORCH)"
	@touch $@
build/.libtorch: always
	@mkdir -p build
	@echo "$(LIBTORCH)" | cmp -s - $@ || echo "$(LIBTORCH)" >$@

# The one door to everything that a developer or a user runs; `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help deps build test quickstart smoke verify-interop verify-solvers check-aarch64 study bench-peers bench-solvers bench-exponax bench-sweep bench-scaling bench-roofline bench-inference bench-operations format lint clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps:  ## install the missing libraries (apt); says what and why
	@scripts/install-dependencies

build: deps  ## build .build/release/opkit
	swift build -c release --product opkit

# Built by 'swift build', as the program is: 'swift test' alone would build everything a second time with other flags.
test: deps  ## build and run all tests (release: numerics in a debug build are uselessly slow)
	swift build -c release --build-tests
	swift test -c release --skip-build

quickstart: build  ## generate, train, evaluate and apply on a Burgers set; names a picture
	@scripts/quickstart

smoke: deps  ## run every configuration at smoke size through the binary
	swift build -c release --build-tests
	swift test -c release --skip-build --filter EndToEndTests

verify-interop: quickstart  ## open the quickstart's files with h5py, xarray, netCDF4 and safetensors from PyPI; train on DeepXDE's triples
	scripts/check-interop.sh runs/quickstart/burgers.h5 runs/quickstart/fno/best.safetensors .build/release/opkit

verify-solvers: deps  ## print every figure of the solvers beside its bar; fail if one is missed
	scripts/verify-solvers.sh

check-aarch64:  ## compile the kernels for aarch64 and run them under emulation
	scripts/check-aarch64.sh

study: build  ## train the arms of a comparison, or go on with it: STUDY=scripts/studies/NAME.json
	scripts/studies/study.py $(STUDY)

bench-peers: build  ## time training steps beside PyTorch (from PyPI, in a venv of its own)
	scripts/bench/peers.sh

bench-sweep: build  ## look for cliffs over widths, modes, grids and batches
	python3 scripts/bench/sweep.py .build/release/opkit .build/bench-sweep.json

bench-scaling: build  ## two threads against one, beside two programs at once
	python3 scripts/bench/scaling.py .build/release/opkit

bench-roofline: build  ## set each benchmark beside its arithmetic and its traffic
	python3 scripts/bench/roofline.py .build/release/opkit configs/bench

bench-inference: build  ## start-up time and memory of infer
	python3 scripts/bench/inference.py .build/release/opkit .build/bench-inference

bench-solvers: build  ## time solvers beside the transforms that they need, and whole jobs
	swift build -c release --product SolverBench
	scripts/bench/solvers.sh

bench-exponax: build  ## time solvers beside exponax (from PyPI, in a venv of its own)
	swift build -c release --product SolverBench
	scripts/bench/exponax.sh

bench-operations: deps  ## time single operations beside the machine's own speed: OPERATIONS='spectral convolution'
	swift run -c release OperationBench $(OPERATIONS)

format:  ## format all Swift files
	swift format --in-place --parallel --recursive Package.swift Sources Tests

lint:  ## check the format of all Swift files
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

clean:  ## remove what was built
	swift package clean

#!/usr/bin/env bash
# Installs exponax and JAX from PyPI into a venv under .build, then times it alternately with opkit's steppers on the same
# problems, grids and orders in double precision.
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=.build/exponax-venv
if ! "$environment/bin/python" -c "import exponax" 2>/dev/null; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet exponax "jax[cpu]"
fi
exec "$environment/bin/python" scripts/bench/peers-exponax.py .build/release/SolverBench

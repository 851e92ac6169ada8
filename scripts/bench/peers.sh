#!/usr/bin/env bash
# Installs PyTorch and neuraloperator from PyPI into a venv under .build, then times them alternately with opkit.
# Names of cases may be given; all of configs/bench otherwise. Writes .build/bench-peers.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=.build/peers-venv
if ! "$environment/bin/python" -c "import torch, neuralop" 2>/dev/null; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet torch neuraloperator
fi
exec "$environment/bin/python" scripts/bench/peers.py .build/release/opkit configs/bench .build/bench-peers.json "$@"

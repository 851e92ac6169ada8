#!/bin/sh
# Opens a dataset and a checkpoint of opkit with the programs that other people use:
# xarray through both of its HDF5 engines, h5py, ncdump if installed, the safetensors package; and trains on triples as
# DeepXDE stores them.
#
#     scripts/check-interop.sh DATASET.h5 CHECKPOINT.safetensors OPKIT
#
# Needs python3 with venv, and on the first run a network to install the packages from PyPI into .build.
set -eu
if [ $# -ne 3 ]; then
  echo "usage: scripts/check-interop.sh DATASET.h5 CHECKPOINT.safetensors OPKIT" >&2
  exit 2
fi
root=$(cd "$(dirname "$0")/.." && pwd)
environment="$root/.build/interop-venv"
packages="xarray netCDF4 h5netcdf h5py safetensors numpy"
if ! "$environment/bin/python" -c "import xarray, netCDF4, h5netcdf, h5py, safetensors, numpy" 2>/dev/null; then
  echo "installing $packages into $environment" >&2
  python3 -m venv "$environment"
  # shellcheck disable=SC2086
  "$environment/bin/pip" install --quiet $packages
fi
exec "$environment/bin/python" "$root/scripts/check-interop.py" "$1" "$2" "$3"

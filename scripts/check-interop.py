"""Checks that other programs read opkit's files as opkit means them, and opkit theirs; see check-interop.sh."""

import json
import shutil
import subprocess
import sys
import tempfile
import warnings

import h5py
import netCDF4
import numpy
import safetensors
import safetensors.numpy
import xarray

warnings.simplefilter("error")
passed, failed = 0, 0


def check(what, condition, found=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what} {found}")


def attempt(what, action):
    """The result of an action; an exception counts as a failure."""
    try:
        result = action()
        check(what, True)
        return result
    except Exception as error:
        check(what, False, f"{type(error).__name__}: {error}")
        return None


def text(attribute):
    return attribute.decode() if isinstance(attribute, bytes) else str(attribute)


def scales(variable):
    return [[scale.name.lstrip("/") for scale in axis.values()] for axis in variable.dims]


def check_hdf5(file):
    """Dimensions, coordinates and attributes as plain HDF5; returns the names of the variables."""
    names = {"sample", "time", "x", "y", "z"}
    for name, variable in file.items():
        check(f"h5py: {name} is a dataset at the root", isinstance(variable, h5py.Dataset))
        if variable.is_scale:
            check(f"h5py: {name} is a named dimension", name in names or name.endswith("channel"))
            check(f"h5py: {name} has its own name", text(variable.attrs["NAME"]) == name)
            uses = variable.attrs.get("REFERENCE_LIST", [])
            for reference, axis in uses:
                user = file[reference]
                check(f"h5py: {name} is listed by its user", scales(user)[axis] == [name])
        else:
            axes = scales(variable)
            check(f"h5py: every axis of {name} has one scale", all(len(a) == 1 for a in axes), axes)
            check(f"h5py: {name} begins with sample", axes[0] == ["sample"])
            check(f"h5py: {name} has units and long_name", {"units", "long_name"} <= set(variable.attrs))
            if variable.ndim > 1:
                check(f"h5py: {name} is chunked per sample", variable.chunks and variable.chunks[0] == 1)
    check("h5py: Conventions", text(file.attrs.get("Conventions", "")).startswith("CF-"))
    if "opkit_mapping" in file.attrs:
        attempt("opkit_mapping is JSON", lambda: json.loads(text(file.attrs["opkit_mapping"])))


def check_xarray(path, file):
    """Both engines must agree with h5py, and with each other, on names, coordinates and values."""
    for engine in ("netcdf4", "h5netcdf"):
        data = attempt(f"xarray: {engine} opens", lambda: xarray.open_dataset(path, engine=engine))
        if data is None:
            continue
        for name, variable in file.items():
            if name not in data.variables:
                check(f"xarray {engine}: {name} is present", False)
                continue
            found = data[name]
            expected = [axis[0] for axis in scales(variable)] if not variable.is_scale else [name]
            check(f"xarray {engine}: dimensions of {name}", list(found.dims) == expected, found.dims)
            if variable.is_scale:
                check(f"xarray {engine}: {name} is a coordinate", name in data.coords)
            values = variable.asstr()[()] if variable.dtype == object else variable[()]
            check(f"xarray {engine}: type of {name}", variable.dtype == object or found.dtype == variable.dtype)
            check(f"xarray {engine}: values of {name}", numpy.array_equal(found.values, values))
        check(f"xarray {engine}: no unnamed dimensions", not any("phony" in str(d) for d in data.sizes))
        if "time" in data.coords:
            check(f"xarray {engine}: time is a number", data["time"].dtype.kind == "f", data["time"].dtype)
        data.close()


def check_writable(path):
    """netCDF opens a file for writing only if the order of links and attributes is tracked."""
    with tempfile.TemporaryDirectory() as directory:
        copy = shutil.copy(path, directory)

        def write():
            with netCDF4.Dataset(copy, "a") as data:
                data.comment = "added"

        attempt("netCDF4: a copy opens for writing", write)


def check_ncdump(path, file):
    if shutil.which("ncdump") is None:
        print("skipped: ncdump is not installed")
        return
    result = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True)
    check("ncdump: succeeds", result.returncode == 0, result.stderr)
    for name, variable in file.items():
        axes = [name] if variable.is_scale else [axis[0] for axis in scales(variable)]
        check(f"ncdump: {name}", f"{name}({', '.join(axes)}) ;" in result.stdout)
    check("ncdump: no unnamed dimensions", "phony" not in result.stdout)


def check_safetensors(path):
    tensors = attempt("safetensors: loads", lambda: safetensors.numpy.load_file(path))
    if tensors is None:
        return
    check("safetensors: has tensors", len(tensors) > 0)
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        buffer = file.read()
    metadata = header.pop("__metadata__", {})
    with safetensors.safe_open(path, framework="numpy") as opened:
        check("safetensors: metadata", (opened.metadata() or {}) == metadata)
        check("safetensors: names", set(opened.keys()) == set(header))
    check("safetensors: data are aligned", (8 + length) % 8 == 0)
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        check(f"safetensors: {name}", tensors[name].tobytes() == buffer[begin:end])
        check(f"safetensors: shape of {name}", list(tensors[name].shape) == entry["shape"])


def check_triples(opkit):
    """DeepXDE's aligned layout, function, place and value, trains to the same numbers as the HDF5 file of the same samples."""

    def results(folder, name, *data):
        run = f"{folder}/{name}"
        train = ["train", "configs/train/antiderivative-deeponet.json", "-q", "-o", run, "--set", "training.epochs=50",
                 "--set", "training.batch=200", "--set", "data.train=200", "--set", "data.test=100"]
        for value in data:
            train += ["--set", value]
        subprocess.run([opkit, *train], check=True, stdout=subprocess.DEVNULL)
        report = subprocess.run(
            [opkit, "eval", f"{run}/last.safetensors", "--json", "-q"], check=True, capture_output=True, text=True)
        metrics = json.loads(report.stdout)["metrics"]
        errors = {name: values["mean"] for name, values in metrics.items() if isinstance(values, dict)}
        with open(f"{run}/metrics.jsonl") as lines:
            return [json.loads(line)["trainingLoss"] for line in lines][-1], errors

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/triples.h5"
        subprocess.run([opkit, "generate", "configs/generate/antiderivative-aligned.json", "-q", "-o", file,
                        "--set", "samples=300"], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(file) as data:
            for name, rows in (("train", slice(0, 200)), ("test", slice(200, 300))):
                inputs = numpy.empty(2, dtype=object)
                inputs[0], inputs[1] = data["u"][rows], data["points"][rows, 0]
                numpy.savez(f"{folder}/{name}.npz", X=inputs, y=data["s"][rows])
        ours = results(folder, "hdf5", f"data.path={file}")
        theirs = results(folder, "npz", f"data.path={folder}/train.npz", f"data.testPath={folder}/test.npz")
        check("DeepXDE's triples train to the same loss and errors", ours == theirs, f"{ours} {theirs}")


dataset, checkpoint, opkit = sys.argv[1:4]
with h5py.File(dataset, "r") as opened:
    check_hdf5(opened)
    check_xarray(dataset, opened)
    check_ncdump(dataset, opened)
check_writable(dataset)
check_safetensors(checkpoint)
check_triples(opkit)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)

#!/usr/bin/env python3
"""Prints the reference values in Tests/EvaluationTests/MetricReference.swift (needs NumPy)."""

import numpy as np


def derivative(u, axis, periodic):
    """Central differences with h = 1/N; at walls the one-sided differences of third order."""
    v = np.moveaxis(u, axis, 0)
    h = 1 / len(v)
    g = (np.roll(v, -1, 0) - np.roll(v, 1, 0)) / (2 * h)
    if not periodic:
        g[0] = (-11 * v[0] + 18 * v[1] - 9 * v[2] + 2 * v[3]) / (6 * h)
        g[-1] = (-2 * v[-4] + 9 * v[-3] - 18 * v[-2] + 11 * v[-1]) / (6 * h)
    return g


def h1(u, periodic):
    slopes = sum((derivative(u, axis, p) ** 2).sum() for axis, p in enumerate(periodic))
    return np.sqrt((u**2).sum() + slopes)


def spectral_h1(u, axes, cut=np.inf):
    k = np.meshgrid(*[np.fft.fftfreq(n) * n for n in u.shape[:-1]], indexing="ij")
    weight = 1 + sum(np.where(abs(ki) < cut, ki, 0) ** 2 for ki in k)
    return np.sqrt((weight[..., None] * np.abs(np.fft.fftn(u, axes=axes)) ** 2).sum())


def h_minus_1(u, axes):
    k = np.meshgrid(*[np.fft.fftfreq(n) * n for n in u.shape[:-1]], indexing="ij")
    weight = 1 / (1 + sum((2 * np.pi * ki) ** 2 for ki in k))
    return np.sqrt((weight[..., None] * np.abs(np.fft.fftn(u, axes=axes)) ** 2).sum())


def hdiv(u, periodic):
    d = len(periodic)
    if d == 1 or u.shape[-1] % d:
        return np.nan
    total = (u**2).sum()
    for first in range(0, u.shape[-1], d):
        parts = [np.moveaxis(derivative(u[..., first + a], a, p), 0, a) for a, p in enumerate(periodic)]
        total += (sum(parts) ** 2).sum()
    return np.sqrt(total)


def metrics(p, y, periodic):
    e = p - y
    axes = tuple(range(len(periodic)))
    return {
        "maxError": abs(e).max(),
        "mse": (e**2).mean(),
        "nrmse": np.mean(np.sqrt((e**2).mean(axes) / (y**2).mean(axes))),
        "relativeH1": h1(e, periodic) / h1(y, periodic),
        "relativeHdiv": hdiv(e, periodic) / hdiv(y, periodic),
        "relativeHminus1": h_minus_1(e, axes) / h_minus_1(y, axes),
        "relativeL1": abs(e).sum() / abs(y).sum(),
        "relativeL2": np.linalg.norm(e) / np.linalg.norm(y),
        "relativeMgnoH1": spectral_h1(e, axes, 20) / spectral_h1(y, axes, 20),
        "relativeSpectralH1": spectral_h1(e, axes) / spectral_h1(y, axes),
        "rmse": np.sqrt((e**2).mean()),
        "vrmse": np.mean(np.sqrt((e**2).mean(axes) / y.var(axes, ddof=1))),
    }


def fields(shape, channels):
    """Prediction y + 0.1 cos(1.3 i + c) and target y = sin(0.7 i + 0.3 c) + c at point i of channel c."""
    i = np.arange(int(np.prod(shape)))[:, None]
    c = np.arange(channels)[None, :]
    y = np.sin(0.7 * i + 0.3 * c) + c
    return (y + 0.1 * np.cos(1.3 * i + c)).reshape(*shape, channels), y.reshape(*shape, channels)


CASES = [
    ((12,), 1, (True,)),
    ((13,), 2, (False,)),
    ((6, 7), 2, (True, False)),
    ((5, 4, 6), 1, (False, True, True)),
    ((44,), 1, (True,)),
]

for shape, channels, periodic in CASES:
    print("    MetricReference(")
    print(f"      points: {list(shape)}, channels: {channels}, isPeriodic: {str(list(periodic)).lower()},")
    print("      values: [")
    for name, value in metrics(*fields(shape, channels), periodic).items():
        if not np.isnan(value):
            print(f'        "{name}": {float(value)!r},')
    print("      ]),")

"""Times opkit's steppers beside exponax's: the same equation, grid, order and step, in double precision.

Both codes march one initial state, several copies at once (exponax by vmap on all threads of JAX, opkit one worker per
core). Errors are distances to the same code's solution with an eighth of the step. opkit's time is taken at the smallest
number of steps whose error is at most exponax's (to a hundredth), so that the ratio is one of time per simulated unit at equal error.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jax

jax.config.update("jax_enable_x64", True)

import exponax
import jax.numpy as jnp
import numpy

WORKERS = 2
ROUNDS = 3


def wave_sum(shape, length, largest, seed, scale):
    """A smooth random field of a few waves without mean."""
    generator = numpy.random.default_rng(seed)
    spectrum = numpy.zeros(shape[:-1] + (shape[-1] // 2 + 1,), complex)
    frequencies = [numpy.fft.fftfreq(n, 1 / n) for n in shape[:-1]] + [numpy.arange(shape[-1] // 2 + 1)]
    square = sum(f**2 for f in numpy.meshgrid(*frequencies, indexing="ij"))
    kept = (square > 0) & (square <= largest**2)
    spectrum[kept] = generator.standard_normal(kept.sum()) + 1j * generator.standard_normal(kept.sum())
    field = numpy.fft.irfftn(spectrum, shape, axes=range(len(shape)))
    return field * scale / numpy.abs(field).max()


class Case:
    def __init__(self, name, problem, shape, length, coefficient, order, duration, steps, samples, initial, stepper):
        self.name, self.problem, self.shape, self.length = name, problem, shape, length
        self.coefficient, self.order, self.duration, self.steps = coefficient, order, duration, steps
        self.samples, self.initial, self.stepper = samples, initial, stepper

    def peer(self, steps, samples):
        stepper = self.stepper(self.duration / steps)
        march = jax.jit(jax.vmap(lambda u: jax.lax.fori_loop(0, steps, lambda _, v: stepper(v), u)))
        state = jnp.broadcast_to(jnp.asarray(self.initial)[None, None], (samples, 1) + self.shape)
        march = march.lower(state).compile()
        march(state).block_until_ready()

        def run():
            start = time.perf_counter()
            result = march(state).block_until_ready()
            return time.perf_counter() - start, numpy.asarray(result[0, 0])

        return run

    def opkit(self, program, folder, steps, samples):
        source, target = folder / "in", folder / "out"
        numpy.ascontiguousarray(self.initial).tofile(source)
        arguments = [
            program, "march", self.problem, f"etdrk{self.order}", self.shape[0], self.length, self.coefficient,
            self.duration, steps, samples, min(WORKERS, samples), source, target,
        ]

        def run():
            text = subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True).stdout
            return float(text), numpy.fromfile(target).reshape(self.shape)

        return run


def distance(a, b):
    return float(numpy.linalg.norm(a - b) / numpy.linalg.norm(b))


def compare(case, program, folder):
    fine = 8 * case.steps
    peer, reference = case.peer(case.steps, case.samples), case.peer(fine, 1)()[1]
    peer_error = distance(peer()[1], reference)
    own = case.opkit(program, folder, fine, 1)()[1]
    steps = case.steps
    while True:
        run = case.opkit(program, folder, steps, case.samples)
        error = distance(run()[1], own)
        if error <= 1.01 * peer_error:
            break
        steps = int(steps * 1.1) + 1
    between = distance(own, reference)
    times = [(peer()[0], run()[0]) for _ in range(ROUNDS)]
    theirs, ours = (min(t[i] for t in times) / case.samples / case.duration for i in (0, 1))
    print(
        f"{case.name:<44} exponax {1e3 * theirs:9.2f} ms  opkit {1e3 * ours:9.2f} ms a time unit and sample"
        f"  ratio {theirs / ours:6.1f}  errors {peer_error:.1e} {error:.1e}  codes differ by {between:.1e}"
    )
    return theirs / ours


def cases():
    for order in (2, 4):
        n = 256
        yield Case(
            f"Navier-Stokes vorticity 256², ETDRK{order}", "navier-stokes", (n, n), 1.0, 1e-3, order, 0.5, 100, 4,
            wave_sum((n, n), 1.0, 8, 0, 2.0),
            # exponax has Δψ = ω where opkit has -Δψ = ω: the same flow with the opposite sign of the advection.
            lambda dt, order=order: exponax.stepper.NavierStokesVorticity(
                2, 1.0, n, dt, diffusivity=1e-3, vorticity_convection_scale=-1.0, order=order),
        )
        m = 1024
        yield Case(
            f"Kuramoto-Sivashinsky 1024, ETDRK{order}", "kuramoto-sivashinsky", (m,), 64.0, 1.0, order, 10.0,
            1000, 64, wave_sum((m,), 64.0, 4, 1, 1.0),
            lambda dt, order=order: exponax.stepper.KuramotoSivashinskyConservative(
                1, 64.0, m, dt, order=order),
        )


def main():
    program = sys.argv[1]
    print(f"exponax {exponax.__version__}, JAX {jax.__version__} on {jax.devices()[0].platform}; bar: ratio at least 6")
    with tempfile.TemporaryDirectory() as folder:
        ratios = [compare(case, program, Path(folder)) for case in cases()]
    if min(ratios) < 6:
        sys.exit("a ratio is below 6")


main()

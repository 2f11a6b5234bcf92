"""What all checks share: drawing sizes and numbers, comparing, and saying what was seen.

Checks know nothing of processes: they ask a `Student` (grader.sandbox.client) and compare what
comes back with values derived here, in NumPy. A check fails by raising AssertionError, whose text
the student reads; `expect` puts it together.
"""

from __future__ import annotations

import numpy as np

from grader.checks.misconceptions import Known

# Two-sided 1e-8 of a normal distribution: with the 20 or so statistics that one assignment's
# checks look at, a right solution fails by chance less than once in 10^6 runs.
Z_LIMIT = 5.73


class Failure(AssertionError):
    """A check's demand is not met.

    `misconception` names the known mistake that it looks like. `look` says where to look; None:
    where the check's hint says. `refutes` names the checks that would not have passed had they
    seen it.
    """

    refutes: tuple[str, ...] = ()

    def __init__(self, message: str, misconception: str, look: str | None) -> None:
        super().__init__(message)
        self.misconception = misconception
        self.look = look


def expect(
    condition: object, expected: str, seen: str, look: str = "", known: Known | None = None
) -> None:
    """Fail the check unless `condition`; say what was expected, what was seen, where to look.

    `known` is asked which known mistake that is, and only then. What a known mistake is comes first
    and says what to change: where else one might look is left out.
    """
    if not condition:
        mistake = None if known is None else known()
        lines = [f"Expected: {expected}.", f"Seen: {seen}."]
        if mistake is None:
            raise Failure("\n".join(lines), "", look or None)
        raise Failure("\n".join([mistake.says, *lines]), mistake.name, "")


# ---------------------------------------------------------------- sizes and numbers


def draw_seed(rng: np.random.Generator) -> int:
    """A seed for torch's generator."""
    return int(rng.integers(2**31))


def draw_two_seeds(rng: np.random.Generator) -> tuple[int, int]:
    """Two seeds that are the same to whoever uses a part of a seed only: its last digits or bytes,
    or what a division leaves."""
    seed = draw_seed(rng) // 2
    return seed, seed + 2**16 * 3 * 5**4 * 7


def draw_sizes(rng: np.random.Generator) -> tuple[int, int, int]:
    """Small distinct (num_features, num_hidden, num_output), with h < o < f.

    h is the smallest, so that identity matrices can carry every hidden unit in and out.
    """
    num_hidden = int(rng.integers(4, 7))
    num_output = num_hidden + int(rng.integers(1, 4))
    return num_output + int(rng.integers(1, 4)), num_hidden, num_output


def draw_rows(rng: np.random.Generator) -> int:
    """An even size of a batch, other than those that train; one row less makes an odd one."""
    return 2 * int(rng.integers(8, 49))


def normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Normally distributed float32 entries."""
    return np.float32(scale) * rng.standard_normal(shape, np.float32)


def embed(matrix: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """`matrix` in the upper left corner of a (rows, columns) one of zeros."""
    result = np.zeros((rows, columns), np.float32)
    result[: matrix.shape[0], : matrix.shape[1]] = matrix
    return result


def close(seen: np.ndarray, expected: np.ndarray, rtol: float = 2e-4) -> bool:
    """Whether two arrays agree to float32 accuracy, relative to the largest entry of `expected`.

    The tolerance leaves room for any order of summation and for a compiled or fused kernel.
    """
    if not (np.isfinite(seen).all() and np.isfinite(expected).all()):
        return False  # a prediction that overflows is equal to nothing
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-6)
    return bool(np.abs(seen - expected).max(initial=0.0) <= rtol * scale)


def show(array: np.ndarray, count: int = 3) -> str:
    """A few entries of `array`, for a message."""
    entries = ", ".join(f"{value + 0.0:.4g}" for value in array.ravel()[:count])  # never -0
    return f"[{entries}{', …' if array.size > count else ''}]"


def show_apart(expected: np.ndarray, seen: np.ndarray) -> tuple[str, str]:
    """Both as `show` has them, those entries first that differ most."""
    order = np.argsort(-np.abs(seen - expected), axis=None, kind="stable")
    return show(expected.ravel()[order]), show(seen.ravel()[order])

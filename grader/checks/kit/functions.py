"""What the checks of functions share: what a call returned, held to what the contract asks for."""

from __future__ import annotations

import numpy as np

from grader.checks.kit.probes import expect
from grader.checks.misconceptions.shared import common
from grader.sandbox.wire.values import Tensor


def tensor_in(
    value: object, shape: tuple[int, ...], call: str, dtype: type = np.float32
) -> np.ndarray:
    """The finite array of a tensor of this shape and dtype; anything else fails the check."""
    wanted = f"{call} to give {named(np.empty(0, dtype))} tensor of shape {shape}"
    expect(
        isinstance(value, Tensor),
        wanted,
        describe(value),
        known=lambda: common.PYTHON_NUMBER if isinstance(value, int | float) else None,
    )
    assert isinstance(value, Tensor)
    array = value.array
    expect(array.dtype == dtype and array.shape == shape, wanted, describe(value))
    expect(np.isfinite(array).all(), f"{call} to give numbers", "NaN or infinity")
    return array


def number_in(value: object, call: str) -> float:
    """The finite number that `value` is, as Python's, NumPy's or a tensor without dimensions."""
    array = value.array if isinstance(value, Tensor) else value
    if isinstance(array, np.ndarray) and array.shape == ():
        array = array.item()
    is_number = isinstance(array, int | float) and not isinstance(array, bool)
    expect(is_number, f"{call} to give a number", describe(value))
    assert isinstance(array, int | float)
    expect(np.isfinite(array), f"{call} to give a number", str(array))
    return float(array)


def describe(value: object) -> str:
    """What plain data is, in a few words."""
    if value is None:
        return "None"
    if isinstance(value, Tensor):
        return f"{named(value.array)} tensor of shape {value.array.shape}"
    if isinstance(value, np.ndarray):
        return f"{named(value)} NumPy array of shape {value.shape}"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, bool | int | float):
        return f"the {type(value).__name__} {value:g}"
    return f"a {type(value).__name__}"


def named(array: np.ndarray) -> str:
    """Its dtype with the article that it takes."""
    return f"{'an' if array.dtype.kind == 'i' else 'a'} {array.dtype}"

"""Names for the types of tensors in type hints: Keras has no public ones."""

from typing import Any, TypeAlias

#: Anything that the functions of `keras.ops` take: a tensor of the backend, a `keras.Variable` or a NumPy array.
Tensor: TypeAlias = Any

#: Sizes of a tensor along its axes; None where a size is not known yet, such as that of the batch.
Shape: TypeAlias = tuple[int | None, ...]

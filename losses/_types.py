"""What annotations call things that Keras and NumPy have no type of."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np

#: What `keras.ops` takes and returns: a tensor of the backend or of Keras, an array or a number.
Tensor: TypeAlias = Any

#: How a loss reduces its per-sample values; see `Loss`.
Reduction: TypeAlias = Literal["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"] | None

#: One weight a class.
ClassWeights: TypeAlias = Sequence[float] | np.ndarray

#: One weight for all classes, or for all entries of the last axis, or one each.
Weights: TypeAlias = float | Sequence[float] | np.ndarray

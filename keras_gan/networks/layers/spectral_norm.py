"""Spectral normalisation."""

from typing import Any

import keras
from keras import ops

from keras_gan.checks import check_count, check_instance
from keras_gan.tensors import Shape, Tensor

#: Names under which layers keep their kernel.
KERNELS = ("kernel", "depthwise_kernel", "embeddings")

#: Squarings of a matrix whose largest eigenvector is wanted.
SQUARINGS = 6

#: Added to norms, so that a kernel of zeros stays one.
EPSILON = 1e-12


@keras.saving.register_keras_serializable(package="keras_gan")
class SpectralNorm(keras.layers.Wrapper):
    """Divide a layer's kernel W by its largest singular value σ(W), so that the layer is 1-Lipschitz up to its padding.

    The layer computes with W̄ = W / σ(W). The stored weight is W itself, which the optimizer updates. The gradient goes
    through σ:

    ∂L/∂W = (G − ⟨G, W̄⟩ · v uᵀ) / σ with G = ∂L/∂W̄ and the singular vectors v, u,

    where W is a matrix with one column for each output channel. `keras.layers.SpectralNormalization` overwrites the
    weight in each call, and omits the second term.

    A call in training takes one step of a power iteration on several vectors at once, from those of the call before. σ
    and its singular vectors are the best in the space of these vectors. The vectors are stored beside the weights and
    are not trained. A single vector, as in the paper, falls behind a kernel that is trained if its largest singular
    values are close to each other, as those of convolutions are. All this is in float32 under any precision policy.

    Args:
        layer: A layer with a kernel: `Dense`, `Conv2D`, `Conv2DTranspose`, `DepthwiseConv2D` or `Embedding`.
        vectors: Number of vectors of the power iteration, at least 1. Defaults to 4.
        **kwargs: `name` and other arguments of `keras.layers.Layer`.

    Raises:
        TypeError: If `layer` is no layer.
        ValueError: If `layer` has an `activity_regularizer`, if `vectors` is no integer of at least 1, or, when it is
            built, if `layer` has no kernel.

    Reference:
        Miyato et al., Spectral Normalization for Generative Adversarial Networks, arXiv:1802.05957.

    Example:

    ```python
    x = SpectralNorm(keras.layers.Conv2D(64, 3, padding="same"))(x)
    ```
    """

    def __init__(self, layer: keras.layers.Layer, vectors: int = 4, **kwargs: Any) -> None:
        check_instance(layer, "layer", keras.layers.Layer)
        if layer.activity_regularizer is not None:
            raise ValueError(
                "`layer` must have no `activity_regularizer`, whose loss would be lost: give it to SpectralNorm. "
                f"Received: {layer.activity_regularizer!r}"
            )
        check_count(vectors, "vectors")
        # The kernel must come in the dtype that it is stored in; the layer casts it and its inputs by itself.
        super().__init__(layer, **{**kwargs, "autocast": False, "dtype": layer.variable_dtype})
        self.vectors = vectors

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        names = [name for name in KERNELS if hasattr(self.layer, name)]
        if not names:
            raise ValueError(f"`layer` must have a kernel. Received: {type(self.layer).__name__}")
        self._kernel_name = names[0]
        shape = self._as_matrix(ops.convert_to_tensor(self._kernel)).shape
        count = min(self.vectors, *shape)
        self.basis = self.add_weight((shape[1], count), "orthogonal", "float32", trainable=False, name="basis")

    @property
    def _kernel(self) -> keras.Variable:
        return getattr(self.layer, self._kernel_name)

    def _as_matrix(self, kernel: Tensor) -> Tensor:
        """Return a kernel as a matrix in float32, with one column for each output channel."""
        if isinstance(self.layer, keras.layers.Conv2DTranspose):
            kernel = ops.swapaxes(kernel, -1, -2)
        return ops.cast(ops.reshape(kernel, (-1, kernel.shape[-1])), "float32")

    def call(self, inputs: Tensor, training: bool | None = None, **kwargs: Any) -> Tensor:
        kernel = ops.convert_to_tensor(self._kernel)
        normalised = kernel / ops.cast(self._largest_singular_value(kernel, bool(training)), kernel.dtype)
        with keras.StatelessScope(collect_losses=True) as scope:
            if scope.original_scope is not None:
                scope.state_mapping.update(scope.original_scope.state_mapping)
            # In this scope, the layer finds the normalised kernel in place of its own.
            scope.state_mapping[id(self._kernel)] = normalised
            return self.layer(inputs, **kwargs)

    def _largest_singular_value(self, kernel: Tensor, training: bool) -> Tensor:
        matrix = self._as_matrix(kernel)
        constant = ops.stop_gradient(matrix)
        basis = ops.convert_to_tensor(self.basis)
        if training:
            basis = _orthonormal(ops.transpose(constant) @ (constant @ basis))
            self.basis.assign(basis)
        images = constant @ basis
        right = _unit(basis @ _top_eigenvector(ops.transpose(images) @ images))
        left = _unit(constant @ right)
        return ops.sum(ops.stop_gradient(left) * (matrix @ ops.stop_gradient(right))) + EPSILON

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "vectors": self.vectors}


def _orthonormal(columns: Tensor) -> Tensor:
    """Return orthonormal columns that span the same space, by Gram and Schmidt.

    A QR decomposition takes far longer on an accelerator, for as few columns as these.
    """
    found: list[Tensor] = []
    for column in ops.unstack(columns, axis=1):
        for other in found:
            column = column - ops.sum(other * column) * other
        found.append(_unit(column))
    return ops.stack(found, axis=1)


def _top_eigenvector(matrix: Tensor) -> Tensor:
    """Return the eigenvector of the largest eigenvalue of a small positive semidefinite matrix, as one column.

    The matrix is squared 6 times. Its columns are then the eigenvector, but for eigenvalues within a few percent of the
    largest, whose vectors are nearly as good.
    """
    for _ in range(SQUARINGS):
        matrix = matrix / (ops.trace(matrix) + EPSILON)
        matrix = matrix @ matrix
    largest = ops.argmax(ops.diagonal(matrix))
    return ops.take(matrix, largest, axis=1)[:, None]


def _unit(vector: Tensor) -> Tensor:
    return vector / (ops.norm(vector) + EPSILON)

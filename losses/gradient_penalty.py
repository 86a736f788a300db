"""Gradient penalties, from gradients that somebody else has taken."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._checks import check_flags, check_number, check_rank
from keras_gan.losses._elements import rows
from keras_gan.losses._precision import upcast
from keras_gan.losses._types import Tensor

# Inside the square root, so that the gradient at a zero norm is zero instead of NaN.
NORM_EPSILON = 1e-12


@register_keras_serializable(package="keras_gan")
def gradient_penalty(gradients: Tensor, target: float = 1.0, one_sided: bool = False) -> Tensor:
    """Penalise the distance of each sample's gradient norm from a target: (‖∇ₓf(x)‖₂ − target)².

    Args:
        gradients: Gradients of the critic's scores with respect to its inputs, `(batch, ...)`.
        target: The norm that costs nothing, at least 0. Defaults to 1.0.
        one_sided: Whether norms below the target cost nothing either. Defaults to False.

    Returns:
        Per-sample penalties, `(batch,)`, at least float32.

    Raises:
        ValueError: If `target` is negative.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """
    check_flags(one_sided=one_sided)
    check_number("target", target, minimum=0)
    norms = ops.sqrt(_squared_norms(gradients) + NORM_EPSILON)
    excess = norms - target
    if one_sided:
        excess = ops.relu(excess)
    return ops.square(excess)


@register_keras_serializable(package="keras_gan")
def r1_penalty(gradients: Tensor) -> Tensor:
    """Penalise the gradient on reals, ½‖∇ₓf(x)‖².

    Args:
        gradients: Gradients of the critic's scores with respect to real images, `(batch, ...)`.

    Returns:
        Per-sample penalties, `(batch,)`, at least float32; times γ they are the paper's R1.

    Reference:
        Mescheder et al., Which Training Methods for GANs do actually Converge?, arXiv:1801.04406.
    """
    return 0.5 * _squared_norms(gradients)


def _squared_norms(gradients: Tensor) -> Tensor:
    gradients = upcast(gradients, "gradients")
    check_rank("gradients", gradients, 1, "(batch, ...)")
    return ops.sum(ops.square(rows(gradients)), axis=1)


@register_keras_serializable(package="keras_gan")
def r2_penalty(gradients: Tensor) -> Tensor:
    """Penalise the gradient on fakes, ½‖∇f(G(z))‖².

    Args:
        gradients: Gradients of the critic's scores with respect to generated images, `(batch, ...)`.

    Returns:
        Per-sample penalties, `(batch,)`, at least float32; times γ they are the paper's R2.

    Reference:
        Mescheder et al., Which Training Methods for GANs do actually Converge?, arXiv:1801.04406.
    """
    return r1_penalty(gradients)

"""Gradient penalties, from gradients that somebody else has taken."""

from keras import ops

from keras_gan.losses._precision import upcast

# Inside the square root, so that the gradient at a zero norm is zero instead of NaN.
NORM_EPSILON = 1e-12


def gradient_penalty(gradients, target: float = 1.0, one_sided: bool = False):
    """Penalise the distance of each sample's gradient norm from a target: (‖∇ₓf(x)‖₂ − target)².

    Args:
        gradients: Gradients of the critic's scores with respect to its inputs, `(batch, ...)`.
        target: The norm that costs nothing. Defaults to 1.0.
        one_sided: Whether norms below the target cost nothing either. Defaults to False.

    Returns:
        Per-sample penalties, `(batch,)`, at least float32.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """
    gradients = upcast(gradients)
    axes = tuple(range(1, len(gradients.shape)))
    norms = ops.sqrt(ops.sum(ops.square(gradients), axis=axes) + NORM_EPSILON)
    excess = norms - target
    if one_sided:
        excess = ops.relu(excess)
    return ops.square(excess)

"""Records of what independent implementations say, and the inputs they are asked about."""

import numpy as np

RECORDS = []
B, C = 4, 3
RNG = np.random.default_rng(42)


def record(name, peer, recipe, inputs, expected, gradient=None, double=True):
    """Keep what a peer says of some inputs.

    Args:
        name: Name of the record, unique.
        peer: What computed it.
        recipe: Expression of the losses in the inputs' names that must give the same.
        inputs: Arrays by name.
        expected: The peer's value.
        gradient: The gradient of the value's sum by the input `y_pred`. Defaults to None, not known.
        double: Whether the peer computed in float64. Defaults to True.
    """
    assert name not in {one["name"] for one in RECORDS}, name
    plain = {"expected": np.asarray(expected, "float64").tolist(), "double": double}
    if gradient is not None:
        plain["gradient"] = np.asarray(gradient, "float64").tolist()
    inputs = {key: np.asarray(value).tolist() for key, value in inputs.items()}
    RECORDS.append({"name": name, "peer": peer, "recipe": recipe, "inputs": inputs, **plain})


def normal(*shape):
    return np.round(2 * RNG.normal(size=shape), 3)


def uniform(*shape):
    return np.round(RNG.uniform(0.02, 0.98, size=shape), 3)


def integers(high, *shape):
    return RNG.integers(0, high, shape)


def simplex(*shape):
    return RNG.dirichlet(np.ones(C), shape)


def per_image(values):
    return values.reshape(len(values), -1).mean(1)


def torch_record(name, recipe, function, y_pred, y_true=None, peer="torch", double=True, **others):
    """Record a function of PyTorch tensors, `function(y_pred, y_true)`, with its gradient."""
    import torch

    x = torch.tensor(y_pred, requires_grad=True)
    value = function(x, None if y_true is None else torch.tensor(y_true))
    value.sum().backward()
    inputs = {"y_pred": y_pred, **({} if y_true is None else {"y_true": y_true}), **others}
    record(name, peer, recipe, inputs, value.detach().numpy(), x.grad.numpy(), double)

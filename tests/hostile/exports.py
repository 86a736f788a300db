"""The public callables of the package, and those that have no hostile arguments, with the reason."""

import functools
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import keras_gan as kg
from keras_gan import augmentation, callbacks, data, losses, metrics, models, networks
from keras_gan.metrics import extractors

PACKAGES = (kg, augmentation, callbacks, data, losses, metrics, extractors, models, networks)

#: What the API pages document besides the names of packages.
DOCUMENTED = (
    "keras_gan.registry.Registry",
    "keras_gan.training.changes.change",
    "keras_gan.training.config.EvaluationConfig",
    "keras_gan.training.config.ExperimentConfig",
    "keras_gan.training.config.Part",
    "keras_gan.training.config.RunConfig",
)

#: Callables that are not swept, and why.
LEFT_OUT = {
    "Split": "a record that `hold_out` makes of what it has checked",
    "TrainedRun": "a record that `train` makes of what it has checked",
    "FusedBatchNormalization": "its arguments are those of Keras's layer",
}

#: Methods that are not swept, and why: those of this name, or of this name in the class that defines them.
LEFT_OUT_METHODS = {
    "Keras calls it": (
        *("build", "call", "compile_from_config", "compute_output_shape", "from_config", "get_build_config"),
        *("get_compile_config", "get_config", "load_own_variables", "make_test_function", "make_train_function"),
        *(
            "on_epoch_begin",
            "on_epoch_end",
            "on_train_batch_end",
            "on_train_begin",
            "on_train_end",
            "run_step",
            "run_test_step",
        ),
        *("run_test_step", "run_train_step", "save_own_variables", "set_model", "test_step", "train_step"),
    ),
    "the base class of callbacks calls it": ("act", "amend", "is_due", "record"),
    "`fit` calls it": ("on_epoch_part", "prepare_fit", "reads_model"),
    "a loss calls it": (
        *("counted", "fused", "in_precision", "is_compared", "leads", "mask", "per_sample", "prepare", "reduce"),
        "AdversarialLoss.__call__",
    ),
    "`GAN` calls it": ("check_critic", "check_optimizer", "clip_ratio", "constrain", "penalty", "penalty_at"),
    "`GAN` calls it in the compiled step, with tensors": (
        *("Augmentation.__call__", "Augmentation.update", "AdaptiveAugmentation.update", "transform"),
        *("AveragingPolicy.rate", "ExponentialAveraging.rate", "MomentumAveraging.rate"),
    ),
    "Keras's optimizers call it with the number of their updates": ("StepSchedule.__call__",),
    "`FeatureExtractor` calls it with images that it has checked": ("compute",),
    "rich's display calls it": ("write",),
}
WITHOUT_CASE = {name for names in LEFT_OUT_METHODS.values() for name in names}


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the name and the object of each public callable that takes arguments, methods of public classes included.

    No case is needed for exceptions and for modules.
    """
    exports = [(name, getattr(package, name)) for package in PACKAGES for name in package.__all__]
    exports += [(name, pkgutil.resolve_name(name)) for name in DOCUMENTED]
    for name, export in exports:
        if not callable(export) or _is_exception(export):
            continue
        if name not in LEFT_OUT and arguments_of(export):
            yield name, export
        if inspect.isclass(export):
            yield from _methods(name, export)


def _is_exception(export: Any) -> bool:
    return inspect.isclass(export) and issubclass(export, Exception)


def _methods(name: str, kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for key in dir(kind):
        member = inspect.getattr_static(kind, key)
        function = getattr(member, "__func__", member)
        is_ours = inspect.isfunction(function) and function.__module__.startswith("keras_gan.")
        is_public = not key.startswith("_") or key == "__call__"
        if is_ours and is_public and not {key, function.__qualname__} & WITHOUT_CASE and arguments_of(function):
            yield f"{name}.{key}", function


def arguments_of(function: Callable[..., Any]) -> set[str]:
    """Return the names of a callable's arguments, without those that take any number of them."""
    parameters = inspect.signature(function).parameters.values()
    named = {each.name for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    return named - {"self", "cls"}


def resolved(name: str) -> Callable[..., Any]:
    """Return the callable that a case is of, as `public_callables` does."""
    # Not by importing: functions have the names of the modules that they come from.
    path = name.partition(" ")[0].removeprefix("keras_gan.")
    found = functools.reduce(getattr, path.split("."), kg)
    return getattr(found, "__func__", found)

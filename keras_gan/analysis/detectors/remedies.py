"""Remedies for each diagnosis, in the training guides' order of priority."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.detectors.instructions import instruction, value_text
from keras_gan.analysis.run.saved_run import has_cross_entropy

#: A run has at most one of these.
CONSTRAINTS = ("clip_threshold", "gradient_penalty")

#: The λ that the guides begin with.
USUAL_PENALTY = 10.0

#: Diagnoses whose evidence shows that the critic has the constraint that their remedies change.
EVIDENT_CONSTRAINT = (Diagnosis.WEAK_CONSTRAINT, Diagnosis.PERSISTENT_CLIPPING)


@dataclasses.dataclass(frozen=True)
class Remedy:
    """A change to make.

    Attributes:
        advice: The change in words, with the present and the new values if the present ones are known.
        code: What makes the change: flags of the command, or arguments in Python, as the run was started; None if
            nothing is known to make it.
        parameters: Names of the parameters that it changes. Defaults to an empty set.
    """

    advice: str
    code: str | None = None
    parameters: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class _Change:
    """A remedy before the values of a run are known."""

    advice: str
    #: Functions from the present value to the new value, by parameter; empty if no parameter makes the change.
    parameters: Mapping[str, Callable[[Any], Any]] = dataclasses.field(default_factory=dict)

    @property
    def constraint(self) -> str | None:
        """The constraint to be changed; None if the change is another."""
        # A switch from one constraint to the other names the present one first.
        return next((name for name in self.parameters if name in CONSTRAINTS), None)

    def applies_to(self, config: Mapping[str, Any]) -> bool:
        """Return whether a run may have the constraint to be changed: a run with a penalty has no threshold."""
        if self.constraint is None:
            return True
        is_of_another_kind = "lipschitz" in config
        return not is_of_another_kind and config.get(self.constraint, "unknown") is not None

    def remedy(self, config: Mapping[str, Any], is_evident: bool) -> Remedy | None:
        """Return the remedy for a run; None if its values cannot be changed any further.

        Args:
            config: Configuration of the run, as far as it is known.
            is_evident: Whether the run is known to have the constraint, even if the configuration does not say so.
        """
        names = frozenset(self.parameters)
        # JSON turns tuples into lists.
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
        old = {name: known[name] for name in self.parameters if name in known and _is_like(known[name], name)}
        if len(old) < len(names) or not old:
            is_sure = self.constraint is None or len(names) > 1 or self.constraint in known or is_evident
            return Remedy(self.advice if is_sure else f"{self.advice}, if there is one", None, names)
        new = {name: change(old[name]) for name, change in self.parameters.items()}
        if new == old:
            return None
        changes = ", ".join(
            f"{name} {value_text(old[name])} → {value_text(value)}" for name, value in new.items() if value != old[name]
        )
        return Remedy(f"{self.advice} ({changes})", instruction(new, config), names)


def remedies(diagnosis: Diagnosis, config: Mapping[str, Any]) -> list[Remedy]:
    """Return the remedies for a diagnosis, the most important first.

    Args:
        diagnosis: The kind of problem.
        config: Configuration of the run, as far as it is known. A remedy whose present value is not known has no
            values.
    """
    table = CROSS_ENTROPY_CHANGES if has_cross_entropy(config) else CHANGES
    changes = (change for change in table[diagnosis] if change.applies_to(config))
    found = (change.remedy(config, diagnosis in EVIDENT_CONSTRAINT) for change in changes)
    return [remedy for remedy in found if remedy is not None]


def _is_like(value: Any, name: str) -> bool:
    """Return whether a value has the type of its parameter: a user's own configuration may hold anything."""
    if value is None:
        return name in CONSTRAINTS
    if name.endswith("_filters"):
        return isinstance(value, tuple) and all(isinstance(count, int) for count in value)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


def _whole(factor: float, least: int = 1) -> Callable[[int], int]:
    return lambda value: max(least, round(value * factor))


def _wider(factor: float, kept: int) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """Return a change of filters that keeps the last few of them, such as the channels of an image."""

    def change(filters: Sequence[int]) -> tuple[int, ...]:
        end = len(filters) - kept
        return (*(max(1, round(count * factor)) for count in filters[:end]), *filters[end:])

    return change


_FEWER_CRITIC_UPDATES = _Change("Update the critic less often", {"n_critic": lambda value: max(1, value - 2)})
_MORE_CRITIC_UPDATES = _Change("Update the critic more often", {"n_critic": lambda value: value + 2})
_SLOWER_GENERATOR = _Change("Slow the generator down (TTUR)", {"generator_learning_rate": _times(0.1)})
_STRONGER_PENALTY = _Change("Raise the penalty's λ", {"gradient_penalty": _times(2)})
_SMALLER_BATCHES = _Change("Take smaller batches", {"batch_size": _whole(0.5)})
_LOWER_RATES = _Change(
    "Lower both learning rates", {"critic_learning_rate": _times(0.2), "generator_learning_rate": _times(0.2)}
)
_HALF_CRITIC_RATE = _Change("Halve the critic's learning rate", {"critic_learning_rate": _times(0.5)})
_LARGER_THRESHOLD = _Change("Raise the clipping threshold", {"clip_threshold": _times(2)})
_OTHER_SEED = _Change("Try another seed", {"seed": lambda value: value + 1})
_SMALLER_CRITIC = _Change("Halve the critic's filters", {"critic_filters": _wider(0.5, 0)})
_NOISE = _Change("Add noise to the real images that the critic sees")
_DROPOUT = _Change("Use dropout in the critic")
_WASSERSTEIN = _Change("Use a Wasserstein loss")
_MORE_EPOCHS = _Change("Train longer", {"epochs": _whole(2)})

CHANGES = {
    Diagnosis.EXPLODING_LOSSES: (
        _LOWER_RATES,
        _STRONGER_PENALTY,
        _SMALLER_BATCHES,
        _Change("Make sure that the critic has no BatchNormalization"),
    ),
    Diagnosis.WEAK_CONSTRAINT: (_STRONGER_PENALTY, _HALF_CRITIC_RATE),
    Diagnosis.OSCILLATION: (
        _STRONGER_PENALTY,
        _HALF_CRITIC_RATE,
        _Change("Take larger batches", {"batch_size": _whole(2)}),
    ),
    Diagnosis.NON_CONVERGENCE: (
        _SLOWER_GENERATOR,
        _Change("Keep the checkpoint of the best score, best.keras, and look at the samples more often"),
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.GENERATOR_DOMINATES: (_MORE_CRITIC_UPDATES, _SLOWER_GENERATOR),
    Diagnosis.VANISHING_GRADIENTS: (
        _LARGER_THRESHOLD,
        _Change(
            "Use a gradient penalty instead of clipping",
            {"clip_threshold": lambda _: None, "gradient_penalty": lambda _: USUAL_PENALTY},
        ),
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.PERSISTENT_CLIPPING: (_LARGER_THRESHOLD,),
    Diagnosis.CRITIC_DOMINATES: (
        _FEWER_CRITIC_UPDATES,
        _SMALLER_CRITIC,
        _NOISE,
        _DROPOUT,
    ),
    Diagnosis.MODE_COLLAPSE: (
        _MORE_CRITIC_UPDATES,
        _Change("Lengthen the latents", {"latent_dim": _whole(2)}),
        _SLOWER_GENERATOR,
        _Change("Widen the generator", {"generator_filters": _wider(1.5, 1)}),
        _SMALLER_BATCHES,
        _OTHER_SEED,
    ),
    Diagnosis.MEMORISATION: (
        _Change("Train on more images, or augment these"),
        _Change("Shorten the latents", {"latent_dim": _whole(0.5)}),
        _Change("Stop earlier", {"epochs": _whole(0.5)}),
    ),
    Diagnosis.CHECKERBOARD: (
        _Change("Upsample and convolve, as `upsampling_generator` does, in place of transposed convolutions"),
    ),
    Diagnosis.LATTICE: (
        _MORE_EPOCHS,
        _Change("Enlarge the generator's kernels"),
        _Change("Slow the generator down slightly", {"generator_learning_rate": _times(0.5)}),
    ),
    Diagnosis.BLUR: (
        _MORE_EPOCHS,
        _Change("Use a larger network, with residual blocks and attention"),
        _Change("Slow the generator down slightly", {"generator_learning_rate": _times(0.5)}),
        _Change("Lower the penalty's λ slightly", {"gradient_penalty": _times(0.5)}),
    ),
    Diagnosis.WASHED_OUT_COLOUR: (
        _Change("Augment colours less: hue by half, then brightness and saturation by half"),
        _MORE_EPOCHS,
    ),
}

#: Changes for a discriminator that is trained by cross-entropy, for which the guides give other advice.
CROSS_ENTROPY_CHANGES = {
    **CHANGES,
    Diagnosis.MODE_COLLAPSE: (
        _SMALLER_BATCHES,
        _LOWER_RATES,
        _MORE_CRITIC_UPDATES,
        _Change("Reduce dropout"),
        _OTHER_SEED,
        _WASSERSTEIN,
        _Change("Discriminate minibatches, or add noise to the labels"),
    ),
    Diagnosis.VANISHING_GRADIENTS: (
        _Change("Use a Wasserstein or least-squares loss"),
        _Change("Smooth the labels of reals to 0.9"),
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.CRITIC_DOMINATES: (
        _SMALLER_CRITIC,
        _NOISE,
        _DROPOUT,
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.OSCILLATION: (_SLOWER_GENERATOR, _HALF_CRITIC_RATE, _WASSERSTEIN),
    Diagnosis.EXPLODING_LOSSES: (_LOWER_RATES, _SMALLER_BATCHES),
}

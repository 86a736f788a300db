"""Curves and samples whose outcome is known from how they are drawn."""

import dataclasses
from collections.abc import Callable

import numpy as np
import scipy.ndimage

from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.run.quality_history import QualityHistory
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.data import toy_horses

PROVENANCE = {
    "extractor": "cifar10-resnet",
    "weights_sha256": "0",
    "resize": "none",
    "reference_sha256": "0",
    "n_real": "5000",
    "n_samples": "5000",
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A run and what is wrong with it.

    Attributes:
        name: What was done to it, and its seed.
        run: The run.
        expected: What must be found.
        allowed: What may be found besides, since it follows from what was done.
        samples: Its samples, or None for those of its pictures.
        training: Its training images, or None.
    """

    name: str
    run: SavedRun
    expected: frozenset[Diagnosis]
    allowed: frozenset[Diagnosis] = frozenset()
    samples: np.ndarray | None = None
    training: np.ndarray | None = None


@dataclasses.dataclass
class _Curves:
    """The curves of a healthy run, to be spoilt."""

    rng: np.random.Generator
    is_clipped: bool

    def __post_init__(self):
        rng = self.rng
        self.epochs = int(rng.integers(200, 3000))
        time = np.linspace(0, 1, self.epochs)
        self.time = time
        self.scale = rng.uniform(2, 20) * (rng.uniform(0.01, 1) if self.is_clipped else 1)
        rise, fall = rng.uniform(0.02, 0.08), rng.uniform(0.2, 0.6)
        self.distance = self.scale * (1 - np.exp(-time / rise)) * ((1 - fall) * np.exp(-3 * time) + fall)
        self.noise = rng.uniform(0.05, 0.2)
        self.penalty = np.zeros(self.epochs) if self.is_clipped else rng.lognormal(-4, 0.5, self.epochs)
        self.clipped = rng.uniform(0.01, 0.3) * np.exp(-time) if self.is_clipped else np.zeros(self.epochs)
        self.gradient = rng.uniform(1, 30) * rng.lognormal(0, 0.2, self.epochs)
        self.evaluations = int(rng.integers(6, 20))
        progress = np.linspace(0, 1, self.evaluations)
        self.fid = rng.uniform(60, 150) * (0.3 + 0.7 * np.exp(-3 * progress)) * rng.normal(1, 0.04, self.evaluations)
        self.diversity = rng.uniform(0.7, 1.1, self.evaluations)

    def run(self, name: str) -> SavedRun:
        rng = self.rng
        distance = self.distance + self.noise * self.scale * rng.normal(size=self.epochs)
        fake = np.cumsum(rng.normal(size=self.epochs)) * 0.05 * self.scale
        loss = -distance / 2 if self.is_clipped else -distance + 10 * self.penalty
        history = {
            "epoch": np.arange(float(self.epochs)),
            "d_loss": loss,
            "d_loss_real": -(fake + distance),
            "d_loss_fake": fake,
            "g_loss": -fake,
            "wasserstein_distance": distance,
            "gradient_penalty": self.penalty,
            "clip_ratio": self.clipped,
            "generator_gradient_norm": self.gradient,
        }
        places = np.linspace(0, self.epochs - 1, self.evaluations).round()
        figures = {"epoch": places, "fid_score": self.fid, "fid_floor": np.full(self.evaluations, 0.5)}
        quality = QualityHistory(PROVENANCE, {**figures, "feature_diversity": self.diversity})
        config = {"clip_threshold": 0.01} if self.is_clipped else {"clip_threshold": None, "gradient_penalty": 10.0}
        return SavedRun(name, history, config, quality)


def _healthy(curves):
    pass


def _collapse(curves):
    end = curves.rng.uniform(0.01, 0.2)
    curves.diversity *= end + (1 - end) * np.exp(-np.linspace(0, 8, curves.evaluations))


def _dead_critic(curves):
    curves.scale = 10.0 ** -curves.rng.uniform(7, 12)
    curves.distance = np.full(curves.epochs, curves.scale)
    curves.gradient *= 10.0 ** -curves.rng.uniform(6, 12)
    curves.fid[:] = curves.fid[0] * curves.rng.normal(1, 0.005, curves.evaluations)


def _exploding(curves):
    start = curves.rng.uniform(0.5, 0.9)
    power = np.maximum(0, curves.time - start) / (1 - start) * curves.rng.uniform(5, 9)
    curves.distance = curves.distance * 10**power
    if curves.rng.random() < 0.3:
        curves.distance[-curves.rng.integers(1, 20) :] = np.nan


def _oscillation(curves):
    period = np.exp(curves.rng.uniform(np.log(4), np.log(curves.epochs / 6)))
    phase = 2 * np.pi * np.arange(curves.epochs) / period
    curves.distance = curves.scale * (curves.rng.uniform(0, 0.6) + np.sin(phase))


def _generator_dominates(curves):
    falls = curves.rng.uniform(0.2, 0.5)
    curves.distance = np.where(curves.time < falls, curves.distance, -curves.rng.uniform(0.5, 2) * curves.scale)


def _critic_dominates(curves):
    curves.scale = curves.rng.uniform(15, 80)
    curves.distance = curves.scale * (1 - np.exp(-curves.time / 0.05))
    curves.noise = 0.05
    curves.fid[:] = curves.fid[0] * curves.rng.normal(1, 0.005, curves.evaluations)


def _weak_constraint(curves):
    curves.penalty = curves.penalty * 10 ** curves.rng.uniform(3.2, 5)


def _non_convergence(curves):
    progress = np.linspace(0, 1, curves.evaluations)
    curves.fid *= 1 + curves.rng.uniform(3, 6) * np.maximum(0, progress - 0.4)


def _persistent_clipping(curves):
    curves.clipped = np.full(curves.epochs, curves.rng.uniform(0.55, 0.95))


#: What is done to curves, whether they are of a clipped critic (None: of either), what must and what may be found.
CURVES: dict[str, tuple[Callable, bool | None, set[Diagnosis], set[Diagnosis]]] = {
    "healthy": (_healthy, None, set(), set()),
    "collapse": (_collapse, None, {Diagnosis.MODE_COLLAPSE}, set()),
    "dead critic": (_dead_critic, True, {Diagnosis.VANISHING_GRADIENTS}, {Diagnosis.CRITIC_DOMINATES}),
    "exploding": (_exploding, None, {Diagnosis.EXPLODING_LOSSES}, set()),
    "oscillation": (_oscillation, None, {Diagnosis.OSCILLATION}, set()),
    "generator dominates": (_generator_dominates, None, {Diagnosis.GENERATOR_DOMINATES}, set()),
    "critic dominates": (_critic_dominates, False, {Diagnosis.CRITIC_DOMINATES}, set()),
    "weak constraint": (_weak_constraint, False, {Diagnosis.WEAK_CONSTRAINT}, set()),
    "non-convergence": (_non_convergence, None, {Diagnosis.NON_CONVERGENCE}, set()),
    "persistent clipping": (_persistent_clipping, True, {Diagnosis.PERSISTENT_CLIPPING}, set()),
}


def curve_cases(seed: int) -> list[Case]:
    """Return a case of each kind of curves."""
    cases = []
    for index, (name, (spoil, is_clipped, expected, allowed)) in enumerate(CURVES.items()):
        rng = np.random.default_rng((seed, index))
        curves = _Curves(rng, bool(rng.random() < 0.5) if is_clipped is None else is_clipped)
        spoil(curves)
        label = f"curve: {name} {seed}"
        cases.append(Case(label, curves.run(label), frozenset(expected), frozenset(allowed)))
    return cases


def _copies(samples, training, rng):
    chosen = training[rng.integers(len(training), size=len(samples))]
    return _soft(chosen, rng.uniform(0, 0.5)) + rng.normal(0, rng.uniform(0.01, 0.05), chosen.shape)


def _checkered(samples, training, rng):
    rows, columns = np.indices(samples.shape[1:3])
    pattern = (-1.0) ** (rows * rng.integers(0, 2) + columns)
    return samples + rng.uniform(0.1, 0.3) * (0.5 + rng.random((len(samples), 1, 1, 1))) * pattern[..., None]


def _latticed(samples, training, rng):
    rows, columns = np.indices(samples.shape[1:3])
    lines = np.cos(2 * np.pi * rows / rng.uniform(3, 5)) + np.cos(2 * np.pi * columns / rng.uniform(3, 5))
    return samples + rng.uniform(0.1, 0.3) * (0.5 + rng.random((len(samples), 1, 1, 1))) * lines[..., None]


def _soft(images, sigma):
    return scipy.ndimage.gaussian_filter(images, (0, sigma, sigma, 0))


def _pale(samples, share):
    grey = samples.mean(axis=-1, keepdims=True)
    return grey + share * (samples - grey)


#: What is done to samples like the training images, and what must be found.
SAMPLES: dict[str, tuple[Callable, set[Diagnosis]]] = {
    "like the real ones": (lambda samples, training, rng: samples, set()),
    "a little soft and pale": (
        lambda samples, training, rng: _pale(_soft(samples, rng.uniform(0.2, 0.4)), rng.uniform(0.7, 1)),
        set(),
    ),
    "noisy": (lambda samples, training, rng: samples + rng.normal(0, 0.05, samples.shape), set()),
    "copies": (_copies, {Diagnosis.MEMORISATION}),
    "checkered": (_checkered, {Diagnosis.CHECKERBOARD}),
    "latticed": (_latticed, {Diagnosis.LATTICE}),
    "soft": (lambda samples, training, rng: _soft(samples, rng.uniform(1, 2)), {Diagnosis.BLUR}),
    "pale": (lambda samples, training, rng: _pale(samples, rng.uniform(0.1, 0.4)), {Diagnosis.WASHED_OUT_COLOUR}),
}

#: Images of a set, and samples.
SET, COUNT = 400, 64


def sample_cases(seed: int) -> list[Case]:
    """Return a case of each kind of samples, with the curves of a healthy run."""
    images = toy_horses(SET + COUNT, seed) / 127.5 - 1.0
    training, fresh = images[:SET], images[SET:]
    cases = []
    for index, (name, (change, expected)) in enumerate(SAMPLES.items()):
        rng = np.random.default_rng((seed, 100 + index))
        samples = np.clip(change(fresh, training, rng), -1, 1)
        label = f"samples: {name} {seed}"
        run = _Curves(rng, False).run(label)
        # Copies of images with noise are softer than they: fine detail is not what they are made for. A checkerboard of
        # rows or columns consists of fine lines.
        allowed = {Diagnosis.BLUR, Diagnosis.LATTICE} if name == "checkered" else {Diagnosis.BLUR}
        cases.append(Case(label, run, frozenset(expected), frozenset(allowed - expected), samples, training))
    return cases

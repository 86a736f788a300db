"""Evaluation of the samples of a run, or of any images, from the command line's options."""

import dataclasses
import functools
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan import callbacks, data, metrics, parts
from keras_gan.console import say
from keras_gan.data.sources import BY_PATH
from keras_gan.metrics import second_opinion
from keras_gan.models import load_generator
from keras_gan.models.sampling import generate
from keras_gan.progress import tracked
from keras_gan.training import run_folder
from keras_gan.training.config import Part
from keras_gan.training.images import load_like

if TYPE_CHECKING:
    from keras_gan.cli.evaluate import EvaluationOptions

#: Number of samples of a run if the options do not give it.
RUN_SAMPLES = 5000

#: File of the generator in the folder of a finished run.
GENERATOR = "generator.keras"

#: Samples in one step of the progress bar.
BATCH = callbacks.SAMPLE_BATCH


def evaluate(options: "EvaluationOptions") -> metrics.Evaluation:
    """Measure the samples of a run, or images, against real images.

    Args:
        options: Options of the command.

    Returns:
        All figures, including the optional ones that the options ask for.

    Raises:
        ValueError: If images or a network cannot be used.
        OSError: If files cannot be read, or weights cannot be downloaded.
        PeerError: If a second opinion is requested and no package for it is installed.
    """
    if options.second_opinion:
        # An error of a missing or broken package comes before the images pass through the extractor.
        second_opinion.load_peers()
    real = _load_real(options)
    samples, count = _load_samples(options)
    evaluator = metrics.Evaluator(_extractor(options), real, count, options.n_real)
    if options.second_opinion:
        collected, evaluation = _score_with_peers(evaluator, samples)
    else:
        collected = evaluator.collect(samples)
        evaluation = evaluator.score(collected)
    if options.infinity:
        evaluation = dataclasses.replace(evaluation, fid_infinity=evaluator.fid_infinity(collected))
    if options.bootstrap:
        interval = evaluator.fid_interval(collected, options.bootstrap)
        evaluation = dataclasses.replace(evaluation, fid_interval=interval)
    return evaluation


def _score_with_peers(
    evaluator: metrics.Evaluator, samples: Iterable[np.ndarray]
) -> tuple[metrics.SampleSet, metrics.Evaluation]:
    collected, logits = second_opinion.collect_with_logits(evaluator, samples)
    evaluation = evaluator.score(collected)
    comparisons = second_opinion.compare(evaluation, evaluator.reference, collected, logits)
    return collected, dataclasses.replace(evaluation, second_opinion=comparisons)


def _extractor(options: "EvaluationOptions") -> metrics.FeatureExtractor:
    arguments = {} if options.inception_weights is None else {"weights": options.inception_weights}
    return Part(options.extractor, arguments).build(parts.EXTRACTORS)


def _load_real(options: "EvaluationOptions") -> np.ndarray:
    if options.real is not None:
        name, arguments = data.find_source(options.real)
        if name in BY_PATH:
            return load_like(options.target, Path(arguments["path"]))
        return _load_source(name, arguments, options)
    try:
        config = run_folder.load_config(options.target)
    except ValueError as error:
        # The config.json of a folder that `fit` wrote describes the model alone.
        raise ValueError(f"`real` must be given: {options.target} does not name its data set ({error})") from error
    try:
        images = _load_source(config.data.name, config.data.arguments, options)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}. If the images were moved, give their new place by `--real`") from error
    # As in training, which measures against the images that it is of.
    return data.hold_out(images, config.run.hold_out, config.run.seed).trained_on()


def _load_source(name: str, arguments: Mapping[str, Any], options: "EvaluationOptions") -> np.ndarray:
    try:
        return data.load_source(name, arguments, options.data_dir)
    except data.DownloadError as error:
        raise OSError(f"CIFAR-10 is not cached and cannot be downloaded: give `--data-dir`. ({error})") from error


def _load_samples(options: "EvaluationOptions") -> tuple[Iterable[np.ndarray], int]:
    """Return the samples in batches, and how many there are."""
    if options.has_model:
        count = RUN_SAMPLES if options.n_samples is None else options.n_samples
        generator, file = load_generator(options.target)
        if file.name != GENERATOR and file != options.target:
            # Standard output is for the JSON alone.
            say(f"{options.target} has no {GENERATOR}: {file} is evaluated", sys.stderr)
        batches = callbacks.sample_batches(functools.partial(generate, generator), count, options.seed)
    else:
        images = data.load_images(options.target)
        count = len(images) if options.n_samples is None else options.n_samples
        if count > len(images):
            raise ValueError(f"`n_samples` must be at most the {len(images)} of {options.target}. Received: {count}")
        # Shuffled, because files may be sorted by their content.
        order = np.random.default_rng(options.seed).permutation(len(images))
        batches = (images[order[start : start + BATCH]] for start in range(0, len(images), BATCH))
    return tracked(batches, "Samples", math.ceil(count / BATCH)), count

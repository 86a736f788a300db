"""Valid calls of configurations, registries and the training of a whole run."""

import dataclasses

import pytest
from hostile import values
from hostile.cases_data import pixels
from hostile.sweep import Case, Right, given
from hostile.values import choice, count, flag, index, interval, json, mapping, number, optional, path, text, thing

import keras_gan as kg
from keras_gan import parts
from keras_gan.registry import Registry
from keras_gan.training.changes import change
from keras_gan.training.config import EvaluationConfig, ExperimentConfig, Part, RunConfig
from keras_gan.training.presets import PRESETS

CONFIG = PRESETS["demo"]
PARTS = {
    field.name: given(lambda name=field.name: getattr(CONFIG, name), thing)
    for field in dataclasses.fields(ExperimentConfig)
    if field.type is Part
}


def registry():
    return Registry("thing", {"text": "textwrap:dedent"})


def share(valid):
    return {**number(valid), "large": 0.6}


def steps_per_epoch(valid):
    return {**count(valid), "other text": "epoch", "capitals": "Pass"}


def _is_refused(answer, usual):
    with pytest.raises(ValueError, match="`filters`"):
        answer.generator.build(parts.GENERATORS)
    return True


REFUSED_WHEN_BUILT = Right("a tuple may be empty, and the generator refuses it before any work", _is_refused)
NAME = {"name": given("text", choice, "`thing`")}

CASES = [
    Case(
        "keras_gan.training.config.Part",
        Part,
        {"name": given("adam", text), "arguments": given({}, mapping, "arguments=")},
    ),
    Case(
        "keras_gan.training.config.Part.completed",
        lambda **arguments: Part("adam").completed(**arguments),
        {"registry": given(lambda: parts.OPTIMIZERS, thing), "role": given("critic_optimizer", optional(text))},
    ),
    Case(
        "keras_gan.training.config.Part.build",
        lambda registry: Part("adam").build(registry).get_config(),
        {"registry": given(lambda: parts.OPTIMIZERS, thing)},
    ),
    Case(
        "keras_gan.training.config.RunConfig",
        RunConfig,
        {
            **{name: given(2, count) for name in ("epochs", "batch_size", "n_critic", "steps_per_execution")},
            "steps_per_epoch": given("pass", steps_per_epoch),
            "hold_out": given(0.1, share),
            "seed": given(0, index),
            "deterministic": given(False, flag),
            "sync_batch_norm": given(True, flag),
            "mixed_precision": given("off", choice),
        },
    ),
    Case(
        "keras_gan.training.config.RunConfig.epoch_steps",
        RunConfig(steps_per_epoch="pass").epoch_steps,
        {"images": given(3, index)},
    ),
    Case(
        "keras_gan.training.config.EvaluationConfig",
        EvaluationConfig,
        {
            "extractor": given(lambda: Part("cifar10-resnet"), thing),
            "every": given(2, interval, "`quality_every`", zero=Right("zero is for no measurement")),
            "samples": given(20, count, "`quality_samples`"),
        },
    ),
    Case(
        "keras_gan.training.config.ExperimentConfig",
        ExperimentConfig,
        {
            "preset": given("demo", text),
            "run": given(lambda: CONFIG.run, thing),
            "evaluation": given(lambda: CONFIG.evaluation, thing),
            **PARTS,
        },
    ),
    Case("keras_gan.training.config.ExperimentConfig.with_parts", CONFIG.with_parts, {"chosen": given({}, mapping)}),
    Case(
        "keras_gan.training.config.ExperimentConfig.from_json",
        ExperimentConfig.from_json,
        {"text": given(lambda: CONFIG.to_json(), json, "configuration")},
    ),
    Case(
        "keras_gan.training.changes.change",
        lambda config, **settings: change(config, **settings),
        {
            "config": given(lambda: CONFIG, thing),
            "epochs": given(2, count),
            "generator_filters": given((2, 3), values.counts, empty=REFUSED_WHEN_BUILT),
            "critic_learning_rate": given(0.1, values.number),
            "lipschitz": given("none", choice),
            "data": given("toy", choice),
            **{name: given("none", choice) for name in ("augmentation", "averaging")},
            "schedule": given("constant", choice),
            "steps_per_epoch": given(1, steps_per_epoch),
            "optimizer": given("adam", choice),
            "quality_samples": given(20, count),
        },
    ),
    Case(
        "keras_gan.parts.Registry",
        lambda **arguments: Registry(**arguments).names(),
        {"kind": given("thing", text), "targets": given({}, mapping), "given": given((), values.names)},
    ),
    Case("keras_gan.parts.Registry.register", lambda name: registry().register(name), {"name": given("new", text)}),
    Case("keras_gan.parts.Registry.parameters", lambda name: sorted(registry().parameters(name)), NAME),
    Case(
        "keras_gan.parts.Registry.takes",
        lambda **arguments: registry().takes(**arguments),
        {**NAME, "argument": given("text", text)},
    ),
    Case("keras_gan.parts.Registry.load", lambda name: registry().load(name), NAME),
    Case("keras_gan.parts.Registry.check", lambda name: registry().check(name), NAME),
    Case(
        "keras_gan.train",
        # The images are fewer than a batch: an argument that is not refused would still train nothing.
        kg.train,
        {
            "preset": given("demo", optional(choice)),
            "images": given(pixels, optional(values.images_of_run), "`data`"),
            "out": given("runs", path),
            "resume": given(None, optional(values.existing_path)),
            "data_dir": given(None, optional(path)),
            **{name: given(1, interval) for name in ("log_every", "sample_every", "checkpoint_every")},
            **{name: given(8.0, optional(number)) for name in ("checkpoint_minutes", "max_hours")},
            "wandb": given("off", optional(choice)),
            "tensorboard": given(False, flag),
            "notes": given("", text),
            "epochs": given(1, count),
        },
    ),
]

"""`keras-gan train --find-batch-size`, and the trials that it starts as processes of their own."""

import json
import sys
from collections.abc import Sequence

from keras_gan.cli.parser import fail
from keras_gan.cli.plugins import load_plugin
from keras_gan.cli.training_arguments import normalised, parse_training
from keras_gan.console import say
from keras_gan.invocation import command_line
from keras_gan.training.batch_size import (
    EXHAUSTED,
    TrialError,
    fits_in_memory,
    largest_batch_size,
    train_two_steps,
    with_batch_size,
)
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.images import load_training_images

#: The flag, which is none of a run's settings or options.
FIND = "--find-batch-size"


def is_asked_for(arguments: Sequence[str]) -> bool:
    """Return whether the arguments of `keras-gan train` ask for a batch size in place of a training."""
    return FIND in map(normalised, arguments)


def main(arguments: Sequence[str], prog: str, description: str | None) -> int:
    """Find the largest batch size that fits, print it, and return the exit code; no run folder is made.

    Args:
        arguments: The arguments of `keras-gan train`, with the flag.
        prog: The command as the user typed it.
        description: First text of `--help`.
    """
    arguments = [argument for argument in arguments if normalised(argument) != FIND]
    config, options = parse_training(arguments, prog, description)
    for name in ("coordinator", "processes", "process"):
        if getattr(options, name) is not None:
            fail(prog, f"`{FIND}` is for one process: leave `--{name}` out, and give the `--devices` of this host")
    try:
        config, images = load_training_images(config, options)
    except (ValueError, OSError) as error:
        fail(prog, str(error))

    def fits(each: int) -> bool:
        size = each * devices
        does_fit = fits_in_memory(with_batch_size(config, size), images.shape, options)
        say(f"Batch size {size} {'fits' if does_fit else 'does not fit'}.")
        return does_fit

    devices = options.devices or 1
    most = round(len(images) * (1 - config.run.hold_out))
    try:
        # Of each device, as devices divide a batch.
        each = largest_batch_size(max(1, config.run.batch_size // devices), most // devices, fits)
    except TrialError as error:
        fail(prog, str(error))
    except KeyboardInterrupt:
        return 130
    if each is None:
        print(f"{prog}: error: Not even batch size {devices} fits. Use smaller images or networks", file=sys.stderr)
        return 1
    size = each * devices
    start = command_line("train", *_without_batch_size(arguments), "--batch-size", size)
    say(f"Batch size {size} is the largest that fits. Start with: {start}")
    return 0


def _without_batch_size(arguments: Sequence[str]) -> list[str]:
    kept, is_value = [], False
    for argument in arguments:
        is_flag = normalised(argument).partition("=")[0] == "--batch-size"
        if not is_flag and not is_value:
            kept.append(argument)
        is_value = is_flag and "=" not in argument
    return kept


def make_trial() -> int:
    """Make the trial that standard input describes, and return its exit code."""
    request = json.load(sys.stdin)
    for module in request["plugins"]:
        load_plugin(module)
    try:
        config, set_shape = ExperimentConfig.from_json(request["config"]), tuple(request["set_shape"])
        train_two_steps(config, set_shape, request["devices"], request["shard_parameters"])
    except MemoryError as error:
        print(error, file=sys.stderr)
        return EXHAUSTED
    return 0


if __name__ == "__main__":
    sys.exit(make_trial())

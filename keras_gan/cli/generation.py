"""Images of a saved generator, from the command line's options."""

import math
from typing import TYPE_CHECKING

import keras
import numpy as np

from keras_gan.data.saved_images import check_target, save_images
from keras_gan.models import interpolate, load_generator
from keras_gan.models.sampling import draw_latents, in_batches
from keras_gan.progress import tracked
from keras_gan.tensors import Tensor

if TYPE_CHECKING:
    from keras_gan.cli.generate import GenerationOptions

#: Number of images if the options do not give it.
COUNT = 64


def generate(options: "GenerationOptions") -> str:
    """Make images and save them.

    Args:
        options: Options of the command.

    Returns:
        A line that says what was saved where.

    Raises:
        ValueError: If the source holds no generator, or the images cannot be saved in the form that is asked for.
        OSError: If files cannot be read or written.
    """
    # Before a model is loaded, which takes longer than everything else.
    check_target(options.out, "out")
    generator, file = load_generator(options.source, averaged=not options.raw)
    latents = _walk(generator, options) if options.walk else _latents(generator, options)
    batches = in_batches(generator, latents, options.batch_size)
    shown = tracked(batches, "Images", math.ceil(len(latents) / options.batch_size))
    columns = options.columns or (len(latents) if options.walk else None)
    count = save_images(shown, options.out, columns)
    return f"{count} images of {file} in {options.out}"


def _latents(generator: keras.Model, options: "GenerationOptions") -> Tensor:
    return draw_latents(generator, COUNT if options.n is None else options.n, options.seed, options.truncation)


def _walk(generator: keras.Model, options: "GenerationOptions") -> np.ndarray:
    """Return the latents of a walk through seeds; that of an animation ends where it began."""
    stops = [np.asarray(draw_latents(generator, 1, seed, options.truncation)) for seed in options.walk]
    is_animation = options.out.suffix in (".gif", ".webp")
    return interpolate(np.concatenate(stops), options.steps, closed=is_animation)

"""Valid calls of image sets and their feeds."""

import functools
import pathlib
import tempfile

import numpy as np
from hostile import values
from hostile.sweep import Case, Right, equal, given
from hostile.values import count, existing_path, images, index, optional, path
from PIL import Image

from keras_gan import data

IN_ERRORS = Right("it only stands in errors", equal)
NAMES = dict.fromkeys(("NaN", "None", "number", "bytes", "empty"), IN_ERRORS)
UNCHECKED = Right(
    "the formula is one of single values, whatever these and their shape are, and `to_uint8` is what checks them",
    lambda answer, usual: answer.dtype == np.float64,
)
IN_RANGE = dict.fromkeys(("NaN", "infinite", "huge", "negative", "empty", "wrong_rank", "no_pixels"), UNCHECKED)
NO_FOLDER = Right("drawn horses need no folder", equal)


NO_PATHS = ("NaN", "None", "number", "bytes", "empty", "null")


def pixels():
    return np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)


def many():
    return np.concatenate([pixels()] * 10)


@functools.cache
def pictures():
    """A folder of two pictures."""
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, image in zip("ab", pixels()):
        Image.fromarray(image).save(folder / f"{name}.png")
    return folder


def arrays():
    path = pictures() / "arrays.npz"
    np.savez(path, images=pixels(), others=pixels())
    return path


def load_pictures(**arguments):
    return np.array(data.load_images(**{"cache": pictures() / "cache", **arguments}))


def side(valid):
    hostile = {**values.count(valid), "three sides": (4, 4, 4), "no side": "big", "zero side": "0x4"}
    return {name: value for name, value in hostile.items() if name not in ("text", "array")}


def share(valid):
    return {**values.number(valid), "large": 0.6, "few": 0.01}


def indices(valid):
    return {
        **{name: value for name, value in values.array(valid).items() if name != "read-only"},
        "negative": np.array([-1]),
        "beyond": np.array([99]),
        "fractions": np.array([0.5]),
    }


@functools.cache
def classes():
    """A folder of two sub-folders, with a picture each."""
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ("cats", "dogs"):
        (folder / name).mkdir()
        Image.fromarray(pixels()[0]).save(folder / name / "0.png")
    return folder


def labelled():
    return data.load_images(classes(), cache=pictures() / "cache")


def unlabelled(valid):
    """Images without labels, and what are none."""
    return {name: value for name, value in images(np.array(valid)).items() if name != "read-only"}


def archive_array(valid):
    return {name: value for name, value in values.choice(valid).items() if name != "None"}


def feed_step(**arguments):
    return data.image_batches(**arguments).step(0)


def made_step(**arguments):
    return data.ImageFeed(**arguments).step(0)


def image_file(valid):
    """Values hostile to the path of images that are saved."""
    return {**path(valid), "unknown suffix": "images.txt"}


def image_shape(valid):
    return {**values.counts(valid), "two sizes": (4, 4)}


FEED = {
    "images": given(pixels, images, "images"),
    "batch_size": given(2, count),
    "n_critic": given(1, count),
    "seed": given(0, index),
}

CHOSEN = given(lambda: np.arange(4), optional(indices))

PREPARATION = {
    "size": given(4, optional(side)),
    "background": given("white", values.choice),
    "fit": given("crop", values.choice),
    "alpha": given(False, values.flag),
    "skip_unreadable": given(False, values.flag),
    "array": given(None, values.forbidden),
    "cache": given(lambda: pictures() / "cache", optional(values.path)),
}

CASES = [
    Case("keras_gan.data.image_batches", feed_step, {**FEED, "start": given(0, index), "chosen": CHOSEN}),
    Case("keras_gan.data.ImageFeed", made_step, {**FEED, "start": given(0, index), "chosen": CHOSEN}),
    Case(
        "keras_gan.data.ImageFeed.step",
        lambda index: data.image_batches(pixels(), 2, 1).step(index),
        {"index": given(0, index)},
    ),
    Case(
        "keras_gan.data.step_indices",
        data.step_indices,
        {"count": given(6, count), "size": given(2, count), "step": given(1, index), "seed": given(0, index)},
    ),
    Case(
        "keras_gan.data.check_images",
        data.check_images,
        {
            "images": given(pixels, images, "images"),
            "image_shape": given((4, 4, 3), optional(image_shape)),
            "source": given("images", values.text, **NAMES),
        },
    ),
    Case(
        "keras_gan.data.to_uint8",
        data.to_uint8,
        {"images": given(pixels, images, "images"), "source": given("images", values.text, **NAMES)},
    ),
    Case("keras_gan.data.in_range", data.in_range, {"images": given(pixels, images, **IN_RANGE)}),
    Case("keras_gan.data.fingerprint", data.fingerprint, {"images": given(pixels, images, "images")}),
    Case("keras_gan.data.toy_horses", data.toy_horses, {"count": given(2, count), "seed": given(0, index)}),
    Case(
        "keras_gan.data.save_images",
        data.save_images,
        {
            "images": given(pixels, images, "images"),
            "path": given("images.png", image_file),
            "columns": given(2, optional(count)),
        },
    ),
    Case(
        "keras_gan.data.load_images", load_pictures, {"path": given(lambda: pictures(), existing_path), **PREPARATION}
    ),
    Case(
        "keras_gan.data.load_images of an archive of arrays",
        load_pictures,
        {
            **PREPARATION,
            "path": given(arrays, existing_path),
            "array": given("images", archive_array, "must hold the array"),
        },
    ),
    Case(
        "keras_gan.data.set_labels",
        lambda images: data.set_labels(images)[1],
        {"images": given(lambda: labelled(), unlabelled)},
    ),
    Case(
        "keras_gan.data.hold_out",
        lambda **arguments: data.hold_out(**arguments).training,
        {"images": given(many, images, "images"), "share": given(0.5, share, "`hold_out`"), "seed": given(0, index)},
    ),
    Case("keras_gan.data.load_horses", data.load_horses, {"data_dir": given("folder", optional(existing_path))}),
    Case(
        "keras_gan.data.load_cifar10",
        data.load_cifar10,
        {"archive": given("archive.npz", optional(existing_path), "must be an .npz file")},
    ),
    Case("keras_gan.data.find_source", data.find_source, {"text": given("toy", values.choice, "`data`")}),
    Case(
        "keras_gan.data.load_source",
        data.load_source,
        {
            "name": given("toy", values.choice, "`data`"),
            "arguments": given({"count": 2}, values.mapping),
            "data_dir": given("folder", values.path, **dict.fromkeys(NO_PATHS, NO_FOLDER)),
            "cache": given("folder", values.path, **dict.fromkeys(NO_PATHS, NO_FOLDER)),
        },
    ),
    Case(
        "keras_gan.data.load_source of horses",
        data.load_source,
        {
            "name": given("horses", values.choice, "`data`"),
            "arguments": given({}, values.mapping),
            "data_dir": given("folder", optional(existing_path)),
            # The folder of decoded images is that of `load_images`.
            "cache": given(None, lambda valid: {}),
        },
    ),
]

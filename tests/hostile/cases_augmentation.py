"""Valid calls of augmentations."""

from hostile.sweep import Case, given
from hostile.values import choice, count, number

from keras_gan import augmentation


def config_of(kind):
    return lambda **arguments: kind(**arguments).get_config()


def share(valid):
    return {**number(valid), "above one": 1.01}


def half_turns(valid):
    return {**number(valid), "above half": 0.51}


def policy(valid):
    """Values hostile to a list of operations in a text."""
    names = {"twice": "color,color", "unknown among others": "color,no such name", "open end": "color,"}
    return {**choice(valid), **names, "capitals": "Color", "list": ["color"]}


CASES = [
    Case(
        "keras_gan.augmentation.DiffAugment",
        config_of(augmentation.DiffAugment),
        {"policy": given("color,cutout", policy)},
    ),
    Case(
        "keras_gan.augmentation.AdaptiveAugmentation",
        config_of(augmentation.AdaptiveAugmentation),
        {
            "target": given(0.6, share),
            "length": given(100, count),
            "interval": given(4, count),
            "initial": given(0.0, share),
        },
    ),
    Case(
        "keras_gan.augmentation.GuideAugmentation",
        config_of(augmentation.GuideAugmentation),
        {
            "flip": given(0.5, share),
            **{name: given(0.1, number) for name in ("degrees", "brightness", "contrast", "saturation")},
            "hue": given(0.02, half_turns),
        },
    ),
]

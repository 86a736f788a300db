"""Number and widths of the stages of networks whose stages double or halve the side of a feature map."""

from keras_gan.checks import check_counts, require

#: Least side of the smallest feature map.
BASE_SIZE = 4

#: Largest width of a stage, as a multiple of the width of the stage at full size.
WIDEST = 8


def stage_count(image_shape: tuple[int, ...]) -> int:
    """Return how often the side of images is halved, until the shorter side would be less than 4.

    Args:
        image_shape: Height, width and channels of the images.

    Raises:
        ValueError: If it is no such shape, a side is less than 8, or it cannot be halved so often.
    """
    check_counts(image_shape, "image_shape")
    require(len(image_shape) == 3, "image_shape", "height, width and channels", image_shape)
    height, width, _ = image_shape
    require(min(height, width) >= 2 * BASE_SIZE, "image_shape", "of sides of at least 8", image_shape)
    count = (min(height, width) // BASE_SIZE).bit_length() - 1
    step = 2**count
    if height % step or width % step:
        near = f"{_nearest(height, step)}x{_nearest(width, step)}"
        expected = f"of sides that are multiples of {step}, such as {near}, which `--size {near}` makes"
        require(False, "image_shape", expected, image_shape)
    return count


def base_size(image_shape: tuple[int, ...]) -> tuple[int, int]:
    """Return height and width of the smallest feature map.

    Args:
        image_shape: Height, width and channels of the images.
    """
    step = 2 ** stage_count(image_shape)
    return image_shape[0] // step, image_shape[1] // step


def stage_widths(count: int, feature_maps: int) -> list[int]:
    """Return the widths of stages, from full size on: feature maps times 1, 2, 4, 8, 8 and so on.

    Args:
        count: Number of stages.
        feature_maps: Width of the stage at full size.
    """
    return [feature_maps * min(2**index, WIDEST) for index in range(count)]


def _nearest(side: int, step: int) -> int:
    return max(step, round(side / step) * step)

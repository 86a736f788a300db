"""DiffAugment in PyTorch: colours, then a move by whole pixels, then a rectangle that is cut out."""

import torch


def colours(images):
    """Change brightness, saturation and contrast."""
    brightness, saturation, contrast = torch.rand(3, len(images), 1, 1, 1, device=images.device)
    images = images + (brightness - 0.5)
    mean = images.mean(1, keepdim=True)
    images = mean + 2 * saturation * (images - mean)
    mean = images.mean((1, 2, 3), keepdim=True)
    return mean + (contrast + 0.5) * (images - mean)


def places(images):
    """Return the indices of images, rows and columns, for indexing."""
    count, _, height, width = images.shape
    axes = (torch.arange(size, device=images.device) for size in (count, height, width))
    return torch.meshgrid(*axes, indexing="ij")


def integers(images, count):
    """Return a random integer below a count for each image."""
    return torch.randint(count, (len(images), 1, 1), device=images.device)


def move(images):
    """Move by up to an eighth of the size, with zeros where nothing was."""
    height, width = images.shape[2:]
    image, row, column = places(images)
    (up, left) = (integers(images, 2 * (size // 8) + 1) - size // 8 for size in (height, width))
    # One row and column of zeros on each side stand for all that is outside.
    row, column = (row + up + 1).clamp(0, height + 1), (column + left + 1).clamp(0, width + 1)
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    return padded[image, row, column].permute(0, 3, 1, 2)


def cut_out(images):
    """Set a rectangle of half the size to zero."""
    height, width = images.shape[2:]
    _, row, column = places(images)
    top, left = (integers(images, size + 1) - size // 4 for size in (height, width))
    is_cut = (row >= top) & (row < top + height // 2) & (column >= left) & (column < left + width // 2)
    return images * ~is_cut[:, None]


def diffaugment(images):
    """Augment images."""
    return cut_out(move(colours(images)))


#: Augmentations, by their names in our configurations.
AUGMENTATIONS = {"none": lambda images: images, "diffaugment": diffaugment}

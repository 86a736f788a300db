"""One tree of the package's files, as they are installed: they are stored in three folders."""

import pathlib

ROOT = pathlib.Path(__file__).parents[1]

#: Stored at the top level of the repository, installed inside the package.
INSIDE = ("losses", "callbacks")


def link_package(tree: pathlib.Path) -> None:
    """Lay all folders out as one package, in links to the files.

    Args:
        tree: An empty folder.
    """
    package = tree / "keras_gan"
    package.mkdir()
    for path in (*(ROOT / "keras_gan").iterdir(), *(ROOT / name for name in INSIDE)):
        (package / path.name).symlink_to(path)

"""Text files that are either whole or as they were."""

import os
from pathlib import Path


def replace_text(path: Path, text: str):
    """Write a file in place of what is there; it is whole even if the process dies meanwhile.

    Args:
        path: The file.
        text: All that it is to hold.
    """
    partial = path.with_name(f"partial_{path.name}")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)

"""Check the type hints of the package as it is installed: mypy finds modules by folder, and ours are in three.

Run it from anywhere, with mypy's own options if need be: `python tools/check_types.py --strict`.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from package_tree import INSIDE, ROOT, link_package


def in_repository(report: str) -> str:
    """Return mypy's report with the files' paths from the root of the repository."""
    for name in INSIDE:
        report = report.replace(os.path.join("keras_gan", name, ""), os.path.join(name, ""))
    return report


def main() -> int:
    """Run mypy, print its report, and return its exit status."""
    mypy = [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache"]
    with tempfile.TemporaryDirectory() as tree:
        link_package(pathlib.Path(tree))
        command = [*mypy, "--package", "keras_gan", *sys.argv[1:]]
        result = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, text=True, check=False)
    print(in_repository(result.stdout), end="")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())

"""Imports point one way, and automatic differentiation stays in one place."""

import ast
import pathlib
import re
import shutil
import subprocess
import sys
from importlib import metadata

import pytest

ROOT = pathlib.Path(__file__).parents[1]

FOLDERS = {
    "keras_gan": ROOT / "keras_gan",
    "keras_gan.losses": ROOT / "losses",
    "keras_gan.callbacks": ROOT / "callbacks",
}

WITHOUT_KERAS = [
    "keras_gan",
    "keras_gan.invocation",
    "keras_gan.training.allocator",
    "keras_gan.training.config",
    "keras_gan.training.presets",
    "keras_gan.training.run_folder",
    *(f"keras_gan.cli.{name}" for name in ("main", "parser", "train", "evaluate", "report", "diagnose", "triage")),
    *(f"keras_gan.cli.{name}" for name in ("reports", "diagnosis", "triage_grid", "triage_cells")),
]

#: What differentiates, in any package that has it.
DIFFERENTIATION = re.compile(
    r"(tensorflow|jax|torch)\b.*\."
    r"(GradientTape|ForwardAccumulator|gradients|grad|value_and_grad|vjp|jvp|linearize|jacfwd|jacrev|jacobian|hessian"
    r"|hessians|autograd|backprop|gradients_impl)"
)


def python_files(folder):
    return sorted(folder.rglob("*.py"))


# --- imports ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as it is installed: all folders in one tree."""
    root = tmp_path_factory.mktemp("installed")
    for name, folder in FOLDERS.items():
        shutil.copytree(folder, root.joinpath(*name.split(".")), ignore=shutil.ignore_patterns("__pycache__", "*.npz"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def lint_imports(root):
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)


def test_imports_keep_their_contracts(installed):
    result = lint_imports(installed)
    assert result.returncode == 0, result.stdout
    # The three folders were looked at, as one package.
    files = sum(len(python_files(folder)) for folder in FOLDERS.values())
    assert f"Analyzed {files} files" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("models/gan.py", "import keras_gan.networks.dcgan, keras_gan.metrics.evaluator", "Packages import downwards"),
        ("callbacks/charts.py", "from keras_gan.training import runtime", "Packages import downwards"),
        ("extra.py", "", "Packages import downwards"),
        ("analysis/run/curves.py", "def f():\n    import keras_gan.analysis.report.page", "A run is read, searched"),
        ("losses/binary.py", "import keras_gan.files", "Losses import nothing of ours"),
        ("models/sampling.py", "import keras_gan.models.gan", "No circles"),
    ],
)
def test_contracts_are_broken_by_what_they_forbid(installed, tmp_path, file, line, contract):
    shutil.copytree(installed, tmp_path / "tree")
    with open(tmp_path / "tree" / "keras_gan" / file, "a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    result = lint_imports(tmp_path / "tree")
    assert result.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", result.stdout), result.stdout


@pytest.fixture(scope="module")
def imported_without_keras():
    """The modules, imported in turn in one process, up to the first one that imports Keras."""
    code = (
        "import importlib, sys\n"
        "for module in sys.argv[1:]:\n"
        "    importlib.import_module(module)\n"
        "    'keras' in sys.modules or 'tensorflow' in sys.modules or print(module)"
    )
    command = [sys.executable, "-c", code, *WITHOUT_KERAS]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()


@pytest.mark.parametrize("module", WITHOUT_KERAS)
def test_module_does_not_import_keras(imported_without_keras, module):
    assert module in imported_without_keras


def test_analysis_does_not_import_keras():
    folder = ROOT / "keras_gan"
    paths = [path.relative_to(folder).with_suffix("") for path in python_files(folder / "analysis")]
    modules = ", ".join(".".join(("keras_gan", *path.parts)).removesuffix(".__init__") for path in paths)
    code = f"import sys, {modules}; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- automatic differentiation ---------------------------------------------------------------------------------------


def differentiations(source):
    """Return what a file uses that differentiates, by full names."""
    tree, names = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    used = {full_name(node, names) for node in ast.walk(tree) if isinstance(node, (ast.Attribute, ast.Name))}
    return sorted(name for name in {*used, *names.values()} if DIFFERENTIATION.match(name))


def full_name(node, names):
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, names)}.{node.attr}"
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize(
    "source",
    [
        "import tensorflow as tf\nwith tf.GradientTape() as tape: pass",
        "import tensorflow\ntensorflow.gradients(y, x)",
        "from tensorflow import GradientTape as Tape",
        "from tensorflow.python.eager import backprop",
        "import jax\njax.grad(f)",
        "import jax as j\nj.value_and_grad(f)",
        "from jax import vjp",
        "import jax.numpy\njax.jacrev(f)",
        "import torch\ntorch.autograd.grad(y, x)",
    ],
)
def test_differentiation_is_found_however_it_is_spelled(source):
    assert differentiations(source)


@pytest.mark.parametrize(
    "source", ["import jax\njax.jit(f)", "grad = 1\ngrad", "from keras_gan.models import autodiff"]
)
def test_other_names_are_no_differentiation(source):
    assert not differentiations(source)


def test_automatic_differentiation_is_in_one_place():
    home = ROOT / "keras_gan" / "models" / "autodiff"
    # Losses import no models, and take the gradient of themselves alone.
    fusion = ROOT / "losses" / "_fusion.py"
    files = [path for folder in (*FOLDERS.values(), ROOT / "scripts") for path in python_files(folder)]
    found = {path: names for path in files if (names := differentiations(path.read_text(encoding="utf-8")))}
    assert {path.parent for path in found if path != fusion} == {home}


# --- the rest --------------------------------------------------------------------------------------------------------


def test_scripts_are_thin():
    for path in python_files(ROOT / "scripts"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 80, path


def test_public_names_resolve():
    import keras_gan

    for name in set(keras_gan.__all__) - {"__version__"}:
        assert getattr(keras_gan, name).__name__ in (name, f"keras_gan.{name}")
    assert keras_gan.__version__ == metadata.version("keras-gan")
    assert set(keras_gan.__all__) <= set(dir(keras_gan))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = keras_gan.nothing

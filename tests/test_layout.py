"""Imports point one way, and automatic differentiation stays in one place."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]

PACKAGES = {
    "keras_gan.losses": ROOT / "losses",
    "keras_gan.callbacks": ROOT / "callbacks",
    **{f"keras_gan.{path.name}": path for path in (ROOT / "keras_gan").iterdir() if (path / "__init__.py").exists()},
}

# Of each package, what else of ours it may import.
ALLOWED = {
    "keras_gan.losses": set(),
    "keras_gan.callbacks": set(),
    "keras_gan.networks": set(),
    "keras_gan.metrics": {"keras_gan.data.pipeline"},
    "keras_gan.data": set(),
    "keras_gan.analysis": set(),
    "keras_gan.models": {"keras_gan.losses", "keras_gan.metrics.training"},
}

WITHOUT_TENSORFLOW = [
    "keras_gan",
    "keras_gan.allocator",
    "keras_gan.command_line",
    "keras_gan.diagnosis",
    "keras_gan.options",
    "keras_gan.presets",
    "keras_gan.reports",
    "keras_gan.run_folder",
    "keras_gan.triage",
    "keras_gan.triage_cells",
]


def python_files(folder):
    return sorted(folder.rglob("*.py"))


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(module, package):
    return module == package or module.startswith(package + ".")


def test_every_package_has_its_rule():
    assert set(PACKAGES) == set(ALLOWED)


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_packages_import_only_what_they_may(package):
    for path in python_files(PACKAGES[package]):
        for module in imported_modules(path):
            if is_within(module, "keras_gan") and module != "keras_gan":
                permitted = {package, *ALLOWED[package]}
                # `from a import b` is listed as a and as a.b, of which the first may be a parent of what is permitted.
                assert any(is_within(module, one) or is_within(one, module) for one in permitted), f"{path}: {module}"


def test_only_scripts_import_the_command_line():
    for path in python_files(ROOT / "keras_gan"):
        assert "keras_gan.command_line" not in set(imported_modules(path)), path


def test_automatic_differentiation_is_in_one_place():
    for folder in (ROOT / "losses", ROOT / "callbacks", ROOT / "keras_gan", ROOT / "scripts"):
        for path in python_files(folder):
            if ROOT / "keras_gan" / "models" / "autodiff" not in path.parents:
                assert "GradientTape" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("module", WITHOUT_TENSORFLOW)
def test_module_does_not_import_keras(module):
    code = f"import sys, {module}; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_analysis_does_not_import_keras():
    modules = ", ".join(f"keras_gan.analysis.{path.stem}" for path in python_files(PACKAGES["keras_gan.analysis"]))
    code = f"import sys, {modules.replace('.__init__', '')}; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_scripts_are_thin():
    for path in python_files(ROOT / "scripts"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 80, path


def test_public_names_resolve():
    import keras_gan

    for name in keras_gan.__all__:
        assert getattr(keras_gan, name).__name__ == name
    assert set(keras_gan.__all__) <= set(dir(keras_gan))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = keras_gan.nothing

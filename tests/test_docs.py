"""The documentation is complete, and what it names is there."""

import collections
import dataclasses
import functools
import inspect
import pathlib
import pkgutil
import re

import numpy as np
import pytest

import keras_gan as kg
from keras_gan import augmentation, callbacks, data, losses, metrics, models, networks, parts
from keras_gan.cli.diagnose import DiagnosisOptions
from keras_gan.cli.evaluate import EvaluationOptions
from keras_gan.cli.flags import ALIASES, flags_of
from keras_gan.cli.generate import GenerationOptions
from keras_gan.cli.main import COMMANDS
from keras_gan.cli.report import ReportOptions
from keras_gan.cli.triage import TriageOptions
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

ROOT = pathlib.Path(__file__).parents[1]
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
API = sorted((ROOT / "docs" / "api").rglob("*.md"))
PAGES = [*GUIDES, ROOT / "CHANGELOG.md", *API]


def text_of(path):
    return path.read_text(encoding="utf-8")


def name_of(path):
    return str(path.relative_to(ROOT))


# --- the API ---------------------------------------------------------------------------------------------------------

PLACES = collections.Counter(
    name for path in API for name in re.findall(r"^::: (\S+)$", text_of(path), flags=re.MULTILINE)
)


def place(package, name):
    """Return what a page must say for a public name; a module of the same name would be found in its place."""
    path = f"{package}.{name}"
    return f"{path}.{name}" if inspect.ismodule(pkgutil.resolve_name(path)) else path


@pytest.mark.parametrize(
    "package", [augmentation, callbacks, data, losses, metrics, models, networks], ids=lambda package: package.__name__
)
def test_every_name_of_a_package_has_one_place(package):
    places = {name: PLACES[place(package.__name__, name)] for name in package.__all__}
    assert places == dict.fromkeys(package.__all__, 1)


def test_every_name_of_keras_gan_has_one_place():
    packages = {name for name in kg.__all__ if inspect.ismodule(getattr(kg, name))}
    names = set(kg.__all__) - packages - {"__version__"}
    assert {name: PLACES[f"{kg._EXPORTS[name]}.{name}"] for name in names} == dict.fromkeys(names, 1)


def test_every_registry_is_listed_with_its_names():
    registries = {name: value for name, value in vars(parts).items() if isinstance(value, parts.Registry)}
    assert {name: PLACES[f"keras_gan.parts.{name}"] for name in registries} == dict.fromkeys(registries, 1)
    assert PLACES["keras_gan.registry.Registry"] == 1
    rows = re.findall(r"^\| `([A-Z]+)` \| (.*) \|$", text_of(ROOT / "docs/api/parts.md"), flags=re.MULTILINE)
    listed = {name: re.findall(r"`([^`]+)`", names) for name, names in rows}
    assert listed == {name: list(registry._targets) for name, registry in registries.items()}


def test_places_are_of_what_is_there():
    for name in PLACES:
        assert not inspect.ismodule(pkgutil.resolve_name(name)), name


# --- links -----------------------------------------------------------------------------------------------------------


def anchors(path):
    """Return the anchors of a page: its headings, as GitHub and the site make them, and its places."""
    text = re.sub(r"^```.*?^```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^::: (\S+)$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_resolve(page):
    text = text_of(page)
    for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_file(), target
        assert not anchor or anchor in anchors(linked), target


def test_guides_are_linked_from_the_readme():
    linked = set(re.findall(r"\]\((docs/\w+\.md)\)", text_of(ROOT / "README.md")))
    assert linked == {name_of(path) for path in GUIDES if path.parent == ROOT / "docs"}


# --- commands --------------------------------------------------------------------------------------------------------


def options(kind):
    return {f"--{field.name.replace('_', '-')}" for field in dataclasses.fields(kind)}


@functools.cache
def known_flags():
    """Return all flags of `keras-gan`."""
    configs = [*PRESETS.values(), change(PRESETS["demo"], optimizer="rmsprop", lipschitz="weight_clipping")]
    for part, registry in (
        ("augmentation", parts.AUGMENTATIONS),
        ("averaging", parts.AVERAGING),
        ("schedule", parts.SCHEDULES),
    ):
        configs += [change(PRESETS["demo"], **{part: name}) for name in registry.names()]
    configs += [change(PRESETS["demo"], data={"name": "file", "arguments": {"path": "a.zip"}})]
    flags = [flag for config in configs for flag in flags_of(config)]
    spellings = {spelling for flag in flags for spelling in (flag.option, *flag.aliases, *ALIASES.get(flag.name, ()))}
    own = (
        options(kind) for kind in (DiagnosisOptions, EvaluationOptions, GenerationOptions, ReportOptions, TriageOptions)
    )
    negations = {flag.option.replace("--", "--no-", 1) for flag in flags if flag.kind is bool}
    return spellings.union({"--help", "--help-all"}, negations, *own)


def code_of(text):
    """Return the blocks and spans of code of a page, but not Python."""
    blocks = re.compile(r"^```(\w*)\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
    shell = [code for language, code in blocks.findall(text) if not language]
    return [*shell, *re.findall(r"`([^`]+)`", blocks.sub("", text))]


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_commands_and_flags_exist(page):
    text = text_of(page)
    for script in re.findall(r"\b((?:scripts|benchmarks|tools)/\w+\.py)", text):
        assert (ROOT / script).is_file(), script
    assert set(re.findall(r"keras-gan (\w+)", "\n".join(code_of(text)))) <= {*COMMANDS}
    of_others = {"--check", "--editable", "--signal", "--gpus-per-task"}
    # Of the examples in CONTRIBUTING.md: see below.
    of_examples = {"--generator-width"}
    # Lines that Slurm reads.
    text = re.sub(r"^#SBATCH .*", "", text, flags=re.MULTILINE)
    flags = {flag.replace(".", "-") for flag in re.findall(r"(?<![\w-])(--[a-z][\w.-]*\w)", text)}
    assert flags - of_others - of_examples <= known_flags()


@pytest.mark.parametrize("page", ["README.md", "docs/benchmarks.md"])
def test_every_result_names_its_command(page):
    text = text_of(ROOT / page)
    (table,) = re.findall(r"^\| What \| Result \| Command \|\n\| --- .*\n((?:\|.*\n)+)", text, flags=re.MULTILINE)
    commands = [re.fullmatch(r"\|.*\|.*\| `(.+)` \|", row)[1] for row in table.splitlines()]
    bench = re.findall(r"\$\(BIN\)/(python benchmarks/\S+)$", text_of(ROOT / "Makefile"), flags=re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        assert command in bench or command.startswith("keras-gan "), command


# --- CONTRIBUTING ----------------------------------------------------------------------------------------------------


@pytest.fixture
def own_parts(monkeypatch):
    """The names that the examples in CONTRIBUTING.md define, and forget what they register afterwards."""
    for registry in (
        parts.GENERATORS,
        parts.CRITICS,
        parts.LIPSCHITZ,
        parts.AUGMENTATIONS,
        parts.EXTRACTORS,
        parts.SOURCES,
    ):
        monkeypatch.setattr(registry, "_objects", {})
    monkeypatch.setitem(PRESETS, "stripes", None)
    examples = re.findall(r"^```python\n(.*?)^```", text_of(ROOT / "CONTRIBUTING.md"), flags=re.DOTALL | re.MULTILINE)
    names = {"__name__": "my_parts"}
    exec(compile("\n".join(examples), "CONTRIBUTING.md", "exec"), names)
    return names


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 64 features")
def test_parts_of_ones_own_are_trained_measured_and_saved(own_parts, tmp_path):
    config = change(PRESETS["stripes"], lipschitz_bound=0.1, generator_width=8, data_count=40)
    gan, images = build_model(config), data.load_source(config.data.name, config.data.arguments)
    gan.fit(gan.batches(images, batch_size=4), steps_per_epoch=1, epochs=1, verbose=0)
    norms = [np.linalg.norm(np.asarray(weight)) for weight in gan.critic.trainable_weights]
    # Fresh kernels have norms of 1 and more. In float32, to a few roundings.
    assert max(norms) == pytest.approx(0.1, rel=1e-5)
    gan.save(tmp_path / "gan.keras")
    loaded = kg.load_model(tmp_path / "gan.keras")
    assert (loaded.lipschitz.bound, loaded.augmentation.share) == (0.1, 0.5)
    evaluator = metrics.Evaluator(config.evaluation.extractor.build(parts.EXTRACTORS), images, 20, cache_dir=tmp_path)
    assert evaluator.evaluate(gan.generate(20, seed=0)).fid_score > 0


@pytest.mark.usefixtures("own_parts")
def test_parts_of_ones_own_have_flags():
    assert "--generator-width" in {flag.option for flag in flags_of(PRESETS["stripes"])}

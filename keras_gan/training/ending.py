"""The end of a run: its last files, and what its user is told."""

from pathlib import Path

from keras_gan import models
from keras_gan.analysis.run.saved_run import annotate
from keras_gan.files import whole_file
from keras_gan.invocation import command_line
from keras_gan.metrics.extractors.extractor import weights_digest
from keras_gan.sharding import whole
from keras_gan.tables import table_lines
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.options import RunOptions

#: What a run has for its user, as far as it has come.
RESULTS = (
    *("report.html", "analysis_report.md", "losses.csv", "plots/", "samples/", "checkpoints/", "generator.keras"),
    "quality.csv",
)


def write_closing_files(folder: Path, model: models.GAN, finding: str | None) -> int:
    """Record whether training diverged, and save the generator if it did not.

    Args:
        folder: The run's folder.
        model: The trained model.
        finding: What `DivergenceGuard` has found, or None.

    Returns:
        The number of epochs that are done.

    Raises:
        OSError: If a file cannot be written.
    """
    annotate(folder, diverged=finding)
    if finding is None:
        generator = model.sampling_generator
        with whole_file(folder / "generator.keras") as path, whole(generator.variables):
            generator.save(path)
    # Within the first epoch, the file has not even a header.
    return max(len(list(table_lines(folder / "losses.csv", is_growing=True))) - 1, 0)


def summarise(folder: Path, config: ExperimentConfig, options: RunOptions, model: models.GAN, done: int) -> str:
    """Return a message about a run: its state, its files, and how to continue it.

    Args:
        folder: The run's folder.
        config: The run's configuration.
        options: Options of the run, of which the command to continue it has some.
        model: The trained model.
        done: Number of epochs that are done.
    """
    epochs = config.run.epochs
    is_finished = done == epochs
    state = "finished" if is_finished else f"stopped after {done} of {epochs} epochs"
    lines = [
        f"Run {state}. In {folder}:",
        f"  {'  '.join(name for name in RESULTS if (folder / name).exists())}",
        f"Weights: sha256 {weights_digest(model)}",
    ]
    if not is_finished:
        lines.append(f"Continue it with: {resume_command(folder, config, options)}")
    return "\n".join(lines)


def resume_command(folder: Path, config: ExperimentConfig, options: RunOptions) -> str:
    """Return the command that continues a run.

    Args:
        folder: The run's folder.
        config: The run's configuration.
        options: Options of the run: where its data are, its devices and its plugins.
    """
    if config.data.name == "array":
        return f"kg.train(resume={str(folder)!r}, images=…, epochs=…), with the same images"
    folders = {"--data-dir": options.data_dir, "--cache": options.cache}
    data_flag = [text for flag, path in folders.items() if path is not None for text in (flag, path)]
    plugin_flag = ["--plugin", *options.plugin] if options.plugin else []
    device_flag = [] if options.devices is None else ["--devices", options.devices]
    device_flag += ["--shard-parameters"] if options.shard_parameters else []
    return command_line("train", "--resume", folder, *data_flag, *device_flag, *plugin_flag)

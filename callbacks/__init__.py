"""Keras callbacks that watch and save a run."""

from keras_gan.callbacks._console import say
from keras_gan.callbacks.checkpoint import GanCheckpoint, checkpoints
from keras_gan.callbacks.epoch_log import EpochLog, render_epoch, render_quality
from keras_gan.callbacks.graceful_stop import GracefulStop
from keras_gan.callbacks.loss_csv import LossCsv, kept_rows
from keras_gan.callbacks.progress import ProgressStream, TrainingProgress, progress_display
from keras_gan.callbacks.quality_monitor import SAMPLE_BATCH, QualityMonitor, sample_batches
from keras_gan.callbacks.sample_grid import SampleGrid, image_grid, save_grid

__all__ = [
    "SAMPLE_BATCH",
    "EpochLog",
    "GanCheckpoint",
    "GracefulStop",
    "LossCsv",
    "ProgressStream",
    "QualityMonitor",
    "SampleGrid",
    "TrainingProgress",
    "checkpoints",
    "image_grid",
    "kept_rows",
    "progress_display",
    "render_epoch",
    "render_quality",
    "sample_batches",
    "save_grid",
    "say",
]

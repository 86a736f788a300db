"""Keras callbacks that watch and save a run."""

from keras_gan.callbacks.checkpoint import GanCheckpoint, checkpoints
from keras_gan.callbacks.epoch_log import EpochLog, render_epoch, render_quality
from keras_gan.callbacks.graceful_stop import GracefulStop
from keras_gan.callbacks.loss_csv import LossCsv
from keras_gan.callbacks.progress import TrainingProgress, progress_display
from keras_gan.callbacks.sample_grid import SampleGrid, image_grid, save_grid

__all__ = [
    "EpochLog",
    "GanCheckpoint",
    "GracefulStop",
    "LossCsv",
    "SampleGrid",
    "TrainingProgress",
    "checkpoints",
    "image_grid",
    "progress_display",
    "render_epoch",
    "render_quality",
    "save_grid",
]

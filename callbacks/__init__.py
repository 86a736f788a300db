"""Keras callbacks that watch and save a run."""

from keras_gan.callbacks.charts import CHARTS
from keras_gan.callbacks.checkpoint import GanCheckpoint, checkpoints, steps_into_epoch
from keras_gan.callbacks.divergence_guard import DivergenceGuard
from keras_gan.callbacks.epoch_log import EpochLog, render_epoch, render_place, render_quality
from keras_gan.callbacks.graceful_stop import GracefulStop
from keras_gan.callbacks.loss_csv import LossCsv, kept_rows
from keras_gan.callbacks.progress import ProgressStream, TrainingProgress, progress_display
from keras_gan.callbacks.quality_monitor import SAMPLE_BATCH, QualityMonitor, sample_batches
from keras_gan.callbacks.sample_grid import SampleGrid, pictures
from keras_gan.callbacks.tensorboard_scalars import TensorBoardScalars
from keras_gan.callbacks.time_limit import TimeLimit
from keras_gan.callbacks.variational import KLAnnealing, PosteriorCollapse
from keras_gan.callbacks.wandb_charts import WandbCharts
from keras_gan.callbacks.wandb_report import log_report
from keras_gan.callbacks.wandb_run import define_wgan_charts, finish_wandb, init_wandb, last_run_id

__all__ = [
    "CHARTS",
    "SAMPLE_BATCH",
    "DivergenceGuard",
    "EpochLog",
    "GanCheckpoint",
    "GracefulStop",
    "KLAnnealing",
    "LossCsv",
    "PosteriorCollapse",
    "ProgressStream",
    "QualityMonitor",
    "SampleGrid",
    "TensorBoardScalars",
    "TimeLimit",
    "TrainingProgress",
    "WandbCharts",
    "checkpoints",
    "define_wgan_charts",
    "finish_wandb",
    "init_wandb",
    "kept_rows",
    "last_run_id",
    "log_report",
    "pictures",
    "progress_display",
    "render_epoch",
    "render_place",
    "render_quality",
    "sample_batches",
    "steps_into_epoch",
]

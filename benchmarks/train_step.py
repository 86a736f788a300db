"""What a training step costs, against the same step as others write it, and how that grows.

A step is `n_critic` critic updates, each on noise and reals of its own, and one generator update. Each contestant
has a process of its own, so that none shares threads or memory with another, and these take turns in blocks, in
another order each time. Between its blocks a process waits without using the processor: the thread pools of TensorFlow
and PyTorch come to rest within milliseconds. The machine should have nothing else to do: PyTorch's threads spin while
they wait for each other, so that one busy process of another program slows it down several times, and TensorFlow by
half. Where that cannot be helped, OMP_WAIT_POLICY=PASSIVE in the environment keeps them from it. In every process the
allocator keeps what a step frees for the next, as in runs of our scripts. The contestants:

- ours, fit: `model.fit` with the console log, by epochs of one step, data pipeline and all;
- ours, bare step: the compiled step alone, on images in memory;
- PyTorch, eager and with `torch.compile`: the same networks, maths and reports, channels last;
- Keras recipe, fit: keras.io's custom `train_step`, which reports two losses and no more;
- reference loop: `predict` and `train_on_batch`, as in the runs of the training guide. Clipping alone.

    pip install -e '.[bench]' && python benchmarks/train_step.py
    python benchmarks/train_step.py growth
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
import functools
import importlib.util
import io
import statistics

import tyro
from train_step_cost import Worker, alternate, block_of, matrix_rates, settings_of, step_images

from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

# --- contestants ------------------------------------------------------------------------------------------------------
# Each imports its framework in the process that runs it: the others are not to hold it.


def our_model(config):
    """Return our model, with the weights that a run would begin from."""
    from keras_gan.training.build import build_model
    from keras_gan.training.runtime import set_seeds

    set_seeds(config.seed)
    return build_model(config.experiment)


def our_fit(config):
    """Return a block of our epochs."""
    from train_step_networks import fit_block, image_feed

    from keras_gan import EpochLog

    return fit_block(our_model(config), image_feed(config), lambda: [EpochLog(every=1, stream=io.StringIO())])


def our_bare_step(config):
    """Return a block of our compiled steps."""
    import tensorflow as tf

    gan, images = our_model(config), tf.constant(step_images(config))
    # Without AutoGraph, as in `fit`.
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile, autograph=False)
    return block_of(lambda: step(images)["d_loss"].numpy())


def pytorch(config, compiled=False):
    """Return a block of PyTorch's steps."""
    from train_step_peers_torch import prepare

    return prepare(config, compiled)


def keras_recipe(config):
    """Return a block of the recipe's epochs."""
    from train_step_peers_keras import prepare_recipe

    return prepare_recipe(config)


def reference_loop(config):
    """Return a block of the reference loop's steps."""
    from train_step_peers_keras import prepare_reference

    return prepare_reference(config)


CONTESTANTS = {
    "ours, fit": our_fit,
    "ours, bare step": our_bare_step,
    "PyTorch": pytorch,
    "torch.compile": functools.partial(pytorch, compiled=True),
    "Keras recipe, fit": keras_recipe,
    "reference loop": reference_loop,
}


# --- tables -----------------------------------------------------------------------------------------------------------


def flops(config):
    """Return the naive FLOPs of a step."""
    from train_step_flops import naive_flops
    from train_step_networks import plain_critic, plain_generator

    if config.generator == "upsampling":
        generator, critic = plain_generator(config), plain_critic(config)
    else:
        gan = our_model(config)
        generator, critic = gan.generator, gan.critic
    return naive_flops(generator, critic, config.batch_size, config.n_critic, config.gradient_penalty is not None)


def installed_libraries():
    """Return the libraries that are there, and say so if one is not."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed: its contestants are left out")
        return ["NumPy", "TensorFlow"]
    return ["NumPy", "TensorFlow", "PyTorch"]


def measured_rate(libraries):
    """Return the GFLOP/s of the fastest matrix product that any of some libraries shows, and print what is measured."""
    print(f"load average before: {os.getloadavg()[0]:.1f}, to be near 0")
    rates = {}
    for library in libraries:
        worker = Worker(matrix_rates, library)
        worker.run(3)
        worker.finish()
        rates[library] = max(worker.figures)
    listed = ", ".join(f"{library} {rate:.0f}" for library, rate in rates.items())
    print(f"matrix products, float32, the best of each: {listed} GFLOP/s", flush=True)
    return max(rates.values())


def print_table(title, contestants, rate, blocks, steps):
    """Measure contestants and print a row of each; ratios are of medians, to the first.

    Args:
        title: What stands above the names.
        contestants: Pairs of a contestant and its configuration, by name.
        rate: GFLOP/s of a matrix product.
        blocks: Blocks of each.
        steps: Steps in a block.
    """
    workers = {}
    for name, (prepare, config) in contestants.items():
        workers[name] = Worker(prepare, config)
        if workers[name].refusal is not None:
            print(f"{name}: does not apply: {workers.pop(name).refusal}")
    alternate(list(workers.values()), blocks, steps)
    print(f"{title:<24}{'median ms':>10}{'quartiles ms':>18}{'ratio':>7}{'naive GFLOP':>12}{'/s':>6}", end="")
    print(f"{'of matrices':>12}{'peak MiB':>9}{'over start':>11}")
    first = None
    for name, worker in workers.items():
        low, median, high = statistics.quantiles(worker.figures, n=4, method="inclusive")
        first = first or median
        work = flops(contestants[name][1]) / 1e9
        peak, growth = worker.finish()
        print(f"{name:<24}{1e3 * median:10.1f}{f'{1e3 * low:.1f}–{1e3 * high:.1f}':>18}{median / first:7.2f}", end="")
        print(f"{work:12.1f}{work / median:6.0f}{work / median / rate:12.0%}{peak:9.0f}{growth:11.0f}", flush=True)
    print()


# --- what to measure --------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Compare:
    """Compare our step with its peers."""

    clipping_batches: tuple[int, ...] = (64, 512)
    """Batch sizes of the preset horses: weight clipping and RMSprop."""
    penalty_batches: tuple[int, ...] = (64,)
    """Batch sizes of the preset horses_gp: gradient penalty and Adam."""
    small_batches: tuple[int, ...] = (64,)
    """Batch sizes of the preset wgan_small, without augmentation and with DiffAugment."""
    large_batches: tuple[int, ...] = (4,)
    """Batch sizes of the preset wgan_large, likewise. Its own, 32, takes minutes a step on two cores."""
    blocks: int = 6
    """Blocks of each contestant."""
    steps: int = 4
    """Steps in a block, after one that is not timed."""
    only: str = ""
    """Part of the names of the contestants to measure."""

    def run(self):
        """Print a table for each preset and batch size."""
        libraries = installed_libraries()
        rate = measured_rate(libraries)
        for preset, changes in self._settings():
            config = settings_of(change(PRESETS[preset], **changes))
            chosen = {name: (CONTESTANTS[name], config) for name in self._names(config, "PyTorch" in libraries)}
            augmentation = f", {config.augmentation}" if config.augmentation != "none" else ""
            print_table(f"{preset}, {config.batch_size}{augmentation}", chosen, rate, self.blocks, self.steps)

    def _settings(self):
        """Yield a preset and its changes for each table."""
        for preset, batches in (("horses", self.clipping_batches), ("horses_gp", self.penalty_batches)):
            yield from ((preset, {"batch_size": size}) for size in batches)
        for preset, batches in (("wgan_small", self.small_batches), ("wgan_large", self.large_batches)):
            for size in batches:
                yield preset, {"batch_size": size}
                yield preset, {"batch_size": size, "augmentation": "diffaugment"}

    def _names(self, config, has_torch):
        left_out = set() if has_torch else {"PyTorch", "torch.compile"}
        if config.clip_threshold is None:
            left_out.add("reference loop")
        if config.generator != "upsampling":
            left_out.add("Keras recipe, fit")
        return [name for name in CONTESTANTS if name not in left_out and self.only.lower() in name.lower()]


@dataclasses.dataclass(frozen=True)
class Growth:
    """Show how our bare step grows with the batch, with n_critic, and with the images."""

    preset: str = "horses"
    """Preset that the rest is from."""
    batch_size: int = 64
    """Batch size where it is not what grows."""
    batch_sizes: tuple[int, ...] = (32, 64, 128, 256)
    """Batch sizes."""
    n_critics: tuple[int, ...] = (1, 2, 5, 10)
    """Critic updates in a step."""
    blocks: int = 4
    """Blocks of each row."""
    steps: int = 4
    """Steps in a block, after one that is not timed."""

    def run(self):
        """Print a table of each kind."""
        rate = measured_rate(installed_libraries())
        config = change(PRESETS[self.preset], batch_size=self.batch_size)
        filters = {16: (128, 64, 3), 32: (128, 64, 32, 3), 64: (128, 64, 32, 16, 3)}
        kinds = {
            "batch": {size: {"batch_size": size} for size in self.batch_sizes},
            "n_critic": {count: {"n_critic": count} for count in self.n_critics},
            "side of images": {side: {"generator_filters": count} for side, count in filters.items()},
        }
        for kind, changes in kinds.items():
            rows = {str(key): (our_bare_step, settings_of(change(config, **new))) for key, new in changes.items()}
            print_table(kind, rows, rate, self.blocks, self.steps)


if __name__ == "__main__":
    tyro.cli(Compare | Growth, default=Compare(), description=__doc__).run()

"""Changes that the training guides advise, by diagnosis, in their order of priority."""

from keras_gan.analysis.detectors.changes import Change, instead, times, whole, wider
from keras_gan.analysis.detectors.findings import Diagnosis

#: The λ that the guides begin with.
USUAL_PENALTY = 10.0

_FEWER_CRITIC_UPDATES = Change("Update the critic less often", {"n_critic": lambda value: max(1, value - 2)})
_MORE_CRITIC_UPDATES = Change("Update the critic more often", {"n_critic": lambda value: value + 2})
_SLOWER_GENERATOR = Change("Slow the generator down (TTUR)", {"generator_learning_rate": times(0.1)})
_STRONGER_PENALTY = Change("Raise the penalty's λ", {"gradient_penalty": times(2)})
_SMALLER_BATCHES = Change("Take smaller batches", {"batch_size": whole(0.5)})
_LOWER_RATES = Change(
    "Lower both learning rates", {"critic_learning_rate": times(0.2), "generator_learning_rate": times(0.2)}
)
_HALF_CRITIC_RATE = Change("Halve the critic's learning rate", {"critic_learning_rate": times(0.5)})
_LARGER_THRESHOLD = Change("Raise the clipping threshold", {"clip_threshold": times(2)})
_OTHER_SEED = Change("Try another seed", {"seed": lambda value: value + 1})
_SMALLER_CRITIC = Change("Halve the critic's filters", {"critic_filters": wider(0.5, 0)})
_WIDER_NETWORK = Change("Widen the generator", {"generator_feature_maps": whole(1.5)})
_NARROWER_CRITIC = Change("Halve the critic's feature maps", {"critic_feature_maps": whole(0.5)})
_AUGMENTED = Change("Augment what the critic sees", {"augmentation": instead("diffaugment", "none")})
_NOISE = Change("Add noise to the real images that the critic sees")
_DROPOUT = Change("Use dropout in the critic")
_WASSERSTEIN = Change("Use a Wasserstein loss", {"loss": lambda _: "wasserstein"})
_MORE_EPOCHS = Change("Train longer", {"epochs": whole(2)})

CHANGES = {
    Diagnosis.EXPLODING_LOSSES: (
        _LOWER_RATES,
        _STRONGER_PENALTY,
        _SMALLER_BATCHES,
        Change("Make sure that the critic has no BatchNormalization"),
    ),
    Diagnosis.WEAK_CONSTRAINT: (_STRONGER_PENALTY, _HALF_CRITIC_RATE),
    Diagnosis.OSCILLATION: (
        _STRONGER_PENALTY,
        _HALF_CRITIC_RATE,
        Change("Take larger batches", {"batch_size": whole(2)}),
    ),
    Diagnosis.NON_CONVERGENCE: (
        _SLOWER_GENERATOR,
        Change("Keep the checkpoint of the best score, best.keras, and look at the samples more often"),
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.GENERATOR_DOMINATES: (_MORE_CRITIC_UPDATES, _SLOWER_GENERATOR),
    Diagnosis.VANISHING_GRADIENTS: (
        _LARGER_THRESHOLD,
        Change(
            "Use a gradient penalty instead of clipping",
            {"clip_threshold": lambda _: None, "gradient_penalty": lambda _: USUAL_PENALTY},
        ),
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.PERSISTENT_CLIPPING: (_LARGER_THRESHOLD,),
    Diagnosis.CRITIC_DOMINATES: (
        _FEWER_CRITIC_UPDATES,
        (_SMALLER_CRITIC, _NARROWER_CRITIC),
        _NOISE,
        _DROPOUT,
    ),
    Diagnosis.MODE_COLLAPSE: (
        _MORE_CRITIC_UPDATES,
        Change("Lengthen the latents", {"latent_dim": whole(2)}),
        _SLOWER_GENERATOR,
        (Change("Widen the generator", {"generator_filters": wider(1.5, 1)}), _WIDER_NETWORK),
        _SMALLER_BATCHES,
        _OTHER_SEED,
    ),
    Diagnosis.MEMORISATION: (
        _AUGMENTED,
        Change("Hold images out, to see how far the samples are from these", {"hold_out": lambda value: value or 0.1}),
        Change("Train on more images"),
        Change("Shorten the latents", {"latent_dim": whole(0.5)}),
        Change("Stop earlier", {"epochs": whole(0.5)}),
    ),
    Diagnosis.CHECKERBOARD: (
        Change(
            "Upsample and convolve in place of transposed convolutions",
            {"generator": instead("residual", "transposed")},
        ),
    ),
    Diagnosis.LATTICE: (
        _MORE_EPOCHS,
        Change("Enlarge the generator's kernels", {"generator_kernel_size": lambda value: value + 2}),
        Change("Slow the generator down slightly", {"generator_learning_rate": times(0.5)}),
    ),
    Diagnosis.BLUR: (
        _MORE_EPOCHS,
        Change(
            "Use a larger network, with residual blocks and attention",
            {"generator": lambda _: "residual", "critic": lambda _: "residual"},
        ),
        Change("Slow the generator down slightly", {"generator_learning_rate": times(0.5)}),
        Change("Lower the penalty's λ slightly", {"gradient_penalty": times(0.5)}),
    ),
    Diagnosis.WASHED_OUT_COLOUR: (
        Change("Augment hues half as much", {"augmentation_hue": times(0.5)}),
        Change(
            "Augment brightness and saturation half as much",
            {"augmentation_brightness": times(0.5), "augmentation_saturation": times(0.5)},
        ),
        _MORE_EPOCHS,
    ),
}

#: Changes for a discriminator that is trained by cross-entropy, for which the guides give other advice.
CROSS_ENTROPY_CHANGES = {
    **CHANGES,
    Diagnosis.MODE_COLLAPSE: (
        _SMALLER_BATCHES,
        _LOWER_RATES,
        _MORE_CRITIC_UPDATES,
        Change("Reduce dropout"),
        _OTHER_SEED,
        _WASSERSTEIN,
        Change("Discriminate minibatches, or add noise to the labels"),
    ),
    Diagnosis.VANISHING_GRADIENTS: (
        Change("Use a Wasserstein or least-squares loss", {"loss": lambda _: "wasserstein"}),
        Change("Smooth the labels of reals to 0.9", {"loss_real_target": lambda _: 0.9}),
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.CRITIC_DOMINATES: (
        (_SMALLER_CRITIC, _NARROWER_CRITIC),
        _NOISE,
        _DROPOUT,
        _FEWER_CRITIC_UPDATES,
    ),
    Diagnosis.OSCILLATION: (_SLOWER_GENERATOR, _HALF_CRITIC_RATE, _WASSERSTEIN),
    Diagnosis.EXPLODING_LOSSES: (_LOWER_RATES, _SMALLER_BATCHES),
}

"""What a configuration may be made of: one registry for each kind of part.

A new part of the package is a file of its own and a line here.
"""

from keras_gan.registry import Registry

#: Functions of their own arguments that return a built `keras.Model` from latents to images; `image_shape` is the shape
#: of the data's images, for functions that take it.
GENERATORS = Registry(
    "generator",
    {
        "upsampling": "keras_gan.networks.dcgan:upsampling_generator",
        "transposed": "keras_gan.networks.transposed:transposed_generator",
        "residual": "keras_gan.networks.residual:residual_generator",
        "r3gan": "keras_gan.networks.r3gan:r3gan_generator",
    },
    given=("image_shape",),
)

#: Functions of `image_shape` and their own arguments that return a built `keras.Model` from images to scores.
CRITICS = Registry(
    "critic",
    {
        "convolutional": "keras_gan.networks.dcgan:convolutional_critic",
        "layer_normalised": "keras_gan.networks.transposed:layer_normalised_critic",
        "residual": "keras_gan.networks.residual:residual_critic",
        "r3gan": "keras_gan.networks.r3gan:r3gan_critic",
    },
    given=("image_shape",),
)

#: Adversarial losses.
LOSSES = Registry(
    "loss",
    {
        "wasserstein": "keras_gan.losses.wasserstein:Wasserstein",
        "non_saturating": "keras_gan.losses.adversarial:NonSaturating",
        "minimax": "keras_gan.losses.adversarial:Minimax",
        "least_squares": "keras_gan.losses.adversarial:LeastSquares",
        "hinge": "keras_gan.losses.adversarial:Hinge",
        "relativistic_average": "keras_gan.losses.relativistic:RelativisticAverage",
        "relativistic_pairing": "keras_gan.losses.relativistic_pairing:RelativisticPairing",
    },
)

#: How a critic is kept Lipschitz.
LIPSCHITZ = Registry(
    "lipschitz",
    {
        "none": "keras_gan.models.lipschitz.policy:unconstrained",
        "weight_clipping": "keras_gan.models.lipschitz.weight_clipping:WeightClipping",
        "gradient_penalty": "keras_gan.models.lipschitz.gradient_penalty:GradientPenalty",
        "lipschitz_penalty": "keras_gan.models.lipschitz.lipschitz_penalty:LipschitzPenalty",
        "dragan": "keras_gan.models.lipschitz.dragan:DRAGAN",
        "r1": "keras_gan.models.lipschitz.r1:R1",
        "r2": "keras_gan.models.lipschitz.r2:R2",
        "consistency": "keras_gan.models.lipschitz.consistency:Consistency",
        "spectral_norm": "keras_gan.models.lipschitz.spectral:SpectralNormalization",
        "norm_clipping": "keras_gan.models.lipschitz.norm_clipping:NormClipping",
        "combined": "keras_gan.models.lipschitz.combined:combined",
    },
)

#: Augmentations of what the critic sees.
AUGMENTATIONS = Registry(
    "augmentation",
    {
        "none": "keras_gan.augmentation.policy:unaugmented",
        "guide": "keras_gan.augmentation.guide:GuideAugmentation",
        "diffaugment": "keras_gan.augmentation.diff_augment:DiffAugment",
        "ada": "keras_gan.augmentation.adaptive:AdaptiveAugmentation",
    },
)

#: Functions that return a `keras.optimizers.Optimizer`.
OPTIMIZERS = Registry(
    "optimizer",
    {"adam": "keras_gan.training.optimizers:adam", "rmsprop": "keras_gan.training.optimizers:rmsprop"},
)

#: How learning rates change: functions that return a rate or a schedule. `updates` are those of an optimizer in a step,
#: and `steps` those of the run.
SCHEDULES = Registry(
    "schedule",
    {
        "constant": "keras_gan.training.schedules:constant",
        "warm_up": "keras_gan.training.schedules:warm_up",
        "linear": "keras_gan.training.schedules:linear",
        "cosine": "keras_gan.training.schedules:cosine",
    },
    given=("learning_rate", "updates", "steps"),
)

#: Moving averages of the generator's weights.
AVERAGING = Registry(
    "averaging",
    {
        "none": "keras_gan.models.moving_averages:unaveraged",
        "exponential": "keras_gan.models.moving_averages:ExponentialAveraging",
        "momentum": "keras_gan.models.moving_averages:MomentumAveraging",
    },
)

#: Networks that the quality of samples is measured with.
EXTRACTORS = Registry(
    "extractor",
    {
        "cifar10-resnet": "keras_gan.metrics.extractors.cifar10_resnet:Cifar10ResNet",
        "inception": "keras_gan.metrics.extractors.inception:InceptionV3",
    },
)

#: Functions that return images, uint8 `(count, height, width, channels)`; `data_dir` and `cache` are the user's
#: folders.
SOURCES = Registry(
    "data",
    {
        "horses": "keras_gan.data.sources:horses",
        "toy": "keras_gan.data.sources:toy",
        "folder": "keras_gan.data.sources:folder",
        "file": "keras_gan.data.sources:file",
        "array": "keras_gan.data.sources:array",
    },
    given=("data_dir", "cache"),
)

"""The charts of a Wasserstein GAN, wherever they are shown."""

#: The charts, by section, of an epoch's logs and a grid of samples.
CHARTS = {
    "losses": ("d_loss", "d_loss_real", "d_loss_fake", "g_loss", "gradient_penalty", "wasserstein_distance"),
    "weights": ("critic_weight_mean", "critic_weight_std", "generator_weight_mean", "generator_weight_std"),
    "stability": ("dg_ratio", "clip_ratio", "loss_variance", "critic_gradient_norm", "generator_gradient_norm"),
    "quality": ("fid_score", "inception_score_mean", "inception_score_std", "pixel_variance"),
    "images": ("generated_images",),
    "optimisation": ("critic_learning_rate", "generator_learning_rate", "epoch_time"),
}

#: The name that each key of the logs bears there: Weights & Biases and TensorBoard group by what precedes the slash.
CHART_NAMES = {key: f"{section}/{key}" for section, keys in CHARTS.items() for key in keys}

#: Keys whose summary is not their last value.
SUMMARIES = {"fid_score": "min"}

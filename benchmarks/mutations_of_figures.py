"""Mistakes in the losses and in the metrics; see `mutations.py`.

By file: a name, what the file says, what it says with the mistake, and the test files that ought to fail then, or tests
where a file takes minutes. What a file says must occur once in it.
"""

LOSSES = {
    "losses/relativistic.py": (
        (
            "own_average",
            "fake_scores - mean(real_scores)",
            "fake_scores - mean(fake_scores)",
            "losses/test_adversarial.py",
        ),
    ),
    "losses/adversarial.py": (
        (
            "least_squares_half",
            'per_sample(0.5 * ops.square(scores_of(fake_scores, "fake_scores")))',
            'per_sample(ops.square(scores_of(fake_scores, "fake_scores")))',
            "losses/test_adversarial.py",
        ),
    ),
    "losses/gradient_penalty.py": (
        ("one_sided_wrong_side", "ops.relu(excess)", "ops.relu(-excess)", "losses/test_gradient_penalty.py"),
    ),
    "losses/label_flipping.py": (
        (
            "flips_swapped",
            "_flip(real_losses, reals_as_fakes)",
            "_flip(real_losses, fakes_as_reals)",
            "losses/test_adversarial.py",
        ),
    ),
    "losses/distillation.py": (
        ("temperature_not_squared", "temperature**2", "temperature", "losses/test_divergence.py"),
    ),
    "losses/segmentation.py": (
        (
            "dice_smooth",
            "ratio(2.0 * common, predicted + true, smooth)",
            "ratio(2.0 * common, predicted + true, 0.0)",
            "losses/test_segmentation.py",
        ),
        (
            "tversky_swapped",
            "alpha * (predicted - common) + beta * (true - common)",
            "beta * (predicted - common) + alpha * (true - common)",
            "losses/test_segmentation.py",
        ),
    ),
    "losses/generalized_dice.py": (
        (
            "absent_class_weight",
            "ops.max(weights, axis=-1, keepdims=True)",
            "ops.min(weights, axis=-1, keepdims=True)",
            "losses/test_golden.py",
        ),
    ),
    "losses/divergence.py": (
        ("js_forms_swapped", "ops.where(near, small, large)", "large", "losses/test_finer_values.py"),
    ),
    "losses/variational.py": (
        ("beta_of_the_first_step", "beta * ops.cast", "float(beta) * ops.cast", "callbacks/test_variational.py"),
    ),
    "losses/_fusion.py": (
        ("fused_scale", "g if known == 1 else g * tf.cast(by, g.dtype)", "g", "losses/test_fusion.py"),
        (
            "fused_underflow",
            "tf.float64 if tensors[i].dtype == tf.float64 else tf.float32",
            "tensors[i].dtype",
            "losses/test_fusion.py",
        ),
    ),
    "losses/_elements.py": (
        ("masked_elements_kept", "return keep(values, mask)", "return values", "losses/test_finer_values.py"),
    ),
    "losses/_overlap.py": (("pooled_axes", "1 if self.per_image else 0", "1", "losses/test_segmentation.py"),),
    "losses/crossentropy.py": (
        (
            "smoothing_over_others",
            "targets + label_smoothing / y_pred.shape[-1]",
            "targets + label_smoothing / (y_pred.shape[-1] - 1)",
            "losses/test_classification.py",
            "losses/test_golden.py",
        ),
    ),
    "losses/contrastive.py": (
        ("margin_sign", "ops.relu(margin - y_pred)", "ops.relu(y_pred - margin)", "losses/test_views.py"),
    ),
    "losses/views.py": (
        ("nt_xent_half", "0.5 * (of_first + of_second)", "of_first + of_second", "losses/test_views.py"),
    ),
    "losses/_replicas.py": (
        (
            "replica_offset",
            "context.replica_id_in_sync_group * ops.shape(x)[0]",
            "context.replica_id_in_sync_group",
            "losses/test_views.py",
        ),
    ),
    "losses/_base.py": (("mean_of_replicas", "total / replica_count()", "total", "losses/test_views.py"),),
}

METRICS = {
    "keras_gan/metrics/frechet.py": (
        ("pivots_ignored", "factor[pivots - 1] =", "factor[:] =", "metrics/test_frechet.py"),
        ("subset_with_replacement", "size, replace=False", "size, replace=True", "metrics/test_frechet.py"),
    ),
    "keras_gan/metrics/precision_recall.py": (
        (
            "neighbour_is_itself",
            "distances, k, axis=1)[:, k]",
            "distances, k, axis=1)[:, k - 1]",
            "metrics/test_scores.py",
        ),
        ("open_balls", "inside = distances <= radii", "inside = distances < radii", "metrics/test_scores.py"),
    ),
    "keras_gan/metrics/inception_score.py": (
        ("split_boundary", 'side="right"', 'side="left"', "metrics/test_scores.py"),
    ),
    "keras_gan/metrics/evaluator.py": (
        (
            "same_halves",
            "self.reference.features[middle : 2 * middle]",
            "self.reference.features[:middle]",
            "metrics/test_evaluator.py",
        ),
        (
            "recall_for_precision",
            "precision, recall = precision_recall(real.features, samples.features)",
            "precision, recall = precision_recall(samples.features, real.features)",
            "metrics/test_evaluator.py",
        ),
        (
            "range_of_unused_samples",
            "values.update(np.asarray(batch)[:missing])",
            "values.update(np.asarray(batch))",
            "metrics/test_evaluator.py",
        ),
    ),
    "keras_gan/metrics/reference.py": (
        (
            "cache_without_resize",
            "extractor.weights_hash, extractor.resize, ",
            "extractor.weights_hash, ",
            "metrics/test_evaluator.py",
        ),
        ("features_not_limited", "features[:room]", "features", "metrics/test_evaluator.py"),
    ),
}

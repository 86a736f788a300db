"""Mistakes in the models and in what they are fed with; see `mutations.py`.

By file: a name, what the file says, what it says with the mistake, and the test files that ought to fail then, or tests
where a file takes minutes. What a file says must occur once in it.
"""

MODELS = {
    "keras_gan/models/fitted.py": (
        ("array_batch_size", 'given["batch_size"] = self.n_critic * batch_size', "pass", "models/test_feeds.py"),
        ("feed_of_trained_model", "self.steps_taken if self.compiled else 0", "0", "models/test_feeds.py"),
        ("feed_position", "+= self.steps_taken - before", "+= self.steps_taken", "models/test_feeds.py"),
    ),
    "keras_gan/models/updates.py": (
        ("relativistic_reals", "in_range(batches[-1])", "in_range(batches[0])", "models/test_gan.py"),
        ("penalty_without_weight", "self._constraint.weight * penalty\n", "penalty\n", "models/test_step.py"),
        ("critic_regularisation", "return loss + regularisation, (loss", "return loss, (loss", "models/test_gan.py"),
        ("generator_regularisation", "loss + regularisation, loss\n", "loss, loss\n", "models/test_gan.py"),
        (
            "distance_sign",
            "_mean_score(real_scores) - _mean_score(fake_scores)",
            "_mean_score(fake_scores) - _mean_score(real_scores)",
            "models/test_step.py",
        ),
        (
            "fakes_by_moving_statistics",
            "fake = self._call_frozen(self.generator, self._latents(ops.shape(real)[0]))",
            "fake = self.generator(self._latents(ops.shape(real)[0]))",
            "models/test_gan.py",
        ),
        (
            "frozen_in_inference",
            "outputs = network(inputs, training=True)",
            "outputs = network(inputs)",
            "models/test_gan.py",
        ),
    ),
    "keras_gan/models/persistence.py": (
        (
            "seeds_not_restored",
            'state.assign(store[f"seed_{index}"])',
            'store[f"seed_{index}"]',
            "models/test_saving.py",
        ),
    ),
    "keras_gan/models/fitting.py": (
        (
            "learning_rate_ratio",
            "generator.learning_rate / critic.learning_rate",
            "critic.learning_rate / generator.learning_rate",
            "callbacks/test_composition.py",
        ),
    ),
    "keras_gan/models/lipschitz/policy.py": (
        (
            "lazy_penalty_counts_once",
            "lambda: self.every * self.penalty",
            "lambda: self.penalty",
            "models/lipschitz/test_penalties.py",
        ),
        (
            "lazy_penalty_one_late",
            "ops.equal(update % self.every, 0)",
            "ops.equal(update % self.every, 1)",
            "models/lipschitz/test_penalties.py",
        ),
    ),
    "keras_gan/models/lipschitz/r2.py": (
        (
            "r2_at_reals",
            "score_gradients(critic, fake)",
            "score_gradients(critic, real)",
            "models/lipschitz/test_penalties.py",
        ),
    ),
    "keras_gan/models/lipschitz/combined.py": (
        (
            "combined_without_coefficients",
            "(each.weight * each.penalty_at(update",
            "(each.penalty_at(update",
            "models/test_reference_steps.py",
        ),
    ),
    "keras_gan/networks/layers/grouped_conv.py": (
        (
            "groups_by_inputs",
            "ops.split(kernel, self.groups, axis=-1))",
            "ops.split(kernel, self.groups, axis=-1)[::-1])",
            "networks/layers/test_grouped_conv.py",
        ),
    ),
    "keras_gan/orbax_folders.py": (
        (
            "metrics_left_out",
            '"metrics": [variable for metric in kept for variable in metric.variables],',
            '"metrics": [],',
            "models/test_orbax_folders.py",
        ),
    ),
    "keras_gan/models/lipschitz/gradient_penalty.py": (
        (
            "interpolation_per_pixel",
            "keras.random.uniform(one_each(real)",
            "keras.random.uniform(ops.shape(real)",
            "models/lipschitz/test_lipschitz.py",
        ),
        (
            "interpolation_beyond_reals",
            "fake + mixing * (real - fake)",
            "real + mixing * (real - fake)",
            "models/lipschitz/test_lipschitz.py",
        ),
    ),
    "keras_gan/models/lipschitz/weight_clipping.py": (
        ("clip_ratio_bound", ">= self.threshold", "> self.threshold", "models/test_step.py"),
        (
            "clipped_statistics",
            "for weight in critic.trainable_weights:",
            "for weight in critic.weights:",
            "models/lipschitz/test_lipschitz.py",
        ),
    ),
    "keras_gan/models/step_images.py": (
        (
            "step_regrouped",
            "return ops.moveaxis(images, 1, 0)",
            "return ops.reshape(images, (n_critic, -1, *image_shape))",
            "models/test_feeds.py",
            "models/test_gan.py",
        ),
    ),
    "keras_gan/models/feeds.py": (
        ("unequal_rest", "if rest % n_critic:", "if rest % batch_size:", "models/test_gan.py"),
        ("any_range", "check_range(np.asarray(images), source)", "pass", "models/test_ranges.py"),
    ),
    "keras_gan/models/datasets.py": (
        ("first_of_each_epoch", "is_checked = True", "is_checked = False", "models/test_ranges.py"),
    ),
    "keras_gan/models/evaluation.py": (
        ("means_of_batches", 'ops.cast(count, "float32"))', "1.0)", "models/test_evaluation.py"),
        ("seeds_go_on", "            self._begin_draws()\n", "", "models/test_evaluation.py"),
        ("evaluation_leaks", "with inner_scope():", "if True:", "models/test_evaluation.py"),
        (
            "tracker_is_reset",
            "if self._is_evaluating else [self.tracker]",
            "+ [self.tracker]",
            "models/test_evaluation.py",
        ),
    ),
    "keras_gan/models/held_out.py": (
        (
            "split_of_the_first",
            "return x[:first], x[first:]",
            "return x[first:], x[:first]",
            "models/test_evaluation.py",
        ),
    ),
    "keras_gan/data/pipeline.py": (
        (
            "feed_axes",
            "indices.reshape(self.n_critic, self.batch_size).T",
            "indices.reshape(self.batch_size, self.n_critic)",
            "data/test_pipeline.py",
        ),
        ("one_shuffle", "default_rng((seed, index))", "default_rng(seed)", "data/test_pipeline.py"),
    ),
    "keras_gan/models/scoring.py": (
        ("activity_regularizer", " and not has_loss", "", "models/test_scoring.py"),
        ("noise_shape", " and not has_noise_shape", "", "models/test_scoring.py"),
    ),
    "keras_gan/models/descent.py": (
        ("scaled_norm", " / optimizer.scale_loss(1.0)", "", "models/test_step.py"),
        ("scaled_twice", " and not is_scaled", "", "models/test_gan.py"),
    ),
    "keras_gan/models/tracker.py": (
        ("total_of_two_epochs", "self.steps > 1.0", "self.steps >= 1.0", "models/test_tracker.py"),
        (
            "window_off_by_one",
            ">= self.window - self.recent_count",
            "> self.window - self.recent_count",
            "models/test_tracker.py",
        ),
    ),
    "keras_gan/models/autodiff/jax_backend.py": (
        (
            "updates_not_carried",
            "scope.state_mapping.update(state)\n            outputs = update(batch)",
            "outputs = update(batch)",
            "on_jax/test_step.py",
        ),
    ),
    "keras_gan/models/stepping/jax_model.py": (
        (
            "steps_ahead",
            "int(self.optimizer.iterations) - pending",
            "int(self.optimizer.iterations)",
            "on_jax/test_dispatches.py::test_the_step_that_diverged_is_named",
        ),
        ("padding_trained", "fori_loop(0, count, body", "fori_loop(0, len(batches), body", "on_jax/test_dispatches.py"),
        ("metrics_not_reset", "if begins_epoch:", "if False:", "on_jax/test_dispatches.py"),
    ),
    "keras_gan/models/stepping/dispatches.py": (
        (
            "dispatch_beyond_epoch",
            "return self.limit - self._taken % self.limit",
            "return self.limit",
            "on_jax/test_dispatches.py::test_a_dispatch_ends_with_its_epoch",
        ),
        (
            "epoch_time_waited",
            "self._share - self._waited",
            "self._share",
            "on_jax/test_dispatches.py::test_each_epoch_has_its_share_of_the_time",
        ),
    ),
}

"""Comparison of an evaluation's figures with those of the peers."""

import numpy as np

from keras_gan.metrics.comparison import Comparison
from keras_gan.metrics.evaluation import Evaluation
from keras_gan.metrics.reference import SampleSet
from keras_gan.metrics.second_opinion.peers import load_peers
from keras_gan.metrics.second_opinion.questions import questions
from keras_gan.progress import tracked


def compare(
    evaluation: Evaluation, real: SampleSet, samples: SampleSet, logits: np.ndarray | None = None
) -> tuple[Comparison, ...]:
    """Compute the figures of an evaluation by TF-GAN and torch-fidelity, from the same features and logits.

    The peers get our features and logits, so only the arithmetic can differ. Our values are those of the evaluation,
    with two exceptions:

    - Peers need all features at once, and an evaluator keeps the features of at most 5000 images of a set. If a set has
      more images, both Fréchet distances are those of the kept features.
    - TF-GAN's sliced Wasserstein distance needs two sets of equal size. If the sizes differ, only the first images of
      the larger set are used for both distances.

    The `scope` of a comparison names the data that both values are computed from.

    Args:
        evaluation: What `Evaluator.score` returned for the samples.
        real: Summary of the real set, `Evaluator.reference`.
        samples: Summary of the samples, as `collect_with_logits` or `Evaluator.collect` returned it.
        logits: Logits of all samples `(samples, classes)`, as `collect_with_logits` returned them. Defaults to None:
            the Inception score is then left out.

    Returns:
        One comparison for each figure and each installed peer that can compute it.

    Raises:
        PeerError: If no peer is installed.
        ValueError: If the number of logits is not that of the samples, or there are logits but the evaluation has no
            Inception score.

    Example:
        ```python
        samples, logits = second_opinion.collect_with_logits(evaluator, images)
        evaluation = evaluator.score(samples)
        print(second_opinion.render(second_opinion.compare(evaluation, evaluator.reference, samples, logits)))
        ```
    """
    count = samples.statistics.count
    if logits is not None and len(logits) != count:
        raise ValueError(f"`logits` must be of all {count} samples. Received: {len(logits)} rows")
    peers = load_peers()
    asked = [
        (question, name, figures[question.metric])
        for question in questions(evaluation, real, samples, logits)
        for name, figures in peers.items()
        if question.metric in figures
    ]
    return tuple(
        Comparison(question.metric, question.scope, question.ours, name, figure(*question.arguments))
        for question, name, figure in tracked(asked, "Second opinion", len(asked))
    )

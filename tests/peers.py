"""Marks of tests that need another package for the second opinion."""

import pytest

from keras_gan.metrics.second_opinion.peers import PEERS

#: By the name of the package.
NEEDS_PEER = {
    peer.name: pytest.mark.skipif(not peer.installed, reason=f"{peer.name} is not installed: {peer.command}")
    for peer in PEERS
}
needs_tf_gan = NEEDS_PEER["tf-gan"]

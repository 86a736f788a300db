"""Peers: the packages that give a second opinion."""

import dataclasses
import importlib
import importlib.util

from keras_gan.metrics import tf_gan
from keras_gan.metrics.second_opinion.questions import Figures


class PeerError(ImportError):
    """No peer is installed."""


@dataclasses.dataclass(frozen=True)
class Peer:
    """A package that computes our figures too."""

    name: str
    """Name of the package, as tables print it."""
    extra: str
    """Extra of keras-gan that installs the package."""
    modules: tuple[str, ...]
    """Modules that must be installed."""
    figures: str
    """Name of our module that calls the package; its `FIGURES` are the functions to use."""

    @property
    def installed(self) -> bool:
        """Whether all modules are installed."""
        return all(importlib.util.find_spec(module) is not None for module in self.modules)

    @property
    def command(self) -> str:
        """Command that installs the package."""
        return f"pip install 'keras-gan[{self.extra}]'"


PEERS = (
    Peer("tf-gan", "tensorflow-gan", tf_gan.MODULES, f"{__package__}.by_tf_gan"),
    Peer("torch-fidelity", "torch-fidelity", ("torch", "torch_fidelity"), f"{__package__}.by_torch_fidelity"),
)


def load_peers() -> dict[str, Figures]:
    """Import the peers that are installed.

    Returns:
        The functions of each peer, by the peer's name.

    Raises:
        PeerError: If no peer is installed. The message names the commands that install them.
    """
    installed = [peer for peer in PEERS if peer.installed]
    if not installed:
        commands = ", or ".join(f"{peer.name} ({peer.command})" for peer in PEERS)
        raise PeerError(f"A second opinion needs another package, and none is installed: {commands}")
    return {peer.name: importlib.import_module(peer.figures).FIGURES for peer in installed}

"""The state of a training in one file, so that a run that was killed goes on as if it had not been.

safetensors, never pickle: weights, the optimizer's moments, the best weights so far; what is no array is JSON in the
header. The file is renamed into place when whole. Random numbers need no state: each epoch seeds its own.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from intently.errors import StoreError

__all__ = ["Epoch", "Progress", "read_checkpoint", "write_checkpoint", "write_curve"]

FORMAT = "intently.tower-checkpoint"
VERSION = 1


@dataclass(frozen=True)
class Epoch:
    """One point of the learning curve: mean loss in nats, quality on the people held out, seconds of the epoch."""

    epoch: int
    loss: float
    ndcg10: float
    hr10: float
    seconds: float

    def told(self) -> str:
        """For people."""
        return (
            f"epoch {self.epoch}: loss {self.loss:.4f}, held out NDCG@10 {self.ndcg10:.4f}, HR@10 {self.hr10:.4f}, "
            f"{self.seconds:.1f} s"
        )


@dataclass(frozen=True)
class Progress:
    """How far a training is. `decides`: digest of all that decides it; `best`: the weights of the best epoch."""

    decides: str
    curve: tuple[Epoch, ...] = ()
    best: Mapping[str, torch.Tensor] | None = None

    @property
    def epochs(self) -> int:
        return len(self.curve)

    @property
    def seconds(self) -> float:
        return sum(epoch.seconds for epoch in self.curve)

    def best_epoch(self) -> Epoch | None:
        """By NDCG@10; the first of equals."""
        return max(self.curve, key=lambda epoch: epoch.ndcg10, default=None)


def write_checkpoint(file: Path, network: nn.Module, optimizer: torch.optim.Adam, progress: Progress) -> None:
    """Replace the checkpoint."""
    names = [name for name, _ in network.named_parameters()]
    arrays = {f"weights.{name}": value.detach().cpu() for name, value in network.named_parameters()}
    for place, state in optimizer.state_dict()["state"].items():
        arrays |= {f"adam.{names[place]}.{key}": torch.as_tensor(value).cpu() for key, value in state.items()}
    arrays |= {f"best.{name}": value for name, value in (progress.best or {}).items()}
    head = {
        "format": FORMAT, "version": str(VERSION), "decides": progress.decides,
        "curve": json.dumps([asdict(epoch) for epoch in progress.curve]),
    }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    save_file({name: value.contiguous() for name, value in arrays.items()}, temporary, metadata=head)
    temporary.rename(file)


def write_curve(file: Path, progress: Progress) -> None:
    """One line of JSON for each epoch."""
    lines = "".join(json.dumps(asdict(epoch)) + "\n" for epoch in progress.curve)
    temporary = file.with_suffix(".new")
    temporary.write_text(lines, "utf-8")
    temporary.rename(file)


def read_checkpoint(file: Path, decides: str, network: nn.Module, optimizer: torch.optim.Adam) -> Progress:
    """Put network and optimizer where the checkpoint left them; a fresh Progress where there is none of this training.

    Raises StoreError for a damaged file.
    """
    if not file.is_file():
        return Progress(decides)
    try:
        with safe_open(file, framework="pt") as opened:
            head = opened.metadata() or {}
            if head.get("format") != FORMAT or head.get("version") != str(VERSION) or head.get("decides") != decides:
                return Progress(decides)
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - it is no mapping
    except (OSError, SafetensorError) as error:
        raise StoreError(f"{file}: the checkpoint cannot be read ({error}); remove it and train anew") from error
    _restore(network, optimizer, arrays)
    best = {name.removeprefix("best."): value for name, value in arrays.items() if name.startswith("best.")}
    return Progress(decides, tuple(Epoch(**epoch) for epoch in json.loads(head["curve"])), best or None)


def _restore(network: nn.Module, optimizer: torch.optim.Adam, arrays: Mapping[str, torch.Tensor]) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    with torch.no_grad():
        for place, (name, value) in enumerate(network.named_parameters()):
            value.copy_(arrays[f"weights.{name}"])
            moments = {key: arrays.get(f"adam.{name}.{key}") for key in ("step", "exp_avg", "exp_avg_sq")}
            state[place] = {key: moment for key, moment in moments.items() if moment is not None}
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})

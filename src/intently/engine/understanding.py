"""Understanding one person with what the engine has at hand: journal, world, model, encoder."""

from collections.abc import Callable

from intently.config import Config
from intently.engine.services import Services
from intently.engine.store import Store
from intently.engine.worlds import WorldKeeper
from intently.errors import ModelUnavailable
from intently.journal import UnderstandingRow
from intently.language.budget import Estimate
from intently.language.model import Model
from intently.understand import Progress, estimate_user, understand_user

__all__ = ["Understander"]


class Understander:
    def __init__(self, store: Store, worlds: WorldKeeper, services: Services, config: Config) -> None:
        self._store, self._worlds, self._services, self._config = store, worlds, services, config

    def estimate(self, user_id: str) -> Estimate:
        """What it will cost at most. Raises NotFound for a person without enough history."""
        return estimate_user(
            user_id, journal=self._store.journal, model=self._model(), spec=self._store.spec,
            snapshot=self._worlds.current.world.snapshot, config=self._config,
        )  # fmt: skip

    def understand(self, user_id: str, progress: Callable[[Progress], None]) -> UnderstandingRow:
        """Interests and tags of a person; what has not changed is not asked again."""
        model = self._model()
        if not model.ready():
            raise ModelUnavailable(
                f"there is no language model to ask: {model.status().text}. Fetch one: intently model get; "
                "or set INTENTLY_LLM_URL."
            )
        return understand_user(
            user_id, journal=self._store.journal, model=model, spec=self._store.spec,
            snapshot=self._worlds.current.world.snapshot, encoder=self._services.encoder, config=self._config,
            progress=progress,
        )  # fmt: skip

    def _model(self) -> Model:
        model = self._services.patient_model(self._store.journal)
        if model is None:
            raise ModelUnavailable("the language model is forbidden here; allow it and try again")
        return model

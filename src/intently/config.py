"""Settings: flag, then environment, then file, then default. Secrets come from the environment alone.

`INTENTLY_HOME` holds one folder a store, and shared `models/`, `cache/` and `run/`. The file is `intently.toml` in the
working directory, else in the home. Environment names are `INTENTLY_` + section + `_` + key (INTENTLY_FEED_ALPHA).
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)

from intently.errors import DataError

__all__ = [
    "AllocateConfig",
    "Config",
    "EnvironmentConfig",
    "ExplainConfig",
    "FeedConfig",
    "JournalConfig",
    "LanguageConfig",
    "RetrieveConfig",
    "ServeConfig",
    "StageConfig",
    "UnderstandConfig",
    "load_config",
]


class StageConfig(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JournalConfig(StageConfig):
    url: str = ""  # SQLAlchemy URL, "{store}" is replaced; empty: SQLite in the store's folder
    trace_days: PositiveFloat = 30.0  # traces older than this are deleted


class LanguageConfig(StageConfig):
    enabled: bool = True
    url: str = ""  # any OpenAI-compatible endpoint; empty: the embedded server
    model: str = ""  # its model's name
    file: str = ""  # a GGUF of your own for the embedded server
    hub: str = "https://huggingface.co"  # the publisher's model hub
    embeddings_url: str = ""  # any OpenAI-compatible embeddings endpoint; empty: the embedded encoder
    embeddings_model: str = ""
    context_tokens: PositiveInt = 8192  # of the embedded server, all slots together
    threads: PositiveInt = 2
    in_flight: NonNegativeInt = 0  # calls of a batch at once; 0: what docs/running.md says of each kind of model
    command_timeout_seconds: PositiveFloat = 12.0
    batch_timeout_seconds: PositiveFloat = 300.0
    input_price: NonNegativeFloat = 0.0  # money a million tokens, for the announcement of costs
    output_price: NonNegativeFloat = 0.0


class RetrieveConfig(StageConfig):
    neighbours: PositiveInt = 100  # kept for each item
    recent_items: PositiveInt = 20  # of the history that ask for neighbours
    candidates: PositiveInt = 500  # scored exactly


class FeedConfig(StageConfig):
    alpha: float = Field(0.5, ge=0, le=1)  # weight of s_sem against s_aia
    steer: float = Field(0.25, ge=0, le=1)  # weight of the history in the light of the wish, inside s_aia
    words: float = Field(0.6, ge=0, le=1)  # weight of the words of a wish against its meaning
    beta: NonNegativeFloat = 0.6  # of the attenuator
    planner: Literal["rules", "model"] = "rules"  # who chooses the chain of tools
    limit: PositiveInt = 10
    passed: float = Field(0.9, ge=0, le=1)  # of its taste that an item loses each time it was shown and passed over
    diversity: float = Field(0.15, ge=0, le=1)  # weight of being unlike the others against taste, among equal wishes
    kinds: float = Field(0.0, ge=0, le=1)  # what kinds that the page does not have yet are worth beside taste
    novelty: float = Field(0.0, ge=0, le=1)  # and what being little known is worth
    idle_hours: PositiveFloat = 6.0  # a session ends after this


class AllocateConfig(StageConfig):
    """Places of a page for what was understood of the person: docs/allocation.md. Off by default."""

    most: NonNegativeFloat = 0.0  # places a page for the cognitive supply, on average, at most; 0: the score decides
    least: NonNegativeFloat = 0.0  # and at least; not above `most`
    price: PositiveFloat = 0.02  # lambda: taste (0 to 0.9) by which a cognitive item must exceed who it displaces
    floor: NonNegativeFloat = 1.0  # conversion of the cognitive places, on average, as a share of the catalogue's mean
    explore: NonNegativeInt = 0  # last places of a page that are drawn by lot, the propensity logged

    @model_validator(mode="after")
    def _range(self) -> "AllocateConfig":
        if self.least > self.most:
            raise ValueError(f"`least` is {self.least:g}, above `most`, which is {self.most:g}; set most >= least")
        return self


class UnderstandConfig(StageConfig):
    pipeline: str = "v2"  # the way of reasoning: v2, v1, routes or one-prompt
    history_tokens: PositiveInt = 1500
    long_titles: Literal["cut", "model"] = "cut"  # how titles of more than ten words are shortened
    interests: PositiveInt = 5  # asked of the embedded model for one person
    tags: PositiveInt = 12
    digest_tokens: PositiveInt = 180  # of the history by strands, which v2 reads
    personas: int = Field(5, ge=1, le=8)  # sides of a person that the planner of v2 names
    kinds: float = Field(0.4, ge=0, lt=1)  # share of v2's tags that are made by code; more fill places left
    spare: float = Field(1.1, ge=1, le=4)  # tags that the experts of v2 name for each one of theirs that is kept
    judge: bool = False  # ask the model about interests whose evidence code cannot weigh
    refresh_days: PositiveFloat = 14.0


class ExplainConfig(StageConfig):
    """Who writes the lines under items that the language model makes: docs/reasons.md."""

    writer: Literal["v1", "v2"] = "v2"  # in one step, or a style first
    candidates: int = Field(2, ge=1, le=4)  # lines of one call of v2, of which the best is kept
    words: int = Field(14, ge=6, le=20)  # of a line, at most
    days: PositiveFloat = 14.0  # that a stored line holds at most
    fresh: bool = True  # a server writes lines for what it shows, when the model is idle


class EnvironmentConfig(StageConfig):
    enabled: bool = True  # false: nothing is noticed of the moment
    weather: str = ""  # an http(s) address or a file of observations (JSON); empty: no weather
    weather_timeout_seconds: PositiveFloat = 5.0  # until the whole answer is there
    weather_hours: PositiveFloat = 6.0  # an observation says nothing of a later moment than this


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class ServeConfig(StageConfig):
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    hosts: Annotated[tuple[str, ...], BeforeValidator(_split)] = ("127.0.0.1", "localhost", "[::1]")
    """Host headers that are answered; in the environment separated by commas"""


class Config(StageConfig):
    home: Path = Path.home() / ".local/share/intently"
    journal: JournalConfig = JournalConfig()
    language: LanguageConfig = LanguageConfig()
    retrieve: RetrieveConfig = RetrieveConfig()
    feed: FeedConfig = FeedConfig()
    allocate: AllocateConfig = AllocateConfig()
    understand: UnderstandConfig = UnderstandConfig()
    explain: ExplainConfig = ExplainConfig()
    environment: EnvironmentConfig = EnvironmentConfig()
    serve: ServeConfig = ServeConfig()

    @cached_property
    def llm_key(self) -> str:
        return os.environ.get("INTENTLY_LLM_KEY", "")

    @cached_property
    def embeddings_key(self) -> str:
        return os.environ.get("INTENTLY_EMBEDDINGS_KEY", "") or self.llm_key

    def store_folder(self, store: str) -> Path:
        return self.home / store


SECTIONS = ("journal", "language", "retrieve", "feed", "allocate", "understand", "explain", "environment", "serve")
SHORT_NAMES = {
    "INTENTLY_LLM_URL": ("language", "url"),
    "INTENTLY_LLM_MODEL": ("language", "model"),
    "INTENTLY_EMBEDDINGS_URL": ("language", "embeddings_url"),
    "INTENTLY_EMBEDDINGS_MODEL": ("language", "embeddings_model"),
    "INTENTLY_DATABASE_URL": ("journal", "url"),
}


def load_config(file: Path | None = None, env: Mapping[str, str] = os.environ, **flags: Any) -> Config:
    """Resolve the settings. `flags` are sections with their keys, for example feed={"alpha": 0.3}, or home=Path.

    Raises DataError for an unknown key, with the nearest known one.
    """
    home = Path(flags.pop("home", None) or env.get("INTENTLY_HOME") or Config().home).expanduser()
    merged: dict[str, Any] = _read_file(file, home)
    for section, key, value in _from_environment(env):
        merged.setdefault(section, {})[key] = value
    for section, values in flags.items():
        merged.setdefault(section, {}).update(values)
    try:
        return Config.model_validate({**merged, "home": home})
    except ValidationError as error:
        raise DataError("; ".join(_mend(problem) for problem in error.errors())) from error


def _read_file(file: Path | None, home: Path) -> dict[str, Any]:
    path = file or next((p for p in (Path("intently.toml"), home / "intently.toml") if p.is_file()), None)
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: cannot be read as settings: {error}") from error


def _from_environment(env: Mapping[str, str]) -> list[tuple[str, str, str]]:
    found = [(*SHORT_NAMES[name], value) for name, value in env.items() if name in SHORT_NAMES and value]
    for name, value in env.items():
        parts = name.removeprefix("INTENTLY_").lower().split("_", 1)
        if name.startswith("INTENTLY_") and len(parts) == 2 and parts[0] in SECTIONS and name not in SHORT_NAMES:
            found.append((parts[0], parts[1], value))
    return found


def _mend(problem: Any) -> str:
    place = [str(part) for part in problem["loc"]]
    if problem["type"] != "extra_forbidden":
        return f"setting `{'.'.join(place)}`: {problem['msg']}"
    section = Config.model_fields.get(place[0])
    known = list(type(section.default).model_fields) if section and len(place) > 1 else list(Config.model_fields)
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.0)
    return f"unknown setting `{'.'.join(place)}`; the nearest known one is `{near[0]}`"

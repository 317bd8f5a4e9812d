"""What an answer about the weather may look like, and the observation that it holds.

Two shapes of JSON are read, and nothing else is:

    {"time": "2026-11-25T20:30:00Z", "text": "light rain", "celsius": 8.1}        one, or a list of such
    {"utc_offset_seconds": 0, "current": {"time": "2026-11-25T20:30", "weather_code": 61, "temperature_2m": 8.1}}

The second is that of open weather services which give WMO codes (code table 4677, in the classes that Open-Meteo
names). An observation without words or code, or without a time, is refused: nothing is guessed.
"""

import json
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from intently.errors import DataError
from intently.language.prompt import plain
from intently.nouns import utc

__all__ = ["Observation", "read_observations"]

WORDS_CHARACTERS = 60
_CODES = (  # WMO codes up to and including
    (0, "clear sky"), (1, "mainly clear"), (2, "partly cloudy"), (3, "overcast"), (48, "fog"), (57, "drizzle"),
    (67, "rain"), (77, "snow"), (82, "rain showers"), (86, "snow showers"), (99, "thunderstorm"),
)  # fmt: skip
_CODE_GROUPS = frozenset({0, 1, 2, 3, 45, 48, *range(51, 58), *range(61, 68), *range(71, 78), *range(80, 83), 85, 86,
                          *range(95, 100)})  # fmt: skip
Celsius = Annotated[float | None, Field(ge=-95, le=65, allow_inf_nan=False)]


class Observation(BaseModel):
    """What the weather was at a moment, in words, and how warm it was (°C) where that is known."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    time: Annotated[datetime, AfterValidator(utc)]
    text: str = Field(min_length=1, max_length=500)
    celsius: Celsius = None

    def words(self) -> str:
        said = plain(self.text, WORDS_CHARACTERS)
        return said if self.celsius is None else f"{said}, {self.celsius:.0f} °C"


class _Current(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    time: datetime
    weather_code: int = Field(ge=0, le=99)
    temperature_2m: Celsius = None


class _Service(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    current: _Current
    utc_offset_seconds: int = Field(0, ge=-86400, le=86400)


def read_observations(text: bytes, where: str) -> tuple[Observation, ...]:
    """The observations of an answer, in any order. Raises DataError that says what it should be."""
    try:
        body = json.loads(text)
        if isinstance(body, dict) and "current" in body:
            return (_of_service(_Service.model_validate(body)),)
        return tuple(TypeAdapter(list[Observation]).validate_python(body if isinstance(body, list) else [body]))
    except (ValueError, RecursionError) as error:
        fault = error.errors(include_input=False)[0]["msg"] if isinstance(error, ValidationError) else error
        raise DataError(
            f"{where}: no observation of the weather can be read there ({fault}). It should hold JSON such as "
            '{"time": "2026-11-25T20:30:00Z", "text": "light rain", "celsius": 8.1}.'
        ) from error


def _of_service(answer: _Service) -> Observation:
    now = answer.current
    if now.weather_code not in _CODE_GROUPS:
        raise ValueError(f"weather_code {now.weather_code} is not known")
    words = next(words for last, words in _CODES if now.weather_code <= last)
    time = now.time if now.time.tzinfo else now.time - timedelta(seconds=answer.utc_offset_seconds)
    return Observation(time=time, text=words, celsius=now.temperature_2m)

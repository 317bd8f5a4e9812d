"""From the settings to a Model: the configured URL, else the embedded server, else a model that is off."""

from intently.config import Config
from intently.language.budget import Prices
from intently.language.calls import CallStore
from intently.language.doorbell import Doorbell
from intently.language.lanes import Lanes
from intently.language.local import EmbeddedServer
from intently.language.model import Model
from intently.language.reading import reading_prompt
from intently.language.status import ModelStatus
from intently.language.wire import OpenAIWire, fixed_endpoint

__all__ = ["open_model"]

URL_IN_FLIGHT = 4  # calls of the batch at once, unless the settings say otherwise


def open_model(config: Config, calls: CallStore | None = None, *, fetch: bool = False, nice: int = 0) -> Model:
    """The model of these settings. Returns at once: ask `ready()`, or `wait_ready(seconds)`, before you count on it.

    fetch: get the embedded model's file in the background if it is not there (the page does; a command line does not).
    calls: where the rows go; None keeps them in memory.
    """
    language = config.language
    prices = Prices(language.input_price, language.output_price)
    if not language.enabled:
        off = ModelStatus("off", "switched off in the settings (language.enabled)")
        return Model(OpenAIWire(lambda: None, lambda: off), calls, prices=prices)
    if language.url:
        ready = ModelStatus("ready", f"{language.model or 'the model'} at {language.url}")
        find = fixed_endpoint(language.url, language.model, config.llm_key, language.in_flight or URL_IN_FLIGHT)
        return Model(OpenAIWire(find, lambda: ready), calls, prices=prices, lanes=Lanes(polite=False))
    server = EmbeddedServer(language, config.home, fetch=fetch, nice=nice)
    lanes = Lanes(bell=Doorbell(config.home / "run" / "people.lock"))
    model = Model(OpenAIWire(server.endpoint, server.status, server.stop), calls, prices=prices, lanes=lanes)
    server.on_ready(lambda: model.warm(reading_prompt(None, (), (), home=config.home)))
    server.start()
    return model

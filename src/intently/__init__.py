"""intently: a recommender that knows what people want and does what they say.

from intently import Engine

with Engine("films") as engine:
    print(engine.say("12", "no horror please, something funny from the 90s").feed)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intently.engine import Engine

__all__ = ["Engine", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the engine when it is asked for: `import intently` alone stays quick."""
    if name == "Engine":
        from intently.engine import Engine

        return Engine
    raise AttributeError(f"module 'intently' has no attribute {name!r}")

"""Wires the rooms together for the command line, the server and `from intently import Engine`.

engine      the Python API of one store
allocating  multipliers of the places that supplies get, from request to request
store       opening and importing; worlds: snapshot, index and sources as they are now; towers: the published sequence
            model among them; people: one person's events
feeds       making slates; saying: commands; remembering, steering: memory versions; traces: written behind the request
lines       stored lines under items, and why they are there; writing, production, fresh: how they are written
inferring   how something was inferred (inferred: its views); understood: what is known, corrected by the person
labelling   what people are given to judge, and what they say of it; judging: what a judge says (judged: its report;
            gating: may it gate; milestones: have it and people parted; outputs: what there is to judge)
services    encoder and model, shared by the stores of one process; background: threads; broker: what pages listen to
"""

from intently.engine.answers import Difference, Health, MemoryView, Round, Said, Version
from intently.engine.broker import Broker, Told
from intently.engine.engine import Engine
from intently.engine.inferred import Asked, CallText, Did, Fault, Found, Inferred, Left, Strand, Want
from intently.engine.lines import Ground, Why
from intently.engine.services import Services
from intently.engine.steering import LASTING, check_zone
from intently.engine.store import Imported, Store
from intently.engine.worlds import prepare_store
from intently.understand.corrections import Disowned

__all__ = [
    "LASTING",
    "Asked",
    "Broker",
    "CallText",
    "Did",
    "Difference",
    "Disowned",
    "Engine",
    "Fault",
    "Found",
    "Ground",
    "Health",
    "Imported",
    "Inferred",
    "Left",
    "MemoryView",
    "Round",
    "Said",
    "Services",
    "Store",
    "Strand",
    "Told",
    "Version",
    "Want",
    "Why",
    "check_zone",
    "prepare_store",
]

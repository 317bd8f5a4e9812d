"""What was inferred about a person, how, and what they say of it: methods of `Engine`, above those of `Steering`.

What the person disowned is laid over everything that is read here: no feed, page or proposal sees it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from intently.catalog.arrays import Snapshot
from intently.config import Config
from intently.engine.feeds import Feeds
from intently.engine.inferred import Asked, CallText, Did, Fault, Found, Inferred, Kind, Left, Strand, Want
from intently.engine.lines import Why
from intently.engine.steering import Steering, check_ids
from intently.engine.store import Store
from intently.engine.understood import understood
from intently.engine.worlds import WorldKeeper
from intently.errors import BadRequest, NotFound
from intently.journal import UnderstandingRow
from intently.nouns import Event, Slate, Tag, utc
from intently.understand.corrections import Corrected, Disowned, read_disowned
from intently.understand.tags import FOUND_FROM
from intently.understand.told import told_again

__all__ = ["Inferring"]

NEAREST = 4  # items shown of a tag
IN_FEED = 24  # places of the feed that are looked through
FAULTS = 5
LEAST_HASH = 8
SURFACE = "inferred"


class Inferring(Steering):
    """Methods of `Engine` about what was inferred."""

    def __init__(self, store: Store, worlds: WorldKeeper, feeds: Feeds, config: Config) -> None:
        super().__init__(store, worlds, feeds)
        self._feeds, self._config = feeds, config

    def understanding(self, user_id: str) -> UnderstandingRow | None:
        """The newest interests, personas and tags of a person, without what they disowned."""
        known = understood(self._store.journal, user_id)
        return known.row if known is not None else None

    def inferred(self, user_id: str, *, client: str = "api", as_of: datetime | None = None) -> Inferred:
        """How the newest understanding was inferred, from events to items in the feed of this client. Asks no model;
        makes no slate that is kept."""
        check_ids(user_id, client)
        moment = utc(as_of) if as_of is not None else datetime.now(UTC)
        disowned = read_disowned(self._store.journal, user_id, moment)
        known = understood(self._store.journal, user_id, moment)
        if known is None:
            return Inferred(user_id, disowned=disowned, faults=self._faults(user_id, None))
        slate = self._feeds.make(user_id, client=client, limit=IN_FEED, surface=SURFACE, as_of=moment, keep=False)
        return self._traced(known, disowned, slate, moment)

    def call_text(self, user_id: str, call_hash: str) -> CallText:
        """What the model answered to one call behind the understanding, and the history that it was told, or why that
        cannot be shown as it was. The first LEAST_HASH characters of the hash are enough. Raises NotFound."""
        check_ids(user_id, call_hash)
        row = self._store.journal.understanding(user_id)
        known = _hashes(row) if row is not None and len(call_hash) >= LEAST_HASH else []
        call = next((self._store.journal.find_call(one) for one in known if one.startswith(call_hash)), None)
        if row is None or call is None or call.user_id != user_id:
            raise NotFound(f"no call {call_hash[:16]!r} stands behind what is known of this person; see what was asked")
        told = told_again(
            row, journal=self._store.journal, spec=self._store.spec, snapshot=self._worlds.current.world.snapshot,
            config=self._config,
        )  # fmt: skip
        return CallText(call.hash, told.text, call.answer or "", told.missing)

    def disown(self, user_id: str, kind: Kind, inferred_id: str) -> tuple[Disowned, ...]:
        """The person says that this interest, persona or tag is not them: it goes at once, with what it led to, and no
        later understanding brings it back. Returns all that is disowned, the newest first. Raises NotFound for what is
        not in force."""
        check_ids(user_id, inferred_id)
        self._say(user_id, "disown", self._text_of(user_id, kind, inferred_id))
        return self.disowned(user_id)

    def reclaim(self, user_id: str, disowned_id: str) -> tuple[Disowned, ...]:
        """It is them after all. Returns what is still disowned. Raises NotFound for what is not disowned."""
        check_ids(user_id, disowned_id)
        for one in self.disowned(user_id):
            if one.disowned_id == disowned_id:
                self._say(user_id, "reclaim", one.text)
                return self.disowned(user_id)
        raise NotFound(
            f"nothing with the id {disowned_id[:64]!r} is disowned; the list of what was inferred has the ids"
        )

    def why(self, user_id: str, feed_id: str, item_id: str, *, client: str = "api") -> Why:
        """Why the line under an item of a slate is there. Raises NotFound for a slate that is not at hand any more."""
        check_ids(user_id, client, feed_id, item_id)
        snapshot, spec = self._worlds.current.world.snapshot, self._store.spec
        kept = self._feeds.last(user_id, client, feed_id)  # refuses another person's
        words = {("item", one): title for one, title in kept.items} if kept else {}
        words |= {("preference", one.id): one.quote for one in self.memory(user_id, client=client).preferences}
        row = self.understanding(user_id)
        words |= {("tag", tag.tag_id): tag.text for tag in (row.tags if row else ())}
        for event in self._store.journal.events_of(user_id, kinds=spec.history_kinds):
            words["event", event.event_id] = _did(event, snapshot).title
        return self._feeds.lines.why(feed_id, item_id, words)

    def doubt(self, user_id: str, feed_id: str, item_id: str, *, client: str = "api") -> Why:
        """The person says that this line is wrong: it is kept as an event, and not said to them again. Raises as
        `why`, and BadRequest for an item without a line."""
        why = self.why(user_id, feed_id, item_id, client=client)
        if not why.line:
            raise BadRequest("there is no line under this item that could be wrong")
        event = Event(user_id=user_id, kind="doubt", time=datetime.now(UTC), item_id=item_id, query=why.line,
                      feed_id=feed_id, surface=why.by)  # fmt: skip
        self._store.journal.append([event])
        return why

    def disowned(self, user_id: str) -> tuple[Disowned, ...]:
        """What the person said is not them, the newest first."""
        check_ids(user_id)
        return read_disowned(self._store.journal, user_id)

    def _say(self, user_id: str, kind: Literal["disown", "reclaim"], text: str) -> None:
        event = Event(user_id=user_id, kind=kind, time=datetime.now(UTC), query=text, surface=SURFACE)
        self._store.journal.append([event])

    def _text_of(self, user_id: str, kind: Kind, inferred_id: str) -> str:
        row = self.understanding(user_id)
        texts: Mapping[str, Mapping[str, str]] = {
            "interest": {one.interest_id: one.text for one in row.interests} if row else {},
            "persona": {one.persona_id: one.role for one in row.personas} if row else {},
            "tag": {one.tag_id: one.text for one in row.tags} if row else {},
        }
        if kind not in texts:
            raise BadRequest(f"`kind` is {str(kind)[:40]!r}; give interest, persona or tag")
        if inferred_id not in texts[kind]:
            raise NotFound(f"no {kind} {inferred_id[:64]!r} is in force for this person; look at what was inferred")
        return texts[kind][inferred_id]

    # -------------------------------------------------------------------------------------------------------- the trace
    def _traced(
        self, known: Corrected, disowned: tuple[Disowned, ...], slate: Slate, moment: datetime
    ) -> Inferred:  # fmt: skip
        row, snapshot = known.row, self._worlds.current.world.snapshot
        wants = dict(zip([tag.tag_id for tag in row.tags], self._wants(row.tags, slate), strict=True))
        strands = self._strands(row, snapshot, wants, moment)
        served = {want.tag_id for strand in strands for want in strand.wants}
        return Inferred(
            user_id=row.user_id,
            time=row.time,
            pipeline=row.pipeline,
            strands=strands,
            wants=tuple(want for tag_id, want in wants.items() if tag_id not in served),
            cues=row.cues,
            asked=self._asked(row),
            left=_left(known),
            disowned=disowned,
            faults=self._faults(row.user_id, row.time),
        )

    def _strands(
        self, row: UnderstandingRow, snapshot: Snapshot, wants: Mapping[str, Want], moment: datetime
    ) -> tuple[Strand, ...]:
        """Personas first; an interest that only says a persona's role again is that persona's."""
        events = self._store.journal.events_of(row.user_id, until=moment)
        did = {event.event_id: _did(event, snapshot) for event in events}
        roles, by_code = {persona.role for persona in row.personas}, row.notes.get("personas_by_code", ())
        told = {cue.cue_id: cue for cue in row.cues}

        def of(ids: Sequence[str]) -> tuple[Did, ...]:
            return tuple(did[event_id] for event_id in ids if event_id in did)

        def serving(key: str, name: str) -> tuple[Want, ...]:
            return tuple(wants[tag.tag_id] for tag in row.tags if getattr(tag, key) == name)

        personas = [
            Strand(
                "persona", one.persona_id, one.role, one.why, of(one.evidence),
                tuple(told[cue] for cue in one.cues if cue in told), serving("persona_id", one.persona_id),
                by_code=one.role in by_code,
            )
            for one in row.personas
        ]  # fmt: skip
        interests = [
            Strand(
                "interest", one.interest_id, one.text, one.reason, of(one.evidence), (),
                serving("interest_id", one.interest_id), one.listed, one.verdicts, one.valid_until,
            )
            for one in row.interests
            if one.text not in roles
        ]  # fmt: skip
        return (*personas, *interests)

    def _wants(self, tags: Sequence[Tag], slate: Slate) -> list[Want]:
        """Each tag with the nearest items, and those that are in the feed because of it."""
        near = self._nearest(tags)
        wants = []
        for tag, nearest in zip(tags, near, strict=True):
            name = ("tag", tag.tag_id)  # the line under an item may rest on other pieces
            shown = {item.item_id: item for item in slate.items
                     if name in self._feeds.lines.brought(slate.feed_id, item.item_id)}  # fmt: skip
            found = {
                item.item_id: Found(
                    item.item_id, item.title, item.similarity,
                    *((shown[item.item_id].position, shown[item.item_id].reason.text) if item.item_id in shown else ()),
                )
                for item in nearest
            }  # fmt: skip
            for item_id, item in shown.items():
                found.setdefault(item_id, Found(item_id, item.title, None, item.position, item.reason.text))
            items = tuple(found.values())
            wants.append(Want(tag.tag_id, tag.text, tag.rationale, tag.found, tag.best_similarity, items))
        return wants

    def _nearest(self, tags: Sequence[Tag]) -> list[list[Found]]:
        """The items that each tag finds, the nearest first; where it finds none, the one that comes nearest. None at
        all without an encoder."""
        world = self._worlds.current.world
        snapshot = world.snapshot
        rows = np.flatnonzero(snapshot.encoded & snapshot.available)
        if world.encode is None or not tags or not len(rows):
            return [[] for _ in tags]
        cosines = world.encode([tag.text for tag in tags]) @ snapshot.vectors[rows].T  # (tags, eligible items)
        answer = []
        for row in np.round(cosines.astype(np.float64), 6):
            best = np.lexsort((rows, -row))[:NEAREST]
            kept = [place for place in best.tolist() if row[place] >= FOUND_FROM] or best[:1].tolist()
            near = [(int(rows[place]), round(float(row[place]), 4)) for place in kept]
            answer.append([Found(snapshot.item_ids[one], snapshot.titles[one], cosine) for one, cosine in near])
        return answer

    def _asked(self, row: UnderstandingRow) -> tuple[Asked, ...]:
        found = (self._store.journal.find_call(call_hash) for call_hash in _hashes(row))
        return tuple(
            Asked(
                call.hash, call.prompt, call.prompt_version, call.model, call.tokens_new, call.tokens_reused,
                call.tokens_out, call.seconds, call.cost, call.time,
            )
            for call in found
            if call is not None and call.user_id in (row.user_id, None)
        )  # fmt: skip

    def _faults(self, user_id: str, since: datetime | None) -> tuple[Fault, ...]:
        rows = self._store.journal.failures(FAULTS, user_id=user_id, since=since)
        return tuple(Fault(row.stage, row.error_type, row.message, row.time) for row in rows)


def _hashes(row: UnderstandingRow) -> list[str]:
    return list(dict.fromkeys(str(one) for one in row.notes.get("calls", ()) if one))


def _left(known: Corrected) -> tuple[Left, ...]:
    """What the person took out, then what the stages refused, then what the arbiter left."""
    notes = known.row.notes
    return (
        *(Left("you", f"{text!r}: you said that {by!r} is not you") for text, by in known.removed if text != by),
        *(Left(str(stage), str(fault)) for stage, fault in notes.get("refused", ())),
        *(Left("arbiter", f"{text!r}: {why}") for text, why in notes.get("left_out", ())),
    )


def _did(event: Event, snapshot: Snapshot) -> Did:
    row = snapshot.row_of(event.item_id) if event.item_id is not None else None
    title = snapshot.titles[row] if row is not None else event.query or ""
    return Did(event.event_id, event.kind, event.time, event.item_id, title, event.value)

"""Counters for Prometheus: requests by route, commands by who read them, slates by size, events by outcome."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Metrics", "Timed"]

BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 12)  # seconds


class Metrics:
    """One registry an app, so that two apps in a process do not collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "intently_request_seconds", "Seconds from request to answer", ["method", "route", "status"],
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.commands = Counter(
            "intently_commands", "Commands by who read them", ["store", "by"], registry=self.registry
        )
        self.short_slates = Counter(
            "intently_short_slates", "Feeds with fewer items than were asked for", ["store"], registry=self.registry
        )
        self.events = Counter("intently_events", "Events taken in", ["store", "outcome"], registry=self.registry)
        self.items = Gauge("intently_items", "Items in the store", ["store"], registry=self.registry)
        self.model_ready = Gauge("intently_model_ready", "1 when the language model answers", registry=self.registry)
        self.listeners = Gauge("intently_page_streams", "Open streams of pages", registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class Timed:
    """ASGI middleware that times each request under its route's pattern, never under its path: ids are not labels."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            if route != "/page/stream":  # open as long as the page is
                labels = (scope["method"], route, str(status))
                self.metrics.requests.labels(*labels).observe(time.perf_counter() - started)

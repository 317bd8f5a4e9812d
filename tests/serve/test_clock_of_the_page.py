"""On the page "tonight" ends by the clock of whoever types it: the browser leaves its time zone in a cookie."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from intently.config import Config
from intently.engine import Engine
from intently.serve import create_app


def until_of(engine: Engine, config: Config, zone: str | None) -> datetime:
    """When a wish ends that somebody said for tonight on the page of a browser with this cookie."""
    user = "p" + uuid4().hex[:8]
    with TestClient(create_app({"tiny": engine}, config), base_url="http://127.0.0.1:8000") as browser:
        if zone is not None:
            browser.cookies.set("intently_zone", zone)
        page = browser.post(
            f"/page/say?user={user}", data={"text": "no horror tonight"}, headers={"HX-Request": "true"}
        )
        assert page.status_code == 200, page.text
    (held,) = engine.memory(user, client=page.cookies["intently_client"]).preferences
    assert held.scope.until is not None
    return held.scope.until


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Tokyo", 19), ("Etc/GMT+5", 9), (None, 4)])
def test_tonight_ends_at_four_by_the_clock_of_the_browser(
    engine: Engine, config: Config, zone: str | None, hour: int
) -> None:
    until = until_of(engine, config, zone)
    assert until.hour == hour  # of UTC, which is the catalogue's zone
    assert timedelta() < until - datetime.now(UTC) <= timedelta(days=1, hours=4)


def test_a_zone_that_nobody_knows_does_not_count(engine: Engine, config: Config) -> None:
    assert until_of(engine, config, "Mars/Base").hour == 4


def test_a_chip_says_its_end_in_the_time_of_the_browser(client: TestClient) -> None:
    client.cookies.set("intently_zone", "Asia/Tokyo")
    page = client.post(f"/page/say?user=p{uuid4().hex[:8]}", data={"text": "no horror tonight"})
    client.cookies.delete("intently_zone")
    assert "04:00" in page.text

"""What a pipeline spent is what its calls say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from intently.nouns import CallRow
from intently.understand.pipelines import ABLATIONS, PIPELINES
from intently.understand.spent import Spent, tokens_of

CALL = CallRow(
    hash="h", user_id="ann", prompt="agents", prompt_version="1", model="m", outcome="ok", answer="", tokens_new=100,
    tokens_reused=400, tokens_out=50, seconds=2.0, cost=0.0, time=datetime(2026, 11, 20, tzinfo=UTC),
)  # fmt: skip


def test_what_was_computed_and_answered_is_uncached_and_what_was_read_before_is_not():
    calls = [CALL, replace(CALL, tokens_new=20, tokens_reused=550), replace(CALL, prompt="routes")]
    assert tokens_of("v2", calls) == Spent(2, uncached=100 + 50 + 20 + 50, cached=950, answered=100, seconds=4.0)


@pytest.mark.parametrize("name", [*PIPELINES, *ABLATIONS])
def test_every_pipeline_and_ablation_has_a_prompt_of_its_own(name):
    assert tokens_of(name, []) == Spent()

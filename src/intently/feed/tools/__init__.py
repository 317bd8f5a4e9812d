"""The tools of a plan: filter, matcher, attenuator, aggregator, diversifier."""

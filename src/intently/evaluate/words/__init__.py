"""`intently evaluate words`: how well a parser reads what people really said.

One file a set of people's words, each of which knows how its labels are told by our changes; `readers` are the parsers
that are compared, `run` reads every turn with one of them, `metrics` counts, `report` shows.
"""

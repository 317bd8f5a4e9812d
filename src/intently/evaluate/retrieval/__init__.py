"""Retrieval models on people's next item: the same people, the same full ranking, one table a set and protocol."""

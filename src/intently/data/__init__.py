"""Data packs of the demo."""

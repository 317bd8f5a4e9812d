"""Proof of understanding: what a person's tags say of what they took next, beside floors, under protocol TIME."""

"""Criteria, evaluators and their agreement with people. Empty of code until the judge is built."""

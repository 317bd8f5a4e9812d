"""Split, metrics, oracle, reports: one command for each table."""

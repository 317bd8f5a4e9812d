"""Lines under items, measured: `intently evaluate reasons`."""

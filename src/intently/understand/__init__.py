"""History to behaviour lines, interests and tags."""

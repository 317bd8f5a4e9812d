"""Why this item: a line that rests on evidence."""

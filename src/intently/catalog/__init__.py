"""Items in: schema, load, ground, encode, snapshot. Knows no other room."""

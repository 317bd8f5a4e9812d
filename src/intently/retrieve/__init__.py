"""History and tags to candidates: popularity, neighbours, semantic, fusion."""

"""The page: what a person sees. Routes return whole pages, or fragments that htmx puts in their place."""

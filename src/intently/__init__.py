"""intently: a recommender that knows what people want and does what they say."""

__version__ = "0.1.0"

"""Practice Bot: one deep-learning interview question a day for a community."""

__version__ = "0.1.0"

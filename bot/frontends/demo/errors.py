"""What keeps the demo from starting."""


class DemoError(Exception):
    """The demo cannot start; the text says what to do."""

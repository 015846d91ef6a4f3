"""What may go wrong below that members are told of in words of its own."""

from bot.storage.errors import StorageFull

__all__ = ["StorageFull"]

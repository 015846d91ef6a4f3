"""The real bot in a simulated Discord, in your browser: no account, no token, nothing leaves the machine.

Only this package knows simcord, and its extra may be missing: nothing that is imported here imports it.
"""

from bot.frontends.demo.app import DemoApp, OpenApp
from bot.frontends.demo.errors import DemoError
from bot.frontends.demo.session import run

__all__ = ["DemoApp", "DemoError", "OpenApp", "run"]

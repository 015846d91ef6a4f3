"""The unmodified bot as a process of its own, against a Discord on 127.0.0.1: crashes, signals, exit codes.

Start at `host.Host`; what had happened before the bot was started is in `beforehand`.
"""

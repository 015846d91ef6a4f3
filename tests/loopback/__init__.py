"""A Discord on 127.0.0.1 for the unmodified discord.py client: REST, gateway, and their bad days.

It models what a reliable bot leans on (paging, nonces, resume, lost answers, rate limits, threads,
interactions) and never voice, files on a CDN, moderation or anything the Practice Bot does not use.
Start at `server.LoopbackDiscord`.
"""

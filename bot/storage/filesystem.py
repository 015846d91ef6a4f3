"""Whether a path lies on a file system that can hold a database in write-ahead-log mode."""

from pathlib import Path, PurePosixPath

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset({"afs", "cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"})


def network_filesystem(path: Path, mounts: str | None = None) -> str | None:
    """Name the network file system that an absolute `path` lies on; None if it is local, or cannot be told.

    `mounts` is the text of Linux's /proc/self/mountinfo. A write-ahead log needs memory shared by all who use the
    file, which a network file system does not give: https://www.sqlite.org/wal.html.
    """
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.exists() else ""
    found: tuple[int, str] = (-1, "")
    for line in mounts.splitlines():
        before, separator, after = line.partition(" - ")
        if not separator:
            continue
        point = PurePosixPath(_unescaped(before.split(" ")[4]))
        # Of two mounts on the same point the later one hides the earlier.
        if PurePosixPath(path).is_relative_to(point) and len(point.parts) >= found[0]:
            found = (len(point.parts), after.split(" ")[0])
    return found[1] if found[1] in _NETWORK else None


def _unescaped(field: str) -> str:
    for escape, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        field = field.replace(escape, character)
    return field

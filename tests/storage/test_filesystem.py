from pathlib import Path

import pytest

from bot.storage.filesystem import network_filesystem

MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /mnt/share rw,relatime shared:2 - nfs4 server:/export rw
31 30 254:1 / /mnt/share/local rw - xfs /dev/vdb rw
32 22 0:41 / /mnt/two\040words rw master:3 propagate_from:1 - cifs //server/share rw
33 22 0:42 / /mnt/covered rw - nfs server:/old rw
34 22 254:2 / /mnt/covered rw - ext4 /dev/vdc rw
35 22 0:43 / /data rw - overlay overlay rw
this line is not one of a mount
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/practice.db", None),
        ("/mnt/share/practice.db", "nfs4"),
        ("/mnt/share/deep/er/practice.db", "nfs4"),
        ("/mnt/sharejust/practice.db", None),
        ("/mnt/share/local/practice.db", None),
        ("/mnt/two words/practice.db", "cifs"),
        ("/mnt/covered/practice.db", None),
        ("/data/practice.db", None),
    ],
)
def test_the_mount_nearest_to_a_file_decides(path: str, expected: str | None) -> None:
    assert network_filesystem(Path(path), MOUNTS) == expected


def test_a_system_that_lists_no_mounts_is_taken_to_be_local() -> None:
    assert network_filesystem(Path("/srv/practice.db"), "") is None


def test_this_machines_own_mounts_can_be_read(tmp_path: Path) -> None:
    assert network_filesystem(tmp_path / "practice.db") is None

import shutil
from pathlib import Path

import pytest

from library.desk import MODEL, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copytree(MODEL, tmp_path / "bank")))

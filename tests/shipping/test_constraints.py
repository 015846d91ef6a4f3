"""The exact versions of everything: complete for every Python and system we support, and nothing beside."""

import re
import tomllib
from importlib import metadata

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipping.tool import ROOT

LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = dict(line.split("==") for line in LINES if not line.startswith("#"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}


def declared() -> list[Requirement]:
    """What pyproject.toml asks for: to build, to run, and in each extra."""
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    asked = map(Requirement, [*PYPROJECT["build-system"]["requires"], *PROJECT["dependencies"], *extras])
    return [each for each in asked if each.name != PROJECT["name"]]


def closure(python: str, system: str) -> set[str]:
    """Return the names of all that `declared` brings on that Python and system, by what is installed here."""
    platform, family = SYSTEMS[system]
    place = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": platform,
        "os_name": family,
    }
    names: set[str] = set()
    waiting, met = declared(), set[str]()
    while waiting:
        asked = waiting.pop()
        if str(asked) in met:
            continue
        met.add(str(asked))
        if asked.marker is None or asked.marker.evaluate(place):
            names.add(canonicalize_name(asked.name))
            waiting.extend(brought(asked, place))
    return names


def brought(by: Requirement, place: dict[str, str]) -> list[Requirement]:
    try:
        lines = metadata.requires(by.name) or []
    except metadata.PackageNotFoundError:
        # Only other Pythons or systems need it (audioop-lts, colorama), and those packages bring nothing themselves.
        return []
    asked = [Requirement(line) for line in lines]
    wanted = [each for each in asked if met(each, by.extras or {""}, place)]
    for each in wanted:
        each.marker = None
    return wanted


def met(asked: Requirement, extras: set[str], place: dict[str, str]) -> bool:
    return asked.marker is None or any(asked.marker.evaluate({**place, "extra": extra}) for extra in extras)


def test_all_that_any_supported_python_or_system_needs_is_pinned_and_nothing_else() -> None:
    needed = {name for python in PYTHONS for system in SYSTEMS for name in closure(python, system)}

    pinned = {canonicalize_name(name) for name in PINS}

    assert needed - pinned == set()
    assert pinned - needed == set()


def test_every_pin_is_a_version_that_pyproject_allows() -> None:
    pins = {canonicalize_name(name): version for name, version in PINS.items()}

    refused = [str(each) for each in declared() if not each.specifier.contains(pins[canonicalize_name(each.name)])]

    assert refused == []


def test_a_pin_is_a_name_and_a_version_and_names_no_place_to_get_it_from() -> None:
    pins = [line for line in LINES if not line.startswith("#")]

    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []
    assert pins == sorted(pins, key=lambda line: line.split("==")[0].upper())

"""Pictures of practice: drawn on a panel of their own, so that they read alike on a light and a dark page and a phone.

The colours are told apart with any colour vision: one blue in steps of lightness, and an orange (Okabe and Ito, 2008).
"""

import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from io import BytesIO

from PIL import Image, ImageFont
from PIL.ImageDraw import Draw, ImageDraw

WIDTH = 780
MARGIN = 28
PANEL = "#1e1f22"
TEXT, FAINT = "#f2f3f5", "#a6a9b0"
TRACK, MET, KNOWN = "#2f3237", "#29506f", "#56b4e9"
DUE = "#e69f00"
_HEAT = ("#2b2d31", "#1f4e79", "#2f79b5", "#56b4e9", "#bfe3fb")
_WEEKS = 53
_CELL, _GAP = 11, 2
_MONTH_WIDTH = 34


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that Pillow brings along, so that every machine draws the same."""
    return ImageFont.load_default(size)


def plain(words: str) -> str:
    """Return a label in the letters that the font has: accents dropped, what is no Latin letter left out."""
    folded = unicodedata.normalize("NFKD", words)
    return "".join(letter for letter in folded if (letter.isascii() and letter.isprintable()) or letter == "·").strip()


def fitting(draw: ImageDraw, words: str, size: int, width: float) -> str:
    """Return a label, cut with dots so that it is no wider than `width` pixels."""
    words = plain(words)
    if draw.textlength(words, font(size)) <= width:
        return words
    while words and draw.textlength(f"{words.rstrip()} ..", font(size)) > width:
        words = words[:-1]
    return f"{words.rstrip(' ,&')} .."


def panel(height: int) -> tuple[Image.Image, ImageDraw]:
    """Return an empty panel and what draws on it."""
    image = Image.new("RGB", (WIDTH, height), PANEL)
    return image, Draw(image)


def png(image: Image.Image) -> bytes:
    """Return a picture as a PNG."""
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


HEAT_HEIGHT = 7 * (_CELL + _GAP) + 30


def heat_map(draw: ImageDraw, top: int, days: Mapping[date, int], today: date) -> None:
    """Draw the last 53 weeks, a column a week from Monday down to Sunday, the lighter the more was done."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=_WEEKS - 1)
    last_label = -_MONTH_WIDTH
    for week in range(_WEEKS):
        left = MARGIN + week * (_CELL + _GAP)
        begins = first + timedelta(weeks=week)
        if begins.day <= 7 and left - last_label >= _MONTH_WIDTH:
            draw.text((left, top), f"{begins:%b}", FAINT, font(15))
            last_label = left
        for weekday in range(7):
            day = begins + timedelta(days=weekday)
            if day > today:
                break
            cell = top + 24 + weekday * (_CELL + _GAP)
            colour = _HEAT[min(days.get(day, 0), len(_HEAT) - 1)]
            draw.rounded_rectangle((left, cell, left + _CELL - 1, cell + _CELL - 1), 2, fill=colour)

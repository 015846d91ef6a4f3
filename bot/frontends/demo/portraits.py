"""Round portraits with an initial, so that a conversation is easy to follow."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

_SIDE = 128


def portrait(initial: str, colour: str) -> bytes:
    """Draw a PNG, 128 pixels square, in a colour such as `#5865f2`."""
    image = Image.new("RGB", (_SIDE, _SIDE), colour)
    pen = ImageDraw.Draw(image)
    pen.text((_SIDE / 2, _SIDE / 2), initial, fill="white", anchor="mm", font=ImageFont.load_default(_SIDE * 0.55))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()

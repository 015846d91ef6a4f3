"""A form (Discord's modal) as a member fills it in."""

from __future__ import annotations

from loopback.payload import Payload, inner, rows


def filled_form(form: Payload, answers: dict[str, str | list[str]]) -> Payload:
    """The data of a submitted form: each field with its answer, or with what the bot had filled in.

    Raises:
        LookupError: An answer is for a field that the form does not have.
        ValueError: A required field is left empty.
    """
    left = dict(answers)
    components = [_filled(component, left) for component in rows(form, "components")]
    if left:
        raise LookupError(f"The form has no field {', '.join(sorted(left))}.")
    return {"custom_id": form["custom_id"], "components": components}


def _filled(component: Payload, left: dict[str, str | list[str]]) -> Payload:
    kept: Payload = {key: component[key] for key in ("type", "id") if key in component}
    if rows(component, "components"):
        return {**kept, "components": [_filled(child, left) for child in rows(component, "components")]}
    if wrapped := inner(component, "component"):
        return {**kept, "component": _filled(wrapped, left)}
    if "custom_id" not in component:
        return kept
    custom_id = str(component["custom_id"])
    defaults = [row["value"] for row in rows(component, "options") if row.get("default")]
    answer = left.pop(custom_id, defaults or component.get("value") or "")
    if not answer and component.get("required", True):
        raise ValueError(f"The form needs an answer for {custom_id}.")
    is_list = "options" in component or isinstance(answer, list)
    values = answer if isinstance(answer, list) else [answer] if answer else []
    return {**kept, "custom_id": custom_id, **({"values": values} if is_list else {"value": answer})}

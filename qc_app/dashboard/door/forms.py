"""The forms at the door: plain HTML without scripts, in both themes; every text from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.responses import HTMLResponse

from qc_app.dashboard.markup import safe, told
from qc_app.dashboard.theme import DARK, LIGHT, Palette
from qc_app.language import spoken, tr

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_RULES = Path(__file__).with_name("forms.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Field:
    """An input: its name, its label, what a browser may fill in; a password is not shown."""

    name: str
    label: str
    complete: str
    secret: bool = False
    value: str = ""


def form(
    title: str, words: str, action: str, fields: Sequence[Field], button: str, *, wrong: str = "", below: str = "",
    status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """Return a page with one form.

    Parameters
    ----------
    title, words : str
        Heading and one sentence below it.
    action : str
        Path to which it is sent.
    fields : sequence of Field
    button : str
        Its word.
    wrong : str
        What was wrong with the last try.
    below : str
        Name of a link below the form: ``password`` or ``sign-in``.
    status : int
    """
    empty = next((field for field in fields if not field.value), None)
    inputs = "".join(_input(field, first=field is empty) for field in fields)
    mistake = f'<p class="wrong" role="alert">{told(wrong[:1].upper() + wrong[1:], 400)}</p>' if wrong else ""
    code, way_in = tr("I have a one-time code, or want another password"), tr("Sign in")
    links = {
        "password": f'<nav><a href="/password">{safe(code)}</a></nav>',
        "sign-in": f'<nav><a href="/sign-in">{safe(way_in)}</a></nav>',
    }
    body = (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{safe(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_style()}</style></head><body><main><h1>{safe(title)}</h1><p>{safe(words, 400)}</p>{mistake}"
        f'<form method="post" action="{safe(action, 2000)}">{inputs}<button>{safe(button)}</button></form>'
        f"{links.get(below, '')}</main></body></html>"
    )
    return HTMLResponse(body, status, {"Cache-Control": "no-store", "Content-Security-Policy": POLICY})


def _input(field: Field, *, first: bool) -> str:
    kind = "password" if field.secret else "text"
    focus = " autofocus" if first else ""
    return (
        f'<label>{safe(field.label)}<input name="{safe(field.name)}" type="{kind}" value="{safe(field.value, 100)}"'
        f' autocomplete="{safe(field.complete)}" autocapitalize="none" spellcheck="false" required{focus}></label>'
    )


def _style() -> str:
    dark = f"@media(prefers-color-scheme:dark){{:root{{{_inks(DARK)}}}}}"
    return f":root{{color-scheme:light dark;{_inks(LIGHT)}}}{dark}{_RULES}"


def _inks(palette: Palette) -> str:
    return ";".join(f"--{name}:{value}" for name, value in asdict(palette).items())

"""The wall as HTML: letters that are a fiftieth of the screen or more, which five metres away is a newspaper's."""

from __future__ import annotations

from qc_app.dashboard.markup import image, safe, spark, told
from qc_app.dashboard.theme import Palette
from qc_app.language import ntr, tr
from qc_app.views import Screen, Tile, WallView, local, state_word

_NAME, _SENTENCE, _SPARK = 34, 160, (360, 48)


def wall(view: WallView, screen: Screen, zone: str, inks: Palette) -> str:
    """Return one screen of the wall: its lines, its tiles, and every line's state below."""
    place = tr("screen {n} of {all}", n=screen.number, all=screen.of) if screen.of > 1 else ""
    alarms = ntr("{n} alarm, {high} high", "{n} alarms, {high} high", view.alarms, high=view.high)
    alarms = alarms if view.alarms else tr("no alarm")
    top = "".join(f"<span>{safe(words)}</span>" for words in (place, alarms))
    clock = f'<span class="at">{safe(local(view.at, zone)[11:])}</span>'
    title = safe(" · ".join(screen.lines), 2 * _NAME)
    tiles = "".join(_tile(tile, inks, several=len(screen.lines) > 1) for tile in screen.tiles)
    return (
        f'<div class="qc-wall"><div class="top"><h1 dir="auto">{title}</h1>{top}{clock}</div>'
        f'<div class="tiles n{len(screen.tiles)}">{tiles}</div><div class="lines">{_lines(view, screen)}</div></div>'
    )


def _tile(tile: Tile, inks: Palette, *, several: bool) -> str:
    state = f"<span>{safe(state_word(tile.state))}</span>"
    line = f'<span class="l" dir="auto">{safe(tile.line, _NAME)}</span>' if several else ""
    what = f'<span class="c" dir="auto">{safe(tile.characteristic, _NAME)}</span>'
    drawn = spark(tile.spark, *tile.limits, inks, _SPARK, results=tile.results)
    picture = image(drawn, tr("newest predictions (line) and results (dots) in their specification"))
    facts = "".join(f"<span>{safe(words)}</span>" for words in tile.facts)
    return (
        f'<div class="qc-tile {safe(tile.state)}"><div class="s">{state}{line}</div>'
        f'<div class="h" dir="auto">{safe(tile.stage, _NAME)}</div>'
        f'<div class="t">{what} {told(tile.sentence, _SENTENCE)}</div>{picture}<div class="f">{facts}</div></div>'
    )


def empty_wall(words: str) -> str:
    """Return a wall with nothing but a sentence."""
    return f'<div class="qc-wall"><div class="top"><h1>{safe(words, 300)}</h1></div></div>'


def _lines(view: WallView, screen: Screen) -> str:
    """Return every line with its symbol and word, so that nothing bad hides while another line has its turn."""
    return "".join(
        f'<span class="qc-chip {safe(state)}{" here" if name in screen.lines else ""}" dir="auto">'
        f"{safe(state_word(state))} {safe(name, _NAME)}</span>"
        for name, state in view.lines.items()
    )

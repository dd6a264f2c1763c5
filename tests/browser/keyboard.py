"""A person without a mouse: Tab, arrows, Enter and typing only; where they are must be seen."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Error

from qc_app.dashboard.theme import DARK, LIGHT

MOST = 120
#: What has the focus: its tag, its name as a screen reader says it, and whether the focus is seen on it or around it:
#: a ring, a shadow, or (fields) an edge in the colour of links, which no other field has.
_HERE = """() => {
  const e = document.activeElement;
  const named = x => (x.getAttribute('aria-label') || x.textContent || x.getAttribute('placeholder') || '').trim();
  const label = e.labels && e.labels.length ? e.labels[0].textContent.trim() : '';
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'light-dark(INK)';
  const ink = getComputedStyle(probe).color;
  probe.remove();
  let seen = false;
  for (let x = e, n = 0; x && n < 4; x = x.parentElement, n++) {
    const s = getComputedStyle(x);
    const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0;
    const shadow = s.boxShadow !== 'none' && !/^rgba?\\([^)]*, 0\\)/.test(s.boxShadow);
    const edge = ['INPUT', 'TEXTAREA'].includes(e.tagName) && n && s.borderTopColor === ink;
    seen = seen || ring || shadow || edge;
  }
  return [e.tagName, label || named(e), seen];
}""".replace("INK", f"{LIGHT.info}, {DARK.info}")


class Keys:
    """The keyboard of a page.

    Parameters
    ----------
    page : playwright.sync_api.Page
    """

    def __init__(self, page) -> None:
        self._page = page
        self.met: list[tuple[str, str]] = []

    def to(self, name: str, tag: str = "", *, back: bool = False) -> None:
        """Press Tab until what has the focus is called `name` (a pattern for all of it); its focus must be seen.

        A table is a picture: whoever goes to one compares its pictures.
        """
        passed = []
        for _ in range(MOST):
            self._page.keyboard.press("Shift+Tab" if back else "Tab")
            kind, called, _ = self._page.evaluate(_HERE)
            passed.append((kind, called[:60]))
            if re.fullmatch(name, called) and tag in {"", kind}:
                if kind != "CANVAS":  # a table draws the ring of its cell itself
                    self._seen(name)
                self.met.append((kind, called))
                return
        raise AssertionError(f"{MOST} presses of Tab do not reach {name!r}: {passed}")

    def _seen(self, name: str) -> None:
        """Wait until the focus is seen: a ring or the colour of an edge takes a moment to come."""
        for _ in range(50):
            if self._page.evaluate(_HERE)[2]:
                return
            self._page.wait_for_timeout(100)
        raise AssertionError(f"{name!r} has the focus and nothing shows it")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._page.keyboard.type(text)

    def chosen(self, name: str, file: Path) -> None:
        """Open the dialog behind a button and choose a file; a page that is drawn anew meanwhile may drop one Enter."""
        for last in (False, False, False, True):
            self.to(name, "BUTTON")
            try:
                with self._page.expect_file_chooser(timeout=60_000 if last else 5_000) as chooser:
                    self.press("Enter")
            except Error:
                if last:
                    raise
                self.settled()
            else:
                chooser.value.set_files(file)
                return

    def settled(self) -> None:
        """Wait until the page has taken up what was done."""
        self._page.wait_for_timeout(500)
        self._page.locator('[data-test-script-state="notRunning"]').first.wait_for(state="attached")

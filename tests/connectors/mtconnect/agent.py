"""A machine's agent: a ring buffer of observations, told as XML the way the standard says."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from tests.connectors.http.site import Asked, Reply, Site

SPACE = "urn:mtconnect.org:MTConnect{}:1.8"


class Agent:
    """The buffer holds `size` observations; sequence numbers begin anew with each instance."""

    def __init__(self, size: int = 50) -> None:
        self.size, self.instance, self.next = size, 1_700_000_000, 1
        self.buffer: list[tuple[int, str, str, str]] = []
        self.newest: dict[str, tuple[int, str, str, str]] = {}
        self.page: int | None = None
        self.site = Site(self)
        self.begin()

    def begin(self) -> None:
        """Everything is unavailable until the machine says otherwise."""
        for item, group, kind in (("Xpos", "Samples", "Position"), ("exec", "Events", "Execution")):
            self.say(item, "UNAVAILABLE", group, kind)

    def restart(self) -> None:
        self.instance += 1
        self.next, self.buffer, self.newest = 1, [], {}
        self.begin()

    def say(self, item: str, text: object, group: str = "Samples", kind: str = "Position", more: str = "") -> datetime:
        at = datetime.now(UTC)
        stamp = at.isoformat().replace("+00:00", "Z")
        told = text if group == "DataSet" else escape(str(text))
        element = (
            f"<{kind} dataItemId={quoteattr(item)} name={quoteattr('n' + item)} sequence='{self.next}'"
            f" timestamp='{stamp}' {more}>{told}</{kind}>"
        )
        one = (self.next, "Events" if group == "DataSet" else group, element, item)
        self.buffer = [*self.buffer, one][-self.size :]
        self.newest[item] = one
        self.next += 1
        return at

    def header(self, following: int) -> str:
        first = self.buffer[0][0] if self.buffer else self.next
        created = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        return (
            f"<Header creationTime='{created}' instanceId='{self.instance}' bufferSize='{self.size}' version='1.8'"
            f" firstSequence='{first}' lastSequence='{self.next - 1}' nextSequence='{following}'/>"
        )

    def streams(self, found: list[tuple[int, str, str, str]], following: int) -> Reply:
        groups = "".join(
            f"<{group}>{''.join(element for _, of, element, _ in found if of == group)}</{group}>"
            for group in ("Samples", "Events", "Condition")
        )
        body = (
            f"<Streams><DeviceStream name='mill'><ComponentStream>{groups}</ComponentStream></DeviceStream></Streams>"
        )
        return self.xml("Streams", self.header(following) + body)

    def xml(self, kind: str, inner: str, status: int = 200) -> Reply:
        text = f'<?xml version="1.0"?><MTConnect{kind} xmlns="{SPACE.format(kind)}">{inner}</MTConnect{kind}>'
        return Reply(text.encode(), status=status, kind="text/xml")

    def error(self, code: str) -> Reply:
        inner = self.header(self.next) + f"<Errors><Error errorCode='{code}'>not so</Error></Errors>"
        return self.xml("Error", inner, status=404)

    def __call__(self, asked: Asked) -> Reply:
        what = asked.path.rpartition("/")[2]
        if what == "probe":
            items = (
                "<DataItem category='SAMPLE' id='Xpos' name='nXpos' type='POSITION' units='MILLIMETER'/>"
                "<DataItem category='EVENT' id='exec' type='EXECUTION'/>"
            )
            return self.xml("Devices", self.header(-1) + f"<Devices><Device>{items}</Device></Devices>")
        if what == "current":
            return self.streams(sorted(self.newest.values()), self.next)
        if what != "sample":
            return self.error("UNSUPPORTED")
        begin, count = int(asked.query["from"]), int(asked.query["count"])
        first = self.buffer[0][0] if self.buffer else self.next
        if not first <= begin <= self.next or count > self.size * 20:
            return self.error("OUT_OF_RANGE")
        found = [one for one in self.buffer if one[0] >= begin][: self.page or count]
        return self.streams(found, found[-1][0] + 1 if found else begin)

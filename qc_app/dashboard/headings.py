"""What stands above the columns of tables, by the name that a column has in its view."""

from __future__ import annotations

from collections.abc import Sequence

from qc_app.language import later, tr

_WORDS = {
    "id": later("Id"),
    "state": later("State"),
    "priority": later("Priority"),
    "kind": later("Kind"),
    "stage": later("Stage"),
    "subject": later("Subject"),
    "sentence": later("Sentence"),
    "raised": later("Raised"),
    "last_seen": later("Last seen"),
    "count": later("Count"),
    "by": later("By"),
    "note": later("Note"),
    "setting": later("Setting"),
    "value": later("Value"),
    "hops": later("Hops"),
    "unit_id": later("Unit id"),
    "quality": later("Quality"),
    "t_event": later("T event"),
    "known_by": later("Known by"),
    "via": later("Via"),
    "at": later("At"),
    "verdict": later("Verdict"),
    "reason": later("Reason"),
    "author": later("Author"),
    "rang": later("Rang"),
    "remark": later("Remark"),
    "number": later("Number"),
    "rows": later("Rows"),
    "champion": later("Champion"),
    "challenger": later("Challenger"),
    "version": later("Version"),
    "status": later("Status"),
    "created": later("Created"),
    "n_labels": later("Labels"),
    "learner": later("Learner"),
    "cutoff": later("Cutoff"),
    "job": later("Job"),
    "plant_day": later("Plant day"),
    "started": later("Started"),
    "seconds": later("Seconds"),
    "line": later("Line"),
    "done": later("Done"),
    "expected": later("Expected"),
    "failed": later("Failed"),
    "cause": later("Cause"),
    "rule": later("Rule"),
    "source": later("Source"),
    "carries": later("Carries"),
    "silent": later("Silent"),
    "received": later("Received"),
    "new": later("New"),
    "revisions": later("Revisions"),
    "duplicates": later("Duplicates"),
    "quarantined": later("Quarantined"),
    "dropped": later("Dropped"),
    "held": later("Held"),
    "complete_to": later("Complete to"),
    "hour": later("Hour"),
    "origin": later("Origin"),
    "offset": later("Offset"),
    "message": later("Message"),
    "column": later("Column"),
    "usually": later("Usually"),
    "first_seen": later("First seen"),
    "missing_since": later("Missing since"),
    "raw": later("Raw"),
    "start": later("Start"),
    "end": later("End"),
    "hours": later("Hours"),
    "text": later("Text"),
    "link": later("Link"),
    "for": later("For"),
    "newest": later("Newest"),
    "kept": later("Kept"),
    "refused": later("Refused"),
    "connects": later("Connects"),
    "name": later("Name"),
    "role": later("Role"),
    "seen": later("Seen"),
    "sessions": later("Sessions"),
    "given_by": later("Given by"),
}


def headings(names: Sequence[str]) -> dict[str, str]:
    """Return the headings of columns in the language of now; a name that is not listed stays as it is.

    Examples
    --------
    >>> headings(["last_seen"])
    {'last_seen': 'Last seen'}
    """
    return {name: tr(_WORDS.get(name) or name.replace("_", " ").capitalize()) for name in names}

"""What connectors and the books say: holes in the history of a source, what does not balance, backups, certificates."""

from __future__ import annotations

from qc_app.language import later

GAPS = (
    later("a publisher sends with QoS 0: what it sent while we were not connected is gone"),
    later(
        "the broker no longer had our session (restarted without persistence, or the session expired): what "
        "was published meanwhile cannot be had from it"
    ),
    later("the device was not read, and Modbus has no history to ask"),
    later("the server keeps no history of {names}; the others were asked"),
    later("the connection stood, and no value came for more than {n} s"),
    later("the server's clock went back behind {at}, so its history cannot be asked for what was missed"),
    later("the server keeps no history of {names}: what happened meanwhile cannot be asked for"),
    later("the server's history does not hold the last value that we know, so it was not kept all the time"),
    later("the server was down, and its history has nothing of that time"),
    later("the agent began a new buffer; what it had and we had not read yet is gone"),
    later("the agent's buffer ran over: {n} observations are gone - make it larger"),
    later("partition {part}: {n} messages were deleted by the cluster before we read them - let it keep them longer"),
    later("the spool was emptied by hand before the store had everything; ask the source for that time if it can"),
    later("a file of the spool is shorter than what was read of it (an old copy was put back?); it is read again"),
    later("messages of node {node} are missing before number {n}; its next birth tells all values"),
    later(
        "the plant was restored from a backup of the beginning of this stretch; what came after it was told once only"
    ),
    later("asked again: {n} new rows of it"),
)
BOOKS = (
    later("{a} received, {b} new, {c} revisions, {d} duplicates, {e} quarantined, {f} dropped"),
    later("received is not the sum of what became of it ({counts})"),
    later("{n} rows counted as stored, {m} are there"),
    later("{n} labels counted as stored, {m} are there"),
    later("{n} records counted as quarantined, {m} are in quarantine"),
    later("the books say {counts}, the store {found}"),
)
KEPT_SAFE = (
    later("the newest backup in {folder} is of {at} UTC, and it is not there any more; one is taken a day"),
    later("the newest backup in {folder} is of {at} UTC; one is taken a day"),
    later("our certificate of {whose}: {told}"),
    later("the trusted certificate of {whose}: {told}"),
    later("{path} cannot be read as a certificate ({why})"),
)
HISTORY = (
    later("its condition is gone"),
    later("its time on the shelf is over"),
    later("what suppressed it is gone"),
    later("switched off in the plant's definition"),
)

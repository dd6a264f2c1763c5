"""What the store, its backups and the jobs beside it refuse."""

from __future__ import annotations

from qc_app.language import later

STORE = (
    later("{told} - free space; nothing stored is lost and the next attempt continues"),
    later("{words} - free space; nothing stored is lost and the next attempt continues"),
    later("{words} - give this account the right to write there, or mount the folder writable again"),
    later("{words} - give the account that runs the program the right to write there"),
    later("{words} - see the log for the cause, then try again"),
    later("{subject}: another process writes there - stop it or wait"),
    later("{subject}: another writer keeps it - wait or stop it"),
    later("{subject}: the file is damaged - restore it from the backup"),
    later("the {what} {folder} is gone - put it back, or restore the backup"),
    later(
        "the {what} {folder} is gone - put it back, or restore the backup, or make the folder if it shall begin anew"
    ),
    later("{folder} is a file, not the folder of a plant - name another --home"),
    later("there is no plant in {folder} - make one with `qc apply plant.toml` or `qc demo`, or name another --home"),
    later("this account may not write in {folder} - give it the right, or work as the account that runs the plant"),
    later("{path} is no clock ({why}) - it needs origin, plant_origin (ISO times) and speed"),
    later(
        "the disk of {folder} is full ({n} KB free): sources are paused and nothing is lost - free {m} KB, they "
        "go on by themselves"
    ),
    later(
        "the journal {file} was written by a newer program (step {n}, this one knows {m}) - update this program, "
        "or restore the copy that was made before the update"
    ),
    later(
        "the journal {file} is another file now - stop all programs of this plant, put the file back or restore "
        "the backup, and start them again"
    ),
    later(
        "the journal {file} is gone - stop all programs of this plant, put the file back or restore the backup, "
        "and start them again"
    ),
    later("the journal cannot live in {kind} - use sqlite:///PATH or postgresql://USER@HOST/NAME"),
    later("the journal's URL cannot be read - write sqlite:///PATH or postgresql://USER@HOST/NAME"),
    later(
        "the folder {folder} is on a network file system ({kind}), where SQLite may lose data - choose a local "
        "folder, or PostgreSQL with QC_DATABASE_URL"
    ),
    later("{who} lost its lease (token {n}; {why}) - nothing was written"),
    later(
        "labels of source {source} of stage {stage}: received {received}, but {n} labels, {m} quarantined and {k} "
        "dropped - every record must be in one of them"
    ),
    later(
        "{subject}: received {received}, but {n} rows, {m} quarantined and {k} dropped - every record must be in "
        "one of them"
    ),
    later("the journal knows no model {id} - add the version before pointing at it"),
    later("the journal knows no model {id} - see `qc status` for those there are"),
    later("stage {stage}, {what}: there is no previous model to go back to - retrain instead"),
    later("there is no request {n} to finish"),
    later("the run of {job} for stage {stage} was not noted - try again"),
    later(
        "run {n} of {job} for stage {stage} is not running any more - another scheduler took over; its result stands"
    ),
    later("there is no proposal {n} - see `qc schema list`"),
    later("proposal {n} is not open - see `qc schema list`"),
    later("the name {name} is taken - choose another; names of removed accounts stay so"),
    later("there is no account {n}"),
    later("rows of source {source} for stage {stage} lack {names} - conform them before storing"),
    later(
        "checkpoint {n} of source {source} of stage {stage} cannot be read from {path} ({why}) - restore it from "
        "the backup"
    ),
    later("links of source {source} lack a unit, a stage or a parent - complete them before storing"),
    later("predictions of stage {stage}: unknown columns {names}, missing {names_missing} - needs {names_needed}"),
    later("{subject}: {why} - a file of the lake is missing; restore it"),
    later("table {path} vanished while it was made - restore it"),
    later("storing rows in {path}: it went on meanwhile - try again"),
    later("a model's file cannot be called {name} - use letters, digits, dot, dash, underscore"),
    later("model {id}: {file} in {folder} was changed - roll back or restore"),
    later("model {id}: the manifest in {folder} was changed - roll back or restore"),
    later("model {id} cannot be read from {folder} ({why}) - roll back or restore"),
    later("{id} is no id of a model - ids are 32 hex digits"),
    later("the plant was changed meanwhile by {who} (version {n}, {at} UTC) - nothing was changed now; {cure}"),
    later(
        "the plant was changed meanwhile by {who} (version {n}, {at} UTC: {reason}) - nothing was changed now; {cure}"
    ),
)
BACKUPS = (
    later(
        "model {id} is in the journal and not in {folder} ({n} are missing) - restore the folder first, or roll "
        "back to a model that is there"
    ),
    later("the journal is damaged: {why} - restore an earlier backup"),
    later("the journal's connection was lost while it was copied - try again"),
    later(
        "{path} lies in the plant's folder {folder} and would be lost with it - name a place elsewhere, best on "
        "another disk"
    ),
    later("{path} is missing - restore it, then take the backup"),
    later("{path} is there already - a backup replaces nothing; choose another name, or remove it"),
    later("{path} became shorter while it was copied"),
)
JOBS = (
    later("this state holds no frozen task - it belongs to a learner or to another program"),
    later("this state holds no frozen tasks - it belongs to a learner or to another program"),
    later("frozen task without {key} - it was written by another version"),
    later("limits of version {n} need {name}, which is not there or never varies - freeze limits anew"),
    later("a hand-over is no {kind} - name a .pdf or a .xlsx"),
    later("file without an ending"),
    later("no night of {day} is on record - {there}"),
    later("there are nights from {since} to {until}"),
    later("there was no night yet"),
    later("{stage}, {what}: no champion yet - `qc night` makes one from labels"),
    later(
        "verdict {n} was not computed by the gate of a stage ({rule}, by {who}) - there is nothing to compute "
        "again; its reason is in its sentence"
    ),
    later("verdict {n}: no plant was defined at {at} - its record is older"),
    later("request {n} asks for {action} - known are {names}"),
    later("{told}; its gaps stand (`qc gaps`) - {why}"),
    later("nothing of {source} was ever read - `qc ingest` reads it from its beginning"),
    later("another scheduler leads this plant ({who}) - stop it first, or wait"),
    later("a scheduler already works in {folder} - stop it first"),
    later("a scheduler already works in {folder} (process {n}) - stop it first"),
)

"""What connectors say when a source is tried or read: of files, web services, brokers, devices, databases."""

from __future__ import annotations

from qc_app.language import later

SUBJECTS = (later("the newest complete file"),)
OF_FILES = (
    later("{file} is text in UTF-16 - set encoding = {name}, or save it as UTF-8"),
    later("{file} is JSON under another name - let it end in .jsonl, an object a line"),
    later(
        "{file} ends its lines with a carriage return alone, as no program of today does - save it again as CSV (UTF-8)"
    ),
    later("{file} holds formulas without their results ({value}) - open it in a spreadsheet program and save it there"),
    later("{file} is a web page or XML under another name - open it and save the table as CSV"),
    later("{file} cannot be opened ({why}) - give the right to read it"),
    later("{file} is larger than {n} MB in {encoding} - save it as UTF-8"),
    later("{file} is larger than {n} MB - export shorter stretches, or set max_mb"),
    later("{file} is empty - it needs a line with the names of the columns"),
    later("{file} is empty - it needs a row with the names of the columns"),
    later("{file} is empty - it needs one JSON object a line"),
    later("{file} is empty - export it again"),
    later("{file} names column {name} twice - rename one"),
    later("{file} has a quote that never ends - close it, or set quote = ''"),
    later("{file} repeats its header in another order - split it into files"),
    later("{file} is not {encoding} (byte {byte}: {why}) - set encoding, e.g. cp1252"),
    later("{file} is not utf-8 ({why}) - set encoding, e.g. cp1252"),
    later("{file} has a first line that cannot be split ({why}) - correct it"),
    later("{file} cannot be split near line {line} ({why})"),
    later("{file} has no sheet - save it again"),
    later("{file} has no sheet {name} (has: {names})"),
    later("{file} is no readable workbook ({why}) - save it again"),
    later("{file} has a description and no values - the values may be in a DFX file: join both"),
    later("{file} has no K-fields - it is no Q-DAS file"),
    later("{file} names no columns for tag, time and value - rename them so"),
    later("{file} has a tag called {name}, which is the name of a column - rename it"),
    later("{file} has no tag {name}, which names the unit - set unit_tag"),
    later("{file} has no columns 'from' and 'to' - name the columns of the range so"),
    later("{file} labels ranges of time, and the stage has no windows - give it {table}, or unit ids"),
    later("{file} is no readable Parquet file ({why}) - write it again"),
    later("{file} has {names}"),
    later("{folder} can be listed"),
)
OF_SERVICES = (
    later("{place} cannot be reached - check that the device runs"),
    later("{place} cannot be reached ({why})"),
    later("{place} does not answer ({why}) - check device and unit id"),
    later("{place} cannot be read now ({why}) - check that it runs and answers"),
    later("{place} refuses ({why}) - check user, password and rights"),
    later("{place} refuses the query ({why}) - check table and columns"),
    later("{place} refuses ({why}): {told}"),
    later("user or password are wrong, or lack the right - check user and password"),
    later("user or password are wrong - check user and password"),
    later("the server does not trust our certificate - {cure}"),
    later("the server refuses our certificate - {cure}"),
    later("our certificate is not valid now - {cure}"),
    later("let it accept ours"),
    later("`qc certificates list` shows file and SHA-256"),
    later("delete own.der and own.pem, they are made anew"),
    later("the server does not offer this security - choose another"),
    later(
        "the server does not offer {security} (offers: {names}) - switch it on at the server, or choose "
        "another with security and message_mode"
    ),
    later("the certificate of {place} is not trusted ({why}) - check ca_file and the name"),
    later("a certificate cannot be read ({why}) - check ca_file, cert_file"),
    later("a certificate cannot be used ({why}) - check ca_file, cert_file"),
    later("ca_file, cert_file or key_file cannot be used ({why}) - check it"),
    later("TLS with {place} fails ({why}) - check ca_file"),
    later("the server's certificate is not valid now ({what}) - renew it"),
    later(
        "pending - nobody has accepted the server's certificate yet ({what}); no data are read. Compare the "
        "SHA-256 with the one that the server shows, then {command}"
    ),
    later(
        "rejected - an engineer has rejected the server's certificate ({what}); no data are read. If it is "
        "the right one after all: {command}"
    ),
    later("the broker {words} within {n} s"),
    later("no room for what the broker sends; it keeps the rest meanwhile"),
    later("the cluster refuses: {why} - {cure}"),
    later("the settings do not fit ({why}) - correct them"),
    later("the name {name} is not known ({why}) - check url and name server"),
    later("{host} is not among the hosts that may be asked - add it to {setting}, or check url"),
    later("{place} answers what is no whole JSON ({why})"),
    later("{place} answers what is no UTF-8 ({why})"),
    later("{place} answers what is no whole XML ({why})"),
    later("{place} answers more than {n} MB - ask for less at once, or set max_mb"),
    later("{words} - check url and settings"),
    later("{words} - check auth, its secret and the rights it has"),
    later("environment variable {name} is not set - set it"),
    later("file {file} cannot be read ({why}) - check it"),
    later("no driver for {name} ({why}) - install it"),
    later("SQLite file {path} is not there - check url"),
    later("the database answers"),
    later("a row can be read"),
    later("no row yet, which is fine"),
    later("no register is mapped yet, which is fine"),
    later("the topic holds no message yet, which is fine"),
    later("the connection broke"),
    later("hung - no sign of life for two keep-alives"),
    later(
        "the server keeps no history of these tags, so what was missed stands as a gap - switch it on there "
        "for the next time, and take in what a historian exports of this one (`qc import`)"
    ),
)

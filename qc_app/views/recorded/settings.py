"""What the settings of a source, a stage or a write-back get wrong, and what to write instead."""

from __future__ import annotations

from qc_app.language import later

SIGNING_IN = (
    later("the url holds a user - give auth, user and password = 'env:NAME'"),
    later("the url holds a user - give user = '...' and password = 'env:NAME'"),
    later("the url holds a secret - give auth = 'header', header = '...' and token = 'env:NAME'"),
    later("auth = {value} is not known - {hint}"),
    later("auth = {value} needs {key} - give it in the source"),
    later("a user, password or token without auth - set auth, e.g. auth = 'basic'"),
    later("header = {value} is no name of a header - e.g. 'X-Api-Key'"),
    later(
        "a literal {key} stands in the plant definition - give {other} = 'env:NAME' or 'file:PATH' (allow_plain = "
        "true lets it pass for a trial)"
    ),
    later("the {key} would travel unencrypted - use https://, or set allow_insecure = true for a trial"),
    later("the token holds signs that no header may carry - check the reference"),
    later("cert_file and key_file belong together - give both or neither"),
    later("cert_file and key_file belong together - give both"),
    later("ca_file or cert_file without TLS - write url = 'https://...'"),
    later("certificates are given without tls = true - switch it on"),
    later("security = {value} is broken - use one of {names}"),
    later("security = {value} is not known - {hint}"),
    later(
        "security = 'None' lets anyone on the network read and forge values - use security = {value}, or set "
        "allow_insecure = true for a trial"
    ),
    later("pki is missing - name the folder for our certificate and the trust list"),
    later("message_mode = {value} - use 'SignAndEncrypt' or 'Sign'"),
    later(
        "the server calls itself {uri}, its certificate carries {other}, server_uri demands {third} - another "
        "server may answer there; have the certificate made anew, or mend server_uri"
    ),
    later(
        "the server calls itself {uri}, its certificate carries {other} - another server may answer there; have "
        "the certificate made anew, or mend server_uri"
    ),
    later("certificate {text} is our own - the server decides about it, not we"),
    later("folder of certificates {folder} cannot be written ({why}) - mend pki"),
    later("folder of certificates {folder} cannot be written ({why}) - mend its rights"),
)
OF_A_KIND = (
    later("url = {value} - write url = 'https://host:port/path'"),
    later("url cannot be read - write url = 'https://host:port/path'"),
    later("url cannot be read - write it like postgresql+psycopg://reader@host/db"),
    later("url = {value} is none of OPC UA - write url = 'opc.tcp://host:4840'"),
    later("host is missing - give the device's address"),
    later("host is missing - give it in {place}"),
    later("{key} is missing - give it in {place}"),
    later("{key} is missing - give it in the source"),
    later("path is missing - give the folder, e.g. path = '/data/in'"),
    later("{key} = {value} - use one of {names}"),
    later("{key} = {value} - give a number above 0"),
    later("{key} = {value} - it must not be negative"),
    later("{key} = {value} - give true or false"),
    later("{key} = {value} - give {wanted}, e.g. {example}"),
    later("timeout_s = {value} - give a number above 0, at most 3600"),
    later("retries must not be negative, max_mb must be at least 1"),
    later("settle_s must not be negative, batch_rows and max_mb at least 1"),
    later("page_rows must be at least 2, lag_s must not be negative"),
    later("lag_s must not be negative, page_rows and timeout_s must be above 0"),
    later("overlap_s must not be negative, page_values must be at least 2, tags_at_once at least 1"),
    later("timeout_s must be above 0, max_payload_kb fit into spool_mb eight times"),
    later("wait_s and clock_ahead_s must not be negative, spool_mb must be above 0"),
    later("every_s and timeout_s must be above 0, join 0 to 100, port 0 to 65535 - mend them"),
    later("every_s must be above 0, count at least 1"),
    later("port, keepalive_s or session_expiry_s is out of range - correct it"),
    later("max_payload_kb must be within 1..{n}, MQTT's limit"),
    later("format {value} - did you mean {name}?"),
    later("separator {value}, quote {other} - each must be one ASCII sign"),
    later("encoding {value} is not known - use e.g. utf-8, cp1252"),
    later("{key} = {value} - did you mean {name}?"),
    later("tags = {value} - write tags = 'line=2&site=North'"),
    later("servers = {value} - write host:port, several with commas"),
    later("framing = {value} - use 'tcp', or 'rtu' without tls"),
    later("topics = {value} - give a topic or a list, e.g. 'plant/#'"),
    later("topic {value}: # stands alone and last, + alone"),
    later("protocol = {value} - use '5' or '3.1.1'"),
    later("payload = {value} - use 'json' or 'text'"),
    later("device = {value} is no name of a device"),
    later("way = {value} - use 'subscribe' or 'poll'"),
    later("way = {value} - use 'recorded' or 'interpolated'"),
    later("begin = {value} - write begin = '2026-01-01T00:00:00Z'"),
    later("params = {value} - write params = 'line=2&status=done'"),
    later("paging = {value} needs {key} - give it in the source"),
)
TAGS = (
    later("no area {text} - {hint}"),
    later("no type {text} - {hint}"),
    later("no word {text} - {hint}"),
    later("no order {text} - use one of {names}"),
    later("{what} {text} is no number - write e.g. {example}"),
    later("address {value} is beyond 65535 - write e.g. {example}, counted from 0"),
    later("device {value} - give 0 to 255"),
    later("scale 0 makes every value 0 - give another"),
    later("type {value} - a bit is 0 to 15, a string has 1 to 250 bytes"),
    later("tag {text} names no namespace - set namespace = 'URI', or nsu=URI;s=NAME"),
    later(
        "tag {text} names its namespace by an index, which changes with the server's configuration - write "
        "nsu=URI;s=NAME (qc check and discover show the URIs)"
    ),
    later("tag {text} names no node ({why}) - write nsu=URI;s=NAME"),
    later("tag {text} names no server - set server, or write its path {path}"),
)
ROWS = (
    later("{names} is good and bad - leave it in one of them"),
    later("zone {value} is not known - use an IANA name such as {name}"),
    later("zone {value} is not known - use an IANA name"),
    later("ambiguous = {value} - use 'reject', 'earliest' or 'latest'"),
    later("nonexistent = {value} - use 'reject' or 'forward'"),
    later("time_fallback = {value} - use 'server', 'reject' or 'ingest'"),
    later("max_skew_s = {value} - give seconds above 0"),
    later("{delivered} is {kind} and {wanted} is {other}, there is no conversion - correct one of the two units"),
    later("unit {value} is not known - {hint}"),
    later("{what} name {name} is empty or padded with blanks - give it a visible name"),
    later("{what} name {name} holds invisible control characters - remove them"),
    later("carries {value} - use 'measurements' or 'labels'"),
    later("decimal {value} - use '.' or ','"),
    later("lateness_s {value} is negative - give seconds"),
    later("idle_after_s {value} - give seconds above 0"),
    later(
        "no column of {file} is the time (has: {names}) - name one 'time', or, of a historian's export, three 'tag',"
        " 'time' and 'value'"
    ),
    later("{file} has no K-fields (K0100 ...) - it is no Q-DAS file: export it again"),
    later("{file} describes no characteristic (K2001, K2002) - join it with its DFD file"),
    later("times in {column} such as {text} are not understood - set time_format in the source"),
    later("{file} cannot be read ({why}) - name a file that is there"),
    later("kind {kind} needs {name} - install it beside the application"),
)
STAGES = (
    later("parameter name {name} is reserved - choose another, e.g. {example}"),
    later("low {value} is not below high {other} - swap them"),
    later("kind {value} - use 'continuous' or 'binary'"),
    later("{limits} are out of order - they must rise"),
    later("gauge_sd {value} is negative - give a deviation"),
    later(
        "subgroup_size {value}, subgroup_by {name} - give a size of 1 to {n}, or what the results of a subgroup "
        "share, not both"
    ),
    later("hold_s {value} - give 1 or more whole seconds, or leave it out"),
    later(
        "a length_s of {value} with a step_s of {other} puts every value into more than {n} windows - make step_s "
        "longer"
    ),
    later(
        "delay_s {value} with tolerance_s {other} finds nothing - give a delay of 0 or more seconds and a "
        "tolerance above 0"
    ),
    later("tolerance_s without delay_s - give both, or neither"),
    later("takes {name} twice - name it once"),
    later("{names} named twice - names must be unique in a stage"),
    later("stage {stage} names itself as upstream - remove it from 'upstream'"),
    later("{key} {value} - give {n} or more whole seconds"),
    later(
        "stage {stage}, characteristic {what}: subgroup_by {name} is neither {lot} nor a parameter of the stage - "
        "name one of them"
    ),
)

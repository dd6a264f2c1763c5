"""Settings of a Modbus device as a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data_connectors.errors import DefinitionError
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a Modbus source.

    Parameters
    ----------
    host : str
        Name or address of the device.
    port : int
        0: 502, or 802 with TLS.
    device : int
        Unit id of registers that name none.
    every_s : float
        Seconds between two readings.
    timeout_s : float
        How long a request may take.
    join : int
        Registers between two wanted ones that are read along to save a request.
    framing : {'tcp', 'rtu'}
        ``rtu`` for gateways that pass serial frames through.
    tls : bool
        Encrypt the connection.
    ca_file, cert_file, key_file : str
        The authority that signs the device's certificate; our certificate and key, where the device wants them.
    """

    host: str
    port: int = 0
    device: int = 1
    every_s: float = 1.0
    timeout_s: float = 3.0
    join: int = 8
    framing: str = "tcp"
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""

    @classmethod
    def of(cls, source: Source, also: Iterable[str] = ()) -> Options:
        """Return the options that the plant definition gives `source`; `also` are keys that others read.

        Raises
        ------
        DefinitionError
            If one is unknown, missing or impossible.
        """
        require_known(source, dict.fromkeys([*cls.__slots__, *also]))
        defaults = cls("")
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in cls.__slots__})
        options._require_sound(f"source {source.name!r}")
        return options

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or (802 if self.tls else 502)

    def _require_sound(self, where: str) -> None:
        if not self.host:
            raise DefinitionError(f"{where}: host is missing - give the device's address")
        if self.framing not in {"tcp", "rtu"} or (self.tls and self.framing != "tcp"):
            raise DefinitionError(f"{where}: framing = {self.framing!r} - use 'tcp', or 'rtu' without tls")
        if not (self.every_s > 0 and self.timeout_s > 0 and 0 <= self.join <= 100 and 0 <= self.port <= 65535):
            raise DefinitionError(
                f"{where}: every_s and timeout_s must be above 0, join 0 to 100, port 0 to 65535 - mend them"
            )
        if (self.ca_file or self.cert_file or self.key_file) and not self.tls:
            raise DefinitionError(f"{where}: certificates are given without tls = true - switch it on")
        if bool(self.cert_file) != bool(self.key_file):
            raise DefinitionError(f"{where}: cert_file and key_file belong together - give both")

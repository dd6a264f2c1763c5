"""The payload of Sparkplug B, as far as it is read here: field numbers and types of the public specification.

Eclipse Sparkplug 3.0, 6.4 (payload and metrics) and 6.4.16 (data types). Unknown fields (templates, data sets) are
passed over by the wire format itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from data_connectors.live.fields import Value

_PACKAGE = "qc.sparkplug"
_VALUES = {"int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value", "bytes_value"}

#: Message -> its fields: number, name, type; a capital is a message, a star repeats.
_LAYOUT: dict[str, tuple[tuple[int, str, str], ...]] = {
    "Payload": ((1, "timestamp", "uint64"), (2, "metrics", "Metric*"), (3, "seq", "uint64")),
    "Metric": (
        (1, "name", "string"),
        (2, "alias", "uint64"),
        (3, "timestamp", "uint64"),
        (4, "datatype", "uint32"),
        (5, "is_historical", "bool"),
        (7, "is_null", "bool"),
        (9, "properties", "Properties"),
        (10, "int_value", "uint32"),
        (11, "long_value", "uint64"),
        (12, "float_value", "float"),
        (13, "double_value", "double"),
        (14, "boolean_value", "bool"),
        (15, "string_value", "string"),
        (16, "bytes_value", "bytes"),
    ),
    "Properties": ((1, "keys", "string*"), (2, "values", "Property*")),
    "Property": ((1, "type", "uint32"), (3, "int_value", "uint32"), (4, "long_value", "uint64")),
}
#: Bits of the signed types: Int8, Int16, Int32 and Int64 travel as unsigned numbers (6.4.16).
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}


@cache
def payload_class() -> Any:
    """Return the class of a payload.

    Examples
    --------
    >>> told = payload_class()(seq=3)
    >>> payload_class().FromString(told.SerializeToString()).seq
    3
    """
    file = FileDescriptorProto(name="sparkplug.proto", package=_PACKAGE, syntax="proto2")
    for name, layout in _LAYOUT.items():
        file.message_type.append(_message(name, layout))
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


def _message(name: str, layout: tuple[tuple[int, str, str], ...]) -> DescriptorProto:
    made = DescriptorProto(name=name)
    for number, field, kind in layout:
        label = FieldDescriptorProto.LABEL_REPEATED if kind.endswith("*") else FieldDescriptorProto.LABEL_OPTIONAL
        plain = kind.removesuffix("*")
        words: dict[str, Any] = {"name": field, "number": number, "label": label}
        if plain[0].isupper():
            words |= {"type": FieldDescriptorProto.TYPE_MESSAGE, "type_name": f".{_PACKAGE}.{plain}"}
        else:
            words["type"] = getattr(FieldDescriptorProto, f"TYPE_{plain.upper()}")
        made.field.append(FieldDescriptorProto(**words))
    return made


def decoded(data: bytes) -> Any:
    """Return a payload.

    Raises
    ------
    ValueError
        In words, if the bytes are none.
    """
    try:
        return payload_class().FromString(data)
    except DecodeError as error:
        raise ValueError(f"it is no Sparkplug B payload ({error})") from None


def value_of(metric: Any, datatype: int) -> Value:
    """Return the value of a metric, None where it is null or of a kind that is no single value.

    Examples
    --------
    >>> metric = payload_class()().metrics.add(name="temp", datatype=3, int_value=2**32 - 5)
    >>> value_of(metric, 3)
    -5
    """
    if metric.is_null:
        return None
    found = next((name for name in _VALUES if metric.HasField(name)), None)
    if found is None:
        return None
    told = getattr(metric, found)
    if found == "bytes_value":
        return str(bytes(told).hex())
    bits = _SIGNED.get(datatype)
    if bits and found in {"int_value", "long_value"}:
        told &= (1 << bits) - 1
        return int(told - (1 << bits)) if told >> (bits - 1) else int(told)
    value: Value = told
    return value


def quality_of_metric(metric: Any) -> int | None:
    """Return the number of the property ``Quality``, None where there is none."""
    if not metric.HasField("properties"):
        return None
    told = dict(zip(metric.properties.keys, metric.properties.values, strict=False))
    found = told.get("Quality")
    if found is None:
        return None
    return int(found.int_value if found.HasField("int_value") else found.long_value)


def rebirth() -> bytes:
    """Return the one command there is: a node is asked to tell its birth again (6.4.22)."""
    told = payload_class()()
    told.metrics.add(name="Node Control/Rebirth", datatype=11, boolean_value=True)
    return bytes(told.SerializeToString())

"""Waymark's own export, read back into records: every one is checked before any is kept.

Sessions, tokens and the journal belong to the instance that made it, so they are not read.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import asdict

from waymark.actions.archives import Archive, Settings
from waymark.domain.days import is_zone
from waymark.domain.documents import CheckInDocument
from waymark.domain.money import is_currency
from waymark.domain.records import CheckIn
from waymark.domain.vocabulary import CheckInMode
from waymark.doors.files import File
from waymark.errors import Fault, Invalid
from waymark.queries.export import FORMAT, OF_THE_LOG, VERSION
from waymark.store.export_statements import JSON_TEXTS, PARTS
from waymark.store.integrity import integrity_faults
from waymark.store.journal import wire_name

MAX_FAULTS: Final = 50
_HOURS: Final = range(24)
_PERCENTS: Final = range(1, 101)


class _ArchivedFact(CheckInDocument, frozen=True, kw_only=True, rename="camel"):
    """A check-in as it is exported: `givenMode` is null where it follows its goal's."""

    given_mode: CheckInMode | None


def archive(file: File) -> Archive:
    """What an export holds, as a file or as the API answers it; Invalid names every place that is wrong."""
    outer = _decoded(file, file.content.removeprefix(b"\xef\xbb\xbf"), dict[str, msgspec.Raw])
    if "success" in outer and "data" in outer:
        outer = _decoded(file, outer["data"], dict[str, msgspec.Raw])
    head = [msgspec.json.decode(outer[name]) if name in outer else None for name in ("format", "version")]
    if head != [FORMAT, VERSION]:
        raise Invalid(f"{file.name}: this is no export of Waymark, version {VERSION}.")
    faults: list[Fault] = []
    records = {name: _records(name, outer, faults) for name in PARTS}
    settings = _decoded(file, outer.get("user", msgspec.Raw(b"{}")), Settings)
    found = Archive(settings, records)
    faults += _settings_faults(settings)
    if not faults:
        faults += integrity_faults(records)
    if faults:
        raise Invalid(f"{file.name}: this export is damaged.", details=faults[:MAX_FAULTS])
    return found


def _decoded(file: File, raw: bytes | msgspec.Raw, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise Invalid(f"{file.name}: this is no export: {error}") from None


def _settings_faults(settings: Settings) -> Iterator[Fault]:
    checks = {
        "baseCurrency": is_currency(settings.base_currency),
        "timezone": is_zone(settings.timezone),
        "dayStartsAt": settings.day_starts_at in _HOURS,
        "insightThresholds": all(each in _PERCENTS for each in settings.insight_thresholds or ()),
    }
    for name, is_right in checks.items():
        if not is_right:
            yield Fault(f"user.{name}", "invalid", "Nothing that an account can have.")


def _records(name: str, outer: Mapping[str, msgspec.Raw], faults: list[Fault]) -> list[Any]:
    _, record = PARTS[name]
    wire, found = _wire(record), []
    try:
        raws = msgspec.json.decode(outer.get(name, msgspec.Raw(b"[]")), type=list[msgspec.Raw])
    except msgspec.MsgspecError as error:
        faults.append(Fault(name, "invalid", str(error)))
        return []
    for index, raw in enumerate(raws):
        try:
            found.append(_record(record, msgspec.json.decode(raw, type=wire)))
        except msgspec.MsgspecError as error:
            faults.append(Fault(f"{name}[{index}]", "invalid", str(error)))
    return found


def _wire(record: type[Any]) -> type[Any]:
    """The record with the names that clients know, each field of it required; texts of JSON as JSON."""
    if record is CheckIn:
        return _ArchivedFact
    fields = [
        (field.name, msgspec.Raw if field.name in JSON_TEXTS.get(record, ()) else field.type)
        for field in msgspec.structs.fields(record)
        if field.name != OF_THE_LOG
    ]
    return msgspec.defstruct(
        f"Archived{record.__name__}",
        fields,
        rename=wire_name,
        frozen=True,
        kw_only=True,
    )


def _record(record: type[Any], read: Any) -> Any:
    values = asdict(read)
    if record is CheckIn:
        link = values.pop("link")
        values["mode"] = values.pop("given_mode")
        if link is not None:
            values |= {"link_type": link.type, "link_id": link.id, "link_url": link.url}
    for name in JSON_TEXTS.get(record, ()):
        text = bytes(values[name]).decode()
        values[name] = None if text == "null" else text
    return record(**values)

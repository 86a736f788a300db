"""What a run's file of Weights & Biases says: LevelDB's log format, with one of wandb's own messages in each record."""

import json
import pathlib
import struct

from wandb.proto.wandb_internal_pb2 import Record

BLOCK = 32768

HEADER = 7


def run_file(folder: pathlib.Path) -> pathlib.Path:
    """Return the only run file below a folder."""
    (path,) = folder.glob("wandb/*run-*/run-*.wandb")
    return path


def records(path: pathlib.Path) -> list[Record]:
    content = path.read_bytes()
    assert content[:4] == b":W&B"
    found, parts, position = [], [], HEADER
    while position + HEADER <= len(content):
        left = BLOCK - position % BLOCK
        if left < HEADER:
            position += left
            continue
        _, length, kind = struct.unpack_from("<IHB", content, position)
        parts.append(content[position + HEADER : position + HEADER + length])
        position += HEADER + length
        # Whole, first, middle and last parts of a record are 1, 2, 3 and 4; the rest of a file may be zeros.
        if kind in (1, 4):
            record = Record()
            record.ParseFromString(b"".join(parts))
            found.append(record)
        if kind in (0, 1, 4):
            parts = []
    return found


def history(path: pathlib.Path) -> list[dict]:
    """Return the rows that were logged for epochs; pictures are dicts."""
    return [row for row in _rows(path) if "epoch" in row]


def tables(path: pathlib.Path) -> list[dict]:
    """Return what was logged besides the epochs."""
    return [row for row in _rows(path) if "epoch" not in row]


def _rows(path):
    rows = (record.history for record in records(path) if record.WhichOneof("record_type") == "history")
    return [_row(row.item) for row in rows]


def _row(items):
    row = {}
    for item in items:
        name, *parts = item.nested_key or [item.key]
        if parts:
            row.setdefault(name, {})[".".join(parts)] = json.loads(item.value_json)
        else:
            row[name] = json.loads(item.value_json)
    return row


def config(path: pathlib.Path) -> dict:
    """Return the run's configuration, without what wandb adds to it."""
    (run,) = (record.run for record in records(path) if record.WhichOneof("record_type") == "run")
    return {item.key: json.loads(item.value_json) for item in run.config.update if item.key != "_wandb"}


def metrics(path: pathlib.Path) -> dict:
    """Return the definitions of charts, by their names."""
    found = (record.metric for record in records(path) if record.WhichOneof("record_type") == "metric")
    return {metric.name: metric for metric in found}


def summary(path: pathlib.Path) -> dict:
    """Return the run's summary, as it was set by hand."""
    found = {}
    for record in records(path):
        if record.WhichOneof("record_type") == "summary":
            found.update(
                {".".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.summary.update}
            )
    return found


def artifacts(path: pathlib.Path) -> dict[str, set[str]]:
    """Return the names of the files of each artifact."""
    found = {}
    for record in records(path):
        if record.WhichOneof("record_type") == "request" and record.request.HasField("log_artifact"):
            artifact = record.request.log_artifact.artifact
        elif record.WhichOneof("record_type") == "artifact":
            artifact = record.artifact
        else:
            continue
        found[artifact.name] = {entry.path for entry in artifact.manifest.contents}
    return found

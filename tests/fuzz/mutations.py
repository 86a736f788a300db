"""Random damage to bytes, JSON, tables, archives and command lines."""

import copy
import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

#: Values that nobody expects in a JSON file.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 3, 7, 100, 0.5, 1e-3, 0.99, 2**31, 2**63, -(2**64), 10**30, -1e308),
    *(float("nan"), float("inf")),
    *("", "a", "nan", "é", "\ud800", "../../a", "/dev/zero", "a" * 5000, "\x1b[2J", "a\nb"),
    *([], [1], [[]], ["a"], [None] * 3, {}, {"a": 1}, {"name": 5}, {"": {}}, [[[[[[1]]]]]]),
)

#: Cells that nobody expects in a table of numbers.
CELLS = (
    *("", "nan", "inf", "-inf", "1e999", "-1", "a", '"', '""', "1,2", "\0", "é", "\r", "\n", "0x1", "1_0", " ", "'"),
    *("9" * 400, "9" * 200_000, "epoch", "=1+1", "1.5", "1e-400"),
)

#: Arguments that nobody expects.
TOKENS = (
    *("", "-", "--", "=", "--=", "-1", "0", "1", "3", "1.5", "nan", "-inf", "1e400", "2147483648", "1" + "0" * 30),
    *("a", "é", "\udcff", "\x1b[2J", "a b", "a\nb", "[]", "{}", "None", "True", "d_loss=a", "=a", "a=", "a" * 300),
    *("a" * 100_000, "/dev/null", "/dev/zero", "nothing/there", "~", "--help-al", "--epochs", "--seed=-1", "64x64"),
)


def damaged_bytes(chance: random.Random, content: bytes) -> bytes:
    """Flip, cut, repeat or insert some bytes, most often near the beginning or the end, where headers are."""
    content = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        near = min(len(content), chance.choice((16, 128, 10**9)))
        start = chance.randrange(near + 1) if chance.random() < 0.7 else len(content) - chance.randrange(near + 1)
        length = chance.choice((1, 1, 2, 4, 64))
        action = chance.randrange(5)
        if action == 0:
            content[start : start + length] = chance.randbytes(len(content[start : start + length]))
        elif action == 1:
            content[start : start + 1] = bytes(byte ^ (1 << chance.randrange(8)) for byte in content[start : start + 1])
        elif action == 2:
            del content[start : start + chance.choice((length, 10**9))]
        elif action == 3:
            content[start:start] = content[start : start + length] * chance.choice((1, 1, 1000))
        else:
            content[start:start] = chance.choice((b"\0", b"\xff", b"{", b"[" * 10_000, b"9" * 5000, b"\n", b",", b'"'))
    return bytes(content)


def damaged_json(chance: random.Random, content: bytes) -> bytes:
    """Replace, remove or rename values of a JSON object, or damage its bytes."""
    if chance.random() < 0.2:
        return damaged_bytes(chance, content)
    value = json.loads(content)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        value = _damaged_value(chance, value)
    return json.dumps(value).encode()


def _damaged_value(chance: random.Random, value: Any) -> Any:
    """Change one value somewhere inside."""
    if not isinstance(value, (dict, list)) or not value or chance.random() < 0.05:
        return copy.deepcopy(chance.choice(VALUES))
    key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    action = chance.random()
    if action < 0.1:
        del value[key]
    elif action < 0.15 and isinstance(value, dict):
        value[chance.choice(("a", "", "é", f"{key}s"))] = value.pop(key)
    else:
        value[key] = _damaged_value(chance, value[key])
    return value


def damaged_table(chance: random.Random, content: bytes) -> bytes:
    """Replace, remove or repeat cells, rows and columns of a table, or damage its bytes."""
    if chance.random() < 0.3:
        return damaged_bytes(chance, content)
    rows = [line.split(",") for line in content.decode().splitlines()]
    for _ in range(chance.choice((1, 1, 2, 5))):
        row, column = chance.randrange(len(rows)), chance.randrange(len(rows[0]))
        action = chance.randrange(6)
        if action == 0:
            rows = [[*each[:column], *each[column + 1 :]] for each in rows]
        elif action == 1 and len(rows) > 1:
            del rows[row]
        elif action == 2:
            rows.insert(chance.randrange(len(rows) + 1), list(rows[row]))
        elif column < len(rows[row]):
            rows[row][column] = chance.choice(CELLS)
        rows[0] = rows[0] or [""]
    end = chance.choice(("\n", "\n", "\n", "", "\r\n"))
    return (chance.choice(("\n", "\n", "\r\n")).join(map(",".join, rows)) + end).encode()


def damaged_archive(members: dict[str, Callable[[random.Random, bytes], bytes]]) -> Callable[..., bytes]:
    """Return a damage of ZIP archives: to the archive, to its list, or inside of one of its members.

    Args:
        members: The damage of each member, by a part of its name. Others have their bytes damaged.
    """

    def damage(chance: random.Random, content: bytes) -> bytes:
        if chance.random() < 0.3:
            return damaged_bytes(chance, content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [(name, archive.read(name)) for name in archive.namelist()]
        place = chance.randrange(len(files))
        name, inner = files[place]
        action = chance.random()
        if action < 0.1:
            del files[place]
        elif action < 0.2:
            files[place] = (chance.choice(("../a", "/a", "a", "assets/a", "", f"{name}.npy", "C:a")), inner)
        elif action < 0.25:
            files.append((f"{name}/a", inner))
        else:
            own = next((each for part, each in members.items() if part in name), damaged_bytes)
            files[place] = (name, own(chance, inner))
        method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
        return _packed(files, method)

    return damage


def _packed(files: Sequence[tuple[str, bytes]], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name or "a", content)
    return buffer.getvalue()


def damaged_arguments(chance: random.Random, arguments: Sequence[str]) -> list[str]:
    """Replace, remove, repeat, join or insert arguments."""
    arguments = list(arguments)
    for _ in range(chance.choice((1, 1, 2, 4))):
        place = chance.randrange(len(arguments) + 1)
        action = chance.randrange(5)
        if action == 0:
            del arguments[place : place + 1]
        elif action == 1:
            arguments[place:place] = arguments[place : place + 2]
        elif action == 2:
            arguments[place : place + 2] = ["=".join(arguments[place : place + 2])]
        else:
            arguments[place : place + chance.choice((0, 1, 1))] = [chance.choice(TOKENS)]
    return arguments

"""docs/conventions.md says what the golden values hold."""

import json
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
GOLDEN = json.loads((ROOT / "tests" / "golden" / "losses.json").read_text(encoding="utf-8"))
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| where"))
]


def test_there_are_rows():
    assert len(ROWS) > 30
    assert all(len(row) == 4 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[-1])
def test_recipe_is_golden(row):
    (recipe,) = re.findall(r"^`(.*)`$", row[3])
    peers = {record["peer"] for record in GOLDEN["records"] if record["recipe"] == recipe}
    assert any(row[2].startswith(peer) for peer in peers), peers


def test_every_peer_is_there():
    peers = {record["peer"] for record in GOLDEN["records"]} - {"scikit-learn"}
    assert all(any(row[2].startswith(peer) for row in ROWS) for peer in peers)

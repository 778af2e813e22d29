#!/usr/bin/env python3
"""Prints every query of the dashboards as one JSON object a line.

Variables stand for what matches everything, so that each query can be run as it is:

    python3 dashboards/queries.py

Members: `dashboard` (file), `panel` (title), `refId`, `expr`. The first three, joined by " / ", are a
key of no-data.json.
"""

import json
import pathlib
import re
import sys

DASHBOARDS = pathlib.Path(__file__).resolve().parent / "grafana"

VALUES = {
    "cluster": ".*",
    "job": ".*",
    "instance": ".*",
    "namespace": ".*",
    "workload": ".*",
    "__rate_interval": "15s",
    "__range": "5m",
    "__interval": "5s",
}

VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def substituted(expression, values):
    """The expression with its variables replaced. `$1` is label_replace's own and stays."""

    def value(match):
        name = match.group(1) or match.group(2)
        if name.isdigit():
            return match.group(0)
        if name not in values:
            raise ValueError(f"${name} has no value here: {expression}")
        return values[name]

    return VARIABLE.sub(value, expression)


def panels(dashboard):
    """All panels that draw something, also those of collapsed rows."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def queries():
    """All queries in the order of files and panels."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in panels(json.loads(path.read_text(encoding="utf-8"))):
            for target in panel["targets"]:
                yield {
                    "dashboard": path.name,
                    "panel": panel["title"],
                    "refId": target["refId"],
                    "expr": substituted(target["expr"], VALUES),
                }


def main():
    """Fails where two queries of a dashboard could not be told apart."""
    seen = set()
    for query in queries():
        key = (query["dashboard"], query["panel"], query["refId"])
        if key in seen:
            sys.exit(f"{' / '.join(key)}: there are two of them; give one panel another title")
        seen.add(key)
        print(json.dumps(query, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""Reads dashboards with the models that Grafana publishes of them, and says what these do not keep of each.

usage: models.py FILE...   One line a file: "kept FILE", or "lost FILE: WHERE"; exit 3 where the models are not here.
"""

import json
import sys

try:
    from grafana_foundation_sdk.cog import plugins
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models.dashboard import Dashboard
except ImportError as error:
    print(error)
    sys.exit(3)


def lost(written, kept, where):
    """The places of what is written and not kept: unknown keys, and values that are read as others."""
    if isinstance(written, dict) and isinstance(kept, dict):
        for key, value in written.items():
            if key in kept:
                yield from lost(value, kept[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}"
    elif isinstance(written, list) and isinstance(kept, list) and len(written) == len(kept):
        for index, (one, other) in enumerate(zip(written, kept)):
            yield from lost(one, other, f"{where}.{index}")
    elif written != kept:
        yield where


plugins.register_default_plugins()
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    kept = json.loads(json.dumps(Dashboard.from_json(dashboard), cls=JSONEncoder))
    places = list(lost(dashboard, kept, ""))
    print(f"lost {path}: {', '.join(places)}" if places else f"kept {path}")

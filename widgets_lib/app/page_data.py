"""A page's data as JSON, with what many widgets have written once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

WORTH_SHARING = 1_000  # letters of JSON


def share(states: dict[str, dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[Any]]:
    """(states, values): a large value that several widgets have is {"$shared": its place in `values`} in each of them."""
    texts = [json.dumps(value) for state in states.values() for value in state.values()]
    counts = Counter(text for text in texts if len(text) >= WORTH_SHARING)
    places = {text: at for at, text in enumerate(text for text, count in counts.items() if count > 1)}

    def shared(value: Any) -> Any:
        text = json.dumps(value)
        return {"$shared": places[text]} if text in places else value

    small = {key: {name: shared(value) for name, value in state.items()} for key, state in states.items()}
    return small, [json.loads(text) for text in places]


def script_text(data: Any) -> str:
    """JSON for a script element, which no text in it can end."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")

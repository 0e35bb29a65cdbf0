from __future__ import annotations

import pytest

from impasto.schema import in_words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 4000}, "whole number from 1 to 4,000"),
        ({"type": "integer", "minimum": 0, "exclusiveMaximum": 2**63}, "whole number of at least 0 and below 2^63"),
        ({"type": "integer", "minimum": 8, "maximum": 64, "multipleOf": 2}, "whole number from 8 to 64, in steps of 2"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1.5}, "number above 0 and at most 1.5"),
        ({"type": "number", "maximum": 1e-6}, "number at most 1e-06"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "true or false"),
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "file-path"}, "file"),
        ({"type": "string", "enum": ["a", "b", ""]}, "a, b or ''"),
        ({"const": "a"}, "a"),
        ({"anyOf": [{"enum": ["even", "karras"]}, {"type": "null"}]}, "even, karras or null"),
        ({"type": "array", "items": {"type": "string", "format": "file-path"}, "maxItems": 9}, "list of up to 9 files"),
        ({"type": "array", "items": {"type": "boolean"}}, "list of true or false"),
        ({"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{"type": "number"}] * 2}, "list of 2 numbers"),
        ({"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "object"}}, "list of 1 to 3 sections"),
        ({"type": "object", "properties": {}}, "section"),
        ({"type": "object", "additionalProperties": True}, "table of names and values"),
        ({}, "any value"),
    ],
)
def test_a_schema_is_said_in_words(schema, words):
    assert in_words(schema) == words

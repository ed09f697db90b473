"""Inputs that fit botocore's model, from a seed."""

import base64
import string

from botocore.utils import is_json_value_header as is_json_header

TEXTS = [
    "plain",
    "two words",
    "a/b:c+d=e?f#g%h&i",
    "<tag attr='x'>\"quoted\" & more</tag>",
    "ünï ☃ 𝄞",
    "*~-_.!()",
    "line\nbreak\ttab",
    "arn:aws:iam::123456789012:role/path/name",
]
ASCII_TEXTS = ["plain", "two words", "a/b:c=d", 'with "quotes", and comma', "x"]
TIMES = ["2026-11-22T05:54:38Z", "2024-02-29T23:59:59.125Z", "2020-01-31T01:02:03+05:30", 1700000000, 1.5, 0]
FLOATS = [0.0, 0.1, 1.0, -2.5, 1e15, 1e16, 1.5e-7, 123456.789, 3]
DEPTH = 6


def inputs(chance, operation, protocol):
    """The smallest input, the largest, and one in between."""
    shape = operation.input_shape
    if shape is None:
        return [{}]
    maker = Maker(chance, shape, protocol)
    return [maker.root(0.0), maker.root(1.0), maker.root(0.5)]


class Maker:
    def __init__(self, chance, shape, protocol):
        self.chance = chance
        self.shape = shape
        self.protocol = protocol
        self.share = 1.0

    def root(self, share):
        self.share = share
        return self.structure(self.shape, [])

    def value(self, shape, above, location=None):
        kind = shape.type_name
        if is_json_header(shape):
            return {"key": [1, "two", None, {"three": 4.5}]}
        if shape.metadata.get("document"):
            return self.document()
        if kind == "structure":
            return self.structure(shape, above)
        if kind == "list":
            count = self.count(shape, above)
            if location == "header":
                count = max(count, 1)
            return [self.value(shape.member, above + [shape.name], location) for _ in range(count)]
        if kind == "map":
            count = max(self.count(shape, above), 1 if location == "headers" else 0)
            return {
                self.key(shape.key, position, location): self.value(shape.value, above + [shape.name], location)
                for position in range(count)
            }
        if kind == "string" or kind == "character":
            return self.text(shape, location)
        if kind == "blob":
            return base64.b64encode(self.chance.randbytes(self.chance.randrange(1, 40))).decode()
        if kind == "boolean":
            return self.chance.random() < 0.5
        if kind in ("integer", "long"):
            return self.integer(shape)
        if kind in ("float", "double"):
            return self.number(shape, location)
        if kind == "timestamp":
            return self.chance.choice(TIMES)
        raise ValueError(f"a shape of type {kind}")

    def structure(self, shape, above):
        required = shape.metadata.get("required", [])
        names = [name for name, member in shape.members.items() if not self.is_stream(member)]
        if shape.metadata.get("union"):
            fitting = [name for name in names if self.fits(shape.members[name], above + [shape.name])]
            names = [self.chance.choice(fitting or names)]
            required = names
        made = {}
        for name in names:
            member = shape.members[name]
            must = name in required or member.serialization.get("location") == "uri"
            must = must or member.serialization.get("hostLabel")
            wanted = self.chance.random() < self.share and self.fits(member, above + [shape.name])
            if must or wanted:
                location = member.serialization.get("location")
                if member.serialization.get("hostLabel"):
                    location = "host"
                made[name] = self.value(member, above + [shape.name], location)
        names = list(made)
        self.chance.shuffle(names)
        return {name: made[name] for name in names}

    @staticmethod
    def is_stream(member):
        return member.serialization.get("streaming") or member.serialization.get("eventstream")

    def fits(self, member, above):
        """Whether a member leads into no endless recursion."""
        return len(above) < DEPTH and (member.type_name in SCALARS or above.count(member.name) < 1)

    def count(self, shape, above):
        least = shape.metadata.get("min", 0)
        if len(above) >= DEPTH or shape.name in above:
            return least
        most = shape.metadata.get("max", 3)
        return min(max(least, self.chance.choice([0, 1, 1, 2, 3])), max(most, least), max(least, 3))

    def key(self, shape, position, location):
        if shape.metadata.get("enum"):
            values = shape.metadata["enum"]
            return values[position % len(values)]
        least = shape.metadata.get("min", 1)
        if location == "headers":
            return f"key-{position}" + "k" * least
        return f"key {position} & <more>" + "k" * least

    def text(self, shape, location):
        if shape.metadata.get("enum"):
            return self.chance.choice(shape.metadata["enum"])
        least = shape.metadata.get("min", 0)
        if location == "host":
            return "".join(self.chance.choices(string.ascii_lowercase + string.digits, k=max(least, 8)))
        texts = ASCII_TEXTS if location in ("header", "headers") else TEXTS
        made = self.chance.choice(texts)
        if location is None and self.chance.random() < 0.05 and least == 0:
            return ""
        return made + "x" * max(0, least - len(made))

    def integer(self, shape):
        low = int(shape.metadata.get("min", -1000))
        widest = 2**31 - 1 if shape.type_name == "integer" else 2**53
        high = max(int(shape.metadata.get("max", widest)), low)
        low, high = max(low, -widest), min(high, widest)
        return self.chance.choice([low, high, self.chance.randint(low, high)])

    def number(self, shape, location):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is None and high is None:
            if self.chance.random() < 0.1:
                return self.chance.choice(["NaN", "Infinity", "-Infinity"])
            return self.chance.choice(FLOATS)
        low = -1000.0 if low is None else low
        return self.chance.choice([float(low), low, low + 0.5])

    def document(self):
        return self.chance.choice([{"a": [1, 2.5, "three", None, True]}, {}, {"nested": {"deep": {"er": []}}}])


SCALARS = {"string", "character", "blob", "boolean", "integer", "long", "float", "double", "timestamp"}

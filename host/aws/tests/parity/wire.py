"""Answers on the wire that fit botocore's model, from a seed.

They are written with the variety that XML, JSON and CBOR allow: entities, CDATA, comments, prefixes, white
space, members in any order, all forms of times, lengths in front or none, numbers wider than they need.
"""

import base64
import email.utils
import json
import struct

from botocore.utils import is_json_value_header as is_json_header

TEXTS = [
    "plain",
    "",
    "two words",
    " edges ",
    "a < b && c > d \"q\" 'a'",
    "ünï ☃ 𝄞",
    "line\nbreak\ttab",
    "{\"json\": [1, 2]}",
    "]]>",
]
HEADER_TEXTS = ["plain", "two words", "W/\"etag\"", "a=b; c=d"]
SECONDS = [0, 1, 1700000000, 1795326878, 951782400, 1709251199]
FLOATS = ["0", "1.5", "-2.25", "1e10", "1.0E-7", "NaN", "Infinity", "-Infinity", "123456789.125"]
DEPTH = 7
KNOWN = ("header", "headers", "statusCode")


def answers(chance, model, operation, protocol):
    """Two good answers, full and half empty, an error, and an error that is not from the service itself."""
    kind = Cbor if "cbor" in protocol else Json if "json" in protocol else Xml
    writer = kind(chance, model, operation, protocol)
    made = [writer.answer(share) for share in (1.0, 0.6)]
    return made + [writer.error(), writer.foreign_error()]


class Writer:
    def __init__(self, chance, model, operation, protocol):
        self.chance = chance
        self.model = model
        self.operation = operation
        self.protocol = protocol
        self.share = 1.0

    def answer(self, share):
        self.share = share
        shape = self.operation.output_shape
        status = self.operation.http.get("responseCode", 200)
        headers = {"x-amzn-RequestId": "request-1", "Content-Type": "text/xml"}
        if shape is None:
            return status, headers, self.nothing()
        if self.protocol.startswith("rest"):
            for name, member in shape.members.items():
                self.header(headers, name, member)
        payload = shape.serialization.get("payload")
        if payload is not None:
            return status, headers, self.payload(payload, shape.members[payload])
        return status, headers, self.body(shape)

    def header(self, headers, name, member):
        location = member.serialization.get("location")
        if location not in ("header", "headers") or self.chance.random() > self.share:
            return
        wire_name = member.serialization.get("name", name)
        if location == "headers":
            headers[wire_name + "first"] = "one"
            headers[wire_name + "second-key"] = "two"
        elif is_json_header(member):
            headers[wire_name] = base64.b64encode(b'{"a": [1, "two"]}').decode()
        elif member.type_name == "list":
            values = [self.scalar_text(member.member, in_header=True) for _ in range(2)]
            headers[wire_name] = ", ".join(value.replace(",", "") for value in values)
        else:
            headers[wire_name] = self.scalar_text(member, in_header=True)

    def scalar_text(self, shape, in_header=False):
        kind = shape.type_name
        if kind in ("string", "character"):
            if shape.metadata.get("enum") and self.chance.random() < 0.7:
                return self.chance.choice(shape.metadata["enum"])
            return self.chance.choice(HEADER_TEXTS if in_header else TEXTS)
        if kind == "blob":
            return base64.b64encode(self.chance.randbytes(self.chance.randrange(0, 30))).decode()
        if kind == "boolean":
            return self.chance.choice(["true", "false"])
        if kind == "integer":
            return str(self.chance.choice([0, 1, -1, 2**31 - 1, self.chance.randrange(10**6)]))
        if kind == "long":
            return str(self.chance.choice([0, -1, 2**63 - 1, self.chance.randrange(10**15)]))
        if kind in ("float", "double"):
            return self.chance.choice(FLOATS)
        if kind == "timestamp":
            return self.time(in_header)
        raise ValueError(f"a scalar of type {kind}")

    def time(self, in_header):
        import datetime

        seconds = self.chance.choice(SECONDS)
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        forms = [
            moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            moment.strftime("%Y-%m-%dT%H:%M:%S.120Z"),
            moment.strftime("%Y-%m-%dT%H:%M:%S.123456Z"),
            moment.strftime("%Y-%m-%dT%H:%M:%S+02:00"),
            email.utils.format_datetime(moment, usegmt=True),
            str(seconds),
            f"{seconds}.25",
        ]
        return self.chance.choice(forms[5:6] if in_header else forms)

    def members(self, shape, above):
        """The members to write, in some order."""
        names = [
            name
            for name, member in shape.members.items()
            if member.serialization.get("location") not in KNOWN and self.fits(member, above)
        ]
        if shape.metadata.get("union"):
            # One there has to be; below it, lists end and structures are empty.
            names = [self.chance.choice(names or list(shape.members))]
        else:
            names = [name for name in names if self.chance.random() < self.share]
        if self.chance.random() < 0.3:
            self.chance.shuffle(names)
        return names

    @staticmethod
    def fits(member, above):
        if member.type_name in ("structure", "list", "map"):
            return len(above) < DEPTH and above.count(member.name) < 1
        return True

    def count(self, shape, above):
        if len(above) >= DEPTH or shape.name in above:
            return 0
        return self.chance.choice([0, 1, 2, 3])

    def raw(self, member):
        if member.type_name == "string":
            return self.chance.choice(TEXTS).encode()
        return self.chance.randbytes(20)

    def foreign_error(self):
        """What proxies and load balancers answer; and S3, where a question has no body."""
        page = b"<html><body><b>Http/1.1 Service Unavailable</b></body></html>"
        forms = [(500, {}, b""), (502, {}, b" \n"), (503, {}, page), (504, {}, page)]
        if self.model.service_name == "s3":
            headers = {"x-amz-request-id": "request-3", "x-amz-id-2": "host"}
            forms += [(status, headers, b"") for status in (400, 403, 404, 412)]
        return self.chance.choice(forms)

    def error_code(self):
        shapes = self.operation.error_shapes
        return self.chance.choice(shapes).error_code if shapes else "AccessDenied"


class Xml(Writer):
    """ec2, query and rest-xml."""

    def nothing(self):
        return b"" if self.protocol == "rest-xml" else f"<{self.operation.name}Response/>".encode()

    def payload(self, name, member):
        if member.type_name in ("string", "blob"):
            return self.raw(member)
        if self.chance.random() > self.share:
            return b""
        content, attributes = self.content(member, [])
        return self.document(member.serialization.get("name", name), content, attributes)

    def body(self, shape):
        name = self.operation.name
        if (self.model.service_name, name) == ("s3", "GetBucketLocation"):
            return self.document("LocationConstraint", self.chance.choice(["", "eu-west-1"]), "")
        content, attributes = self.content(shape, [])
        if self.protocol == "ec2":
            content = f"<requestId>request-1</requestId>{content}"
        if self.protocol == "query":
            wrapper = shape.serialization.get("resultWrapper")
            if wrapper:
                content = self.element(wrapper, content)
            content += "<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>"
        return self.document(f"{name}Response", content, attributes)

    def document(self, name, content, attributes):
        namespace = "http://example.com/doc/2016-11-15/"
        prolog = self.chance.choice(["", '<?xml version="1.0" encoding="UTF-8"?>\n', "<!-- an answer -->"])
        if self.chance.random() < 0.2:
            return f'{prolog}<n:{name} xmlns:n="{namespace}"{attributes}>{content}</n:{name}>\n'.encode()
        return f'{prolog}<{name} xmlns="{namespace}"{attributes}>{content}</{name}>'.encode()

    def element(self, name, content, attributes=""):
        if content == "" and self.chance.random() < 0.5:
            return f"<{name}{attributes}/>"
        space = self.chance.choice(["", "", "", "\n  ", "<!-- here -->"])
        return f"{space}<{name}{attributes}>{content}</{name}>{space}"

    def content(self, shape, above):
        """An element's content and attributes."""
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, above)
        if kind == "list":
            name = shape.member.serialization.get("name", "member")
            parts = []
            for _ in range(self.count(shape, above)):
                parts.append(self.element(name, *self.content(shape.member, above + [shape.name])))
            return "".join(parts), ""
        if kind == "map":
            return "".join(self.element("entry", entry) for entry in self.entries(shape, above)), ""
        return self.escape(self.scalar_text(shape), kind), ""

    def entries(self, shape, above):
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        for position in range(self.count(shape, above)):
            key = self.element(key_name, self.escape(f"key-{position} & <more>", "string"))
            value = self.element(value_name, *self.content(shape.value, above + [shape.name]))
            yield key + value if self.chance.random() < 0.8 else value + key

    def structure(self, shape, above):
        parts, attributes = [], ""
        above = above + [shape.name]
        for name in self.members(shape, above):
            member = shape.members[name]
            wire_name = member.serialization.get("name", name)
            flattened = member.serialization.get("flattened")
            if member.serialization.get("xmlAttribute"):
                prefix, _, local = wire_name.rpartition(":")
                declared = f' xmlns:{prefix}="http://example.com/attributes"' if prefix else ""
                attributes += f'{declared} {wire_name}="a &amp; b {local}"'
            elif member.type_name == "list" and flattened:
                wire_name = member.member.serialization.get("name", wire_name)
                for _ in range(self.count(member, above)):
                    parts.append(self.element(wire_name, *self.content(member.member, above + [member.name])))
            elif member.type_name == "map" and flattened:
                parts += [self.element(wire_name, entry) for entry in self.entries(member, above)]
            else:
                parts.append(self.element(wire_name, *self.content(member, above)))
        return "".join(parts), attributes

    def escape(self, text, kind):
        if kind not in ("string", "character"):
            return text
        if text and "]]>" not in text and self.chance.random() < 0.1:
            return f"<![CDATA[{text}]]>"
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", self.chance.choice(["&gt;", "&#62;", "&#x3e;"]))
        return text.replace('"', self.chance.choice(['"', "&quot;"])).replace("☃", self.chance.choice(["☃", "&#9731;"]))

    def error(self):
        code, message = self.error_code(), "it is <not> allowed & so on"
        inner = f"<Code>{code}</Code><Message>{self.escape(message, 'string')}</Message>"
        headers = {"Content-Type": "text/xml"}
        status = self.chance.choice([400, 403, 404, 500, 503])
        if self.protocol == "ec2":
            body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>request-2</RequestID></Response>"
        elif self.model.service_name == "s3":
            headers["x-amz-request-id"] = "request-2"
            body = f"<Error>{inner}<RequestId>request-2</RequestId><HostId>host</HostId></Error>"
        else:
            namespace = self.chance.choice(["", ' xmlns="http://example.com/"'])
            body = (
                f"<ErrorResponse{namespace}><Error><Type>Sender</Type>{inner}</Error>"
                "<RequestId>request-2</RequestId></ErrorResponse>"
            )
        return status, headers, body.encode()


class Json(Writer):
    """json and rest-json."""

    def nothing(self):
        return self.chance.choice([b"", b"{}"])

    def payload(self, name, member):
        if member.type_name in ("string", "blob"):
            return self.raw(member)
        return self.dump(self.value(member, []))

    def body(self, shape):
        return self.dump(self.value(shape, []))

    def dump(self, value):
        return json.dumps(
            value,
            ensure_ascii=self.chance.random() < 0.5,
            indent=self.chance.choice([None, 2]),
        ).encode()

    def value(self, shape, above):
        kind = shape.type_name
        if shape.metadata.get("document"):
            return self.chance.choice([{"a": [1, 2.5, None, {"b": "c"}]}, {}])
        if kind == "structure":
            above = above + [shape.name]
            made = {}
            for name in self.members(shape, above):
                member = shape.members[name]
                wire_name = member.serialization.get("name", name)
                absent = self.chance.random() < 0.05 and not shape.metadata.get("union")
                made[wire_name] = None if absent else self.value(member, above)
            return made
        if kind == "list":
            made = [self.value(shape.member, above + [shape.name]) for _ in range(self.count(shape, above))]
            return made + [None] if self.chance.random() < 0.05 else made
        if kind == "map":
            return {
                f"key-{position}": self.value(shape.value, above + [shape.name])
                for position in range(self.count(shape, above))
            }
        text = self.scalar_text(shape)
        if kind == "timestamp":
            return json.loads(text) if text[:4].isdigit() and "-" not in text else text
        if kind == "boolean":
            return text == "true"
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return text if text in ("NaN", "Infinity", "-Infinity") else json.loads(text.replace("E", "e"))
        return text

    def error(self):
        code, message = self.error_code(), "it is not allowed"
        status = self.chance.choice([400, 403, 404, 500, 503])
        headers = {"x-amzn-RequestId": "request-2", "Content-Type": "application/json"}
        name = self.chance.choice(["message", "Message"])
        form = self.chance.choice([code, f"com.amazonaws.service#{code}", f"{code}:http://example.com/"])
        if self.model.is_query_compatible and self.chance.random() < 0.5:
            headers["x-amzn-query-error"] = f"Older.{code};Sender"
        if self.protocol == "rest-json" and self.chance.random() < 0.7:
            headers["x-amzn-ErrorType"] = form
            return status, headers, json.dumps({name: message}).encode()
        if self.protocol == "rest-json" and self.chance.random() < 0.5:
            return status, headers, json.dumps({"code": form, name: message}).encode()
        return status, headers, json.dumps({"__type": form, name: message}).encode()


class Cbor(Writer):
    """smithy-rpc-v2-cbor."""

    UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
    FALSE, TRUE, NULL, UNDEFINED, BREAK = b"\xf4", b"\xf5", b"\xf6", b"\xf7", b"\xff"

    def nothing(self):
        return self.chance.choice([b"", self.head(self.MAP, 0), b"\xbf\xff"])

    def body(self, shape):
        return self.value(shape, [])

    def head(self, kind, number):
        """A type with its number or length, in the shortest form, or in a longer one."""
        forms = [(24 + power, 1 << power) for power in range(4) if number < 256 ** (1 << power)]
        short = [(number, 0)] if number < 24 else []
        info, size = forms[-1] if self.chance.random() < 0.05 else (short + forms)[0]
        return bytes([kind << 5 | info]) + (number.to_bytes(size, "big") if size else b"")

    def items(self, kind, parts):
        """An array or a map, with its length in front or with a mark at its end."""
        if self.chance.random() < 0.3:
            return bytes([kind << 5 | 31]) + b"".join(parts) + self.BREAK
        count = len(parts) // 2 if kind == self.MAP else len(parts)
        return self.head(kind, count) + b"".join(parts)

    def string(self, kind, content):
        if self.chance.random() < 0.9:
            return self.head(kind, len(content)) + content
        cut = self.chance.randrange(len(content) + 1)
        while kind == self.TEXT and cut < len(content) and content[cut] & 0xC0 == 0x80:
            cut += 1
        chunks = [self.head(kind, len(chunk)) + chunk for chunk in (content[:cut], content[cut:])]
        return bytes([kind << 5 | 31]) + b"".join(chunks) + self.BREAK

    def text(self, text):
        return self.string(self.TEXT, text.encode())

    def integer(self, number):
        return self.head(self.UNSIGNED, number) if number >= 0 else self.head(self.NEGATIVE, -1 - number)

    def number(self, number):
        if number.is_integer() and self.chance.random() < 0.3:
            return self.integer(int(number))
        forms = [b"\xfb" + struct.pack(">d", number), b"\xfa" + struct.pack(">f", number)]
        if not abs(number) > 60000 or abs(number) == float("inf"):
            forms.append(b"\xf9" + struct.pack(">e", number))
        return self.chance.choice(forms)

    def absent(self):
        return self.chance.choice([self.NULL, self.UNDEFINED])

    def value(self, shape, above):
        kind = shape.type_name
        if kind == "structure":
            above = above + [shape.name]
            parts = []
            for name in self.members(shape, above):
                empty = self.chance.random() < 0.05 and not shape.metadata.get("union")
                parts += [self.text(name), self.absent() if empty else self.value(shape.members[name], above)]
            # botocore leaves what is in maps as it is on the wire, the types' names included.
            if self.chance.random() < 0.05 and "in a map" not in above:
                parts += [self.text("__type"), self.text(shape.name)]
            return self.items(self.MAP, parts)
        if kind == "list":
            made = [self.value(shape.member, above + [shape.name]) for _ in range(self.count(shape, above))]
            if self.chance.random() < 0.05:
                made.append(self.absent())
            return self.items(self.ARRAY, made)
        if kind == "map":
            parts = []
            for position in range(self.count(shape, above)):
                empty = self.chance.random() < 0.05
                inner = self.absent() if empty else self.value(shape.value, above + [shape.name, "in a map"])
                parts += [self.text(f"key-{position}"), inner]
            return self.items(self.MAP, parts)
        if kind == "blob":
            return self.string(self.BYTES, self.chance.randbytes(self.chance.randrange(0, 30)))
        if kind == "boolean":
            return self.chance.choice([self.TRUE, self.FALSE])
        if kind == "integer":
            return self.integer(self.chance.choice([0, 23, 24, -1, -24, -25, 2**31 - 1, -(2**31)]))
        if kind == "long":
            return self.integer(self.chance.choice([0, -1, 2**63 - 1, -(2**63), self.chance.randrange(10**15)]))
        if kind in ("float", "double"):
            return self.number(float(self.chance.choice(FLOATS)))
        if kind == "timestamp":
            seconds = self.chance.choice(SECONDS)
            forms = [self.integer(seconds), b"\xfb" + struct.pack(">d", seconds + 0.125)]
            return self.head(self.TAG, 1) + self.chance.choice(forms)
        return self.text(self.scalar_text(shape))

    def error(self):
        code = self.error_code()
        headers = {"x-amzn-RequestId": "request-2", "smithy-protocol": "rpc-v2-cbor"}
        form = self.chance.choice([code, f"com.amazonaws.service#{code}", f"{code}:http://example.com/"])
        name = self.chance.choice(["message", "Message"])
        if self.model.is_query_compatible and self.chance.random() < 0.5:
            headers["x-amzn-query-error"] = f"Older.{code};Sender"
        parts = [self.text(name), self.text("it is not allowed")]
        if self.chance.random() < 0.9:
            parts += [self.text("__type"), self.text(form)]
        time = self.head(self.TAG, 1) + self.integer(1700000000)
        parts += [self.text("retryAfterSeconds"), self.number(1.5), self.text("at"), time]
        return self.chance.choice([400, 403, 404, 500, 503]), headers, self.items(self.MAP, parts)

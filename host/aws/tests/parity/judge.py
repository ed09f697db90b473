"""botocore as the judge of Tollgate's wire protocols.

Reads one JSON object a line from standard input and answers each with one line:

    {"do": "request", "service", "operation", "protocol", "input"}
        -> {"request": {"method", "host_prefix", "path", "query", "headers", "body"}}
    {"do": "answer", "service", "operation", "protocol", "status", "headers", "body"}
        -> {"value": ...} or, for an error, {"error": {"code", "message", "request_id"}}
    {"do": "sample", "service", "operation", "protocol", "seed"}
        -> {protocol: {"inputs": [{"input", "request"}],
                       "answers": [{"status", "headers", "body", "value" | "error"}]}}
           or {protocol: {"stream": true}} for an operation that is a stream; for the protocol that was asked
           for, and for CBOR where the service offers it beside that
    {"do": "examples", "service"}
        -> {"examples": [{"operation", "title", "input"}]}, AWS's own

Bodies are base64. Times are ISO 8601 in UTC, bytes are base64. Services are botocore's own; the protocol is
the one that Tollgate speaks with them. Whatever fails is {"failed": text}. Of the handlers of botocore's clients, those run that `protocol/mod.rs`
says are followed.
"""

import base64
import datetime
import json
import math
import os
import random
import sys
import time

os.environ["TZ"] = "UTC"
time.tzset()

import botocore.exceptions  # noqa: E402
import botocore.handlers  # noqa: E402
import botocore.parsers  # noqa: E402
import botocore.serialize  # noqa: E402
import botocore.session  # noqa: E402
from botocore.awsrequest import HeadersDict  # noqa: E402

import generate  # noqa: E402
import wire  # noqa: E402

CBOR = "smithy-rpc-v2-cbor"
TOKEN = "00000000-0000-4000-8000-000000000000"
SESSION = botocore.session.Session()
LOADER = SESSION.get_component("data_loader")
MODELS = {}


def service_model(name):
    if name not in MODELS:
        # One at a time: all models together are gigabytes.
        MODELS.clear()
        MODELS[name] = SESSION.get_service_model(name)
    return MODELS[name]


class Raw:
    """A body that botocore hands out as a stream."""

    def __init__(self, body):
        self.body = body


def is_stream(operation):
    if operation.has_event_stream_input or operation.has_event_stream_output:
        return True
    shape = operation.input_shape
    if shape is None:
        return False
    required = shape.metadata.get("required", [])
    return any(
        member.serialization.get("streaming") and name in required for name, member in shape.members.items()
    )


def to_params(shape, value):
    """Our JSON as what botocore takes: bytes where the model has them, and numbers that are none."""
    if generate.is_json_header(shape) or shape.metadata.get("document"):
        return value
    if shape.type_name == "structure":
        return {name: to_params(shape.members[name], inner) for name, inner in value.items()}
    if shape.type_name == "list":
        return [to_params(shape.member, inner) for inner in value]
    if shape.type_name == "map":
        return {key: to_params(shape.value, inner) for key, inner in value.items()}
    if shape.type_name == "blob":
        return base64.b64decode(value)
    if shape.type_name in ("float", "double") and isinstance(value, str):
        return float(value)
    return value


def request(model, operation, protocol, value):
    params = to_params(operation.input_shape, value) if operation.input_shape else {}
    botocore.handlers.generate_idempotent_uuid(params, operation)
    for name in operation.idempotent_members:
        if name not in value:
            params[name] = TOKEN
    service = model.service_name
    if service == "s3":
        botocore.handlers.remove_bucket_from_url_paths_from_model(params, operation, {})
    if service == "s3control":
        botocore.handlers.remove_accid_host_prefix_from_model(params, operation, {})
    if service == "route53":
        botocore.handlers.fix_route53_ids(params, operation)
    serializer = botocore.serialize.create_serializer(protocol, include_validation=True)
    made = serializer.serialize_to_request(params, operation)
    headers = dict(made["headers"])
    if service == "apigateway":
        headers["Accept"] = "application/json"
    if service == "glacier":
        headers["x-amz-glacier-version"] = model.metadata["apiVersion"]
    path, _, fixed = made["url_path"].partition("?")
    query = [tuple(pair.partition("=")[::2]) for pair in fixed.split("&") if pair]
    for name, given in (made["query_string"] or {}).items():
        query += [(name, text(one)) for one in (given if isinstance(given, list) else [given])]
    body = made["body"]
    if isinstance(body, dict):
        body = botocore.utils.percent_encode_sequence(body).encode()
    return {
        "method": made["method"],
        "host_prefix": made.get("host_prefix"),
        "path": path or "/",
        "query": query,
        "headers": {name: text(given) for name, given in headers.items()},
        "body": base64.b64encode(body).decode(),
    }


def text(value):
    return value if isinstance(value, str) else str(value)


def answer(model, operation, protocol, status, headers, body):
    parser = botocore.parsers.create_parser(protocol)
    shape = operation.output_shape
    payload = shape and shape.serialization.get("payload")
    # As botocore's endpoint does: a payload of bytes is a stream.
    is_raw = status < 300 and payload and shape.members[payload].type_name == "blob"
    response = {
        "status_code": status,
        "headers": HeadersDict(headers),
        "body": Raw(body) if is_raw else body,
        "context": {"operation_name": operation.name},
    }
    parsed = parser.parse(response, shape)
    metadata = parsed.pop("ResponseMetadata", {})
    if status >= 300:
        error = parsed.get("Error", {})
        return {
            "error": {
                "code": error.get("Code"),
                "message": error.get("Message"),
                "request_id": metadata.get("RequestId") or None,
            }
        }
    if (model.service_name, operation.name) == ("s3", "GetBucketLocation"):

        class Response:
            raw = True
            content = body

        botocore.handlers.parse_get_bucket_location(parsed, Response)
    return {"value": plain(parsed)}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Raw):
        return base64.b64encode(value.body).decode()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        written = utc.isoformat()
        return (written.rstrip("0") if "." in written else written) + "Z"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError(f"botocore gave a {type(value).__name__}")
    return value


def sample(model, operation, protocol, seed):
    if is_stream(operation):
        return {"stream": True}
    chance = random.Random(f"{seed}:{model.service_name}:{operation.name}")
    inputs = []
    for value in generate.inputs(chance, operation, protocol):
        inputs.append({"input": value, "request": request(model, operation, protocol, value)})
    answers = []
    for status, headers, body in wire.answers(chance, model, operation, protocol):
        made = {"status": status, "headers": list(headers.items()), "body": base64.b64encode(body).decode()}
        made.update(answer(model, operation, protocol, status, headers, body))
        answers.append(made)
    return {"inputs": inputs, "answers": answers}


def examples(service):
    try:
        found = LOADER.load_service_model(service, "examples-1")["examples"]
    except botocore.exceptions.UnknownServiceError:
        return []
    return [
        {"operation": operation, "title": example.get("title"), "input": example.get("input", {})}
        for operation, examples in found.items()
        for example in examples
    ]


def run(order):
    if order["do"] == "examples":
        return {"examples": examples(order["service"])}
    model = service_model(order["service"])
    operation = model.operation_model(order["operation"])
    protocol = order["protocol"]
    if order["do"] == "request":
        return {"request": request(model, operation, protocol, order["input"])}
    if order["do"] == "answer":
        body = base64.b64decode(order["body"])
        return answer(model, operation, protocol, order["status"], dict(order["headers"]), body)
    offered = model.metadata.get("protocols", [])
    protocols = [protocol] + [CBOR for offer in offered if offer == CBOR != protocol]
    return {spoken: attempt(sample, model, operation, spoken, order["seed"]) for spoken in protocols}


def attempt(act, *arguments):
    try:
        return act(*arguments)
    except Exception as error:  # the test shows it and fails
        return {"failed": f"{type(error).__name__}: {error}"}


def main():
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(attempt(run, order)), flush=True)


if __name__ == "__main__":
    main()

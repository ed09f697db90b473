"""Calls by boto3 what generate.py wrote fixtures for, and compares: judge.py SEED OPERATIONS_PER_SERVICE [SERVICE...]"""

import json
import socket
import sys

import botocore.config
import botocore.exceptions

import model


def stay_here():
    """Every host name is this machine: some services put an account or a bucket before that of the endpoint."""
    look_up = socket.getaddrinfo
    socket.getaddrinfo = lambda _, *rest, **more: look_up("127.0.0.1", *rest, **more)


def main(seed, per_service, *only):
    stay_here()
    session = model.session()
    # The simulator has one address, and what is judged is what goes over the wire, not who may send it.
    config = botocore.config.Config(
        inject_host_prefix=False, endpoint_discovery_enabled=False, retries={"max_attempts": 0}, s3={"addressing_style": "path"}, parameter_validation=True
    )
    judged, wrong = 0, []
    for service, operations in model.sample(session, int(seed), int(per_service), only):
        client = session.create_client(service, region_name="us-east-1", config=config)
        for operation, given, expected in operations:
            arguments = model.to_python(operation.input_shape, given) if operation.input_shape else {}
            method = session_method(client, operation.name)
            judged += 1
            try:
                answered = model.to_json(method(**arguments))
                for header in ("ContentLength", "ContentType", "contentType"):
                    if header not in expected:
                        answered.pop(header, None)
            except Exception as error:  # noqa: BLE001: whatever it is, it is to be told
                wrong.append(f"{service}.{operation.name}: {type(error).__name__}: {str(error)[:400]}")
                continue
            found = difference("", expected, answered)
            if found:
                wrong.append(f"{service}.{operation.name}: {found}")
    print("\n".join(wrong))
    print(f"{judged} operations judged, {len(wrong)} wrong")
    sys.exit(1 if wrong or not judged else 0)


def session_method(client, name):
    methods = {api: method for method, api in client.meta.method_to_api_mapping.items()}
    return getattr(client, methods[name])


def difference(path, expected, answered):
    """Where two values differ first; none: they are the same."""
    if isinstance(expected, str) and isinstance(answered, (dict, list)):
        # JSON text in a header, which boto3 parses.
        expected = json.loads(expected)
    if expected == answered:
        return None
    if isinstance(expected, dict) and isinstance(answered, dict):
        for name in expected.keys() | answered.keys():
            if expected.get(name) != answered.get(name):
                found = difference(f"{path}/{name}", expected.get(name), answered.get(name))
                if found:
                    return found
        return None
    if isinstance(expected, list) and isinstance(answered, list) and len(expected) == len(answered):
        for index, (left, right) in enumerate(zip(expected, answered)):
            if left != right:
                return difference(f"{path}/{index}", left, right)
        return None
    return f"{path}: expected {expected!r}, got {answered!r}"


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Records what the AWS CLI makes of the command lines in lines.txt: the judge of the tool aws_call.

    python -m venv VENV && VENV/bin/pip install awscli==1.46.3
    VENV/bin/python plugins/api/tests/awscli/record.py

writes cases.json: for each line the operation and its input, or that the CLI refuses it; and for each operation what
the tool would ask the host's catalog, made from the CLI's own models.
"""

import contextlib
import io
import json
import os
import pathlib
import shlex

os.environ.update(AWS_CONFIG_FILE="/nowhere", AWS_SHARED_CREDENTIALS_FILE="/nowhere", AWS_DEFAULT_REGION="us-east-1")

from awscli import __version__, clidriver  # noqa: E402

FOLDER = pathlib.Path(__file__).parent


class Recorded(BaseException):
    """Ends a command where the CLI would call AWS; no handler of the CLI takes it for a failure."""


class Recorder:
    """Stands in the place of the CLI's calls."""

    def __init__(self, session):
        pass

    def invoke(self, service, operation, parameters, parsed_globals):
        raise Recorded(service, operation, parameters, parsed_globals)


clidriver.CLIOperationCaller = Recorder


def schema(shape, above=()):
    """A type, as the host's catalog has it."""
    if shape.name in above:
        return {}
    above = (*above, shape.name)
    match shape.type_name:
        case "structure":
            if getattr(shape, "is_document_type", False):
                return {}
            members = {name: schema(member, above) for name, member in shape.members.items()}
            return {"type": "object", "properties": members}
        case "list":
            return {"type": "array", "items": schema(shape.member, above)}
        case "map":
            return {"type": "object", "additionalProperties": schema(shape.value, above)}
        case "boolean":
            return {"type": "boolean"}
        case "integer" | "long":
            return {"type": "integer"}
        case "float" | "double":
            return {"type": "number"}
        case _:
            return {"type": "string"}


def paginator(driver, service, operation):
    """The member that bounds a page, where the CLI reads page by page."""
    loader = driver.session.get_component("data_loader")
    if service not in loader.list_available_services("paginators-1"):
        return None
    return loader.load_service_model(service, "paginators-1")["pagination"].get(operation)


def record(line):
    driver = clidriver.create_clidriver()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            driver.main(shlex.split(line)[1:])
    except Recorded as recorded:
        return driver, recorded.args
    except SystemExit:
        pass
    return driver, None


def main():
    operations, cases = {}, []
    for line in (FOLDER / "lines.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        driver, request = record(line)
        if request is None:
            cases.append({"line": line, "refused": True})
            continue
        service, operation, parameters, parsed_globals = request
        pagination = parameters.pop("PaginationConfig", {})
        pages = paginator(driver, service, operation)
        model = driver.session.get_service_model(service)
        shape = model.operation_model(operation).input_shape
        operations[f"{service} {operation}"] = {
            "paged": pages is not None,
            "page_size": (pages or {}).get("limit_key"),
            "input_schema": schema(shape) if shape else {"type": "object", "properties": {}},
        }
        case = {"line": line, "operation": f"{service} {operation}", "input": parameters}
        if "MaxItems" in pagination:
            case["max_items"] = int(pagination["MaxItems"])
        for name in ("query", "region"):
            value = getattr(parsed_globals, name)
            # The CLI sets the region of some services itself.
            if value and f"--{name}" in line:
                case[name] = value if isinstance(value, str) else value.expression
        cases.append(case)
    (FOLDER / "cases.json").write_text(
        "\n".join(
            [
                "{",
                f' "awscli": {json.dumps(__version__)},',
                ' "operations": {',
                ",\n".join(f"  {json.dumps(name)}: {json.dumps(known)}" for name, known in sorted(operations.items())),
                ' },\n "cases": [',
                ",\n".join(f"  {json.dumps(case)}" for case in cases),
                " ]\n}\n",
            ]
        )
    )
    refused = [case["line"] for case in cases if "refused" in case]
    print(f"{len(cases)} lines, of which {len(refused)} are refused:", *refused, sep="\n  ")


main()

"""Writes fixtures for a sample of all services: generate.py FOLDER SEED OPERATIONS_PER_SERVICE [SERVICE...]

Each fixture answers with a made-up output if the simulator reads a made-up input from the request.
"""

import json
import pathlib
import sys

import model


def main(folder, seed, per_service, *only):
    folder = pathlib.Path(folder)
    account = {"id": model.ACCOUNT, "name": "judged"}
    organization = {"management_account": model.ACCOUNT, "regions": ["us-east-1", "eu-west-1"], "accounts": [account]}
    (folder / "judged" / "any").mkdir(parents=True)
    (folder / "accounts.json").write_text(json.dumps(organization))
    for service, operations in model.sample(model.session(), int(seed), int(per_service), only):
        cases = {}
        for operation, given, output in operations:
            cases[operation.name] = [
                {"input": given, "output": output},
                {"error": {"status": 400, "code": "ReadOtherwise", "message": "the input was read as another one"}},
            ]
        (folder / "judged" / "any" / f"{service}.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main(*sys.argv[1:])

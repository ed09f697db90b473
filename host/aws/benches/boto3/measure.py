"""boto3's side of the comparison: measure.py DESCRIBE_INSTANCES.xml

Measures what `main.rs` measures of Tollgate, against the same simulator, which the environment names, and prints a JSON
object: times in microseconds, memory in KiB.
"""

import json
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.config
import botocore.parsers

SERVICES = ["ec2", "s3", "iam", "sts", "rds", "lambda", "ecs", "eks", "dynamodb", "cloudformation"]
CONFIG = botocore.config.Config(max_pool_connections=64, retries={"max_attempts": 1})


def resident():
    status = pathlib.Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def times(count, work):
    """CPU time of all threads and wall-clock time for each of so many rounds, the first few aside."""
    for _ in range(max(count // 10, 1)):
        work()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(count):
        work()
    return {"cpu": (time.process_time() - cpu) * 1e6 / count, "wall": (time.perf_counter() - wall) * 1e6 / count}


def at_once(count, threads, work):
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: work(), range(threads)))
        cpu, wall = time.process_time(), time.perf_counter()
        list(pool.map(lambda _: work(), range(count)))
        return {"cpu": (time.process_time() - cpu) * 1e6 / count, "wall": (time.perf_counter() - wall) * 1e6 / count}


def main(path):
    session = boto3.Session()
    before = resident()
    clients = {service: session.client(service, config=CONFIG) for service in SERVICES}
    measured = {"memory": resident() - before}

    measured["identity"] = times(500, clients["sts"].get_caller_identity)
    measured["vpcs"] = times(500, clients["ec2"].describe_vpcs)
    measured["many"] = at_once(10_000, 64, clients["sts"].get_caller_identity)

    body = pathlib.Path(path).read_bytes()
    shape = clients["ec2"].meta.service_model.operation_model("DescribeInstances").output_shape
    parser = botocore.parsers.create_parser("ec2")
    response = {"status_code": 200, "headers": {}, "body": body, "context": {}}
    parsed = parser.parse(response, shape)
    assert len(parsed["Reservations"]) == 1000
    measured["decode"] = times(5, lambda: parser.parse(response, shape))
    print(json.dumps(measured))


main(sys.argv[1])

"""Compares Tollgate and boto3 over a fleet: measure.py TOLLGATE ACCOUNTS REGIONS INSTANCES

The environment names the simulator. Prints a table; ends with 1 where an aim is missed, or rows differ.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

# Those of the simulator's synthetic organisations, in their order.
REGIONS = [
    "us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-2", "us-east-2", "eu-west-2",
    "ap-northeast-1", "us-west-1", "eu-north-1", "ap-southeast-1", "ca-central-1", "eu-west-3", "ap-south-1",
    "sa-east-1", "ap-northeast-2", "ap-northeast-3",
]  # fmt: skip
THREADS = [16, 32, 64]
LESS_CPU, LESS_TIME, MEGABYTES = 5, 2, 200

TOLLGATE = sys.argv[1]
ACCOUNTS, COUNT, INSTANCES = (int(number) for number in sys.argv[2:5])
REGIONS = REGIONS[:COUNT]
FOLDER = pathlib.Path(tempfile.mkdtemp())


def config():
    text = ""
    for number in range(1, ACCOUNTS + 1):
        text += (
            f'[[account]]\nid = "1{number:011}"\nname = "account-{number}"\nexternal_id = "external-{number}"\n'
            f'role = "arn:aws:iam::1{number:011}:role/TollgateReadOnly"\nregions = {json.dumps(REGIONS)}\n'
        )
    file = FOLDER / "tollgate.toml"
    file.write_text(text)
    return str(file)


def measure(command, question=None):
    """Runs a process to its end: seconds, CPU seconds, megabytes, and what it printed.

    One that is asked a question answers it in a line, and ends when nobody asks any more.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        if question:
            process.stdin.write(question.encode())
            process.stdin.flush()
        output = process.stdout.readline() if question else process.stdout.read()
        wall = time.perf_counter() - start
        process.stdin.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode != 0:
            sys.exit(f"{command} ended with {process.returncode}: {errors.read().decode()}")
    answer = json.loads(output)
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1000, "answer": answer}


def rows(answer):
    return sorted(map(json.dumps, answer["rows"]))


def question():
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "measure", "version": "1"},
    }
    params = {"name": "ec2_list_instances", "arguments": {}, "_meta": meta}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}) + "\n"


def main():
    file = config()
    call = [TOLLGATE, "call", "ec2_list_instances", "--config", file, "--output", "json"]
    # Plugins are compiled once for every machine.
    measure([TOLLGATE, "call", "accounts_list", "--config", file, "--output", "json"])
    everything = measure(call)
    agent = measure([TOLLGATE, "serve", "--config", file], question())
    script = str(pathlib.Path(__file__).with_name("instances.py"))
    pools = {
        threads: measure([sys.executable, script, str(threads), str(ACCOUNTS), *REGIONS]) for threads in THREADS
    }
    threads, boto3 = min(pools.items(), key=lambda pool: pool[1]["wall"])

    total = ACCOUNTS * len(REGIONS) * INSTANCES
    if len(boto3["answer"]["rows"]) != total or rows(boto3["answer"]) != rows(everything["answer"]):
        sys.exit("the rows differ")
    shown = agent["answer"]["result"]["structuredContent"]
    if shown["summary"]["rows"] != total or shown["coverage"] != {"ok": ACCOUNTS * len(REGIONS)}:
        sys.exit(f"the agent's answer is of other rows: {shown['summary']} {shown['coverage']}")

    print(f"{total} instances, {ACCOUNTS * len(REGIONS)} targets; boto3 with {' / '.join(map(str, THREADS))} threads: ", end="")
    print(" / ".join(f"{pool['wall']:.1f} s" for pool in pools.values()))
    print(f"{'':<32}{'time':>10}{'':>8}{'CPU':>10}{'':>8}{'memory':>10}")
    missed = False
    named = [
        (f"boto3, {threads} threads", boto3),
        ("tollgate, all rows", everything),
        ("tollgate, an agent's question", agent),
    ]
    for name, run in named:
        faster, less = boto3["wall"] / run["wall"], boto3["cpu"] / run["cpu"]
        print(
            f"{name:<32}{run['wall']:>8.2f} s{faster:>7.1f}x{run['cpu']:>8.2f} s{less:>7.1f}x{run['memory']:>7.0f} MB"
        )
        missed |= run is not boto3 and (faster < LESS_TIME or less < LESS_CPU or run["memory"] > MEGABYTES)
    print(f"aims: {LESS_TIME}x in time, {LESS_CPU}x in CPU, {MEGABYTES} MB")
    sys.exit(1 if missed else 0)


main()

"""Sends the test cases of AWS's HTTP Desync Guardian to a load balancer and judges the answers.

    node tools/proxy-suite.ts python3 tools/desync-cases.py PATH/http-desync-guardian/tests

The library classifies requests for AWS's load balancers: compliant ones must arrive at the target, severe
ones must not. What lies between may do either, since the load balancer refuses more than AWS's; it is
counted. Needs PyYAML.
"""

import collections
import os
import pathlib
import socket
import sys

import yaml


def raw(case):
    lines = [" ".join(part for part in (case["method"], case["uri"], case["version"]) if part)]
    names = {str(header["name"]).lower() for header in case.get("headers") or []}
    if "host" not in names:
        lines.append("Host: localhost")
    length = 0
    for header in case.get("headers") or []:
        name, value = str(header["name"]), str(header.get("value", ""))
        lines.append(f"{name}: {value}")
        if name.lower() == "content-length" and value.strip().isdigit():
            length = min(int(value), 16 << 20)
    body = "0\r\n\r\n" if "transfer-encoding" in names else "a" * length
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1", "replace")


def ask(port, message):
    """The status of the first answer; 0 when the connection was closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        peer.sendall(message)
        answer = b""
        while b"\r\n" not in answer:
            piece = peer.recv(65536)
            if not piece:
                return 0
            answer += piece
        return int(answer.split(b" ", 2)[1])


def main():
    port = int(os.environ["HTTP_PORT"])
    count = collections.Counter()
    wrong = 0
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()) or []:
            tier = case["expected"]["tier"]
            try:
                status = ask(port, raw(case))
            except (socket.timeout, ConnectionError) as error:
                status = type(error).__name__
            forwarded = status == 200
            count[tier, "forwarded" if forwarded else "refused"] += 1
            if (tier == "Compliant" and not forwarded) or (tier == "Severe" and forwarded):
                wrong += 1
                print(f"{path.name}: {case['name']} is {tier} ({case['expected'].get('reason')}) and was answered {status}")
            elif os.environ.get("VERBOSE"):
                print(f"{path.name}: {case['name']}: {tier} ({case['expected'].get('reason')}): {status}")
    for (tier, outcome), number in sorted(count.items()):
        print(f"{tier}: {number} {outcome}")
    return 1 if wrong else 0


sys.exit(main())

#!/usr/bin/env python3
"""Asks `ringfence check` many questions over one pipe: check_loop.py RINGFENCE CALLER CALLEE..."""
import json
import subprocess
import sys

tool, caller, callees = sys.argv[1], sys.argv[2], sys.argv[3:]
with subprocess.Popen([tool, "check", "--questions", "-", "--json"], text=True,
                      stdin=subprocess.PIPE, stdout=subprocess.PIPE) as check:
    for callee in callees:
        print(json.dumps({"caller": caller, "callee": callee}), file=check.stdin, flush=True)
        answer = json.loads(check.stdout.readline())  # flushed before the next question is read
        print(callee, answer.get("effect", "refuse"), answer.get("rule", answer.get("error")))
sys.exit(check.returncode)

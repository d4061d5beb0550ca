"""Builds this folder's Go programs with Debian's x/mod; nothing is downloaded."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOPATH = "/usr/share/gocode"
X_MOD = os.path.join(GOPATH, "src/golang.org/x/mod/sumdb/note")


def missing():
    """What is not there, for people."""
    found = []
    if not shutil.which("go"):
        found.append("the command go (Debian: golang-go)")
    if not os.path.isdir(X_MOD):
        found.append(f"{X_MOD} (Debian: golang-golang-x-mod-dev)")
    return found


def build(name, folder):
    """Gives the path of the program, or ends the test."""
    program = os.path.join(folder, name)
    settings = dict(os.environ, GO111MODULE="off", GOPATH=GOPATH, GOTOOLCHAIN="local", GOFLAGS="",
                    GOCACHE=os.path.join(os.path.abspath(folder), "go-cache"))
    out = subprocess.run(["go", "build", "-o", program, os.path.join(HERE, name + ".go")],
                         env=settings, capture_output=True, text=True, timeout=300, check=False)
    if out.returncode:
        sys.exit(f"{name}.go does not build:\n{out.stderr}")
    return program

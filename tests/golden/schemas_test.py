#!/usr/bin/env python3
"""The JSON Schemas hold for every shipped file, fail for broken ones, and tell editors all keys.

Usage: schemas_test.py ROOT [TOOL]. Takes the source tree, and the tool to compile examples with;
prints each finding and exits 1 if there is any. Needs python3-jsonschema. A schema that accepts
everything would pass the first half, so each broken file below must be refused, and for the reason
it names.
"""

import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from jsonschema import Draft7Validator

SHIPPED = {
    "policy": "rules/*/policy.json",
    "cases": "rules/*/cases.json",
    "catalog": "schema/catalog.json",
    "catalog-extension": "examples/extension/catalog-extension.json",
}


def set_at(path, value):
    """A change: the value at `path` becomes `value`."""

    def change(document):
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


def drop(*path):
    """A change: what is at `path` goes."""

    def change(document):
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return change


RING = ("decisions", "ring")
RULE = RING + ("rules", 0)
PATH = {"values": ["direct"], "rules": [], "otherwise": "direct", "on_unavailable": "direct"}

# What is broken, and the keyword of the schema that must say so, with the key it names.
BROKEN = {
    "policy": [
        (drop("policy"), "required policy"),
        (drop("decisions"), "required decisions"),
        (drop("decisions", "ring"), "required ring"),
        (drop(*RING, "otherwise"), "required otherwise"),
        (drop(*RULE, "then"), "required then"),
        (set_at(("polcy",), "x"), "additionalProperties polcy"),
        (set_at(("policy",), "No Capitals"), "pattern"),
        (set_at(("policy",), "a" * 65), "pattern"),
        (set_at(("catalog",), "1"), "type"),
        (set_at(("defaults",), {"calls_enabled": None}), "type"),
        (set_at(("outcomes",), {"ring": {"effect": "ring"}}), "not"),
        (set_at(("outcomes", "private"), {"signal": "busy"}), "required effect"),
        (set_at(("outcomes", "private"), {"effect": "rings"}), "enum"),
        (set_at(("outcomes", "private"), {"effect": "ring", "signal": "busy"}), "enum"),
        (set_at(("outcomes", "private"), {"effect": "refuse", "signal": "retry_later"}),
         "required retry_after"),
        (set_at(("outcomes", "private"), {"effect": "refuse", "sip": 604}),
         "not"),
        (set_at(("outcomes", "private"), {"effect": "refuse", "sip": 200}),
         "anyOf"),
        (set_at(RING + ("combine",), "last"), "enum"),
        (set_at(RING + ("values",), ["a"]), "additionalProperties values"),
        (set_at(RULE + ("id",), "otherwise"), "not"),
        (set_at(RULE + ("when",), ""), "minLength"),
        (set_at(RULE + ("reason",), "x" * 257), "maxLength"),
        (set_at(("decisions", "path"), {**PATH, "values": []}), "minItems"),
        (set_at(("decisions", "path"), {**PATH, "values": ["a", "a"]}), "uniqueItems"),
        (set_at(("decisions", "path"), {**PATH, "combine": "deny-overrides"}), "enum"),
        (set_at(("decisions", "my-path"), PATH), "pattern"),
        (set_at(("invariants", 0), {"id": "x"}), "required that"),
        (set_at(("discloses",), [{"fact": "callee.known"}]), "required why"),
        (set_at(("discloses",), [{"fact": "callee.known", "why": ""}]), "minLength"),
    ],
    "cases": [
        (drop("policy"), "required policy"),
        (set_at(("cases",), []), "minItems"),
        (drop("cases", 0, "name"), "required name"),
        (drop("cases", 0, "expect"), "required expect"),
        (set_at(("cases", 0, "expect"), {}), "minProperties"),
        (set_at(("cases", 0, "expect"), {"effect": "rings"}), "enum"),
        (set_at(("cases", 0, "expect"), {"sip": "480"}), "type"),
        (set_at(("cases", 0, "facts"), {"callee.premium": None}), "type"),
        (set_at(("cases", 0, "facts"), {"premium": True}), "pattern"),
        (set_at(("cases", 0, "call"), {"call.media": "video"}), "pattern"),
        (set_at(("cases", 0, "wher"), {}), "additionalProperties wher"),
    ],
    "catalog": [
        (set_at(("catalog",), 2), "const"),
        (drop("derived"), "required derived"),
        (drop("user", 0, "bit"), "required bit"),
        (drop("user", 2, "default"), "required default"),
        (set_at(("user", 0, "default"), True), "not"),
        (set_at(("user", 0, "name"), "Known"), "pattern"),
        (set_at(("user", 0, "kind"), "sitting"), "enum"),
        (set_at(("user", 0, "members"), ["a", "b"]), "not"),
        (set_at(("user", 0, "bit"), 156), "maximum"),
        (set_at(("user", 0, "known_to"), ["callee"]), "enum"),
        (set_at(("relations", 0, "type"), "bool"), "additionalProperties type"),
        (set_at(("relations", 0, "kind"), "choice"), "required members"),
        (set_at(("call", 0, "members"), ["unspecified"]), "minItems"),
        (set_at(("call", 0, "members"), ["unspecified", "unset"]), "not"),
        (set_at(("derived", 0, "changeable"), "operator"), "enum"),
        (set_at(("derived", 0, "name"), "callee.cohort(callee)"), "pattern"),
        (drop("constraints", 0, "that"), "required that"),
        (set_at(("constraints", 0, "id"), "No Name"), "pattern"),
    ],
    "catalog-extension": [
        (set_at(("catalog",), 2), "const"),
        (drop("version"), "required version"),
        (set_at(("version",), 0), "minimum"),
        (set_at(("extension",), "No Name"), "pattern"),
        (set_at(("derived",), []), "additionalProperties derived"),
        (set_at(("user", 0, "name"), "plan"), "pattern"),
        (set_at(("user", 0, "kind"), "derived"), "enum"),
        (set_at(("user", 0, "bit"), 24), "anyOf"),
        (set_at(("user", 0, "bit"), 156), "anyOf"),
        (drop("user", 0, "default"), "required default"),
        (set_at(("relations", 0, "bit"), 27), "anyOf"),
        (set_at(("call", 0, "bit"), 59), "anyOf"),
        (drop("call", 0, "doc"), "required doc"),
        (set_at(("constraints",), [{"id": "list", "that": "true", "doc": "x"}]), "pattern"),
    ],
}


# Numbers a schema repeats: where they stand in it, and the limit they must be.
LIMITS = {
    "policy": [
        (("definitions", "condition", "maxLength"), "kMaxConditionBytes", 0),
        (("definitions", "reason", "maxLength"), "kMaxReasonBytes", 0),
        (("definitions", "disclosure", "properties", "why", "maxLength"), "kMaxReasonBytes", 0),
        (("definitions", "doc", "maxLength"), "kMaxNoteBytes", 0),
        (("definitions", "ring", "properties", "rules", "maxItems"), "kMaxRules", 0),
        (("definitions", "decision", "properties", "rules", "maxItems"), "kMaxRules", 0),
        (("definitions", "decision", "properties", "values", "maxItems"), "kMaxPathValues", 0),
        (("properties", "outcomes", "maxProperties"), "kMaxOutcomes", -2),
        (("properties", "decisions", "maxProperties"), "kMaxDecisions", 0),
        (("properties", "invariants", "maxItems"), "kMaxInvariants", 0),
    ],
    "cases": [(("definitions", "text", "maxLength"), "kMaxReasonBytes", 0)],
    **dict.fromkeys(
        ("catalog", "catalog-extension"),
        [
            (("definitions", "doc", "maxLength"), "kMaxReasonBytes", 0),
            (("definitions", "constraint", "properties", "that", "maxLength"),
             "kMaxConditionBytes", 0),
            (("properties", "constraints", "maxItems"), "kMaxConstraints", 0),
        ],
    ),
}


def load(path):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def complaints(errors):
    """The keywords that failed, with the key each names. Messages differ between versions."""
    for error in errors:
        if error.validator in ("required", "additionalProperties"):
            yield f"{error.validator} {error.message.split(chr(39))[1]}"
        else:
            yield error.validator
        yield from complaints(error.context or ())


def limits(root):
    """The constants of limits.h that are plain numbers."""
    with open(os.path.join(root, "engine/include/ringfence/limits.h"), encoding="utf-8") as stream:
        found = re.findall(r"\b(kMax\w+) = (\d+);", stream.read())
    return {name: int(number) for name, number in found}


def at(document, path):
    for key in path:
        document = document[key]
    return document


# Keywords under which a schema says what must be so of something described elsewhere.
CONSTRAINTS = ("if", "then", "else", "not", "propertyNames")


def resolved(schema, root):
    """The schema, or what its $ref names."""
    while "$ref" in schema:
        schema = at(root, schema["$ref"].removeprefix("#/").split("/"))
    return schema


def parts(schema, root, path=""):
    """Every subschema that describes something, as (path, schema); constraints are left out."""
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            if key in ("properties", "definitions"):
                for name, part in value.items():
                    yield from parts(part, root, f"{path}/{key}/{name}")
            elif key not in CONSTRAINTS + ("examples", "enum", "required", "$ref"):
                yield from parts(value, root, f"{path}/{key}")
    elif isinstance(schema, list):
        for index, part in enumerate(schema):
            yield from parts(part, root, f"{path}/{index}")


def undescribed(schema):
    """Paths of properties, named or not, and definitions without a description."""
    for path, part in parts(schema, schema):
        parent, _, key = path.rpartition("/")
        is_key = parent.endswith(("/properties", "/definitions")) or key == "additionalProperties"
        if (is_key or path == "") and not resolved(part, schema).get("description"):
            yield path


def examples(schema):
    """(path, validator, example) of every example in a schema."""
    for path, part in parts(schema, schema):
        validator = Draft7Validator({**part, "definitions": schema.get("definitions", {})})
        for example in part.get("examples", ()):
            yield path, validator, example


def conditions(value, key=None):
    """Conditions anywhere in an example: under "when" and "that"."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from conditions(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from conditions(part)
    elif key in ("when", "that"):
        yield key, value


def policy_of(key, condition):
    """A policy that has the condition; "when" also stands for the definition of conditions."""
    rule = {"id": "example", "when": condition if key != "that" else "true", "then": "refuse"}
    invariants = [{"id": "example", "that": condition}] if key == "that" else []
    ring = {"rules": [rule], "otherwise": "refuse", "on_unavailable": "refuse"}
    return {"$schema": "policy.schema.json", "policy": "example", "catalog": 1,
            "unknown_callee": "refuse", "decisions": {"ring": ring}, "invariants": invariants}


def compiles(tool, policy):
    """What the tool says against a policy; empty: nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(policy, file)
        file.flush()
        done = subprocess.run([tool, "compile", file.name], capture_output=True, text=True,
                              check=False)
    return "" if done.returncode == 0 else done.stderr


def check_examples(schema, tool):
    """Findings about the examples of a schema, and how many there are."""
    findings = []
    count = 0
    for path, validator, example in examples(schema):
        count += 1
        findings += [f"{path}: {error.message}" for error in validator.iter_errors(example)]
        key = path.rpartition("/")[2]
        found = list(conditions(example, "when" if key == "condition" else key))
        policies = [policy_of(*one) for one in found]
        if path == "" and isinstance(example, dict) and "decisions" in example:
            policies = [example]
        for policy in policies if tool else ():
            complaint = compiles(tool, policy)
            if complaint:
                findings.append(f"{path}: {complaint}")
    return findings, count


def main():
    root = sys.argv[1]
    tool = sys.argv[2] if len(sys.argv) > 2 else None
    findings = []
    checked = 0
    for name, pattern in SHIPPED.items():
        schema = load(os.path.join(root, "schema", f"{name}.schema.json"))
        Draft7Validator.check_schema(schema)
        if schema.get("$schema") != "http://json-schema.org/draft-07/schema#":
            findings.append(f"{name}.schema.json does not say that it is draft-07")
        for path in undescribed(schema):
            findings.append(f"{name}.schema.json: {path or 'it'} has no description")
        if not schema.get("title"):
            findings.append(f"{name}.schema.json has no title")
        found, count = check_examples(schema, tool)
        checked += count
        findings += [f"{name}.schema.json: example at {finding}" for finding in found]
        if name != "catalog" and count < 5:
            findings.append(f"{name}.schema.json has {count} examples")
        for path, limit, less in LIMITS[name]:
            if at(schema, path) != limits(root)[limit] + less:
                findings.append(f"{name}.schema.json: {'/'.join(path)} is not {limit}")
        validator = Draft7Validator(schema)
        paths = sorted(glob.glob(os.path.join(root, pattern)))
        if not paths:
            findings.append(f"{pattern}: no such file")
            continue
        for path in paths:
            checked += 1
            for error in validator.iter_errors(load(path)):
                place = "/".join(str(part) for part in error.path)
                findings.append(f"{path}: {place}: {error.message}")
        for index, (change, expected) in enumerate(BROKEN[name]):
            document = copy.deepcopy(load(paths[0]))
            change(document)
            checked += 1
            found = list(complaints(validator.iter_errors(document)))
            if expected not in found:
                findings.append(f"broken {name} {index}: no '{expected}' in {found}")
    for finding in findings:
        print(finding)
    print(f"{checked} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

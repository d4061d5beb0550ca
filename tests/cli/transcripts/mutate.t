# Which small mistakes in a policy its cases would not notice.
$ cat > policy.json <<'END'
> {
>   "policy": "mine",
>   "catalog": 1,
>   "unknown_callee": "refuse",
>   "decisions": {
>     "ring": {
>       "floor": [
>         { "id": "blocked", "when": "callee.blocks(caller)", "then": "refuse" }
>       ],
>       "rules": [
>         { "id": "followed", "when": "callee.calls_enabled && callee.follows(caller)", "then": "ring" }
>       ],
>       "otherwise": "refuse",
>       "on_unavailable": "refuse"
>     }
>   }
> }
> END
$ cat > cases.json <<'END'
> {"policy": "policy.json", "cases": [
>   {"name": "followed rings", "facts": {"callee.follows(caller)": true}, "expect": {"effect": "ring"}},
>   {"name": "blocked does not", "facts": {"callee.follows(caller)": true, "callee.blocks(caller)": true}, "expect": {"effect": "refuse"}},
>   {"name": "blocks cannot be read", "facts": {"callee.follows(caller)": true, "callee.blocks(caller)": "unavailable"}, "expect": {"effect": "refuse"}}]}
> END
$ ringfence mutate policy.json
SURVIVES policy.json:11: rule 'followed': callee.calls_enabled made true
  a case that kills it:
    {
      "name": "rule 'followed': callee.calls_enabled made true",
      "facts": { "callee.calls_enabled": false, "callee.follows(caller)": true },
      "expect": { "effect": "refuse", "rule": "otherwise" }
    }
SURVIVES policy.json:11: rule 'followed': callee.follows(caller) made true
  a case that kills it:
    {
      "name": "rule 'followed': callee.follows(caller) made true",
      "expect": { "effect": "refuse", "rule": "otherwise" }
    }
SURVIVES policy.json:11: rule 'followed': '&&' made '||' between callee.calls_enabled and callee.follows(caller)
  a case above kills it too
SURVIVES policy.json:13: otherwise: 'refuse' made 'ring'
  a case above kills it too
policy.json: 17 mutants: 11 killed, 2 equivalent, 4 survive
[1]
$ cat > more.json <<'END'
> {"policy": "policy.json", "cases": [
>   {"name": "followed rings", "facts": {"callee.follows(caller)": true}, "expect": {"effect": "ring"}},
>   {"name": "blocked does not", "facts": {"callee.follows(caller)": true, "callee.blocks(caller)": true}, "expect": {"effect": "refuse"}},
>   {"name": "blocks cannot be read", "facts": {"callee.follows(caller)": true, "callee.blocks(caller)": "unavailable"}, "expect": {"effect": "refuse"}},
>   {"name": "a stranger does not", "expect": {"effect": "refuse"}},
>   {"name": "calls switched off", "facts": {"callee.calls_enabled": false, "callee.follows(caller)": true}, "expect": {"effect": "refuse"}}]}
> END
$ ringfence mutate policy.json --cases more.json
policy.json: 17 mutants: 15 killed, 2 equivalent, 0 survive
$ ringfence mutate ./policy.json --cases more.json --json
{"policy":"./policy.json","mutants":17,"killed":15,"equivalent":2,"survivors":[],"undecided":[]}
$ ringfence mutate ./policy.json --json
{"policy":"./policy.json","mutants":17,"killed":11,"equivalent":2,"survivors":[{"line":11,"column":38,"what":"rule 'followed': callee.calls_enabled made true","case":{"name": "rule 'followed': callee.calls_enabled made true","facts": { "callee.calls_enabled": false, "callee.follows(caller)": true },"expect": { "effect": "refuse", "rule": "otherwise" }}},{"line":11,"column":62,"what":"rule 'followed': callee.follows(caller) made true","case":{"name": "rule 'followed': callee.follows(caller) made true","expect": { "effect": "refuse", "rule": "otherwise" }}},{"line":11,"column":38,"what":"rule 'followed': '&&' made '||' between callee.calls_enabled and callee.follows(caller)","case":{"name": "rule 'followed': callee.calls_enabled made true","facts": { "callee.calls_enabled": false, "callee.follows(caller)": true },"expect": { "effect": "refuse", "rule": "otherwise" }}},{"line":13,"column":20,"what":"otherwise: 'refuse' made 'ring'","case":{"name": "rule 'followed': callee.calls_enabled made true","facts": { "callee.calls_enabled": false, "callee.follows(caller)": true },"expect": { "effect": "refuse", "rule": "otherwise" }}}],"undecided":[]}
[1]
$ ringfence mutate default --cases $RULES/default/cases.json | sed 's/[0-9][0-9]*/N/g'
default: N mutants: N killed, N equivalent, N survive
$ (cd $RULES/presence-rules && ringfence mutate common-policy.json --cases common-policy.cases.json) | sed 's/[1-9][0-9]*/N/g'
common-policy.json: N mutants: N killed, N equivalent, 0 survive

# Cases that fail anyway would seem to kill everything.
$ ringfence mutate policy.json --cases $RULES/default/cases.json
ringfence: ROOT/rules/default/cases.json: 19 cases fail with the policy itself, the first 'following the callee is not enough': run `ringfence test` first, and put them right
[1]
$ sed 's/"effect": "ring"/"effect": "silence"/' cases.json > wrong.json
$ ringfence mutate policy.json --cases wrong.json
ringfence: wrong.json: 1 case fails with the policy itself, the first 'followed rings': run `ringfence test` first, and put them right
[1]

# Cases that contradict each other are no cases.
$ cat > both.json <<'END'
> {"policy": "policy.json", "cases": [
>   {"name": "rings", "expect": {"effect": "ring"}},
>   {"name": "does not", "expect": {"effect": "refuse"}}]}
> END
$ ringfence mutate policy.json --cases both.json
both.json:3:45: error: case 'does not' contradicts case 'rings': the same facts, but effect 'refuse' here and 'ring' in line 2
  {"name": "does not", "expect": {"effect": "refuse"}}]}
                                            ^~~~~~~~
  expected: one answer to one question
[2]

# Where nothing can be, everything would be equivalent.
$ cat > constraints.txt <<'END'
>   "constraints": [
>     {"id": "x_yes", "that": "callee.calls_enabled", "doc": "Calls are on."},
>     {"id": "x_no", "that": "!callee.calls_enabled", "doc": "Calls are off."}],
> END
$ sed '1r constraints.txt' $RULES/../examples/extension/catalog-extension.json > extension.json
$ ringfence mutate policy.json --cases more.json --catalog-extension extension.json
ringfence: the catalog's constraints contradict each other: no situation satisfies 'unknown-callee-list', 'unknown-caller-list', 'unknown-callee-book', 'unknown-caller-book', 'unknown-callee-consent', 'unknown-callee-quiet', 'requests', 'attempts', 'x_yes', 'x_no' together, and of none everything would be proven
[2]
$ ringfence cases policy.json --catalog-extension extension.json
ringfence: the catalog's constraints contradict each other: no situation satisfies 'unknown-callee-list', 'unknown-caller-list', 'unknown-callee-book', 'unknown-caller-book', 'unknown-callee-consent', 'unknown-callee-quiet', 'requests', 'attempts', 'x_yes', 'x_no' together, and of none everything would be proven
[2]
$ ringfence mutate default
ringfence: the cases of a shipped rule set are not in the tool: name them with --cases FILE, or give the path of the policy
[2]
$ ringfence mutate none.json
ringfence: none.json: No such file or directory
[2]
$ ringfence mutate policy.json --cases none.json
ringfence: none.json: No such file or directory
[2]
$ ringfence mutate
ringfence: arguments are missing
Try `ringfence mutate --help`.
[2]
$ ringfence mutate policy.json more.json
ringfence: unexpected argument 'more.json'
Try `ringfence mutate --help`.
[2]
$ echo '{}' > empty.json
$ ringfence mutate empty.json --cases cases.json
empty.json:1:1: error: the policy has no 'policy'
{}
^
  expected: "policy": a string
empty.json:1:1: error: the policy has no 'catalog'
{}
^
  expected: "catalog": an integer
empty.json:1:1: error: the policy has no 'unknown_callee'
{}
^
  expected: "unknown_callee": a string
empty.json:1:1: error: the policy has no 'decisions'
{}
^
  expected: "decisions": an object
[2]
$ ringfence mutate --help
NAME
    ringfence mutate - find small mistakes in a policy that its cases would not
    notice

SYNOPSIS
    ringfence mutate FILE|NAME [--cases FILE]

DESCRIPTION
    Changes the policy in every small way (a rule taken out, moved, leading
    elsewhere; a test of a condition negated or always true; && for ||, < for
    <=; a default; the combining algorithm) and runs the cases on each of these
    mutants. A mutant that fails a case is killed. One that decides like the
    policy whatever the facts are, also where some are unavailable, is
    equivalent: no case could fail. Every other survives: the policy could have
    that mistake and all its cases would pass. It is printed with a case that
    would fail, ready for the file but for its name; check first that what it
    expects is what you want.

    A mutant whose decision diagram is over the budget is undecided. The cases
    are those of --cases, else cases.json beside the policy's file; they must
    pass.

OPTIONS
    --cases FILE
        The cases; default: cases.json beside the policy.

OPTIONS OF EVERY COMMAND (before or after its name)
    --db FILE
        The database. Without it, the environment variable RINGFENCE_DB names
        it.
    --policy FILE|NAME
        Use this policy instead of the one in force: a file, if the value
        contains a slash or ends in .json, else the name of a shipped rule set
        (see `ringfence rules`).
    --catalog-extension FILE
        Settings, attributes, relations and call attributes of your own, behind
        the standard ones (schema/README.md); RINGFENCE_CATALOG_EXTENSION if not
        given.
    --keys FILE
        The key file of contact sync. Without it, the environment variable
        RINGFENCE_KEYS names it.
    --log DIR
        The decision log: what is decided is recorded in it. Without it, the
        environment variable RINGFENCE_LOG names it; without both nothing is
        recorded.
    --log-keys FILE
        The key file of the decision log. Without it, the environment variable
        RINGFENCE_LOG_KEYS names it, else it is the log's name with .keys behind
        it.
    --json
        Print JSON, one object a line where there can be several.
    -q, --quiet
        Print nothing but what was asked for: no confirmations, no progress.
    --color auto|always|never
        Colours. auto: on a terminal, unless NO_COLOR is set or TERM is dumb.
    -h, --help
        Print this page.
    --version
        Print the version.

EXAMPLES
    ringfence mutate rules/default/policy.json
    ringfence mutate ./next.json --cases tests/next.cases.json --json

EXIT STATUS
    0   no mutant survives
    1   one survives or is undecided, or a case fails with the policy itself
    2   the command line or the input is at fault
    3   the environment is: a file, a lock, a disk

# The fewest cases that reach all of a policy.
$ cat > rules.json <<'END'
> {
>   "policy": "mine",
>   "catalog": 1,
>   "unknown_callee": "refuse",
>   "decisions": {
>     "ring": {
>       "rules": [
>         { "id": "followed", "when": "callee.calls_enabled && callee.follows(caller)", "then": "ring" },
>         { "id": "again", "when": "callee.follows(caller) && callee.calls_enabled", "then": "refuse" },
>         { "id": "many", "when": "callee.attempts_1h(caller) >= 3", "then": "ring" }
>       ],
>       "otherwise": "refuse",
>       "on_unavailable": "refuse"
>     },
>     "path": {
>       "values": ["direct", "relay"],
>       "rules": [ { "id": "asked", "when": "caller.relay_calls", "then": "relay" } ],
>       "otherwise": "direct",
>       "on_unavailable": "relay"
>     }
>   }
> }
> END
$ ringfence cases rules.json > rules.cases.json
ringfence: note: mine: 6 cases, the fewest that reach all
ringfence: note: ring: again never decides
$ cat rules.cases.json
{
  "policy": "rules.json",
  "cases": [
    {
      "name": "unknown_callee decides",
      "facts": { "callee.known": false },
      "expect": { "effect": "refuse", "rule": "unknown_callee", "path": null }
    },
    {
      "name": "followed decides",
      "facts": { "callee.follows(caller)": true },
      "expect": { "effect": "ring", "rule": "followed", "path": "direct" }
    },
    {
      "name": "many decides",
      "facts": { "caller.relay_calls": "unavailable", "callee.attempts_1h(caller)": 3 },
      "expect": { "effect": "ring", "rule": "many", "path": "relay" }
    },
    {
      "name": "many decides, 2",
      "facts": { "callee.calls_enabled": false, "caller.relay_calls": true, "callee.follows(caller)": true, "callee.attempts_1h(caller)": 3 },
      "expect": { "effect": "ring", "rule": "many", "path": "relay" }
    },
    {
      "name": "otherwise decides",
      "expect": { "effect": "refuse", "rule": "otherwise", "path": null }
    },
    {
      "name": "on_unavailable decides",
      "facts": { "callee.attempts_1h(caller)": "unavailable" },
      "expect": { "effect": "refuse", "rule": "on_unavailable", "path": null }
    }
  ]
}
$ ringfence test rules.cases.json
rules.cases.json: mine: 6 passed, 0 failed
  coverage: 8 of 9 rules decided, 14 of 14 sides of conditions seen
    never decided: ring.again
$ ringfence cases rules.json --quiet --policy-path ../rules.json | head -3
{
  "policy": "../rules.json",
  "cases": [
$ ringfence cases rules.json --json
{"policy":"mine","cases":6,"at_least":6,"unreachable":["ring: again never decides"],"file":{"policy": "rules.json","cases": [{"name": "unknown_callee decides","facts": { "callee.known": false },"expect": { "effect": "refuse", "rule": "unknown_callee", "path": null }},{"name": "followed decides","facts": { "callee.follows(caller)": true },"expect": { "effect": "ring", "rule": "followed", "path": "direct" }},{"name": "many decides","facts": { "caller.relay_calls": "unavailable", "callee.attempts_1h(caller)": 3 },"expect": { "effect": "ring", "rule": "many", "path": "relay" }},{"name": "many decides, 2","facts": { "callee.calls_enabled": false, "caller.relay_calls": true, "callee.follows(caller)": true, "callee.attempts_1h(caller)": 3 },"expect": { "effect": "ring", "rule": "many", "path": "relay" }},{"name": "otherwise decides","expect": { "effect": "refuse", "rule": "otherwise", "path": null }},{"name": "on_unavailable decides","facts": { "callee.attempts_1h(caller)": "unavailable" },"expect": { "effect": "refuse", "rule": "on_unavailable", "path": null }}]}}
$ ringfence cases x-2024 -q > x.json
$ ringfence test x.json --policy x-2024 --require-coverage
x.json: x-2024: 12 passed, 0 failed
  coverage: 15 of 15 rules decided, 42 of 42 sides of conditions seen
$ ringfence cases none
ringfence: no shipped rule set is called 'none'; `ringfence rules` lists them, and a file is written with a slash: ./policy
[2]
$ ringfence cases none.json
ringfence: none.json: No such file or directory
[2]
$ ringfence cases
ringfence: arguments are missing
Try `ringfence cases --help`.
[2]
$ ringfence cases --help
NAME
    ringfence cases - write the smallest set of cases that reaches all of a
    policy

SYNOPSIS
    ringfence cases FILE|NAME [--policy-path PATH]

DESCRIPTION
    Prints a cases file with few cases, the fewest or near it, in which every
    rule decides once and every test of a condition is true once and false once:
    what `test --require-coverage` asks for. They expect what the policy decides
    now, so read them: as a start for cases of your own, or to see that a change
    leaves decisions as they were. `mutate` then says which mistakes they would
    not notice.

    How many there are, and what no case can reach because no situation does,
    goes to standard error (not with --quiet).

OPTIONS
    --policy-path PATH
        The path under "policy", relative to where the file will be; default:
        beside it.

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
    ringfence cases rules.json > rules.cases.json
    ringfence cases x-2024 --policy-path ../rules/x-2024/policy.json

EXIT STATUS
    0   the cases are printed
    2   the command line or the input is at fault
    3   the environment is: a file, a lock, a disk

$ ringfence compile default | sed 's/[0-9.]* groups/N groups/'
policy default
digest DIGEST
ring: 9 rules, 11 nodes, 11 facts, N groups read per decision
$ ringfence compile x-2024 --json | grep -o '"name":"[a-z0-9-]*"\|"rules":[0-9]*'
"name":"x-2024"
"name":"ring"
"rules":12
"name":"path"
"rules":3
$ ringfence compile default --dump document | head -3
policy default catalog 1
outcome ring: ring signal=ringing record=missed sip=180 told=ringing built-in
outcome refuse: refuse signal=offline record=nothing sip=480 told=unavailable built-in
$ ringfence compile default --dump diagram | head -1
decision ring, first-applicable
$ ringfence compile default --dump program | head -1
policy default
$ ringfence compile default --dump picture
ringfence: --dump is document, diagram or program
[2]
$ ringfence compile nothing
ringfence: no shipped rule set is called 'nothing'; `ringfence rules` lists them, and a file is written with a slash: ./policy
[2]
$ ringfence compile ./nothing.json
ringfence: ./nothing.json: No such file or directory
[2]

# Everything that is wrong is said in one run.
$ sed -e 's/callee.allow_verified/callee.alow_verified/' -e 's/"followed"/"blocked"/' $RULES/default/policy.json > wrong.json
$ ringfence compile wrong.json
wrong.json:29:17: error: 'ring' has two rules 'blocked'
          "id": "blocked",
                ^~~~~~~~~
  hint: a decision names its rule, so ids differ within it
wrong.json:35:20: error: unknown fact 'callee.alow_verified'
          "when": "callee.alow_verified && caller.verified",
                   ^~~~~~~~~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: did you mean 'callee.allow_verified'?
[2]
$ ringfence lint wrong.json default
wrong.json:29:17: error: 'ring' has two rules 'blocked'
          "id": "blocked",
                ^~~~~~~~~
  hint: a decision names its rule, so ids differ within it
wrong.json:35:20: error: unknown fact 'callee.alow_verified'
          "when": "callee.alow_verified && caller.verified",
                   ^~~~~~~~~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: did you mean 'callee.allow_verified'?
default: no warnings
[2]
$ printf '{}' > empty.json; ringfence compile empty.json
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
$ printf '' > void.json; ringfence compile void.json
void.json: error: the text is empty
  expected: a value: an object, an array, a string in double quotes, an integer, true, false or null
[2]
$ printf '{"policy":"a"}\000 ' > nul.json; ringfence compile nul.json
nul.json:1:15: error: a NUL byte
{"policy":"a"}\x00 
              ^~~~
  expected: text
[2]
$ head -c 1100000 /dev/zero | tr '\0' ' ' > huge.json; ringfence compile huge.json
ringfence: huge.json: larger than 1,048,576 bytes
[2]
$ ringfence compile /dev/zero
ringfence: /dev/zero: larger than 1,048,576 bytes
[2]
$ mkdir folder.json; ringfence compile folder.json
ringfence: folder.json: Is a directory
[2]

# Lint warns of what rings by itself.
$ sed -e 's/"on_unavailable": "private"/"on_unavailable": "ring"/' $RULES/default/policy.json > open.json
$ ringfence lint open.json
open.json:45:25: warning: 'on_unavailable' rings: calls ring that no rule admits
      "on_unavailable": "ring"
                        ^~~~~~
  hint: admit callers by a rule, and refuse here
[1]
$ ringfence lint default x-2023 x-2024
default: no warnings
x-2023: no warnings
x-2024: no warnings
$ ringfence lint open.json --json
{"policy":"open.json","warnings":"open.json:45:25: warning: 'on_unavailable' rings: calls ring that no rule admits\n      \"on_unavailable\": \"ring\"\n                        ^~~~~~\n  hint: admit callers by a rule, and refuse here\n","findings":[{"rule":"rings-without-rule","line":45,"column":25,"message":"'on_unavailable' rings: calls ring that no rule admits","expected":null,"hint":"admit callers by a rule, and refuse here"}]}
[1]

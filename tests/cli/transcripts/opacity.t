# What a refusal tells its caller. This one tells a block: it alone is answered so.
$ cat > telling.json <<'END'
> { "policy": "telling", "catalog": 1,
>   "outcomes": { "private": { "effect": "refuse" },
>                 "blocked": { "effect": "refuse", "signal": "blocked" } },
>   "unknown_callee": "private",
>   "decisions": { "ring": {
>     "floor": [ { "id": "blocked", "when": "callee.blocks(caller)", "then": "blocked" } ],
>     "rules": [ { "id": "off", "when": "!callee.calls_enabled || callee.quiet(caller)", "then": "private" } ],
>     "otherwise": "ring", "on_unavailable": "private" } } }
> END
$ ringfence prove ./telling.json
./telling.json: opacity callee.blocks(caller): a refusal tells that callee.blocks(caller) = false: the caller sees offline 480, told 'unavailable'
  callee.quiet(caller) = true
  -> refuse by 'off'
    {
      "name": "a refusal tells that callee.blocks(caller) = false",
      "facts": { "callee.quiet(caller)": true },
      "expect": { "effect": "refuse", "rule": "off" }
    }
./telling.json: opacity callee.blocks(caller): a refusal tells that callee.blocks(caller) = true: the caller sees blocked 403, told 'blocked'
  callee.blocks(caller) = true
  -> refuse by 'blocked'
    {
      "name": "a refusal tells that callee.blocks(caller) = true",
      "facts": { "callee.blocks(caller)": true },
      "expect": { "effect": "refuse", "rule": "blocked" }
    }
telling: not proven for all values of 7 facts
     1 of 1 floor rules cannot be lifted
     1 of 1 callees without an account never get a call
     2 of 2 rules decide somewhere
     3 of 3 tests of conditions matter
     2 of 4 secrets stay hidden behind a refusal
[1]

# Said to be on purpose, once in each direction; a third entry is not needed.
$ sed 's/"unknown_callee"/"discloses": [ { "fact": "callee.blocks(caller)", "why": "the service says so" },\n    { "fact": "callee.dnd", "why": "nothing asks for it" } ],\n  &/' telling.json > listed.json
$ ringfence prove ./listed.json
./listed.json:5:15: disclosure callee.dnd: no refusal tells it: the entry is not needed
./listed.json:4:28: disclosure callee.blocks(caller): told on purpose: the service says so
telling: not proven for all values of 7 facts
     1 of 1 floor rules cannot be lifted
     1 of 1 callees without an account never get a call
     2 of 2 rules decide somewhere
     3 of 3 tests of conditions matter
     2 of 2 secrets stay hidden behind a refusal
     1 of 2 listed disclosures are needed
[1]
$ sed '/callee.dnd/d; s/says so" },/says so" } ],/' listed.json > right.json
$ ringfence prove ./right.json --verbose
./right.json:7:24: floor ring.blocked: no setting, list or rule lifts it
./right.json: unknown-callee ring.unknown_callee: no callee without an account gets a call
./right.json:7:24: rule ring.blocked: decides somewhere
./right.json:8:24: rule ring.off: decides somewhere
./right.json:7:24: condition ring.blocked: matters: callee.blocks(caller)
./right.json:8:24: condition ring.off: matters: callee.calls_enabled
./right.json:8:24: condition ring.off: matters: callee.quiet(caller)
./right.json: opacity callee.calls_enabled: no refusal tells it
./right.json: opacity callee.quiet(caller): no refusal tells it
./right.json:4:28: disclosure callee.blocks(caller): told on purpose: the service says so
telling: proven for all values of 7 facts
     1 of 1 floor rules cannot be lifted
     1 of 1 callees without an account never get a call
     2 of 2 rules decide somewhere
     3 of 3 tests of conditions matter
     2 of 2 secrets stay hidden behind a refusal
     1 of 1 listed disclosures are needed
  a call that is let through may tell that callee.calls_enabled = true
  a call that is let through may tell that callee.blocks(caller) = false
  a call that is let through may tell that callee.quiet(caller) = false
  refusals tell whether there is such an account
$ ringfence prove ./right.json --json | python3 -c "import json,sys; r = json.load(sys.stdin); print(r['told_by_ringing'], r['tells_account'], [c for c in r['claims'] if c['kind'] == 'disclosure'])"
['callee.calls_enabled = true', 'callee.blocks(caller) = false', 'callee.quiet(caller) = false'] True [{'kind': 'disclosure', 'holds': True, 'decision': None, 'subject': 'callee.blocks(caller)', 'text': 'told on purpose: the service says so', 'line': 4, 'column': 28, 'hidden_by': [], 'counterexample': None}]

# What the caller knows anyway is no entry.
$ sed 's/callee.blocks(caller)", "why"/caller.verified", "why"/' right.json > known.json
$ ringfence prove ./known.json
./known.json:4:28: error: 'caller.verified' is known to the caller anyway
  "discloses": [ { "fact": "caller.verified", "why": "the service says so" } ],
                           ^~~~~~~~~~~~~~~~~
  expected: a fact that the caller does not know
[2]

# Shipped sets tell what their pages say; these four tell nothing.
$ ringfence prove default x-2023 x-2024 recommended | grep disclosure
[1]
$ ringfence prove telegram | grep disclosure
rules/telegram/policy.json:119:15: disclosure callee.account_state: told on purpose: INPUT_USER_DEACTIVATED is the error of the service for it.
rules/telegram/policy.json:123:15: disclosure callee.capability: told on purpose: The service tells an app that is too old, and one without video, by errors of their own.
rules/telegram/policy.json:127:15: disclosure callee.blocks(caller): told on purpose: USER_IS_BLOCKED is the error of the service for it.
     3 of 3 listed disclosures are needed

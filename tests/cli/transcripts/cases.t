$ ringfence test $RULES/default | sed 's/[0-9][0-9]* passed/N passed/'
ROOT/rules/default/cases.json: default: N passed, 0 failed
  coverage: 9 of 9 rules decided, 22 of 22 sides of conditions seen
$ ringfence test $RULES --quiet | sed 's/[0-9][0-9]* passed/N passed/'
ROOT/rules/android-zen/cases.json: android-zen: N passed, 0 failed
ROOT/rules/anonymous-rejection/cases.json: anonymous-rejection: N passed, 0 failed
ROOT/rules/dating/cases.json: dating: N passed, 0 failed
ROOT/rules/default/cases.json: default: N passed, 0 failed
ROOT/rules/delta-chat/cases.json: delta-chat: N passed, 0 failed
ROOT/rules/fluxer/cases.json: fluxer: N passed, 0 failed
ROOT/rules/ios-focus/cases.json: ios-focus: N passed, 0 failed
ROOT/rules/ios-unknown-callers/cases.json: ios-unknown-callers: N passed, 0 failed
ROOT/rules/line/cases.json: line: N passed, 0 failed
ROOT/rules/matrix-invites/cases.json: matrix-invites: N passed, 0 failed
ROOT/rules/messenger/cases.json: messenger: N passed, 0 failed
ROOT/rules/presence-rules/cases.json: presence-rules: N passed, 0 failed
ROOT/rules/presence-rules/common-policy.cases.json: common-policy: N passed, 0 failed
ROOT/rules/recommended/cases.json: recommended: N passed, 0 failed
ROOT/rules/session/cases.json: session: N passed, 0 failed
ROOT/rules/signal/cases.json: signal: N passed, 0 failed
ROOT/rules/simplex/cases.json: simplex: N passed, 0 failed
ROOT/rules/skype/cases.json: skype: N passed, 0 failed
ROOT/rules/telegram/cases.json: telegram: N passed, 0 failed
ROOT/rules/unwanted-calls/cases.json: unwanted-calls: N passed, 0 failed
ROOT/rules/viber/cases.json: viber: N passed, 0 failed
ROOT/rules/wechat/cases.json: wechat: N passed, 0 failed
ROOT/rules/whatsapp-business/cases.json: whatsapp-business: N passed, 0 failed
ROOT/rules/whatsapp/cases.json: whatsapp: N passed, 0 failed
ROOT/rules/x-2023/cases.json: x-2023: N passed, 0 failed
ROOT/rules/x-2024/cases.json: x-2024: N passed, 0 failed
ROOT/rules/xmpp-blocking/cases.json: xmpp-blocking: N passed, 0 failed
ROOT/rules/xmpp-privacy-lists/cases.json: xmpp-privacy-lists: N passed, 0 failed
$ ringfence test $RULES/default --json | sed 's/"cases":[0-9]*/"cases":N/'
{"file":"ROOT/rules/default/cases.json","policy":"default","cases":N,"failures":[],"coverage":{"complete":true,"rules_decided":9,"rules":9,"sides_seen":22,"sides":22,"missing":[]}}
$ ringfence test $RULES/default/cases.json --require-coverage -q > /dev/null
$ cat > my.cases.json <<'END'
> {"policy": "policy.json", "cases": [
>   {"name": "followed rings", "facts": {"callee.known": true, "callee.follows(caller)": true}, "expect": {"effect": "ring"}},
>   {"name": "a <wrong> \"case\"", "ref": "nowhere", "facts": {"callee.known": true}, "expect": {"effect": "ring", "rule": "followed"}}]}
> END
$ cp $RULES/default/policy.json .
$ ringfence test my.cases.json --junit report.xml
FAILED a <wrong> "case" (nowhere)
  effect: expected ring, got refuse
  rule: expected followed, got otherwise
  no rule admits caller
  facts:
    callee.known = true
    callee.calls_enabled = true (default)
    callee.allow_followed = true (default)
    callee.allow_verified = false (default)
    callee.allow_contacts = false (default)
    caller.verified = false (default)
    callee.follows(caller) = false
    callee.blocks(caller) = false
    caller.blocks(callee) = false
    callee.contact(caller) = no_book
    callee.quiet(caller) = false
  ring:
    unknown_callee: false: !callee.known
    blocked: false: callee.blocks(caller) || caller.blocks(callee)
    quiet: false: callee.quiet(caller)
    calls-off: false: !callee.calls_enabled
    followed: false: callee.allow_followed && callee.follows(caller)
    verified: false: callee.allow_verified && caller.verified
    contact: false: callee.allow_contacts && callee.contact(caller) == 'match'
    otherwise -> private
my.cases.json: default: 1 passed, 1 failed
  coverage: 2 of 9 rules decided, 12 of 22 sides of conditions seen
    never decided: ring.unknown_callee
    never decided: ring.blocked
    never decided: ring.quiet
    never decided: ring.calls-off
    never decided: ring.verified
    never decided: ring.contact
    never decided: ring.on_unavailable
    never false: ring.unknown_callee: callee.known
    never true: ring.blocked: callee.blocks(caller)
    never true: ring.blocked: caller.blocks(callee)
    never true: ring.quiet: callee.quiet(caller)
    never false: ring.calls-off: callee.calls_enabled
    never false: ring.followed: callee.allow_followed
    never true: ring.verified: callee.allow_verified
    never true: ring.verified: caller.verified
    never true: ring.contact: callee.allow_contacts
    never true: ring.contact: callee.contact(caller) == 'match'
[1]
$ cat report.xml
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="my.cases.json" tests="2" failures="1" errors="0">
    <testcase classname="default" name="followed rings"/>
    <testcase classname="default" name="a &lt;wrong&gt; &quot;case&quot;">
      <failure message="effect: expected ring, got refuse; rule: expected followed, got otherwise">no rule admits caller&#10;facts:&#10;  callee.known = true&#10;  callee.calls_enabled = true (default)&#10;  callee.allow_followed = true (default)&#10;  callee.allow_verified = false (default)&#10;  callee.allow_contacts = false (default)&#10;  caller.verified = false (default)&#10;  callee.follows(caller) = false&#10;  callee.blocks(caller) = false&#10;  caller.blocks(callee) = false&#10;  callee.contact(caller) = no_book&#10;  callee.quiet(caller) = false&#10;ring:&#10;  unknown_callee: false: !callee.known&#10;  blocked: false: callee.blocks(caller) || caller.blocks(callee)&#10;  quiet: false: callee.quiet(caller)&#10;  calls-off: false: !callee.calls_enabled&#10;  followed: false: callee.allow_followed &amp;&amp; callee.follows(caller)&#10;  verified: false: callee.allow_verified &amp;&amp; caller.verified&#10;  contact: false: callee.allow_contacts &amp;&amp; callee.contact(caller) == 'match'&#10;  otherwise -&gt; private&#10;</failure>
    </testcase>
  </testsuite>
</testsuites>
$ ringfence test my.cases.json --json
{"file":"my.cases.json","policy":"default","cases":2,"failures":[{"name":"a <wrong> \"case\"","ref":"nowhere","differences":["effect: expected ring, got refuse","rule: expected followed, got otherwise"],"explanation":"no rule admits caller\nfacts:\n  callee.known = true\n  callee.calls_enabled = true (default)\n  callee.allow_followed = true (default)\n  callee.allow_verified = false (default)\n  callee.allow_contacts = false (default)\n  caller.verified = false (default)\n  callee.follows(caller) = false\n  callee.blocks(caller) = false\n  caller.blocks(callee) = false\n  callee.contact(caller) = no_book\n  callee.quiet(caller) = false\nring:\n  unknown_callee: false: !callee.known\n  blocked: false: callee.blocks(caller) || caller.blocks(callee)\n  quiet: false: callee.quiet(caller)\n  calls-off: false: !callee.calls_enabled\n  followed: false: callee.allow_followed && callee.follows(caller)\n  verified: false: callee.allow_verified && caller.verified\n  contact: false: callee.allow_contacts && callee.contact(caller) == 'match'\n  otherwise -> private\n"}],"coverage":{"complete":false,"rules_decided":2,"rules":9,"sides_seen":12,"sides":22,"missing":[{"decision":"ring","rule":"unknown_callee","condition":null,"never":"decided"},{"decision":"ring","rule":"blocked","condition":null,"never":"decided"},{"decision":"ring","rule":"quiet","condition":null,"never":"decided"},{"decision":"ring","rule":"calls-off","condition":null,"never":"decided"},{"decision":"ring","rule":"verified","condition":null,"never":"decided"},{"decision":"ring","rule":"contact","condition":null,"never":"decided"},{"decision":"ring","rule":"on_unavailable","condition":null,"never":"decided"},{"decision":"ring","rule":"unknown_callee","condition":"callee.known","never":"false"},{"decision":"ring","rule":"blocked","condition":"callee.blocks(caller)","never":"true"},{"decision":"ring","rule":"blocked","condition":"caller.blocks(callee)","never":"true"},{"decision":"ring","rule":"quiet","condition":"callee.quiet(caller)","never":"true"},{"decision":"ring","rule":"calls-off","condition":"callee.calls_enabled","never":"false"},{"decision":"ring","rule":"followed","condition":"callee.allow_followed","never":"false"},{"decision":"ring","rule":"verified","condition":"callee.allow_verified","never":"true"},{"decision":"ring","rule":"verified","condition":"caller.verified","never":"true"},{"decision":"ring","rule":"contact","condition":"callee.allow_contacts","never":"true"},{"decision":"ring","rule":"contact","condition":"callee.contact(caller) == 'match'","never":"true"}]}}
[1]
$ ringfence test . --require-coverage -q
FAILED a <wrong> "case" (nowhere)
  effect: expected ring, got refuse
  rule: expected followed, got otherwise
  no rule admits caller
  facts:
    callee.known = true
    callee.calls_enabled = true (default)
    callee.allow_followed = true (default)
    callee.allow_verified = false (default)
    callee.allow_contacts = false (default)
    caller.verified = false (default)
    callee.follows(caller) = false
    callee.blocks(caller) = false
    caller.blocks(callee) = false
    callee.contact(caller) = no_book
    callee.quiet(caller) = false
  ring:
    unknown_callee: false: !callee.known
    blocked: false: callee.blocks(caller) || caller.blocks(callee)
    quiet: false: callee.quiet(caller)
    calls-off: false: !callee.calls_enabled
    followed: false: callee.allow_followed && callee.follows(caller)
    verified: false: callee.allow_verified && caller.verified
    contact: false: callee.allow_contacts && callee.contact(caller) == 'match'
    otherwise -> private
./my.cases.json: default: 1 passed, 1 failed
[1]
$ ringfence test my.cases.json --policy x-2024 -q | head -1
FAILED followed rings
$ sed -i '2s/,$/]}/;3d' my.cases.json && ringfence test my.cases.json -q && ringfence test my.cases.json --require-coverage -q
my.cases.json: default: 1 passed, 0 failed
my.cases.json: default: 1 passed, 0 failed
[1]

# What cannot be run.
$ ringfence test missing.json
ringfence: missing.json: No such file or directory
[2]
$ mkdir none; ringfence test none
ringfence: none: no cases.json or *.cases.json below it
[2]
$ rm policy.json; ringfence test my.cases.json --junit report.xml
ringfence: my.cases.json: policy.json: No such file or directory
[2]
$ grep error report.xml
  <testsuite name="my.cases.json" tests="1" failures="0" errors="1">
      <error message="policy.json: No such file or directory"/>
$ printf '{"policy": "policy.json", "cases": [{"nme": "x"}]}' > bad.cases.json; ringfence test bad.cases.json --policy default
bad.cases.json:1:37: error: a case without a name
{"policy": "policy.json", "cases": [{"nme": "x"}]}
                                    ^~~~~~~~~~~~
  expected: "name"
bad.cases.json:1:37: error: a case that expects nothing
{"policy": "policy.json", "cases": [{"nme": "x"}]}
                                    ^~~~~~~~~~~~
  expected: "expect"
bad.cases.json:1:38: error: unknown key 'nme'
{"policy": "policy.json", "cases": [{"nme": "x"}]}
                                     ^~~~~
  expected: one of name, ref, caller_without_account, facts, call or expect
  hint: did you mean 'name'?
[2]
$ ringfence test my.cases.json --junit no/such/folder.xml --policy default -q
my.cases.json: default: 1 passed, 0 failed
ringfence: no/such/folder.xml: No such file or directory
[3]

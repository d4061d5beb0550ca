# A policy as somebody wrote it in a hurry, and as it is laid out. Nothing is written yet.
$ cat > draft.json <<'END'
> {"$schema":"policy.schema.json","policy":"draft","catalog":1, // ours
> "unknown_callee":"refuse",
> "decisions":{"ring":{ /* the only one */
> // who blocks is never rung
> "floor":[{"id":"blocked","when":"(callee.blocks(caller))","then":"refuse"}],
> "rules":[{"id":"video","when":"\"video\"==call.media&&5<callee.attempts_1h(caller)","then":"refuse",},
> {"id":"again","when":"duration(\"15m\")>callee.since_attempt_ms(caller)||call.media in ['video','audio']","then":"ring"},
> {"id":"noted","when":"callee.known&&true // for now","then":"ring"}],
> "otherwise":"refuse","on_unavailable":"refuse"}}}
> END
$ ringfence fmt draft.json --stdout | tee laid.json
{
  "$schema": "policy.schema.json",
  "policy": "draft",
  "catalog": 1, // ours
  "unknown_callee": "refuse",
  "decisions": {
    "ring": { /* the only one */
      // who blocks is never rung
      "floor": [{ "id": "blocked", "when": "callee.blocks(caller)", "then": "refuse" }],
      "rules": [
        { "id": "video", "when": "call.media == 'video' && callee.attempts_1h(caller) > 5", "then": "refuse" },
        {
          "id": "again",
          "when": "callee.since_attempt_ms(caller) < duration('15m') || call.media in ['audio', 'video']",
          "then": "ring"
        },
        { "id": "noted", "when": "callee.known&&true // for now", "then": "ring" }
      ],
      "otherwise": "refuse",
      "on_unavailable": "refuse"
    }
  }
}
$ ringfence fmt - < draft.json | cmp - laid.json && echo the same
the same
$ ringfence fmt --check draft.json laid.json
draft.json
[1]
$ ringfence compile draft.json
policy draft
digest DIGEST
ring: 7 rules, 5 nodes, 5 facts, 1.67 groups read per decision
$ ringfence compile laid.json
policy draft
digest DIGEST
ring: 7 rules, 5 nodes, 5 facts, 1.67 groups read per decision

# Written back where something changes, and only there.
$ chmod 640 draft.json; touch -d 2001-01-01 laid.json; ln -s draft.json link.json
$ ringfence fmt link.json laid.json
link.json: formatted
$ stat -c '%a %F' draft.json link.json; stat -c %y laid.json | cut -c1-10
640 regular file
777 symbolic link
2001-01-01
$ cmp draft.json laid.json && ls
draft.json
laid.json
link.json
$ ringfence fmt --check draft.json laid.json
$ ringfence fmt draft.json --json
{"file":"draft.json","changed":false,"written":false}

# Cases files and catalog extensions, without their policy or database.
$ printf '{"policy":"gone.json","cases":[{"name":"a","call":{"media":"video"},"expect":{"effect":"ring","my_own":"x"}}]}' > cases.json
$ ringfence fmt cases.json --json && cat cases.json
{"file":"cases.json","changed":true,"written":true}
{
  "policy": "gone.json",
  "cases": [{ "name": "a", "call": { "media": "video" }, "expect": { "effect": "ring", "my_own": "x" } }]
}
$ printf '{"extension":"acme","version":1,"catalog":1,"call":[{"name":"x_a","type":"bool","absent":false,"bit":60,"known_to":["caller"],"changeable":"caller","doc":"One."}]}' | ringfence fmt -
{
  "extension": "acme",
  "version": 1,
  "catalog": 1,
  "call": [
    {
      "name": "x_a",
      "type": "bool",
      "absent": false,
      "bit": 60,
      "known_to": ["caller"],
      "changeable": "caller",
      "doc": "One."
    }
  ]
}

# A file that is wrong is left alone, with all that is wrong with it; the others are laid out.
$ printf '{"policy":"p","catalog":1,"unknown_callee":"refuse","decisions":{"ring":{"rules":[{"id":"a","when":"callee.kown","then":"rings"}],"otherwise":"refuse","on_unavailable":"refuse"}}}' > wrong.json
$ cp wrong.json before.json; printf '{"policy":"p","cases":[{"name":"a","expect":{"effect":"ring"}}],}' > more.json
$ ringfence fmt wrong.json more.json; code=$?; cmp wrong.json before.json; exit $code
wrong.json:1:101: error: unknown fact 'callee.kown'
...ons":{"ring":{"rules":[{"id":"a","when":"callee.kown","then":"rings"}],"otherwise":"refuse","o...
                                            ^~~~~~~~~~~
  expected: a fact of the catalog
  hint: did you mean 'callee.known'?
wrong.json:1:121: error: unknown outcome 'rings'
...es":[{"id":"a","when":"callee.kown","then":"rings"}],"otherwise":"refuse","on_unavailable":"re...
                                              ^~~~~~~
  expected: ring or refuse
  hint: did you mean 'ring'?
more.json: formatted
[2]
$ ringfence fmt --check wrong.json draft.json > /dev/null 2>&1
[2]
$ printf '{' | ringfence fmt -
standard input:1:2: error: unexpected end of the text
{
 ^
  expected: a key in double quotes, or '}'
[2]
$ ringfence fmt gone.json
ringfence: gone.json: No such file or directory
[2]

# What cannot be written to is not.
$ printf '{"policy":"p","cases":[{"name":"a","expect":{"effect":"ring"}}],}' > fixed.json; chmod 444 fixed.json
$ ringfence fmt fixed.json
ringfence: fixed.json may not be written to
[2]
$ ringfence fmt --check fixed.json
fixed.json
[1]
$ ringfence fmt .
ringfence: . is no regular file
[2]
$ ringfence fmt
ringfence: arguments are missing
Try `ringfence fmt --help`.
[2]
$ ringfence fmt - --json
ringfence: a text on standard output is no answer for --json
[2]
$ ringfence fmt draft.json laid.json --stdout
ringfence: standard output takes one file
[2]
$ ringfence fmt draft.json --stdout --check
ringfence: --check prints no text: --stdout
[2]

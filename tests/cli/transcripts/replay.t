# A log of three policies, whom somebody was forgotten from, and a decision without a fact.
$ ringfence init -q && ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q && ringfence import blocks $WORLD/blocks.tsv -q
$ export RINGFENCE_LOG=n7
$ ringfence log init --name example.com/ring/n7 -q
$ ringfence replay
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 0 %: 0 of 0 entries could be decided again

nothing was decided again: no decision is there
$ printf 'caller\tcallee\nalice\tbob\nmallory\tbob\ncarol\tbob\nbob\tcarol\nalice\tbob\n' | ringfence check --questions - > answers
$ ringfence check --caller bob --callee dave > answer; ringfence policy activate x-2024 -q
$ ringfence check --caller alice --callee bob > answer
[1]
$ ringfence check --caller alice --callee bob --fact 'callee.follows(caller)=?' > answer
[1]
$ ringfence user forget dave -q
dave: forgotten, with relations to 1 user, purged
case ID: the ERASURE entry is in the log

# Every decision again.
$ ringfence replay
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 87.50 %: 7 of 8 entries could be decided again
from TIME.NS to TIME.NS

  reproduced                                7    87.50 %
  changed                                   0        0 %
  indeterminate                             0        0 %
  not replayable                            1    12.50 %
      erased                                1
  sealed                                    0        0 %
  sum                                       8 = entries

policies of the decisions
  default DIGEST                          6
      TIME.NS to TIME.NS
  x-2024 DIGEST                           2
      TIME.NS to TIME.NS

7 decisions follow from facts and policy; of 1 nobody can tell
$ ringfence replay --json | sed 's/"periods":\[[^]]*\]/PERIODS/'
{"log":"example.com/ring/n7","mode":"reproduce","verified":true,"policy":null,"entries":8,"coverage":7,"coverage_percent":87.5,"reproduced":7,"changed":0,"gained":0,"lost":0,"kind":0,"indeterminate":0,"not_replayable":1,"sealed":0,"maybe_gained":0,"maybe_lost":0,"shadow":0,"other_rule":0,"indeterminate_by_fact":{},"not_replayable_by_reason":{"erased":1},"attempts":"recorded","simulated":0,"burn_in":0,"burn_in_by_reason":{},"first":"TIME.NS","last":"TIME.NS","divergences":[],"flows":[],"old_rules":[],"new_rules":[],"callers":{"count":0,"exact":true},"callees":{"count":0,"exact":true},"first_change":null,"last_change":null,"top_callees":[],"top_callers":[],"examples":[],"period_seconds":1,PERIODS,"policies":[{"name":"default","digest":"DIGEST","decisions":6,"shadow":false,"first":"TIME.NS","last":"TIME.NS"},{"name":"x-2024","digest":"DIGEST","decisions":2,"shadow":false,"first":"TIME.NS","last":"TIME.NS"}],"policy_periods":[{"digest":"DIGEST","from":"TIME.NS","to":"TIME.NS","decisions":6},{"digest":"DIGEST","from":"TIME.NS","to":"TIME.NS","decisions":2}],"notes":[],"gates":[]}
$ ringfence --db '' replay
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 0 %: 0 of 8 entries could be decided again
from TIME.NS to TIME.NS

  reproduced                                0        0 %
  changed                                   0        0 %
  indeterminate                             0        0 %
  not replayable                            0        0 %
  sealed                                    8      100 %  there is no key to their facts
  sum                                       8 = entries

policies of the decisions
  default DIGEST                          6
      TIME.NS to TIME.NS
  x-2024 DIGEST                           2
      TIME.NS to TIME.NS

nothing could be decided: no keys (--facts FILE, or --db FILE and the log's key file)
$ ringfence --db '' replay --min-coverage 100 | tail -3
nothing could be decided: no keys (--facts FILE, or --db FILE and the log's key file)

gate --min-coverage 100 %: 0 %, not reached
$ ringfence replay --policy default --from 2200-01-01
example.com/ring/n7: what default DIGEST would have done
coverage 0 %: 0 of 0 entries could be decided again

nothing was decided again: no decision is there
$ ringfence replay --min-coverage 80 | tail -1
gate --min-coverage 80 %: 87.5 %, held
$ ringfence replay n7/ --month $(date -u +%Y-%m) --threads 2 -q | head -2
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 87.50 %: 7 of 8 entries could be decided again
$ ringfence replay --to 2026-01-01 --json
{"log":"example.com/ring/n7","mode":"reproduce","verified":true,"policy":null,"entries":0,"coverage":0,"coverage_percent":0.0,"reproduced":0,"changed":0,"gained":0,"lost":0,"kind":0,"indeterminate":0,"not_replayable":0,"sealed":0,"maybe_gained":0,"maybe_lost":0,"shadow":0,"other_rule":0,"indeterminate_by_fact":{},"not_replayable_by_reason":{},"attempts":"recorded","simulated":0,"burn_in":0,"burn_in_by_reason":{},"first":null,"last":null,"divergences":[],"flows":[],"old_rules":[],"new_rules":[],"callers":{"count":0,"exact":true},"callees":{"count":0,"exact":true},"first_change":null,"last_change":null,"top_callees":[],"top_callers":[],"examples":[],"period_seconds":1,"periods":[],"policies":[],"policy_periods":[],"notes":[],"gates":[]}

# With exported keys, which log that they are there.
$ ringfence log keys --from -1d --to 2200-01-01 --output case.keys -q
case.keys: 3 facts keys of epoch N
case ID: the KEYCOMMIT and ACCESS entries are in the log
$ RINGFENCE_DB= ringfence replay n7 --facts case.keys | head -2
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 87.50 %: 7 of 8 entries could be decided again
$ RINGFENCE_DB= ringfence replay n7 --keys case.keys | head -2
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 87.50 %: 7 of 8 entries could be decided again
$ RINGFENCE_KEYS=missing ringfence replay | head -2
example.com/ring/n7: every decision again, under the policy recorded with it
coverage 87.50 %: 7 of 8 entries could be decided again

# What another policy would have done.
$ cat > follow.json << END
> { "policy": "follow", "catalog": 1,
>   "outcomes": { "private": { "effect": "refuse", "signal": "offline" } },
>   "unknown_callee": "private",
>   "decisions": { "ring": {
>     "floor": [ { "id": "blocked", "when": "callee.blocks(caller) || caller.blocks(callee)", "then": "private" } ],
>     "rules": [ { "id": "calls-off", "when": "!callee.calls_enabled", "then": "private" },
>                { "id": "followed", "when": "callee.allow_followed && callee.follows(caller)", "then": "ring" } ],
>     "otherwise": "private", "on_unavailable": "private" } } }
> END
$ ringfence replay --policy ./follow.json
example.com/ring/n7: what follow DIGEST would have done
coverage 87.50 %: 7 of 8 entries could be decided again
from TIME.NS to TIME.NS

  reproduced                                6    75.00 %  1 by a rule of another name
  changed                                   1    12.50 %
  indeterminate                             0        0 %
  not replayable                            1    12.50 %
      erased                                1
  sealed                                    0        0 %
  sum                                       8 = entries

changes
  gained                                    1  refused, and would be let through
  lost                                      0  let through, and would be refused
  kind                                      0  another effect, told, signal or path
  of 1 caller and 1 callee (pseudonyms: callers' last a day, callees' 30 days)
  from TIME.NS to TIME.NS

outcomes: what was, down; what would be, across
                    private (refuse)    ring
  private (refuse)                 3       1
  ring                             .       3

rules that decided                    entries     gained       lost       kind
  blocked                                   1          .          .          .
  followed                                  3          .          .          .
  no-message                                2          1          .          .
  otherwise                                 1          .          .          .
rules that would decide               entries     gained       lost       kind
  blocked                                   1          .          .          .
  followed                                  4          1          .          .
  otherwise                                 1          .          .          .
  on_unavailable                            1          .          .          .
rules that no recorded decision reaches
  unknown_callee, calls-off

callees with most changes                         gained       lost       kind
  ID                     1          .          .

callers with most changes                         gained       lost       kind
  ID                     1          .          .

examples
  gained  MONTH entry 13  TIME.NS
      private (refuse) by no-message -> ring by followed
      receipt ID

policies of the decisions
  default DIGEST                          6
      TIME.NS to TIME.NS
  x-2024 DIGEST                           2
      TIME.NS to TIME.NS
$ ringfence replay --policy x-2024
example.com/ring/n7: what x-2024 DIGEST would have done
coverage 87.50 %: 7 of 8 entries could be decided again
from TIME.NS to TIME.NS

  reproduced                                4    50.00 %  1 by a rule of another name
  changed                                   3    37.50 %
  indeterminate                             0        0 %
  not replayable                            1    12.50 %
      erased                                1
  sealed                                    0        0 %
  sum                                       8 = entries

changes
  gained                                    0  refused, and would be let through
  lost                                      3  let through, and would be refused
  kind                                      0  another effect, told, signal or path
  of 2 callers and 2 callees (pseudonyms: callers' last a day, callees' 30 days)
  from TIME.NS to TIME.NS

outcomes: what was, down; what would be, across
                    private (refuse)
  private (refuse)                 4
  ring                             3

rules that decided                    entries     gained       lost       kind
  blocked                                   1          .          .          .
  followed                                  3          .          3          .
  no-message                                2          .          .          .
  otherwise                                 1          .          .          .
rules that would decide               entries     gained       lost       kind
  blocked                                   1          .          .          .
  no-message                                6          .          3          .
rules that no recorded decision reaches
  unknown_callee, caller-on-web, callee-only-on-web, calls-off, everyone, followed, verified,
  contact, otherwise, on_unavailable

callees with most changes                         gained       lost       kind
  ID                     .          2          .
  ID                     .          1          .

callers with most changes                         gained       lost       kind
  ID                     .          2          .
  ID                     .          1          .

examples
  lost    MONTH entry 3  TIME.NS
      ring by followed -> private (refuse) by no-message
      receipt ID
  lost    MONTH entry 6  TIME.NS
      ring by followed -> private (refuse) by no-message
      receipt ID
  lost    MONTH entry 7  TIME.NS
      ring by followed -> private (refuse) by no-message
      receipt ID

policies of the decisions
  default DIGEST                          6
      TIME.NS to TIME.NS
  x-2024 DIGEST                           2
      TIME.NS to TIME.NS
$ ringfence replay --policy x-2024 --facts case.keys --examples 1 | sed -n '/^examples/,/^$/p' | grep .
examples
  lost    MONTH entry 3  TIME.NS
      ring by followed -> private (refuse) by no-message
      receipt ID
      callee.known=true, callee.calls_enabled=unset, callee.allow_followed=unset,
      callee.on_web=unset, callee.follows(caller)=true, callee.blocks(caller)=false,
      callee.messaged(caller)=false, caller.blocks(callee)=false, call.platform=unspecified,
      callee.quiet(caller)=false
$ ringfence replay --policy x-2024 --facts case.keys --json | grep -o '"proof":"c2sp.org' | wc -l
3
$ ringfence replay --policy x-2024 --facts case.keys --no-proofs --json | grep -o '"proof":null' | wc -l
3
$ cat > deaf.json << 'END'
> { "policy": "deaf", "catalog": 1,
>   "outcomes": { "private": { "effect": "refuse", "signal": "offline" } },
>   "unknown_callee": "private",
>   "decisions": { "ring": {
>     "rules": [ { "id": "minor", "when": "caller.minor", "then": "private" } ],
>     "otherwise": "ring", "on_unavailable": "private" } } }
> END
$ ringfence replay --policy ./deaf.json
example.com/ring/n7: what deaf DIGEST would have done
coverage 0 %: 0 of 8 entries could be decided again
from TIME.NS to TIME.NS

  reproduced                                0        0 %
  changed                                   0        0 %
  indeterminate                             7    87.50 %  gained perhaps 4, lost perhaps 3
      caller.minor                          7
  not replayable                            1    12.50 %
      erased                                1
  sealed                                    0        0 %
  sum                                       8 = entries

policies of the decisions
  default DIGEST                          6
      TIME.NS to TIME.NS
  x-2024 DIGEST                           2
      TIME.NS to TIME.NS

nothing could be decided again: see the reasons above

# Attempts that nobody collected: from the log itself.
$ cat > once.json << END
> { "policy": "once", "catalog": 1,
>   "outcomes": { "private": { "effect": "refuse", "signal": "offline" } },
>   "unknown_callee": "private",
>   "decisions": { "ring": {
>     "rules": [ { "id": "again", "when": "callee.attempts_1h(caller) > 0", "then": "private" },
>                { "id": "first", "when": "callee.known", "then": "ring" } ],
>     "otherwise": "private", "on_unavailable": "private" } } }
> END
$ ringfence replay --policy ./once.json | sed -n '/indet/,/attempts/p'
  indeterminate                             7    87.50 %  gained perhaps 4, lost perhaps 3
      callee.attempts_1h(caller)            7
$ ringfence replay --policy ./once.json --attempts recorded | sed -n '/indet/,/attempts/p'
  indeterminate                             7    87.50 %  gained perhaps 4, lost perhaps 3
      callee.attempts_1h(caller)            7
$ ringfence replay --policy ./once.json --attempts simulated | sed -n '1,3p;/^rules that would/,/^$/p' | grep .
example.com/ring/n7: what once DIGEST would have done
coverage 87.50 %: 7 of 8 entries could be decided again
attempts: simulated (an estimate: 7 decisions asked about attempts that were not recorded, 7 of these in burn-in: start 7)
rules that would decide               entries     gained       lost       kind
  again                                     3          .          1          .
  first                                     4          2          .          .
rules that no recorded decision reaches
  unknown_callee, otherwise, on_unavailable
$ ringfence replay --policy ./once.json --attempts simulated --json | grep -o '"attempts".*"burn_in_by_reason":{[^}]*}'
"attempts":"simulated","simulated":7,"burn_in":7,"burn_in_by_reason":{"start":7}
$ ringfence replay --policy x-2024 --attempts simulated | sed -n 3p
attempts: simulated (an estimate: 0 decisions asked about attempts that were not recorded)
$ ringfence replay --policy ./once.json --facts case.keys --attempts simulated | grep -c '(simulated)'
3

# Gates, each held and not.
$ ringfence replay --policy ./follow.json --max-gained 1 --max-lost 0 --min-coverage 87.5 | grep ^gate
gate --max-gained 1: 1, held
gate --max-lost 0: 0, held
gate --min-coverage 87.5 %: 87.5 %, held
$ ringfence replay --policy ./follow.json --max-gained 0 > text || grep ^gate text
gate --max-gained 0: 1, exceeded
$ ringfence replay --policy x-2024 --max-gained 0 --max-lost 2 > text || grep ^gate text
gate --max-gained 0: 0, held
gate --max-lost 2: 3, exceeded
$ ringfence replay --policy ./follow.json --min-coverage 87.51 > text || grep ^gate text
gate --min-coverage 87.51 %: 87.5 %, not reached
$ ringfence replay --policy ./deaf.json --max-gained 7 --max-lost 7 > text || grep ^gate text
gate --max-gained 7: nothing was decided, not held
gate --max-lost 7: nothing was decided, not held
$ ringfence replay --policy ./deaf.json --max-gained 7 --json | grep -o '"gates":.*'
"gates":[{"gate":"max_gained","limit":7,"value":null,"holds":false}]}
$ ringfence replay --policy ./deaf.json --max-gained 0 --from 2200-01-01 | grep ^gate
gate --max-gained 0: 0, held
$ ringfence replay --policy x-2024 --max-gained 0 --max-lost 2 --min-coverage 50 --json | grep -o '"gates":.*'
"gates":[{"gate":"max_gained","limit":0,"value":0,"holds":true},{"gate":"max_lost","limit":2,"value":3,"holds":false},{"gate":"min_coverage","limit":50.0,"value":87.5,"holds":true}]}
$ ringfence replay --policy x-2024 --max-gained 0 --max-lost 2 -q > text
[1]

# A page, which is never written over another one, nor where there is nothing to report.
$ ringfence replay --policy x-2024 --html report.html | tail -1
report.html: the report as a page
$ stat -c %a report.html; head -c 15 report.html
600
<!DOCTYPE html>
$ ringfence replay --policy x-2024 --html report.html
ringfence: report.html is there already, and is not overwritten
[2]
$ ringfence replay --html no/such/report.html
ringfence: cannot create no/such/report.html: No such file or directory
[2]
$ ringfence replay -q --html quiet.html | tail -1
7 decisions follow from facts and policy; of 1 nobody can tell

# Kept in the log, without facts.
$ ringfence replay --policy x-2024 --record | tail -1
report DIGEST is in the log
$ ringfence log show --kind replay
example.com/ring/n7/MONTH
      24  TIME.NS  replay     blob=ID..
$ ringfence replay --policy x-2024 --facts case.keys --record --json | grep -c '"facts":\["callee.known=true"'
ringfence: note: report DIGEST is in the log
1
$ cat n7/20*/blobs/* | grep -c '"facts":\[\],"proof"'
2
$ cat n7/20*/blobs/* | grep -c '"facts":\["'
0
[1]
$ ringfence log verify | tail -1
all of it holds

# Shadow evaluations: none is there.
$ ringfence replay --shadow
example.com/ring/n7: shadow evaluations against the decisions they stand beside
coverage 0 %: 0 of 0 entries could be compared

policies of the decisions
  default DIGEST                          6
      TIME.NS to TIME.NS
  x-2024 DIGEST                           2
      TIME.NS to TIME.NS

nothing was compared: no shadow evaluation is there
$ ringfence replay --shadow --min-coverage 1 > text; tail -1 text
gate --min-coverage 1 %: 0 %, not reached
$ ringfence --db '' replay --shadow --max-gained 0 --max-lost 0 | tail -2
gate --max-gained 0: 0, held
gate --max-lost 0: 0, held
$ ringfence --log s7 log init --name example.com/ring/s7 -q
$ printf 'caller\tcallee\nalice\tbob\nmallory\tbob\nbob\tcarol\n' | ringfence check --log s7 --questions - --shadow default > answers
$ ringfence --db '' replay s7 --shadow --max-gained 1 --max-lost 0
example.com/ring/s7: shadow evaluations against the decisions they stand beside
coverage 100 %: 3 of 3 entries could be compared
from TIME.NS to TIME.NS

  reproduced                                1    33.33 %
  changed                                   2    66.66 %
  indeterminate                             0        0 %
  not replayable                            0        0 %
  sealed                                    0        0 %
  sum                                       3 = entries

changes
  gained                                    2  refused, and would be let through
  lost                                      0  let through, and would be refused
  kind                                      0  another effect, told, signal or path
  of 2 callers and 2 callees (pseudonyms: callers' last a day, callees' 30 days)
  from TIME.NS to TIME.NS

outcomes: what was, down; what would be, across
                    private (refuse)    ring
  private (refuse)                 1       2

rules that decided                    entries     gained       lost       kind
  blocked                                   1          .          .          .
  no-message                                2          2          .          .
rules that would decide               entries     gained       lost       kind
  blocked                                   1          .          .          .
  followed                                  2          2          .          .
rules that no recorded decision reaches
  unknown_callee, quiet, calls-off, verified, contact, otherwise, on_unavailable

callees with most changes                         gained       lost       kind
  ID                     1          .          .
  ID                     1          .          .

callers with most changes                         gained       lost       kind
  ID                     1          .          .
  ID                     1          .          .

examples
  gained  MONTH entry 5  TIME.NS
      private (refuse) by no-message -> ring by followed
      receipt ID
  gained  MONTH entry 9  TIME.NS
      private (refuse) by no-message -> ring by followed
      receipt ID

policies of the decisions
  x-2024 DIGEST                           3
      TIME.NS to TIME.NS
  default DIGEST, shadow                  3
      TIME.NS to TIME.NS

gate --max-gained 1: 2, exceeded
gate --max-lost 0: 0, held
[1]
$ ringfence replay s7 --policy x-2024 | sed -n '2p;/sum/,/^$/p' | grep .
coverage 100 %: 3 of 3 entries could be decided again
  sum                                       3 = entries
  3 shadow evaluations left out
$ ringfence replay s7 | sed -n '2p;/sum/,/^$/p' | grep .
coverage 100 %: 6 of 6 entries could be decided again
  sum                                       6 = entries
  3 shadow evaluations among them

# Of a log that does not hold nothing is replayed.
$ cp -r n7 tampered; printf X | dd of=$(echo tampered/20*/seg/0000000000.ent) bs=1 seek=600 conv=notrunc status=none
$ ringfence replay tampered --log-keys n7.keys --html tampered.html
wrong: entry: MONTH entry 3: its checksum does not fit its contents
wrong: leaf: MONTH entry 3: the stored leaf hash is not that of the entry
wrong: root: MONTH: the entries have another root than the newest checkpoint, of 27 entries
wrong: sequence: MONTH: boot 1: 1 decisions are missing, GAP entries count 0 (the first hole is 1)
this log does not hold: 4 findings
nothing was replayed
[1]
$ ringfence replay --facts answer --html tampered.html
ringfence: facts keys line 1: expected 'ringfence facts keys 1'
[2]
$ ls tampered.html
ls: cannot access 'tampered.html': No such file or directory
[2]
$ ringfence replay tampered --log-keys n7.keys --json | grep -o '^{"log":"example.com/ring/n7","verified":false,"replayed":false,"verification":{"log":"example.com/ring/n7","holds":false'
{"log":"example.com/ring/n7","verified":false,"replayed":false,"verification":{"log":"example.com/ring/n7","holds":false
$ ringfence replay tampered --log-keys n7.keys --no-verify | sed -n '/^$/,/^$/p'

  reproduced                                6    75.00 %
  changed                                   0        0 %
  indeterminate                             0        0 %
  not replayable                            2    25.00 %
      damaged                               1
      erased                                1
  sealed                                    0        0 %
  sum                                       8 = entries


6 decisions follow from facts and policy; of 2 nobody can tell
$ ringfence replay tampered --log-keys n7.keys --no-verify --json | grep -o '"verified":false,"policy":null,"entries":[0-9]*'
"verified":false,"policy":null,"entries":8

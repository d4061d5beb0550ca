# A log that much befell: a killed writer, decisions nobody recorded, another policy, exported keys,
# somebody who was forgotten.
$ ringfence init -q && ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q && ringfence import blocks $WORLD/blocks.tsv -q
$ ringfence audit
ringfence: no decision log: name it with --log DIR or in the environment variable RINGFENCE_LOG (`ringfence --log DIR log init` makes one)
[2]
$ export RINGFENCE_LOG=n7
$ ringfence log init --name example.com/ring/n7 -q
$ ringfence audit | grep -v '^ '
audit of example.com/ring/n7

1. Is anything missing?                                       holds

2. Was anything changed?                                      cannot be told

3. Under which policies was it decided?                       holds

4. Does every decision follow from its facts?                 holds

5. Who read what is sealed?                                   holds

6. Is the clock right?                                        holds

7. Were erasures done?                                        holds

8. Was the log down, and what happened to calls then?         holds

holds: 7, fails: 0, cannot be told: 1
$ printf 'caller\tcallee\nalice\tbob\nmallory\tbob\n' | ringfence check --questions - > answers
$ ringfence audit
audit of example.com/ring/n7

1. Is anything missing?                                       holds
   checked               Decisions are numbered as they are made: each number is in the log, or
                         counted by a GAP entry.
                         Months follow each other, and each ends as the next one says.
   months                1
   entries               5
   not signed yet        0
   decisions             2
   not recorded          0
   first                 TIME.NS
   last                  TIME.NS
   not proved            The process that numbers decisions is believed: what it never counted
                         is not found.
                         Entries after the newest checkpoint can still be cut off unseen.

2. Was anything changed?                                      holds
   checked               Every entry was hashed again and compared with leaf hashes, tiles,
                         roots and every checkpoint ever signed.
                         What was given from outside the log (keys, checkpoints, witnesses, the
                         database) was compared with it.
   compared with         the database
   checkpoints           N
   cosignatures          0
   month                 MONTH, 5 entries
   key                   example.com/ring/n7/VKEY
   not proved            Whoever has the log's key file can rewrite everything younger than the
                         newest checkpoint that somebody else holds.
                         The log says what was decided, not that the engine was the one that
                         should decide.

3. Under which policies was it decided?                       holds
   checked               Each decision names a POLICY entry before it; the policy's text is in
                         the log, and has the digest the entry says.
   policy                default, 2 decisions
   digest                DIGEST
   in force
      TIME.NS  to TIME.NS  ID..  2 decisions
   not proved            Who put a policy in force, and why, is not in the log: the database
                         keeps it.

4. Does every decision follow from its facts?                 holds
   checked               Every decision whose facts can be opened was decided again by the
                         recorded policy: effect, outcome, path, basis, rule and the facts that
                         were read were compared.
   decisions             2
   reproduced            2
   divergent             0
   indeterminate         0
   sealed                0
   not proved            Facts are what the engine saw, not what was true.
                         What was erased or not recorded is not decided again.

5. Who read what is sealed?                                   holds
   checked               Exports of facts keys leave ACCESS entries, and KEYCOMMIT entries that
                         bind the keys: their numbers were compared.
   keys exported         0
   keys bound            0
   not proved            Whoever has both the database and the log's key file can open facts
                         without a trace.
                         What became of an exported file is not in the log.

6. Is the clock right?                                        holds
   checked               Times go back, by more than a second, only where a CLOCK entry says
                         that the clock was set.
   steps                 0
   heartbeats            0
   longest silence       LENGTH
   decisions in doubt    0
   not proved            That the clock agreed with the world's is not in the log: cosignatures
                         of witnesses carry times of their own.
                         The order of entries is their index, not their time.

7. Were erasures done?                                        holds
   checked               Each erasure leaves an ERASURE entry under a random case id; decisions
                         of who was erased must not open any more.
   erasures              0
   decisions erased      0
   not proved            Copies of the database and files of exported keys from before an
                         erasure open what was erased.
                         The log does not say whom an erasure was about: compare case ids with
                         the requests.

8. Was the log down, and what happened to calls then?         holds
   checked               GAP entries count decisions that were made and not recorded; BOOT
                         entries say how the writer before them ended.
   starts                1
   after a crash         0
   down                  LENGTH in all, at most LENGTH at once
   not proved            While the log takes nothing, calls are decided as `when_full` says:
                         they stand, or are refused. The log does not say which.
                         Whether calls were tried while no process ran is not in the log.

holds: 8, fails: 0, cannot be told: 0

# What the auditor has decides what can be told.
$ ringfence --db none.db audit 2>&1 | tail -1
ringfence: cannot open 'none.db': No such file or directory
$ RINGFENCE_DB= ringfence audit | grep '^[0-9h]'
1. Is anything missing?                                       holds
2. Was anything changed?                                      cannot be told
3. Under which policies was it decided?                       holds
4. Does every decision follow from its facts?                 cannot be told
5. Who read what is sealed?                                   holds
6. Is the clock right?                                        holds
7. Were erasures done?                                        holds
8. Was the log down, and what happened to calls then?         holds
holds: 6, fails: 0, cannot be told: 2
$ RINGFENCE_DB= ringfence audit n7 --key "$(cat n7/*/log.vkey)" --log-keys n7.keys
ringfence: --log-keys opens facts together with the database (--db FILE), which has everybody's seeds; without it there are the files that `ringfence log keys` makes: --facts FILE
[2]
$ RINGFENCE_DB= RINGFENCE_LOG= ringfence audit n7 --key "$(cat n7/*/log.vkey)" | grep '^[0-9h]'
1. Is anything missing?                                       holds
2. Was anything changed?                                      holds
3. Under which policies was it decided?                       holds
4. Does every decision follow from its facts?                 cannot be told
5. Who read what is sealed?                                   holds
6. Is the clock right?                                        holds
7. Were erasures done?                                        holds
8. Was the log down, and what happened to calls then?         holds
holds: 7, fails: 0, cannot be told: 1
$ cp n7/*/checkpoint kept; ringfence log keys --from -1d --to 2200-01-01 --output case.keys -q
case.keys: 2 facts keys of epoch N
case ID: the KEYCOMMIT and ACCESS entries are in the log
$ RINGFENCE_DB= ringfence audit --trusted kept --facts case.keys | grep '^[0-9h]'
1. Is anything missing?                                       holds
2. Was anything changed?                                      holds
3. Under which policies was it decided?                       holds
4. Does every decision follow from its facts?                 holds
5. Who read what is sealed?                                   holds
6. Is the clock right?                                        holds
7. Were erasures done?                                        holds
8. Was the log down, and what happened to calls then?         holds
holds: 8, fails: 0, cannot be told: 0
$ RINGFENCE_DB= ringfence audit --trusted kept --keys case.keys | grep -A1 'compared with  '
   compared with         1 checkpoint
   checkpoints           N
$ cp -r n7 older

# A writer that is killed while it decides: two are recorded, of three more nobody knows.
$ mkfifo calls; ringfence check --questions - < calls > answers & server=$!
> exec 3> calls; printf 'caller\tcallee\nbob\talice\ncarol\tbob\n' >&3
> until [ "$(wc -l < answers)" = 2 ]; do sleep 0.02; done; kill -9 $server; wait $server 2> /dev/null
[137]
$ identity=$(grep -o '[0-9a-f]\{32\}' n7/log.json); printf '\005' | dd of=/dev/shm/ringfence-$identity/control bs=1 seek=64 conv=notrunc status=none
$ ringfence policy activate x-2024 -q; ringfence check --caller alice --callee bob > answer
[1]
$ ringfence user forget bob -q
bob: forgotten, with relations to 5 users, purged
case ID: the ERASURE entry is in the log
$ ringfence audit
audit of example.com/ring/n7

1. Is anything missing?                                       holds
   checked               Decisions are numbered as they are made: each number is in the log, or
                         counted by a GAP entry.
                         Months follow each other, and each ends as the next one says.
   months                1
   entries               18
   not signed yet        0
   decisions             5
   not recorded          3
   first                 TIME.NS
   last                  TIME.NS
   not proved            The process that numbers decisions is believed: what it never counted
                         is not found.
                         Entries after the newest checkpoint can still be cut off unseen.

2. Was anything changed?                                      holds
   checked               Every entry was hashed again and compared with leaf hashes, tiles,
                         roots and every checkpoint ever signed.
                         What was given from outside the log (keys, checkpoints, witnesses, the
                         database) was compared with it.
   compared with         the database
   checkpoints           N
   cosignatures          0
   month                 MONTH, 18 entries
   key                   example.com/ring/n7/VKEY
   not proved            Whoever has the log's key file can rewrite everything younger than the
                         newest checkpoint that somebody else holds.
                         The log says what was decided, not that the engine was the one that
                         should decide.

3. Under which policies was it decided?                       holds
   checked               Each decision names a POLICY entry before it; the policy's text is in
                         the log, and has the digest the entry says.
   policy                default, 4 decisions
   digest                DIGEST
   policy                x-2024, 1 decision
   digest                DIGEST
   change                TIME.NS default -> x-2024: gained 186, lost 54,
                         otherwise 75 sets of situations; 6.54 % of all situations. First
                         gained: refuse (offline) -> ring when !callee.blocks(caller) &&
                         !caller.blocks(callee) && callee.quiet(caller) && callee.calls_enabled
                         && call.platform != 'web' && !callee.on_web && callee.messaged(caller)
                         && callee.allow_everyone
   in force
      TIME.NS  to TIME.NS  ID..  4 decisions
      TIME.NS  to TIME.NS  ID..  1 decision
   not proved            Who put a policy in force, and why, is not in the log: the database
                         keeps it.

4. Does every decision follow from its facts?                 holds
   checked               Every decision whose facts can be opened was decided again by the
                         recorded policy: effect, outcome, path, basis, rule and the facts that
                         were read were compared.
   decisions             8
   reproduced            1
   divergent             0
   indeterminate         0
   sealed                0
   not replayable        4 erased
   not replayable        3 gap
   not proved            Facts are what the engine saw, not what was true.
                         What was erased or not recorded is not decided again.

5. Who read what is sealed?                                   holds
   checked               Exports of facts keys leave ACCESS entries, and KEYCOMMIT entries that
                         bind the keys: their numbers were compared.
   keys exported         2
   keys bound            2
   exports
      MONTH entry 7  TIME.NS  what=facts keys exported first_epoch=N last_epoch=N keys=2 case_id=ID
   commitments
      MONTH entry 6  TIME.NS  epoch=N keys=2 root=ID..
   not proved            Whoever has both the database and the log's key file can open facts
                         without a trace.
                         What became of an exported file is not in the log.

6. Is the clock right?                                        holds
   checked               Times go back, by more than a second, only where a CLOCK entry says
                         that the clock was set.
   steps                 0
   heartbeats            0
   longest silence       LENGTH
   decisions in doubt    0
   not proved            That the clock agreed with the world's is not in the log: cosignatures
                         of witnesses carry times of their own.
                         The order of entries is their index, not their time.

7. Were erasures done?                                        holds
   checked               Each erasure leaves an ERASURE entry under a random case id; decisions
                         of who was erased must not open any more.
   erasures              1
   decisions erased      4
   erasures
      MONTH entry 17  TIME.NS  case_id=ID time_s=N
   not proved            Copies of the database and files of exported keys from before an
                         erasure open what was erased.
                         The log does not say whom an erasure was about: compare case ids with
                         the requests.

8. Was the log down, and what happened to calls then?         cannot be told
   checked               GAP entries count decisions that were made and not recorded; BOOT
                         entries say how the writer before them ended.
   why                   3 decisions were made and not recorded: the log counts them, what they
                         came to it does not say
   not recorded          3 killed while deciding
   starts                5
   after a crash         1
   down                  LENGTH in all, at most LENGTH at once
   gaps
      MONTH entry 12  TIME.NS  count=3 first_seq=1 last_seq=5 first_time_ns=0 last_time_ns=0 cause=killed while deciding boot=3
   starts
      MONTH entry 5  TIME.NS  after LENGTH, closed properly, rings none needed
      MONTH entry 8  TIME.NS  after LENGTH, closed properly, rings none needed
      MONTH entry 13  TIME.NS  after LENGTH, not closed, rings recovered
      MONTH entry 16  TIME.NS  after LENGTH, closed properly, rings none needed
   not proved            While the log takes nothing, calls are decided as `when_full` says:
                         they stand, or are refused. The log does not say which.
                         Whether calls were tried while no process ran is not in the log.

holds: 7, fails: 0, cannot be told: 1
[1]
$ ringfence audit --json | python3 -c '
> import json, sys
> audit = json.load(sys.stdin)
> print(audit["holds"], audit["anchors"], audit["not_recorded"], audit["replay_error"])
> for section in audit["sections"]:
>     print(section["id"], "-", section["outcome"], "-", *section["reasons"])
> for kind, entries in audit["entries"].items():
>     print(kind, entries["count"], [entry["index"] for entry in entries["first"]])
> print([(outage["index"], outage["closed_properly"], outage["rings"]) for outage in audit["outages"]["first"]])
> print(audit["verification"]["decisions"], audit["replay"]["not_replayable_by_reason"])'
False ['the database'] {'killed while deciding': 3} None
missing - holds -
changed - holds -
policies - holds -
reproduced - holds -
readers - holds -
clock - holds -
erasures - holds -
outages - cannot be told - 3 decisions were made and not recorded: the log counts them, what they came to it does not say
policies 3 [2, 9, 14]
boots 5 [1, 5, 8, 13, 16]
gaps 1 [12]
clocks 0 []
erasures 1 [17]
seals 0 []
replays 0 []
key_commits 1 [6]
accesses 1 [7]
[(5, True, 'none needed'), (8, True, 'none needed'), (13, False, 'recovered'), (16, True, 'none needed')]
5 {'erased': 4, 'gap': 3}
$ ringfence audit --from 2200-01-01 --entries 1 | grep -v '^ '
audit of example.com/ring/n7
replayed and listed from 2200-01-01T00:00:00.000000000Z; verified is the whole log

1. Is anything missing?                                       holds

2. Was anything changed?                                      holds

3. Under which policies was it decided?                       holds

4. Does every decision follow from its facts?                 holds

5. Who read what is sealed?                                   holds

6. Is the clock right?                                        holds

7. Were erasures done?                                        holds

8. Was the log down, and what happened to calls then?         holds

holds: 8, fails: 0, cannot be told: 0
$ ringfence audit --entries 1 --to 2200-01-01 | grep 'the first'
   starts, the first 1 of 4

# The audit of the audit: a replay's report is kept.
$ ringfence replay --record | tail -1
report DIGEST is in the log
$ ringfence log show --kind replay
example.com/ring/n7/MONTH
      19  TIME.NS  replay     blob=ID..
$ ringfence log show --index 19 --report | grep -o '"reproduced":[0-9]*,"changed":[0-9]*'
"reproduced":1,"changed":0
$ test "$(ringfence log show --index 19 --report | sha256sum | cut -d' ' -f1)" = "$(ringfence log show --index 19 --json | grep -o '[0-9a-f]\{64\}' | head -1)"
$ ringfence log show --index 18 --report
ringfence: entry 18 of MONTH is no replay, but of kind boot
[2]
$ ringfence log show --index 400 --report
ringfence: --index 400: the month has 20 entries under its checkpoint
[2]
$ ringfence log show --report
ringfence: --report is missing --index N: that of the REPLAY entry
[2]
$ RINGFENCE_DB= ringfence replay --record --json > report
ringfence: note: report DIGEST is in the log
$ ringfence --db new.db init -q; ringfence --db new.db replay --record | tail -1
ringfence: recording the report: the database knows no log named 'example.com/ring/n7': nobody would take the report from it
nothing could be decided again: see the reasons above
$ ringfence audit | grep -A3 'replays before'
   replays before
      MONTH entry 19  TIME.NS  blob=ID..
      MONTH entry 21  TIME.NS  blob=ID..
   not proved            Facts are what the engine saw, not what was true.

# Changed: what is believed is not told to hold.
$ cp -r n7 changed && printf 'x' | dd of=$(ls changed/*/seg/0000000000.ent) bs=1 seek=920 conv=notrunc status=none
$ ringfence audit changed --log-keys n7.keys | grep '^[0-9hn]\|wrong'
ringfence: warning: this log does not hold: what follows believes what it reads
1. Is anything missing?                                       cannot be told
2. Was anything changed?                                      fails
   wrong                 entry: MONTH entry 5: not preceded by its length, 182
3. Under which policies was it decided?                       cannot be told
4. Does every decision follow from its facts?                 fails
5. Who read what is sealed?                                   cannot be told
6. Is the clock right?                                        cannot be told
7. Were erasures done?                                        cannot be told
8. Was the log down, and what happened to calls then?         cannot be told
not readable: read: MONTH entry 5: its length is wrong
holds: 0, fails: 2, cannot be told: 6
$ ringfence --log older audit --log-keys n7.keys | grep -A12 '^1'
ringfence: warning: this log does not hold: what follows believes what it reads
1. Is anything missing?                                       fails
   checked               Decisions are numbered as they are made: each number is in the log, or
                         counted by a GAP entry.
                         Months follow each other, and each ends as the next one says.
   wrong                 rollback: MONTH: somebody has a checkpoint of 20 entries, the log's
                         newest is of 8
   months                1
   entries               8
   not signed yet        0
   decisions             2
   not recorded          0
   first                 TIME.NS
   last                  TIME.NS
$ cp -r n7 unsigned && printf 'x' | dd of=$(ls unsigned/*/checkpoint) bs=1 seek=0 conv=notrunc status=none
$ ringfence audit unsigned --log-keys n7.keys | grep '^[0-9hn]'
ringfence: warning: this log does not hold: what follows believes what it reads
1. Is anything missing?                                       cannot be told
2. Was anything changed?                                      fails
3. Under which policies was it decided?                       cannot be told
4. Does every decision follow from its facts?                 cannot be told
5. Who read what is sealed?                                   cannot be told
6. Is the clock right?                                        cannot be told
7. Were erasures done?                                        cannot be told
8. Was the log down, and what happened to calls then?         cannot be told
not readable: read: MONTH: the checkpoint in unsigned/MONTH: the signature of 'example.com/ring/n7/MONTH' is wrong
holds: 0, fails: 1, cannot be told: 7

# Bad inputs.
$ ringfence audit n7 --log n7
ringfence: LOG and --log exclude each other
[2]
$ ringfence audit none
ringfence: no decision log in 'none': no log.json
[3]
$ ringfence audit --from tomorrow
ringfence: --from 'tomorrow': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence audit --from 2026-02-01 --to 2026-01-01
ringfence: --from must be earlier than --to
[2]
$ ringfence audit --entries many
ringfence: --entries 'many': expected a whole number from 0 to 100000
[2]
$ ringfence audit --key nonsense
ringfence: verifier key: expected NAME+KEYID+KEY, got 'nonsense'
[2]
$ ringfence audit --trusted none
ringfence: none: No such file or directory
[2]
$ ringfence audit --facts n7.keys
ringfence: facts keys line 1: expected 'ringfence facts keys 1'
[2]
$ ringfence audit --facts none
ringfence: none: No such file or directory
[2]
$ ringfence audit n7 n8
ringfence: unexpected argument 'n8'
Try `ringfence audit --help`.
[2]

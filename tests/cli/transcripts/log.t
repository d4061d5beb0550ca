# A log beside a small world. Nothing is recorded unless a log is named.
$ ringfence init -q && ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q && ringfence import blocks $WORLD/blocks.tsv -q
$ export RINGFENCE_LOG=n7/
$ ringfence log init --name example.com/ring/n7
n7/: a log named example.com/ring/n7, its keys in n7.keys
$ ls -A n7 n7.keys; stat -c %a n7.keys
n7.keys

n7:
log.json
state
600
$ ringfence log verify
log           example.com/ring/n7
months        0
entries       0
checkpoints   N
cosignatures  0
decisions     0
gaps          0
boots         0
clock steps   0
erasures      0
key exports   0
all of it holds
$ ringfence log show
$ ringfence log stats
example.com/ring/n7: nothing yet
$ ringfence log init --log other --log-keys elsewhere.keys --name example.com/ring/n8 --writer 2 --retention-days 30 --json
{"log":"other","keys":"elsewhere.keys","name":"example.com/ring/n8","writer":2,"retention_days":30}
$ ringfence --log third log init --name example.com/ring/n9 -q; ls third.keys
third.keys

# Decisions are recorded, and their receipts given.
$ ringfence check --caller alice --callee bob
alice -> bob    ring    followed
  receipt ID
$ ringfence check --caller mallory --callee bob --as caller
told  unavailable
sip   480
receipt  ID
[1]
$ ringfence check --caller mallory --callee bob --as caller --json
{"told":"unavailable","path":null,"sip":480,"retry_after":null,"receipt":"ID"}
[1]
$ ringfence check --caller alice --callee bob --ack durable --collect all --json | grep -o '"receipt":"[0-9a-f]*"'
"receipt":"ID"
$ printf 'caller\tcallee\nalice\tbob\nmallory\tbob\nnobody\n' | ringfence check --questions -
alice	bob	ring	followed	ringing	-	ID
mallory	bob	refuse	blocked	unavailable	-	ID
error	line 4: expected 2 cells, found 1
[2]
$ printf 'caller\tcallee\nalice\tbob\n' | ringfence check --questions - --as caller
ringing	-	180	ID
$ printf '{"caller":"alice","callee":"bob"}\n' | ringfence check --questions - --json | grep -o '"receipt":.*'
"receipt":"ID","line":1}
$ ringfence check --caller a --callee b --without-db --log third
a -> b          refuse  on_unavailable                  (a is told: unavailable, 480)
  some facts could not be read (callee, caller, pair, contact, list), and they matter
  receipt ID
[1]
$ RINGFENCE_LOG= ringfence check --caller alice --callee bob
alice -> bob    ring    followed
$ ringfence explain --caller alice --callee bob --brief
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)

# Shown, one line each, one page, one object.
$ ringfence log show
example.com/ring/n7/MONTH
       0  TIME.NS  genesis    blob=ID..
       1  TIME.NS  boot       previous_boot=0 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
       2  TIME.NS  policy     blob=ID.. digest=ID.. number=1
       3  TIME.NS  ring       followed          ID
       4  TIME.NS  boot       previous_boot=1 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
       5  TIME.NS  policy     blob=ID.. digest=ID.. number=1
       6  TIME.NS  refuse     blocked           ID
       7  TIME.NS  boot       previous_boot=2 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
       8  TIME.NS  policy     blob=ID.. digest=ID.. number=1
       9  TIME.NS  refuse     blocked           ID
      10  TIME.NS  boot       previous_boot=3 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
      11  TIME.NS  policy     blob=ID.. digest=ID.. number=1
      12  TIME.NS  ring       followed          ID
      13  TIME.NS  boot       previous_boot=4 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
      14  TIME.NS  policy     blob=ID.. digest=ID.. number=1
      15  TIME.NS  ring       followed          ID
      16  TIME.NS  refuse     blocked           ID
      17  TIME.NS  boot       previous_boot=5 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
      18  TIME.NS  policy     blob=ID.. digest=ID.. number=1
      19  TIME.NS  ring       followed          ID
      20  TIME.NS  boot       previous_boot=6 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
      21  TIME.NS  policy     blob=ID.. digest=ID.. number=1
      22  TIME.NS  ring       followed          ID
$ ringfence log show --index 3
origin            example.com/ring/n7/MONTH
index             3
kind              decision
flags             not_all_collected
time              TIME.NS
writer, boot      1, 1
seq               1
effect            ring
outcome           ring
rule              followed
basis             complete
policy            entry 2, digest DIGEST
revision          4
request id        ID
caller            ID
callee            ID
leaf hash         DIGEST
facts             sealed
$ ringfence log show --index 1
origin            example.com/ring/n7/MONTH
index             1
kind              boot
time              TIME.NS
writer, boot      1, 1
previous_boot     0
closed_properly   true
rings             none needed
recovered         0
cut_bytes         0
highest_seq       0
monotonic_ns      N
version           DIGEST
leaf hash         DIGEST
$ ringfence log show --index 3 --json
{"origin":"example.com/ring/n7/MONTH","index":3,"kind":"decision","time":"TIME.NS","writer":1,"boot":1,"seq":1,"flags":["not_all_collected"],"shadow":false,"policy":2,"policy_digest":"DIGEST","effect":"ring","outcome":"ring","rule":"followed","path":null,"basis":"complete","revision":4,"request_id":"ID","caller":"ID","callee":"ID","leaf_hash":"DIGEST"}
$ ringfence log show --limit 2 --json
{"origin":"example.com/ring/n7/MONTH","index":0,"kind":"genesis","time":"TIME.NS","writer":1,"boot":1,"seq":0,"flags":[],"fields":{"blob":"DIGEST"},"leaf_hash":"DIGEST"}
{"origin":"example.com/ring/n7/MONTH","index":1,"kind":"boot","time":"TIME.NS","writer":1,"boot":1,"seq":0,"flags":[],"fields":{"previous_boot":0,"closed_properly":"true","rings":"none needed","recovered":0,"cut_bytes":0,"highest_seq":0,"monotonic_ns":N,"version":"DIGEST"},"leaf_hash":"DIGEST"}
$ ringfence log show --tail 1 --kind policy
example.com/ring/n7/MONTH
      21  TIME.NS  policy     blob=ID.. digest=ID.. number=1
$ ringfence log show --effect ring
example.com/ring/n7/MONTH
       3  TIME.NS  ring       followed          ID
      12  TIME.NS  ring       followed          ID
      15  TIME.NS  ring       followed          ID
      19  TIME.NS  ring       followed          ID
      22  TIME.NS  ring       followed          ID
$ ringfence log show --rule blocked --effect refuse
example.com/ring/n7/MONTH
       6  TIME.NS  refuse     blocked           ID
       9  TIME.NS  refuse     blocked           ID
      16  TIME.NS  refuse     blocked           ID
$ ringfence log show --rule blocked --effect ring
$ ringfence log show --kind boot | wc -l
8
$ ringfence log show --from -1h --to 2200-01-01 --limit 1
example.com/ring/n7/MONTH
       0  TIME.NS  genesis    blob=ID..
$ ringfence log show --to 2026-01-01
$ ringfence log show --from 2200-01-01T00:00:00+01:00
$ ringfence log show --month $(date -u +%Y-%m) --index 0
origin            example.com/ring/n7/MONTH
index             0
kind              genesis
time              TIME.NS
writer, boot      1, 1
blob              DIGEST
leaf hash         DIGEST
$ ringfence log show --caller mallory
example.com/ring/n7/MONTH
       6  TIME.NS  refuse     blocked           ID
       9  TIME.NS  refuse     blocked           ID
      16  TIME.NS  refuse     blocked           ID
$ ringfence log show --callee bob --caller alice | wc -l
6
$ ringfence log show --callee nobody-we-know
$ ringfence log show --log third
example.com/ring/n9/MONTH
       0  TIME.NS  genesis    blob=ID..
       1  TIME.NS  boot       previous_boot=0 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=ID..
       2  TIME.NS  policy     blob=ID.. digest=ID.. number=0
       3  TIME.NS  refuse     on_unavailable    ID  on_unavailable

# Exported, for other tools.
$ ringfence log export --format ndjson --limit 1
{"origin":"example.com/ring/n7/MONTH","index":0,"kind":"genesis","time":"TIME.NS","writer":1,"boot":1,"seq":0,"flags":[],"fields":{"blob":"DIGEST"},"leaf_hash":"DIGEST"}
$ ringfence log export --format ndjson --kind decision --limit 1
{"origin":"example.com/ring/n7/MONTH","index":3,"kind":"decision","time":"TIME.NS","writer":1,"boot":1,"seq":1,"flags":["not_all_collected"],"shadow":false,"policy":2,"policy_digest":"DIGEST","effect":"ring","outcome":"ring","rule":"followed","path":null,"basis":"complete","revision":4,"request_id":"ID","caller":"ID","callee":"ID","leaf_hash":"DIGEST"}
$ ringfence log export --format csv --kind decision --limit 1
origin,index,kind,time,writer,boot,seq,flags,policy,policy_digest,effect,outcome,rule,path,basis,revision,request_id,caller,callee,fields,leaf_hash,facts
example.com/ring/n7/MONTH,3,decision,TIME.NS,1,1,1,not_all_collected,2,DIGEST,ring,ring,followed,,complete,4,ID,ID,ID,,DIGEST,
$ ringfence log export --format csv --kind boot --limit 1
origin,index,kind,time,writer,boot,seq,flags,policy,policy_digest,effect,outcome,rule,path,basis,revision,request_id,caller,callee,fields,leaf_hash,facts
example.com/ring/n7/MONTH,1,boot,TIME.NS,1,1,0,,,,,,,,,,,,,previous_boot=0 closed_properly=true rings=none needed recovered=0 cut_bytes=0 highest_seq=0 monotonic_ns=N version=DIGEST,DIGEST,
$ ringfence log export --format csv --kind gap
origin,index,kind,time,writer,boot,seq,flags,policy,policy_digest,effect,outcome,rule,path,basis,revision,request_id,caller,callee,fields,leaf_hash,facts

# Counted.
$ ringfence log stats | grep -v bytes
example.com/ring/n7, entries by month
  MONTH                             23
  first                     TIME.NS
  last                      TIME.NS
kinds
  decision                             8   34.8 %
  boot                                 7   30.4 %
  policy                               7   30.4 %
  genesis                              1    4.3 %
effects
  ring                                 5   62.5 %
  refuse                               3   37.5 %
rules
  followed                             5   62.5 %
  blocked                              3   37.5 %
bases
  complete                             8  100.0 %
completeness
  gaps                                 0
  decisions not recorded               0
  boots                                7
$ ringfence log stats --json | sed 's/"bytes":[0-9]*,"bytes_per_decision":[0-9]*/"bytes":N/'
{"log":"example.com/ring/n7","months":[{"month":"MONTH","origin":"example.com/ring/n7/MONTH","entries":23,"vkey":"example.com/ring/n7/VKEY"}],"entries":23,"decisions":8,"kinds":{"decision":8,"boot":7,"policy":7,"genesis":1},"effects":{"ring":5,"refuse":3},"rules":{"followed":5,"blocked":3},"bases":{"complete":8},"shadow":{"entries":0,"effects":{},"rules":{},"bases":{}},"gaps":0,"not_recorded":0,"boots":7,"first":"TIME.NS","last":"TIME.NS","bytes":N}
$ ringfence log stats --from 2200-01-01 --json
{"log":"example.com/ring/n7","months":[{"month":"MONTH","origin":"example.com/ring/n7/MONTH","entries":23,"vkey":"example.com/ring/n7/VKEY"}],"entries":0,"decisions":0,"kinds":{},"effects":{},"rules":{},"bases":{},"shadow":{"entries":0,"effects":{},"rules":{},"bases":{}},"gaps":0,"not_recorded":0,"boots":0,"first":null,"last":null,"bytes":null,"bytes_per_decision":null}
$ ringfence log stats --month $(date -u +%Y-%m) | head -2
example.com/ring/n7, entries by month
  MONTH                             23

# Proved, to who has no log.
$ ringfence log prove 3 | sed 's/^[A-Za-z0-9+\/]*=$/HASH/; s/ [A-Za-z0-9+\/=]\{90,\}$/ SIGNATURE/'
c2sp.org/tlog-proof@v1
index 3
HASH
HASH
HASH
HASH
HASH

example.com/ring/n7/MONTH
23
HASH

— example.com/ring/n7/MONTH SIGNATURE
$ ringfence log prove 3 --output 3.tlog-proof --entry 3.entry
proof that entry 3 stands in example.com/ring/n7/MONTH as it was signed
$ head -2 3.tlog-proof; wc -c < 3.entry
c2sp.org/tlog-proof@v1
index 3
182
$ ringfence log prove 3 --json | grep -c '^{"origin":"example.com/ring/n7/20[0-9-]*","index":3,"proof":"c2sp.org/tlog-proof@v1\\nindex 3\\n.*","entry":"[0-9a-f]\{364\}"}$'
1
$ ringfence log prove 3 --json | grep -c "\"entry\":\"$(od -An -v -tx1 3.entry | tr -d ' \n')\""
1
$ ringfence log tiles www
www: 23 entries of example.com/ring/n7/MONTH
$ find www -type f | sort
www/checkpoint
www/tile/0/000.p/23
www/tile/entries/000.p/23
$ ringfence log tiles www2 --json
{"origin":"example.com/ring/n7/MONTH","entries":23,"folder":"www2"}

# Facts are sealed: who opens them leaves a trace.
$ ringfence log keys --from -1d --to 2200-01-01 --output case.keys
case.keys: 2 facts keys of epoch N
case ID: the KEYCOMMIT and ACCESS entries are in the log
$ stat -c %a case.keys
600
$ ringfence log show --index 3 --facts case.keys | tail -6
fact              call.expired=false
fact              call.diverted=false
fact              callee.list(caller)=none
fact              callee.subscribed_list(caller)=none
fact              caller.list(callee)=none
fact              callee.quiet(caller)=false
$ ringfence log show --kind decision --limit 1 --facts case.keys | head -3
example.com/ring/n7/MONTH
       3  TIME.NS  ring       followed          ID
          callee.known=true
$ ringfence log show --index 3 --facts case.keys --json | grep -o '"callee.follows(caller)":"[a-z]*"'
"callee.follows(caller)":"true"
$ ringfence log export --format csv --index 3 --facts case.keys | tail -1 | grep -o 'callee.follows(caller)=[a-z]*'
callee.follows(caller)=true
$ ringfence log show --kind access
example.com/ring/n7/MONTH
      25  TIME.NS  access     what=facts keys exported first_epoch=N last_epoch=N keys=2 case_id=ID
$ ringfence log show --kind keycommit
example.com/ring/n7/MONTH
      24  TIME.NS  keycommit  epoch=N keys=2 root=ID..
$ ringfence log keys --from -1d --to 2200-01-01 --output again.keys --json
{"file":"again.keys","keys":2,"first_epoch":N,"last_epoch":N,"case_id":"ID","logged":true}

# What came with the question and what could not be read stand in entries before the decision.
$ ringfence --log given log init --name example.com/ring/given -q
$ ringfence --log given check --caller alice --callee bob --fact 'callee.follows(caller)=true' | head -1
alice -> bob    ring    followed
$ ringfence --log given check --caller alice --callee bob --fact 'callee.blocks(caller)=?' | head -1
alice -> bob    refuse  on_unavailable                  (alice is told: unavailable, 480)
$ ringfence --log given log keys --from -1d --to 2200-01-01 --output facts.keys
facts.keys: 2 facts keys of epoch N
case ID: the KEYCOMMIT and ACCESS entries are in the log
$ ringfence --log given log show --kind detail
example.com/ring/given/MONTH
       3  TIME.NS  detail     holds=host
       7  TIME.NS  detail     holds=unavailable
$ ringfence --log given log show --kind decision
example.com/ring/given/MONTH
       4  TIME.NS  ring       followed          ID
       8  TIME.NS  refuse     on_unavailable    ID  on_unavailable
$ ringfence --log given log show --index 8 --facts facts.keys | grep '^fact .*(caller)=[tu]'
fact              callee.follows(caller)=true
fact              callee.blocks(caller)=unavailable
fact              callee.call_consent(caller)=unspecified
$ ringfence --log given log verify | tail -1
all of it holds

# Forgotten: the decision stays, the person does not.
$ ringfence user forget mallory
mallory: forgotten, with relations to 1 user, purged
case ID: the ERASURE entry is in the log
$ ringfence user forget carol --json
{"user":"carol","existed":true,"pairs_removed":1,"purged":true,"case_id":"ID","logged":true}
$ ringfence user forget carol
carol: nothing is held under this id, purged
$ ringfence log show --kind erasure
example.com/ring/n7/MONTH
      30  TIME.NS  erasure    case_id=ID time_s=N
      32  TIME.NS  erasure    case_id=ID time_s=N
$ ringfence log show --caller mallory
$ RINGFENCE_LOG= ringfence user forget dave
dave: forgotten, with relations to 1 user, purged
case ID: the ERASURE entry waits in the database for who opens the log, or has it open
$ ringfence log show --kind erasure | wc -l
3
$ ringfence check --caller alice --callee bob -q | tail -1
  receipt ID
$ ringfence log show --kind erasure | wc -l
4

# Verified: by its own keys, by a key somebody kept, against a checkpoint and the database.
$ ringfence log verify
log           example.com/ring/n7
months        1
entries       37
checkpoints   N
cosignatures  0
decisions     9
gaps          0
boots         12
clock steps   0
erasures      3
key exports   2
first         TIME.NS
last          TIME.NS
all of it holds
$ ringfence log verify --json
{"log":"example.com/ring/n7","holds":true,"months":1,"entries":37,"beyond":0,"checkpoints":N,"cosignatures":0,"decisions":9,"shadows":0,"gaps":0,"not_recorded":0,"boots":12,"unclean_boots":0,"clock_steps":0,"erasures":3,"accesses":2,"unknown_kinds":0,"first":"TIME.NS","last":"TIME.NS","findings":[],"more_findings":0,"notes":[]}
$ cp n7/20*/checkpoint kept; ringfence check --caller alice --callee bob > /dev/null
$ ringfence log verify --trusted kept --key "$(cat n7/20*/log.vkey)" --threads 1 | tail -1
all of it holds
$ ringfence log verify --trusted kept www/checkpoint | tail -1
all of it holds
$ cp -r n7 tampered; printf X | dd of=$(echo tampered/20*/seg/0000000000.ent) bs=1 seek=600 conv=notrunc status=none
$ ringfence log verify --log tampered
log           example.com/ring/n7
months        1
entries       40
checkpoints   N
cosignatures  0
decisions     9
gaps          0
boots         13
clock steps   0
erasures      3
key exports   2
first         TIME.NS
last          TIME.NS
wrong: entry: MONTH entry 3: its checksum does not fit its contents
wrong: leaf: MONTH entry 3: the stored leaf hash is not that of the entry
wrong: root: MONTH: the entries have another root than the newest checkpoint, of 40 entries
this log does not hold: 3 findings
[1]
$ ringfence log verify --log tampered --json | grep -o '"findings":\[{[^}]*}'
"findings":[{"check":"entry","month":"MONTH","index":3,"detail":"its checksum does not fit its contents"}
$ RINGFENCE_DB= ringfence log verify --log third | tail -1
all of it holds
$ cp -r n7 old; ringfence check --caller alice --callee bob > /dev/null; ringfence log verify --log old | tail -2
wrong: rollback: MONTH: somebody has a checkpoint of 43 entries, the log's newest is of 40
this log does not hold: 1 finding

# Time passes.
$ ringfence log prune --yes
no month is old enough
$ ringfence log prune --yes --keep-days 400 --json
{"months":[]}

# What was decided then: the log is asked, and nothing decided again.
$ ringfence init -q && ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q && ringfence import blocks $WORLD/blocks.tsv -q
$ export RINGFENCE_LOG=n7
$ ringfence log init --name example.com/ring/n7 -q
$ ringfence at --time 2026-11-29 --caller alice --callee bob
alice -> bob    not recorded
  from TIME.NS to TIME.NS
  before  nothing about the two
  after   nothing about the two
  no decision of anybody is in the log
[1]
$ ringfence check --caller alice --callee bob > answer
$ ringfence check --caller mallory --callee bob > answer
[1]
$ ringfence check --no-account --callee bob > answer
[1]
$ ringfence policy activate x-2024 -q; ringfence check --caller alice --callee bob > answer; ringfence relate bob blocks alice -q
$ ringfence at --time -1d --caller alice --callee bob
alice -> bob    ring       followed
  TIME.NS, entry 3 of example.com/ring/n7/MONTH
  outcome ring, complete, policy default DIGEST
  receipt ID
alice -> bob    refuse     no-message
  TIME.NS, entry 12 of example.com/ring/n7/MONTH
  outcome private, complete, policy x-2024 DIGEST
  receipt ID
$ date -u +%Y-%m-%d > today; ringfence at --time $(cat today) --caller alice --callee bob
alice -> bob    ring       followed
  TIME.NS, entry 3 of example.com/ring/n7/MONTH
  outcome ring, complete, policy default DIGEST
  receipt ID
alice -> bob    refuse     no-message
  TIME.NS, entry 12 of example.com/ring/n7/MONTH
  outcome private, complete, policy x-2024 DIGEST
  receipt ID
$ ringfence at --time $(cat today) --caller mallory --callee bob --json
{"caller":"mallory","callee":"bob","from":"TIME.NS","to":"TIME.NS","recorded":true,"decisions":[{"origin":"example.com/ring/n7/MONTH","index":6,"kind":"decision","time":"TIME.NS","writer":1,"boot":2,"seq":1,"flags":["not_all_collected"],"shadow":false,"policy":5,"policy_digest":"DIGEST","effect":"refuse","outcome":"private","rule":"blocked","path":null,"basis":"complete","revision":4,"request_id":"ID","caller":"ID","callee":"ID","leaf_hash":"DIGEST"}],"shadows":[],"before":null,"after":null,"not_recorded":0,"policies":[{"name":"default","digest":"DIGEST","first":"TIME.NS","last":"TIME.NS"}],"unknown":[]}
$ ringfence at --time $(cat today) --no-account --callee bob
(no account) -> bob  refuse     otherwise
  TIME.NS, entry 9 of example.com/ring/n7/MONTH
  outcome private, complete, policy default DIGEST
  receipt ID
$ ringfence at --time $(cat today) --caller bob --callee alice
bob -> alice    not recorded
  from TIME.NS to TIME.NS
  before  nothing about the two
  after   nothing about the two
  policy default DIGEST was in force
  policy x-2024 DIGEST was in force
[1]

# As exact as it is written.
$ ringfence log show --kind decision --limit 1 --json | grep -o '20[0-9T:.-]*Z' | head -1 > first
$ ringfence at --time $(cat first) --caller alice --callee bob
alice -> bob    ring       followed
  TIME.NS, entry 3 of example.com/ring/n7/MONTH
  outcome ring, complete, policy default DIGEST
  receipt ID
$ sed 's/.Z/Z/' first > ten; ringfence at --time $(cat ten) --caller alice --callee bob | head -1
alice -> bob    ring       followed
$ sed 's/:[0-9.]*Z/Z/' first > minute; ringfence at --time $(cat minute) --caller alice --callee bob | head -1
alice -> bob    ring       followed
$ sed 's/:.*Z/Z/' first > hour; ringfence at --time $(cat hour) --caller alice --callee bob | head -1
alice -> bob    ring       followed
$ sed 's/Z/+00:00/' first > zone; ringfence at --time $(cat zone) --caller alice --callee bob | head -1
alice -> bob    ring       followed
$ ringfence at --time $(cat first) --caller mallory --callee bob
mallory -> bob  not recorded
  from TIME.NS to TIME.NS
  before  nothing about the two
  after   TIME.NS  refuse     blocked           MONTH entry 6
  policy default DIGEST was in force
[1]
$ ringfence at --time 1999-12-31T23:59Z --caller alice --callee bob
alice -> bob    not recorded
  from 1999-12-31T23:59:00.000000000Z to TIME.NS
  before  nothing about the two
  after   TIME.NS  ring       followed          MONTH entry 3
  policy default DIGEST decided from TIME.NS on
  the log begins later than that
[1]
$ ringfence at --time 2200-01-01 --caller alice --callee bob
alice -> bob    not recorded
  from 2200-01-01T00:00:00.000000000Z to 2200-01-02T00:00:00.000000000Z
  before  TIME.NS  refuse     no-message        MONTH entry 12
  after   nothing about the two
  policy x-2024 DIGEST decided until TIME.NS
  nothing so late is under a checkpoint
[1]
$ ringfence at --time 2200-01-01 --caller alice --callee bob --json
{"caller":"alice","callee":"bob","from":"2200-01-01T00:00:00.000000000Z","to":"2200-01-02T00:00:00.000000000Z","recorded":false,"decisions":[],"shadows":[],"before":{"origin":"example.com/ring/n7/MONTH","index":12,"kind":"decision","time":"TIME.NS","writer":1,"boot":4,"seq":1,"flags":["not_all_collected"],"shadow":false,"policy":11,"policy_digest":"DIGEST","effect":"refuse","outcome":"private","rule":"no-message","path":null,"basis":"complete","revision":5,"request_id":"ID","caller":"ID","callee":"ID","leaf_hash":"DIGEST"},"after":null,"not_recorded":0,"policies":[{"name":"x-2024","digest":"DIGEST","first":"TIME.NS","last":"TIME.NS"}],"unknown":[]}
[1]

# The facts, for who was given the keys to them.
$ ringfence log keys --from -1d --to 2200-01-01 --output case.keys -q > text
$ ringfence at --time $(cat first) --caller alice --callee bob --facts case.keys | grep follows
    callee.follows(caller)=true
    caller.follows(callee)=true
$ ringfence at --time $(cat first) --caller alice --callee bob --facts case.keys --json | grep -o '"facts":{"callee.known":"true"'
"facts":{"callee.known":"true"

# Who is not known, or not any more.
$ ringfence check --caller ghost --callee bob > answer
[1]
$ ringfence at --time $(cat today) --caller ghost --callee bob
ghost -> bob    refuse     no-message
  TIME.NS, entry 18 of example.com/ring/n7/MONTH
  outcome private, complete, policy x-2024 DIGEST
  receipt ID
note: nobody called ghost is in the database, not yet or not any more. Decisions made while
somebody was, who has been forgotten since, cannot be found; those about the bare name can.
$ ringfence user forget mallory -q > text
$ ringfence at --time $(cat today) --caller mallory --callee bob
mallory -> bob  not recorded
  from TIME.NS to TIME.NS
  before  nothing about the two
  after   nothing about the two
  policy default DIGEST was in force
  policy x-2024 DIGEST was in force
note: nobody called mallory is in the database, not yet or not any more. Decisions made while
somebody was, who has been forgotten since, cannot be found; those about the bare name can.
[1]
$ ringfence at --time $(cat today) --caller mallory --callee bob --json | grep -o '"unknown":.*'
"unknown":["mallory"]}

# What another policy would have answered, beside what was.
$ ringfence --log s7 log init --name example.com/ring/s7 -q; ringfence check --log s7 --caller carol --callee bob --shadow default > answer
[1]
$ ringfence at --log s7 --time $(cat today) --caller carol --callee bob
carol -> bob    refuse     no-message
  TIME.NS, entry 4 of example.com/ring/s7/MONTH
  outcome private, complete, policy x-2024 DIGEST
  receipt ID
carol -> bob    refuse     otherwise  (shadow: nobody was answered so)
  TIME.NS, entry 5 of example.com/ring/s7/MONTH
  outcome private, complete, policy default DIGEST
  receipt ID
$ ringfence at --log s7 --time $(cat today) --caller carol --callee bob --json | grep -o '"shadows":.*"flags":[^]]*]'
"shadows":[{"origin":"example.com/ring/s7/MONTH","index":5,"kind":"decision","time":"TIME.NS","writer":1,"boot":1,"seq":2,"flags":["shadow","not_all_collected"]

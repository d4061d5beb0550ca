# A policy that is tried: recorded beside each decision, and nothing else comes of it.
$ ringfence init -q && ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q && ringfence import blocks $WORLD/blocks.tsv -q
$ ringfence --log n7 log init --name example.com/ring/n7 -q
$ ringfence check --caller alice --callee bob --shadow x-2024
ringfence: --collect, --ack and --shadow go with --log
[2]
$ export RINGFENCE_LOG=n7
$ ringfence check --caller alice --callee bob --shadow x-2024
alice -> bob    ring    followed
  receipt ID
$ ringfence check --caller alice --callee bob --shadow x-2024 --json | grep -o '"rule":[^,]*\|"policy":{"name":[^,]*'
"rule":"followed"
"policy":{"name":"default"
$ ringfence check --caller mallory --callee bob --as caller --shadow x-2024
told  unavailable
sip   480
receipt  ID
[1]
$ printf 'caller\tcallee\nalice\tbob\nmallory\tbob\n' | ringfence check --questions - --shadow x-2024
alice	bob	ring	followed	ringing	-	ID
mallory	bob	refuse	blocked	unavailable	-	ID
$ ringfence check --caller alice --callee bob
alice -> bob    ring    followed
  receipt ID
$ ringfence check --caller alice --callee bob --shadow x-2042
ringfence: no shipped rule set is called 'x-2042'; did you mean x-2024?
[2]
$ ringfence check --caller alice --callee bob --shadow ''
ringfence: --shadow names a policy
[2]
$ ringfence check --caller alice --callee bob --shadow ./nothing.json
ringfence: ./nothing.json: No such file or directory
[2]

# It stands behind its decision.
$ ringfence log show --kind decision
example.com/ring/n7/MONTH
       4  TIME.NS  ring       followed          ID
       5  TIME.NS  refuse     no-message        ID  shadow
       9  TIME.NS  ring       followed          ID
      10  TIME.NS  refuse     no-message        ID  shadow
      14  TIME.NS  refuse     blocked           ID
      15  TIME.NS  refuse     blocked           ID  shadow
      19  TIME.NS  ring       followed          ID
      20  TIME.NS  refuse     no-message        ID  shadow
      21  TIME.NS  refuse     blocked           ID
      22  TIME.NS  refuse     blocked           ID  shadow
      25  TIME.NS  ring       followed          ID
$ ringfence log show --kind decision --shadow only
example.com/ring/n7/MONTH
       5  TIME.NS  refuse     no-message        ID  shadow
      10  TIME.NS  refuse     no-message        ID  shadow
      15  TIME.NS  refuse     blocked           ID  shadow
      20  TIME.NS  refuse     no-message        ID  shadow
      22  TIME.NS  refuse     blocked           ID  shadow
$ ringfence log show --shadow only
example.com/ring/n7/MONTH
       5  TIME.NS  refuse     no-message        ID  shadow
      10  TIME.NS  refuse     no-message        ID  shadow
      15  TIME.NS  refuse     blocked           ID  shadow
      20  TIME.NS  refuse     no-message        ID  shadow
      22  TIME.NS  refuse     blocked           ID  shadow
$ ringfence log show --shadow none --effect ring
example.com/ring/n7/MONTH
       4  TIME.NS  ring       followed          ID
       9  TIME.NS  ring       followed          ID
      19  TIME.NS  ring       followed          ID
      25  TIME.NS  ring       followed          ID
$ ringfence log show --shadow only --rule no-message --json --limit 1
{"origin":"example.com/ring/n7/MONTH","index":5,"kind":"decision","time":"TIME.NS","writer":1,"boot":1,"seq":2,"flags":["shadow","not_all_collected"],"shadow":true,"policy":3,"policy_digest":"DIGEST","effect":"refuse","outcome":"private","rule":"no-message","path":null,"basis":"complete","revision":4,"request_id":"ID","caller":"ID","callee":"ID","leaf_hash":"DIGEST"}
$ ringfence log show --shadow all
ringfence: --shadow 'all': expected only or none
[2]
$ ringfence log show --index 5
origin            example.com/ring/n7/MONTH
index             5
kind              decision
flags             shadow not_all_collected
time              TIME.NS
writer, boot      1, 1
seq               2
effect            refuse
outcome           private
rule              no-message
basis             complete
policy            entry 3, digest DIGEST
revision          4
request id        ID
caller            ID
callee            ID
leaf hash         DIGEST
facts             sealed
$ ringfence log export --format csv --kind decision --limit 2
origin,index,kind,time,writer,boot,seq,flags,policy,policy_digest,effect,outcome,rule,path,basis,revision,request_id,caller,callee,fields,leaf_hash,facts
example.com/ring/n7/MONTH,4,decision,TIME.NS,1,1,1,not_all_collected,2,DIGEST,ring,ring,followed,,complete,4,ID,ID,ID,,DIGEST,
example.com/ring/n7/MONTH,5,decision,TIME.NS,1,1,2,shadow not_all_collected,3,DIGEST,refuse,private,no-message,,complete,4,ID,ID,ID,,DIGEST,
$ ringfence log stats | tail -n +11
  genesis                              1    3.8 %
effects
  ring                                 4   66.7 %
  refuse                               2   33.3 %
rules
  followed                             4   66.7 %
  blocked                              2   33.3 %
bases
  complete                             6  100.0 %
shadow effects
  refuse                               5  100.0 %
shadow rules
  no-message                           3   60.0 %
  blocked                              2   40.0 %
shadow bases
  complete                             5  100.0 %
completeness
  gaps                                 0
  decisions not recorded               0
  boots                                5
$ ringfence log stats --json | grep -o '"decisions":.*"gaps":0'
"decisions":6,"kinds":{"decision":11,"policy":9,"boot":5,"genesis":1},"effects":{"ring":4,"refuse":2},"rules":{"followed":4,"blocked":2},"bases":{"complete":6},"shadow":{"entries":5,"effects":{"refuse":5},"rules":{"no-message":3,"blocked":2},"bases":{"complete":5}},"gaps":0
$ ringfence log verify | grep decisions
decisions     6  and 5 shadow evaluations
$ ringfence log verify --json | grep -o '"decisions":[^}]*"gaps":0'
"decisions":6,"shadows":5,"gaps":0

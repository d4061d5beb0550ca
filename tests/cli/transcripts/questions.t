$ ringfence init -q
$ ringfence relate bob follows alice -q && ringfence relate bob blocks mallory -q

# Tab-separated.
$ printf 'caller\tcallee\tmedia\tcaller.verified\nalice\tbob\tvideo\t\nmallory\tbob\t\ttrue\n' > asked.tsv
$ ringfence check --questions asked.tsv
alice	bob	ring	followed	ringing	-
mallory	bob	refuse	blocked	unavailable	-
$ ringfence check --questions asked.tsv --as caller
ringing	-	180
unavailable	-	480
$ ringfence check --questions asked.tsv --json | grep -o '"effect":"[a-z]*"\|"line":[0-9]*'
"effect":"ring"
"line":2
"effect":"refuse"
"line":3
$ ringfence check --questions asked.tsv --json --as caller
{"told":"ringing","path":null,"sip":180,"retry_after":null}
{"told":"unavailable","path":null,"sip":480,"retry_after":null}
$ ringfence check --questions asked.tsv --caller alice
ringfence: --questions and --caller exclude each other
[2]
$ ringfence explain --questions asked.tsv --brief
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)
mallory -> bob  refuse  blocked: bob blocks mallory     (mallory is told: unavailable, 480)

# JSON lines.
$ printf '{"caller":"alice","callee":"bob","call":{"media":"video"},"facts":{"caller.verified":true}}\n{"no_account":true,"callee":"bob","media":null}\n' > asked.json
$ ringfence check --questions asked.json
alice	bob	ring	followed	ringing	-
	bob	refuse	otherwise	unavailable	-
$ ringfence explain --questions asked.json --brief
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)
(no account) -> bob  refuse  no rule admits the caller       (the caller is told: unavailable, 480)
  bob could change: follow the caller                   the caller could change: nothing
  bob and the operator together could change: allow verified users and verify the caller

# Lines that are no questions are answered in their place.
$ printf '{"caller":"alice","callee":"bob"}\nnonsense\n{"caller":"alice"}\n{"caller":"a","caller":"b","callee":"c"}\n{"caller":"a","callee":"b","x":[1]}\n{"caller":"a","callee":"b"} {}\n{"caller":"a","callee":"b","call":{"media":{}}}\n{"caller":"a","callee":"b","call":{},"call":{}}\n{"caller":"a\\u0000b","callee":"b"}\n{"caller":"a","callee":"b","madia":"video"}\n{"caller":"a","callee":"b","call":{"expect":"ring"}}\n{"caller":"alice","callee":"bob","expect":"ringing"}\n{"caller":"alice","callee":"bob"}\n' | ringfence check --questions -
alice	bob	ring	followed	ringing	-
error	line 2: column 2: invalid value
error	line 3: the callee is missing
error	line 4: column 23: key 'caller' occurs twice
error	line 5: column 32: an array is not expected
error	line 6: column 29: the document root must not be followed by other values
error	line 7: column 44: an object lies too deep
error	line 8: column 44: key 'call' occurs twice
error	line 9: the caller: an id has a control byte: 'a\x00b'
error	line 10: unknown name 'madia'; did you mean media?
error	line 11: unknown fact 'call.expect'
error	line 12: expect 'ringing': expected refuse, ring, silence, screen or voicemail
alice	bob	ring	followed	ringing	-
[2]
$ printf 'caller\tcallee\nalice\tbob\nalice\nalice\t\n\tbob\n\n' | ringfence check --questions - --json | cut -c1-100
{"caller":"alice","callee":"bob","effect":"ring","outcome":"ring","signal":"ringing","sip":180,"retr
{"error":{"code":"parse error","message":"expected 2 cells, found 1","line":3}}
{"error":{"code":"invalid argument","message":"the callee is missing","line":4}}
{"error":{"code":"invalid argument","message":"the caller is missing","line":5}}
{"error":{"code":"parse error","message":"expected 2 cells, found 1","line":6}}
$ printf 'caller\tcallee\tno_account\n\tbob\ttrue\nalice\tbob\ttrue\nalice\tbob\tperhaps\n' | ringfence check --questions -
	bob	refuse	otherwise	unavailable	-
error	line 3: a caller and no account exclude each other
error	line 4: no_account 'perhaps': expected true or false
[2]

# Headers.
$ printf 'caller\tcalee\n' | ringfence check --questions -
ringfence: line 1: unknown name 'calee'; did you mean callee?
[2]
$ printf 'caller\tcaller\n' | ringfence check --questions -
ringfence: line 1: column 'caller' occurs twice
[2]
$ printf '' | ringfence check --questions -
$ ringfence check --questions missing.tsv
ringfence: missing.tsv: No such file or directory
[2]

# Compared with what was expected.
$ printf 'caller\tcallee\texpect\nalice\tbob\tring\nmallory\tbob\tring\ncarol\tbob\tsilence\nalice\tbob\trefuse\nmallory\tbob\trefuse\n' > expected.tsv
$ ringfence check --questions expected.tsv
expected \ given    refuse      ring   silence
refuse                   1         1         0
ring                     1         1         0
silence                  1         0         0
5 questions compared, 2 as expected, 3 different
line 3: expected ring
  mallory -> bob  refuse  blocked: bob blocks mallory     (mallory is told: unavailable, 480)
line 4: expected silence
  carol -> bob    refuse  no rule admits carol            (carol is told: unavailable, 480)
line 5: expected refuse
  alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)
[1]
$ ringfence check --questions expected.tsv --json | grep -o '"agrees".*\|.*matrix.*'
"agrees":true,"line":2}
"agrees":false,"explanation":"blocked: bob blocks mallory","line":3}
"agrees":false,"explanation":"no rule admits carol","line":4}
"agrees":false,"explanation":"followed: bob follows alice; bob allows people they follow (default)","line":5}
"agrees":true,"line":6}
{"compared":5,"agree":2,"different":3,"matrix":[{"expect":"refuse","given":"refuse","count":1},{"expect":"refuse","given":"ring","count":1},{"expect":"ring","given":"refuse","count":1},{"expect":"ring","given":"ring","count":1},{"expect":"silence","given":"refuse","count":1}]}
$ printf 'caller\tcallee\texpect\nalice\tbob\tring\n' | ringfence check --questions -
alice	bob	ring	followed	ringing	-
expected \ given      ring
ring                     1
1 question compared, 1 as expected, 0 different
$ (printf 'caller\tcallee\texpect\n'; for i in $(seq 30); do printf "u$i\tbob\tring\n"; done) > wrong.tsv
$ ringfence check --questions wrong.tsv | sed -n '1,4p;22,$p'
expected \ given    refuse      ring
refuse                   0         0
ring                    30         0
30 questions compared, 0 as expected, 30 different
  u9 -> bob       refuse  no rule admits u9               (u9 is told: unavailable, 480)
line 11: expected ring
  u10 -> bob      refuse  no rule admits u10              (u10 is told: unavailable, 480)
line 12: expected ring
  u11 -> bob      refuse  no rule admits u11              (u11 is told: unavailable, 480)
line 13: expected ring
  u12 -> bob      refuse  no rule admits u12              (u12 is told: unavailable, 480)
line 14: expected ring
  u13 -> bob      refuse  no rule admits u13              (u13 is told: unavailable, 480)
line 15: expected ring
  u14 -> bob      refuse  no rule admits u14              (u14 is told: unavailable, 480)
line 16: expected ring
  u15 -> bob      refuse  no rule admits u15              (u15 is told: unavailable, 480)
line 17: expected ring
  u16 -> bob      refuse  no rule admits u16              (u16 is told: unavailable, 480)
line 18: expected ring
  u17 -> bob      refuse  no rule admits u17              (u17 is told: unavailable, 480)
line 19: expected ring
  u18 -> bob      refuse  no rule admits u18              (u18 is told: unavailable, 480)
line 20: expected ring
  u19 -> bob      refuse  no rule admits u19              (u19 is told: unavailable, 480)
line 21: expected ring
  u20 -> bob      refuse  no rule admits u20              (u20 is told: unavailable, 480)
... and 10 more

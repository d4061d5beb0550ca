$ ringfence init -q && ringfence user set bob dnd=priority dnd_audience=nobody -q && ringfence user set alice verified=true -q

# The second call within three minutes rings; checking and explaining count nothing.
$ ringfence check --caller alice --callee bob --policy ios-focus
alice -> bob    silence  otherwise
  policy ios-focus DIGEST is not the one in force, which is default DIGEST
$ ringfence check --caller alice --callee bob --policy ios-focus
alice -> bob    silence  otherwise
  policy ios-focus DIGEST is not the one in force, which is default DIGEST
$ ringfence attempt add alice bob --at -2m
alice tried to call bob
$ ringfence check --caller alice --callee bob --policy ios-focus
alice -> bob    ring    repeated-call
  policy ios-focus DIGEST is not the one in force, which is default DIGEST
$ ringfence check --caller alice --callee bob --policy ios-focus --at -10m
alice -> bob    silence  otherwise
  policy ios-focus DIGEST is not the one in force, which is default DIGEST
$ ringfence explain --caller alice --callee bob --policy ios-focus --brief | sed "s/12[0-9]* ms/N ms/"
alice -> bob    ring    repeated-call: alice last tried to call bob N ms ago; bob lets repeated calls through do-not-disturb (default)
  policy ios-focus DIGEST is not the one in force, which is default DIGEST
$ ringfence attempt add alice bob --count 2 && ringfence attempt add alice carol
alice tried to call bob, 2 times
alice tried to call carol
$ ringfence attempt show alice bob | grep -v since_attempt
callee.attempts_1h(caller)        3
callee.unanswered(caller)         0
callee.connected_24h(caller)      0
callee.since_called_d(caller)     127 d
callee.unknown_calls_1h           0
caller.callees_1h                 2
caller.previews_1h                0

# What came of calls.
$ ringfence attempt add alice bob --unanswered --count 9 && ringfence attempt show alice bob | grep unanswered
alice was not answered by bob, 9 times
callee.unanswered(caller)         7
$ ringfence attempt add alice bob --connected && ringfence attempt show alice bob | grep -e unanswered -e connected
alice was answered by bob
callee.unanswered(caller)         0
callee.connected_24h(caller)      1
$ ringfence attempt show bob alice --json | sed 's/:36[0-9]*/:N/'
{"caller":"bob","callee":"alice","time":"TIME","facts":{"callee.since_attempt_ms(caller)":N,"callee.attempts_1h(caller)":0,"callee.unanswered(caller)":0,"callee.connected_24h(caller)":0,"callee.since_called_d(caller)":0,"callee.unknown_calls_1h":0,"caller.callees_1h":0,"caller.previews_1h":0}}

# Callers nobody knows, and a button that was looked at. Nobody becomes known.
$ ringfence attempt add --no-account bob --count 40 -q; ringfence attempt add stranger bob
stranger tried to call bob
$ ringfence attempt show --no-account bob | grep unknown
callee.unknown_calls_1h           31
$ ringfence attempt add alice carol --preview && ringfence attempt add alice dave --preview --json
alice saw the call button of carol
{"event":"preview","count":1,"time":"TIME"}
$ ringfence attempt show alice bob | grep caller\\.
caller.callees_1h                 2
caller.previews_1h                2
$ ringfence user show carol
ringfence: user 'carol' is not known
[2]

# What cannot be.
$ ringfence attempt add alice carol --connected
ringfence: caller or callee are not known
[2]
$ ringfence attempt add alice bob --connected --unanswered
ringfence: --connected and --unanswered exclude each other
[2]
$ ringfence attempt add alice bob --count 0
ringfence: --count '0': expected a number from 1 to 100,000
[2]
$ ringfence attempt add alice bob --at 2400-01-01
ringfence: a call cannot be before 1970, or in the future
[2]
$ ringfence attempt add alice bob --at noon
ringfence: --at 'noon': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence attempt add alice
ringfence: expected CALLER and CALLEE, or --no-account and CALLEE
[2]
$ ringfence attempt add --no-account alice bob
ringfence: expected CALLER and CALLEE, or --no-account and CALLEE
[2]
$ ringfence attempt add "" bob
ringfence: CALLER is empty: say --no-account if there is none
[2]
$ ringfence attempt show alice ""
ringfence: an id is empty: expected 1 to 255 bytes
[2]
$ ringfence attempt
ringfence: which `attempt` command?
Try `ringfence attempt --help`.
[2]
$ ringfence --db missing.db attempt show alice bob
ringfence: cannot open 'missing.db': No such file or directory
[2]
$ ringfence check --caller alice --callee bob --at never
ringfence: --at 'never': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]

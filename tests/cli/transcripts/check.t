$ ringfence init -q
$ ringfence relate bob follows alice -q && ringfence relate bob blocks mallory -q
$ ringfence check --caller alice --callee bob --json
{"caller":"alice","callee":"bob","effect":"ring","outcome":"ring","signal":"ringing","sip":180,"retry_after":null,"told":"ringing","path":null,"rule":"followed","reason":"followed","basis":"complete","facts_read":["callee.known","callee.calls_enabled","callee.allow_followed","callee.follows(caller)","callee.blocks(caller)","caller.blocks(callee)","callee.quiet(caller)"],"groups_read":["callee","pair","list"],"groups_unavailable":[],"policy":{"name":"default","digest":"DIGEST","in_force":true},"revision":3}
$ ringfence check --caller mallory --callee bob --json
{"caller":"mallory","callee":"bob","effect":"refuse","outcome":"private","signal":"offline","sip":480,"retry_after":null,"told":"unavailable","path":null,"rule":"blocked","reason":"blocked","basis":"complete","facts_read":["callee.known","callee.blocks(caller)"],"groups_read":["callee","pair"],"groups_unavailable":[],"policy":{"name":"default","digest":"DIGEST","in_force":true},"revision":3}
[1]

# What a caller may see is no more than this.
$ ringfence check --caller alice --callee bob --as caller
told  ringing
sip   180
$ ringfence check --caller mallory --callee bob --as caller
told  unavailable
sip   480
[1]
$ ringfence check --caller mallory --callee bob --as caller --json
{"told":"unavailable","path":null,"sip":480,"retry_after":null}
[1]
$ ringfence check --caller alice --callee bob --as caller --policy x-2024 --fact 'callee.messaged(caller)=true' --call media=video
told  ringing
path  direct
sip   180

# Unknown people, nobody, oneself.
$ ringfence check --caller stranger --callee bob
stranger -> bob  refuse  otherwise                       (stranger is told: unavailable, 480)
[1]
$ ringfence check --caller alice --callee stranger
alice -> stranger  refuse  unknown_callee                  (alice is told: unavailable, 480)
[1]
$ ringfence check --no-account --callee bob
(no account) -> bob  refuse  otherwise                       (the caller is told: unavailable, 480)
[1]
$ ringfence check --no-account --callee bob --json | cut -c1-60
{"caller":null,"callee":"bob","effect":"refuse","outcome":"p
$ ringfence check --caller bob --callee bob
bob -> bob      refuse  otherwise                       (bob is told: unavailable, 480)
[1]
$ ringfence check --caller '' --callee bob
ringfence: the question names no caller
[2]
$ ringfence check --caller "$(printf '%0256d' 0)" --callee bob
ringfence: the caller: an id has 256 bytes, expected 1 to 255: '00000000000000000000000000000000...'
[2]
$ ringfence check --caller "$(printf 'a\377')" --callee bob
ringfence: the caller: an id is not valid UTF-8: 'a\xFF'
[2]

# Attributes of the call and carried facts.
$ ringfence check --caller alice --callee bob --call media=smell
ringfence: 'smell' is no value of 'call.media': expected one of unspecified, audio, video
[2]
$ ringfence check --caller alice --callee bob --call medai=video
ringfence: unknown fact 'call.medai'; did you mean 'call.media'?
[2]
$ ringfence check --caller alice --callee bob --call media
ringfence: --call 'media': expected NAME=VALUE
[2]
$ ringfence check --caller alice --callee bob --call media=video media=audio
ringfence: call.media is given twice
[2]
$ ringfence check --caller alice --callee bob --call media=video platform=ios
alice -> bob    ring    followed
$ ringfence check --caller alice --callee bob --fact callee.calls_enabled=false
alice -> bob    refuse  calls-off                       (alice is told: unavailable, 480)
[1]
$ ringfence check --caller alice --callee bob --fact callee.calls_enabled=unset
alice -> bob    ring    followed
$ ringfence check --caller alice --callee bob --fact 'callee.folows(caller)=true'
ringfence: unknown fact 'callee.folows(caller)'; did you mean 'callee.follows(caller)'?
[2]
$ ringfence check --caller alice --callee bob --fact 'callee.follows(caller)=1'
ringfence: '1' is no value of 'callee.follows(caller)': expected true or false
[2]
$ ringfence check --caller carol --callee bob --fact 'callee.follows(caller)=true' --json | grep -o '"basis":"[a-z]*"'
"basis":"complete"

# Facts that cannot be read.
$ ringfence check --caller alice --callee bob --fact 'callee.blocks(caller)=?'
alice -> bob    refuse  on_unavailable                  (alice is told: unavailable, 480)
  some facts could not be read, and they matter
[1]
$ ringfence check --caller mallory --callee bob --fact 'callee.calls_enabled=?'
mallory -> bob  refuse  blocked                         (mallory is told: unavailable, 480)
[1]

# Without a database only what the question carries is known.
$ ringfence check --caller a --callee b --without-db
a -> b          refuse  on_unavailable                  (a is told: unavailable, 480)
  some facts could not be read (callee, caller, pair, contact, list), and they matter
[1]
$ ringfence check --caller a --callee b --without-db --fact callee.known=true callee.calls_enabled=true callee.allow_followed=true 'callee.follows(caller)=true' 'callee.blocks(caller)=false' 'caller.blocks(callee)=false' 'callee.quiet(caller)=false'
a -> b          ring    followed
$ ringfence check --caller a --callee b --without-db --db world.db
ringfence: --db and --without-db exclude each other
[2]

# How a decision is said in signalling: the response of a SIP server, made of what the caller may
# see. A block that is hidden is absence; the log's receipt and the path are no part of it.
$ ringfence check --caller mallory --callee bob --sip
SIP/2.0 480 Temporarily Unavailable
[1]
$ ringfence check --caller stranger --callee bob --sip
SIP/2.0 480 Temporarily Unavailable
[1]
$ ringfence check --caller alice --callee bob --sip
SIP/2.0 180 Ringing
$ ringfence check --caller alice --callee bob --policy unwanted-calls --fact 'callee.mark(caller)=unwanted' --sip
SIP/2.0 607 Unwanted
Reason: Q.850;cause=21;text="Call rejected"
[1]
$ ringfence check --caller alice --callee bob --policy unwanted-calls --call analytics=spam --fact callee.spam_callers=refuse --sip 2>&1
SIP/2.0 608 Rejected
Reason: Q.850;cause=21;text="Call rejected"
ringfence: note: a 608 needs a Call-Info with the address for complaints (RFC 8688)
[1]
$ ringfence check --caller alice --callee bob --policy session --fact 'caller.added(callee)=true' --sip
(send nothing)
[1]
$ ringfence check --caller mallory --callee bob --as caller --sip --json
{"told":"unavailable","path":null,"sip":480,"retry_after":null,"response":{"sip":{"status":480,"phrase":"Temporarily Unavailable","q850":18,"reason":null,"reason_later":null,"warning":null,"retry_after":null,"needs_call_info":false},"xmpp":{"action":"error","reason":null,"condition":"service-unavailable","type":"cancel"},"matrix":{"action":null,"reason":null,"errcode":null,"http_status":null},"webrtc":"{\"state\":\"ended\",\"told\":\"unavailable\",\"retryAfter\":null}","text":"Not available right now."}}
[1]
$ ringfence check --caller mallory --callee bob --sip --json | grep -o '"response":.*'
"response":{"sip":{"status":480,"phrase":"Temporarily Unavailable","q850":18,"reason":null,"reason_later":null,"warning":null,"retry_after":null,"needs_call_info":false},"xmpp":{"action":"error","reason":null,"condition":"service-unavailable","type":"cancel"},"matrix":{"action":null,"reason":null,"errcode":null,"http_status":null},"webrtc":"{\"state\":\"ended\",\"told\":\"unavailable\",\"retryAfter\":null}","text":"Not available right now."}}
$ echo '{"caller":"mallory","callee":"bob"}' | ringfence check --questions - --sip --json | grep -o '"response":{"sip":{[^}]*}'
"response":{"sip":{"status":480,"phrase":"Temporarily Unavailable","q850":18,"reason":null,"reason_later":null,"warning":null,"retry_after":null,"needs_call_info":false}
$ ringfence check --questions - --sip
ringfence: --sip of many questions goes with --json
[2]

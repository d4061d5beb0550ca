# Who may ring bob, whom can alice ring: names as they are found, then counts and what was looked at.
$ ringfence init -q
$ ringfence relate bob follows alice -q && ringfence relate bob follows mallory -q && ringfence relate bob blocks mallory -q
$ ringfence user set bob allow_verified=true -q && ringfence user set carol verified=true -q
$ ringfence user set dave calls_enabled=false -q && ringfence relate dave follows alice -q
$ ringfence who may-ring bob
alice	ring	followed
carol	ring	verified
2 users may ring bob
           1  ring      followed
           1  ring      verified
looked at 3 users: users with verified = true; users related to bob
$ ringfence who can-be-rung-by alice
bob	ring	followed
1 user can be rung by alice
           1  ring      followed
looked at 2 users: users with allow_contacts = true; users related to alice
$ ringfence who can-be-rung-by carol -q
bob	ring	verified
$ ringfence who may-ring alice
0 users may ring alice
looked at 2 users: users related to alice
[1]
$ ringfence who may-ring dave
0 users may ring dave
looked at nobody: nothing about anybody could let a call through
[1]

# By address book nobody is named: a count of all whom a match would let through.
$ ringfence user set bob allow_contacts=true -q
$ ringfence who may-ring bob
alice	ring	followed
carol	ring	verified
2 users may ring bob
           1  ring      followed
           1  ring      verified
1 more possibly, by address book: whose is in whose is not looked up
looked at 3 users: users with verified = true; users related to bob
$ ringfence who can-be-rung-by dave
0 users can be rung by dave
1 more possibly, by address book: whose is in whose is not looked up
looked at 2 users: users with allow_contacts = true; users related to dave
[1]
$ ringfence who may-ring bob --json
{"user":"alice","effects":["ring"],"rule":"followed"}
{"user":"carol","effects":["ring"],"rule":"verified"}
{"certain":2,"possibly":1,"cannot_tell":0,"counts":[{"effects":["ring"],"rule":"followed","users":1},{"effects":["ring"],"rule":"verified","users":1}],"plan":["users with verified = true","users related to bob"],"decided":3,"complete":true,"policy":{"name":"default","digest":"DIGEST"},"revision":9}
$ ringfence who can-be-rung-by dave --json
{"certain":0,"possibly":1,"cannot_tell":0,"counts":[],"plan":["users with allow_contacts = true","users related to dave"],"decided":2,"complete":true,"policy":{"name":"default","digest":"DIGEST"},"revision":9}
[1]

# Another policy, attributes of the call, other facts, where it stops.
$ ringfence who may-ring bob --policy x-2024
0 users may ring bob
looked at 2 users: users related to bob
policy x-2024 DIGEST is not the one in force, which is default DIGEST
[1]
$ ringfence relate bob messaged alice -q && ringfence relate bob messaged carol -q
$ ringfence who may-ring bob --policy x-2024 --call platform=ios media=video
alice	ring	followed
carol	ring	verified
2 users may ring bob
           1  ring      followed
           1  ring      verified
looked at 3 users: users related to bob
policy x-2024 DIGEST is not the one in force, which is default DIGEST
$ ringfence who may-ring bob --policy whatsapp --limit 1
alice	ring	messaged
1 user may ring bob, and maybe more: stopped here
           1  ring      messaged
looked at 1 user: all users
policy whatsapp DIGEST is not the one in force, which is default DIGEST
$ ringfence who may-ring bob --policy whatsapp --limit 1 --json
{"user":"alice","effects":["ring"],"rule":"messaged"}
{"certain":1,"possibly":0,"cannot_tell":0,"counts":[{"effects":["ring"],"rule":"messaged","users":1}],"plan":["all users"],"decided":1,"complete":false,"policy":{"name":"whatsapp","digest":"DIGEST"},"revision":11}
$ ringfence who may-ring bob --fact caller.verified=true
alice	ring	followed
carol	ring	verified
dave	ring	verified
3 users may ring bob
           2  ring      verified
           1  ring      followed
looked at 4 users: all users
$ ringfence who may-ring bob --fact 'callee.quiet(caller)=?'
0 users may ring bob
3 more of whom one cannot tell: a fact is not available
looked at 4 users: all users
[1]

# Consent, lists, quiet; nothing is counted or changed by asking.
$ ringfence grant set bob carol --permanent -q; ringfence who may-ring bob --policy whatsapp-business
0 users may ring bob
looked at 1 user: users to whom bob answered, or who asked, for consent
policy whatsapp-business DIGEST is not the one in force, which is default DIGEST
[1]
$ ringfence user set carol business=true -q; ringfence who may-ring bob --policy whatsapp-business
0 users may ring bob
looked at 1 user: users to whom bob answered, or who asked, for consent
policy whatsapp-business DIGEST is not the one in force, which is default DIGEST
[1]
$ ringfence list add bob never person:dave -q; ringfence who may-ring bob --policy telegram
alice	ring	everybody
carol	ring	everybody
2 users may ring bob
           2  ring      everybody
looked at 4 users: all users
policy telegram DIGEST is not the one in force, which is default DIGEST
$ ringfence user quiet bob --for 1h -q; ringfence who may-ring bob
0 users may ring bob
looked at 4 users: all users
[1]
$ ringfence attempt show alice bob --json | cut -c1-120
{"caller":"alice","callee":"bob","time":"TIME","facts":{"callee.since_attempt_ms(caller)":3600000,"calle

# Bad input.
$ ringfence who may-ring nobody
ringfence: user 'nobody' is not known
[2]
$ ringfence who may-ring
ringfence: arguments are missing
Try `ringfence who may-ring --help`.
[2]
$ ringfence who
ringfence: which `who` command?
Try `ringfence who --help`.
[2]
$ ringfence who may-rign bob
ringfence: unknown command 'who may-rign'; did you mean who may-ring?
Try `ringfence --help`.
[2]
$ ringfence who may-ring bob --limit 0
ringfence: --limit '0': expected a whole number above 0
[2]
$ ringfence who may-ring bob --limit many
ringfence: --limit 'many': expected a whole number above 0
[2]
$ ringfence who may-ring bob --call media=smell
ringfence: 'smell' is no value of 'call.media': expected one of unspecified, audio, video
[2]
$ ringfence who may-ring bob --fact 'callee.contact(caller)=match'
ringfence: 'callee.contact(caller)' is of an address book, which is taken for unknown here
[2]
$ ringfence who may-ring bob --fact caller.known=false caller.verified=true
ringfence: the question contradicts itself: 'caller.known' is false, but 'caller.verified' is true
[2]
$ ringfence who may-ring bob --policy nothing
ringfence: no shipped rule set is called 'nothing'; `ringfence rules` lists them, and a file is written with a slash: ./policy
[2]
$ ringfence --db missing.db who may-ring bob
ringfence: cannot open 'missing.db': No such file or directory
[2]
$ ringfence who may-ring "$(printf 'a\377')"
ringfence: an id is not valid UTF-8: 'a\xFF'
[2]

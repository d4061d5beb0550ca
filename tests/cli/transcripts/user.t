$ ringfence init -q
$ ringfence user show bob
ringfence: user 'bob' is not known
[2]
$ ringfence user set bob allow_everyone=true calls_enabled=false
bob: allow_everyone=true calls_enabled=false (revision 2)
$ ringfence user show bob | grep -e chosen -e allow_followed
  calls_enabled             false         chosen
  allow_followed            true          default
  allow_everyone            true          chosen
$ ringfence user unset bob calls_enabled
bob: calls_enabled=unset (revision 3)
$ ringfence user show bob | grep calls_enabled
  calls_enabled             true          default

# All of one command or nothing.
$ ringfence user set bob premium=true verified=perhaps
ringfence: 'perhaps' is no value of 'callee.verified': expected true or false, or unset
[2]
$ ringfence user set bob premium=true verifed=true
ringfence: unknown setting or attribute 'verifed'; did you mean 'verified'?
[2]
$ ringfence user set bob premium
ringfence: 'premium': expected NAME=VALUE
[2]
$ ringfence user unset bob premium=true
ringfence: 'premium=true': expected NAME
[2]
$ ringfence user set bob premium=?
ringfence: unavailable is no value to store
[2]
$ ringfence user show bob | grep -e premium -e verified
  allow_verified            false         default
  verified                  false         default
  premium                   false         default

# The defaults are those of the policy.
$ sed 's/"catalog": 1,/"catalog": 1, "defaults": {"calls_enabled": false},/' $RULES/default/policy.json > off.json
$ ringfence user show bob --policy off.json | grep calls_enabled
  calls_enabled             false         default
$ ringfence policy activate off.json -q; ringfence user show bob | grep calls_enabled
  calls_enabled             false         default

# Everything held about a user, and nothing after forgetting.
$ ringfence relate bob follows alice -q && ringfence relate carol blocks bob -q
$ ringfence user export bob
{
  "user": "bob",
  "chosen": {
    "allow_everyone": "true"
  },
  "relations": [
    {
      "subject": "bob",
      "relation": "follows",
      "object": "alice",
      "value": "true"
    },
    {
      "subject": "carol",
      "relation": "blocks",
      "object": "bob",
      "value": "true"
    }
  ],
  "list": [],
  "listed_by": [],
  "groups": [],
  "quiet": null,
  "schedule": null,
  "consent": [],
  "knocks": []
}
$ ringfence user forget bob
bob: forgotten, with relations to 2 users, purged
$ ringfence user forget bob --json
{"user":"bob","existed":false,"pairs_removed":0,"purged":true}
$ ringfence user show bob
ringfence: user 'bob' is not known
[2]
$ ringfence user export bob
ringfence: user 'bob' is not known
[2]
$ ringfence relations bob
ringfence: user 'bob' is not known
[2]
$ ringfence relations alice
$ grep -c bob world.db
0
[1]
$ ringfence doctor --purge
purged: nothing deleted is left in the files
$ ringfence relate bob follows bob
ringfence: 'bob' cannot stand in relation 'follows' to themselves
[2]
$ ringfence relate bob folows alice
ringfence: unknown relation 'folows'; did you mean 'follows'?
[2]
$ ringfence relate bob follows alice maybe
ringfence: 'maybe' is no value of 'callee.follows(caller)': expected true or false
[2]
$ ringfence relate bob follows alice --json
{"revision":8}
$ ringfence relations alice --json
{"subject":"bob","relation":"follows","object":"alice","value":"true"}
$ ringfence unrelate bob follows nobody
no longer: bob follows nobody (revision 9)

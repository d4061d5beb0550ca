# A user's own list: what is said of fewer stands first, whatever the order of saying it.
$ ringfence init -q && ringfence policy activate telegram -q
$ ringfence list show bob
ringfence: user 'bob' is not known
[2]
$ ringfence list add bob never everyone
bob: never everyone (revision 3)
$ ringfence list add bob always person:alice
bob: always person:alice (revision 4)
$ ringfence list add bob never 'domain:*.spam.example'
bob: never domain:*.spam.example (revision 5)
$ ringfence group add family carol dave
family: added 2 users (revision 6)
$ ringfence list add bob always group:family
bob: always group:family (revision 7)
$ ringfence list show bob
always person:alice
always group:family
never domain:*.spam.example
never everyone
$ ringfence --json list show bob
{"user":"bob","list":[{"action":"always","subject":"person:alice"},{"action":"always","subject":"group:family"},{"action":"never","subject":"domain:*.spam.example"},{"action":"never","subject":"everyone"}]}
$ ringfence check --caller alice --callee bob
alice -> bob    ring    always  [relay]
$ ringfence check --caller mallory --callee bob
mallory -> bob  refuse  users-only                      (mallory is told: users_only, 403)
[1]
$ ringfence explain --caller carol --callee bob | grep -i list
carol -> bob    ring    always: the list of bob always lets carol call  [relay]
->        always          yes     callee.list(caller) == 'always'  => ring
                                  callee.list(caller) = always  derived
          never           no      callee.list(caller) == 'never'  => privacy
                                  callee.list(caller) = always  derived

# Said again, and at another place.
$ ringfence list add bob silent person:alice --at 4
bob: silent person:alice (revision 8)
$ ringfence list show bob
always group:family
never domain:*.spam.example
never everyone
silent person:alice
$ ringfence list remove bob person:alice
bob: no longer listed: person:alice (revision 9)
$ ringfence list remove bob person:alice
ringfence: no entry of the list is about that subject
[2]
$ ringfence list show bob | ringfence list replace bob2 - && ringfence list show bob2
bob2: a list of 3 entries (revision 10)
always group:family
never domain:*.spam.example
never everyone

# What is wrong is refused and changes nothing.
$ ringfence list add bob never person:bob
ringfence: a list has no entry about its owner
[2]
$ ringfence list add bob block person:mallory
ringfence: 'block' is none of always, never, silent and bypass
[2]
$ ringfence list add bob never everyon
ringfence: 'everyon' is neither person:ID, group:NAME nor domain:NAME, nor a predicate: did you mean 'everyone'?
[2]
$ ringfence list add bob never 'domain:a.*.example'
ringfence: a domain is a name, '*.' before a name, or '*': a '*' stands elsewhere
[2]
$ ringfence list add bob never group:famly
ringfence: there is no such group
[2]
$ ringfence list add bob never person:mallory --at 9
ringfence: the position is beyond the list's end
[2]
$ ringfence list add bob never person:mallory --at 0
ringfence: --at takes a position from 1, not '0'
[2]
$ printf 'never person:mallory\nalways\n' | ringfence list replace bob -
ringfence: standard input:2: expected ACTION SUBJECT, "never person:mallory"
[2]
$ seq 1001 | sed 's/^/never person:p/' | ringfence list replace bob -
ringfence: entry 1001: a list has at most 1000 persons, this one would have 1001
[2]
$ ringfence list show bob
always group:family
never domain:*.spam.example
never everyone

# Groups.
$ ringfence group show
family
$ ringfence group show family
carol
dave
$ ringfence --json group show family
{"group":"family","users":["carol","dave"]}
$ ringfence group remove family carol
family: removed 1 user (revision 11)
$ ringfence group remove family carol
ringfence: user 1: not a member of the group
[2]
$ ringfence group remove family
ringfence: name the users to remove, or say --all to remove the group
[2]
$ ringfence group remove family --all
family: the group is removed (revision 12)
$ ringfence group show family
ringfence: there is no such group
[2]
$ ringfence list show bob | grep family
always group:family

# Everything held about a user.
$ ringfence user export bob
{
  "user": "bob",
  "chosen": {},
  "relations": [],
  "list": [
    {
      "action": "always",
      "subject": "group:family"
    },
    {
      "action": "never",
      "subject": "domain:*.spam.example"
    },
    {
      "action": "never",
      "subject": "everyone"
    }
  ],
  "listed_by": [],
  "groups": [],
  "quiet": null,
  "schedule": null,
  "consent": [],
  "knocks": []
}
$ ringfence list add eve never person:bob -q; ringfence group add club bob -q; ringfence --json user export bob
{"user":"bob","chosen":{},"relations":[],"list":[{"action":"always","subject":"group:family"},{"action":"never","subject":"domain:*.spam.example"},{"action":"never","subject":"everyone"}],"listed_by":[{"owner":"eve","action":"never"}],"groups":["club"],"quiet":null,"schedule":null,"consent":[],"knocks":[]}

# Lists of Telegram's rules decide, are recorded, and follow from the record.
$ export RINGFENCE_LOG=n7
$ ringfence log init --name example.com/ring/n7 -q && ringfence user set alice verified=true -q
$ printf 'always person:alice\nnever everyone\n' | ringfence list replace bob - -q && ringfence check --caller alice --callee bob
alice -> bob    ring    always  [relay]
  receipt ID
$ printf 'never person:alice\nalways everyone\n' | ringfence list replace bob - -q && ringfence check --caller alice --callee bob
alice -> bob    refuse  never                           (alice is told: user_privacy_restricted, 403)
  receipt ID
[1]
$ ringfence check --caller carol --callee bob
carol -> bob    ring    always  [relay]
  receipt ID
$ printf 'always contacts\nnever everyone\n' | ringfence list replace bob - -q && ringfence check --caller alice --callee bob
alice -> bob    refuse  never                           (alice is told: user_privacy_restricted, 403)
  receipt ID
[1]
$ printf 'never everyone\n' | ringfence list replace bob - -q && ringfence check --caller alice --callee bob
alice -> bob    refuse  never                           (alice is told: user_privacy_restricted, 403)
  receipt ID
[1]
$ printf '' | ringfence list replace bob - -q && ringfence list show bob
$ ringfence replay | grep -e reproduced -e changed
  reproduced                                5      100 %
  changed                                   0        0 %

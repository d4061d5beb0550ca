# What policies can test: the standard catalog.
$ ringfence catalog show | head -4
catalog 1 DIGEST, 177 facts
no extension
callee.known                     derived    true or false
callee.has_list                  derived    true or false
$ ringfence catalog show | tail -4
room for extensions:
  user       bits 54 to 63, 117 to 127, 148 to 155
  relations  bits 28 to 31
  call       bits 60 to 63
$ ringfence catalog show --extension
catalog 1 DIGEST, 177 facts
no extension
room for extensions:
  user       bits 54 to 63, 117 to 127, 148 to 155
  relations  bits 28 to 31
  call       bits 60 to 63
$ ringfence catalog show --json | python3 -c "import json,sys; c = json.load(sys.stdin); print(sorted(c), c['extension'], c['facts'][2])"
['catalog', 'constraints', 'digest', 'extension', 'facts', 'room'] None {'name': 'callee.calls_enabled', 'entry': 'calls_enabled', 'kind': 'setting', 'type': 'bool', 'members': [], 'default': 'true', 'absent': 'false', 'list': 'user', 'bit': 2, 'bits': 2, 'extension': False, 'doc': 'The master switch: the user can be called at all.'}

# An extension, and everything that is wrong with one.
$ cp $WORLD/../extension/catalog-extension.json $WORLD/../extension/policy.json .
$ ringfence catalog check catalog-extension.json
catalog 1 DIGEST, 184 facts
extension acme version 1, 7 facts of them
room for extensions:
  user       bits 59 to 63, 117 to 127, 148 to 155
  relations  bits 29 to 31
  call       bits 62 to 63
$ ringfence catalog check catalog-extension.json --quiet
$ ringfence catalog check catalog-extension.json --json | python3 -c "import json,sys; c = json.load(sys.stdin); print(c['extension'], len(c['facts']), c['room'][0])"
{'name': 'acme', 'version': 1} 4 {'list': 'user', 'first': 59, 'last': 63}
$ sed 's/x_plan/calls_enabled/; s/"bit": 57/"bit": 55/' catalog-extension.json > wrong.json
$ ringfence catalog check wrong.json
wrong.json:7:15: error: the catalog has 'calls_enabled' already: an extension cannot change it
      "name": "calls_enabled",
              ^~~~~~~~~~~~~~~
  expected: a new name that begins with x_
[2]
$ sed 's/^  "call": /  "constraints": [{ "id": "x_paid", "that": "callee.x_plan == 1", "doc": "Wrong." }],\n&/' catalog-extension.json > constrained.json
$ ringfence catalog check constrained.json
constrained.json:61:46: error: callee.x_plan (an enum) cannot be compared with the number 1
"callee.x_plan == 1"
 ^~~~~~~~~~~~~~~~~~
  expected: none, silver or gold
[2]
$ sed "s/ == 1\"/ != 'gold' || callee.premium\"/" constrained.json > premium.json
$ ringfence catalog check premium.json
catalog 1 DIGEST, 184 facts
extension acme version 1, 7 facts of them
always:
  callee.x_plan != 'gold' || callee.premium
room for extensions:
  user       bits 59 to 63, 117 to 127, 148 to 155
  relations  bits 29 to 31
  call       bits 62 to 63
$ ringfence catalog check nothing.json
ringfence: nothing.json: No such file or directory
[2]
$ ringfence catalog check
ringfence: arguments are missing
Try `ringfence catalog check --help`.
[2]

# A next version keeps what databases and logs were written with.
$ sed 's/"version": 1/"version": 2/; s/"gold"\]/"gold", "platinum"]/; s/"gold": "{owner} has the gold plan"/&, "platinum": "{owner} has the best plan"/' catalog-extension.json > next.json
$ ringfence catalog check next.json --old catalog-extension.json
catalog 1 DIGEST, 184 facts
extension acme version 2, 7 facts of them
room for extensions:
  user       bits 59 to 63, 117 to 127, 148 to 155
  relations  bits 29 to 31
  call       bits 62 to 63
$ sed 's/x_assists/x_helps/; s/"bit": 57/"bit": 117/' next.json > moved.json
$ ringfence catalog check moved.json --old catalog-extension.json
moved.json:31:14: error: the place of 'x_allow_gold' is not that of version 1
      "bit": 117,
             ^~~
  expected: bit 57
  hint: give a new entry a name and bits of its own
moved.json:48:15: error: 'x_helps' lies where 'x_assists' lay in version 1
      "name": "x_helps",
              ^~~~~~~~~
  expected: 'x_assists': a name is for ever
  hint: what is out of use stays, and its "doc" says so
[2]
$ ringfence catalog check catalog-extension.json --old next.json
catalog-extension.json:3:14: error: this is older than version 2
  "version": 1,
             ^
  expected: 3 or more
catalog-extension.json:7:15: error: the members of 'x_plan' do not begin as in version 2
      "name": "x_plan",
              ^~~~~~~~
  expected: none, silver, gold, platinum
  hint: new members come after them
[2]

# From a row to a decision. Without the extension no such policy compiles.
$ ringfence init --policy ./policy.json
./policy.json:12:36: error: unknown fact 'call.x_origin'
        { "id": "advert", "when": "call.x_origin == 'advert' && callee.x_plan != 'gold'", "the...
                                   ^~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: names that begin with x_ are of a catalog extension, and none was given
./policy.json:12:65: error: unknown fact 'callee.x_plan'
..."advert", "when": "call.x_origin == 'advert' && callee.x_plan != 'gold'", "then": "private" },
                                                   ^~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: names that begin with x_ are of a catalog extension, and none was given
./policy.json:13:39: error: unknown fact 'caller.x_assists(callee)'
        { "id": "assistant", "when": "caller.x_assists(callee)", "then": "ring" },
                                      ^~~~~~~~~~~~~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: names that begin with x_ are of a catalog extension, and none was given
./policy.json:14:34: error: unknown fact 'callee.x_allow_gold'
        { "id": "gold", "when": "callee.x_allow_gold && caller.x_plan == 'gold'", "then": "ring" }
                                 ^~~~~~~~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: names that begin with x_ are of a catalog extension, and none was given
./policy.json:14:57: error: unknown fact 'caller.x_plan'
        { "id": "gold", "when": "callee.x_allow_gold && caller.x_plan == 'gold'", "then": "ring" }
                                                        ^~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: names that begin with x_ are of a catalog extension, and none was given
[2]
$ export RINGFENCE_CATALOG_EXTENSION=catalog-extension.json
$ ringfence init --policy ./policy.json
world.db: policy acme DIGEST is in force
$ ringfence user set alice x_plan=gold && ringfence user set bob x_allow_gold=true
alice: x_plan=gold (revision 2)
bob: x_allow_gold=true (revision 3)
$ ringfence relate carol x_assists bob
carol x_assists bob (revision 4)
$ ringfence user set bob x_allow_gold=maybe
ringfence: 'maybe' is no value of 'callee.x_allow_gold': expected true or false, or unset
[2]
$ ringfence check --caller alice --callee bob
alice -> bob    ring    gold
$ ringfence check --caller alice --callee bob --call x_origin=advert
alice -> bob    refuse  advert                          (alice is told: unavailable, 480)
[1]
$ ringfence check --caller carol --callee bob
carol -> bob    ring    assistant
$ ringfence explain --caller dave --callee bob | head -3
dave -> bob     refuse  no rule admits dave             (dave is told: unavailable, 480)
  bob could change: nothing                             dave could change: nothing
  the operator could change: set caller.x_assists(callee) to true | set caller.x_plan to gold
$ ringfence user show bob | grep x_
  x_plan                    none          default
  x_allow_gold              true          chosen
$ ringfence export x_assists
subject	object
carol	bob
$ ringfence export users | cut -d, -f1,46-
user,x_plan,x_allow_gold
alice,gold,
bob,,true
carol,,
$ ringfence test $WORLD/../extension --require-coverage
ROOT/examples/world/../extension/cases.json: acme: 10 passed, 0 failed
  coverage: 7 of 7 rules decided, 16 of 16 sides of conditions seen

# Logged, opened, replayed.
$ ringfence --log log log init --name example.com/acme/n1 --quiet
$ ringfence --log log check --caller alice --callee bob | head -1
alice -> bob    ring    gold
$ ringfence --log log log keys --from -1d --output facts.keys --quiet 2>/dev/null | head -1
facts.keys: 2 facts keys of epoch N
$ ringfence --log log log show --facts facts.keys | grep -o 'callee.x_allow_gold=.*'
callee.x_allow_gold=true
$ ringfence replay log --facts facts.keys | sed -n 2p
coverage 100 %: 1 of 1 entry could be decided again

# A program that was not given the extension: it reads and writes what it knows, decides by nothing
# else, prints no part as if it was the whole, and replays nothing by guesses.
$ RINGFENCE_CATALOG_EXTENSION= ringfence check --caller alice --callee bob 2>&1 | head -6
policy 1 of the store does not compile:
policy 1 of the store:27:20: error: unknown fact 'call.x_origin'
          "when": "call.x_origin == 'advert' && callee.x_plan != 'gold'",
                   ^~~~~~~~~~~~~
  expected: a fact of the catalog
  hint: names that begin with x_ are of a catalog extension, and none was given
$ RINGFENCE_CATALOG_EXTENSION= ringfence check --caller alice --callee bob --policy default
alice -> bob    refuse  otherwise                       (alice is told: unavailable, 480)
  policy default DIGEST is not the one in force, which is acme DIGEST
[1]
$ RINGFENCE_CATALOG_EXTENSION= ringfence user set bob allow_followed=false
bob: allow_followed=false (revision 5)
$ RINGFENCE_CATALOG_EXTENSION= ringfence export users
ringfence: the database has entries this program does not know ('x_assists' and others), which would be missing: give its --catalog-extension
[3]
$ RINGFENCE_CATALOG_EXTENSION= ringfence doctor
warning: entries: 'x_assists' is of a newer catalog or an extension that was not given
warning: entries: 'x_allow_gold' is of a newer catalog or an extension that was not given
warning: entries: 'x_plan' is of a newer catalog or an extension that was not given
error: policy: policy 1 is in force and does not compile
[1]
$ RINGFENCE_CATALOG_EXTENSION= ringfence replay log --facts facts.keys | grep -A 1 'not replayable'
  not replayable                            1      100 %
      catalog                               1
$ ringfence user show bob | grep x_
  x_plan                    none          default
  x_allow_gold              true          chosen
$ ringfence doctor
world.db: healthy

# Nor can it be given another one.
$ sed 's/x_allow_gold/x_allow_silver/' catalog-extension.json > other.json
$ ringfence --catalog-extension other.json user show bob
ringfence: the store was made with another catalog: it has 'x_allow_gold' (bool, bits 57+2, false, true) where this catalog has 'x_allow_silver' (bool, bits 57+2, false, true)
[3]
$ ringfence --catalog-extension wrong.json user show bob 2>&1 | head -1
wrong.json:7:15: error: the catalog has 'calls_enabled' already: an extension cannot change it
$ ringfence --catalog-extension nothing.json user show bob
ringfence: nothing.json: No such file or directory
[2]

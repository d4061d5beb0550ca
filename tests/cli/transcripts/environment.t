# Databases that are missing, somebody else's, damaged, of another version, not writable.
$ ringfence doctor
ringfence: cannot open 'world.db': No such file or directory
[2]
$ ringfence import follows $WORLD/follows.tsv
ringfence: cannot open 'world.db': No such file or directory
[2]
$ sqlite3 world.db 'create table t(x); pragma application_id = 7'
$ ringfence doctor
ringfence: not a Ringfence store: the database belongs to another application (application id 7)
[3]
$ ringfence init
ringfence: not a Ringfence store: the database belongs to another application (application id 7)
[3]
$ printf 'this is a text, not a database, and long enough to be looked at as one by anybody who wants to' > text.db
$ ringfence --db text.db doctor
ringfence: not a Ringfence store: the file is not an SQLite database
[3]
$ ringfence --db text.db init
ringfence: not a Ringfence store: the file is not an SQLite database
[3]
$ ringfence --db . init
ringfence: cannot open '.': not a file
[3]
$ ringfence --db no/such/folder.db init
ringfence: cannot create 'no/such/folder.db': No such file or directory
[3]
$ rm world.db; ringfence init -q; ringfence migrate
schema 6: nothing to do
$ ringfence migrate --json
{"before":6,"after":6}
$ ringfence migrate --db missing.db
ringfence: cannot open 'missing.db': No such file or directory
[2]
$ printf '{"policy": 1}' > bad.json; ringfence --db new.db init --policy bad.json 2> /dev/null; ls new.db
ls: cannot access 'new.db': No such file or directory
[2]

# Damage inside is found, and what rests on it refuses.
$ ringfence relate bob follows alice -q
$ ringfence doctor --json
$ sqlite3 world.db 'UPDATE pairs SET forward = 0 WHERE forward <> 0'
$ ringfence doctor
warning: corrupt-value: pair (1, 2): holds no relation
error: mirror: pair (1, 2): differs from its mirror
error: mirror: pair (2, 1): differs from its mirror
[1]
$ ringfence doctor --json
{"check":"corrupt-value","detail":"pair (1, 2): holds no relation","error":false}
{"check":"mirror","detail":"pair (1, 2): differs from its mirror","error":true}
{"check":"mirror","detail":"pair (2, 1): differs from its mirror","error":true}
[1]
$ sqlite3 world.db "UPDATE users SET settings = x'ffffffffffffffffffffffffffffffffffffffff'"
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  on_unavailable                  (alice is told: unavailable, 480)
  some facts could not be read, and they matter
[1]
$ ringfence user show bob | head -3
bob
  calls_enabled             corrupt       chosen
  allow_followed            corrupt       chosen
$ ringfence doctor | grep -c corrupt-value
21

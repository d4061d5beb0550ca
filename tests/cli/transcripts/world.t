# The main job: a new database, a small world, who may ring whom, and why.
$ ringfence init
world.db: policy default DIGEST is in force
$ ringfence import users $WORLD/users.csv
imported 9 rows (revision 2)
$ ringfence import follows $WORLD/follows.tsv
imported 13 rows (revision 3)
$ ringfence import blocks $WORLD/blocks.tsv
imported 2 rows (revision 4)
$ ringfence import messaged $WORLD/messaged.tsv
imported 8 rows (revision 5)
$ ringfence check --caller alice --callee bob
alice -> bob    ring    followed
$ ringfence check --caller mallory --callee bob
mallory -> bob  refuse  blocked                         (mallory is told: unavailable, 480)
[1]
$ ringfence check --caller carol --callee bob
carol -> bob    refuse  otherwise                       (carol is told: unavailable, 480)
[1]
$ ringfence explain --brief --caller mallory --callee bob
mallory -> bob  refuse  blocked: bob blocks mallory     (mallory is told: unavailable, 480)
[1]
$ ringfence explain --brief --caller alice --callee bob
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)
$ ringfence explain --brief --caller carol --callee bob
carol -> bob    refuse  no rule admits carol            (carol is told: unavailable, 480)
  bob could change: follow carol | allow verified users   carol could change: nothing
[1]
$ ringfence check --questions $WORLD/questions.tsv
expected \ given    refuse      ring
refuse                   9         0
ring                     0         5
14 questions compared, 14 as expected, 0 different
$ ringfence doctor
world.db: healthy

# A second init leaves everything as it is.
$ ringfence init
ringfence: world.db: is initialised already; policy default DIGEST is in force
[2]
$ ringfence policy history
* 1     TIME  default DIGEST

# A choice of bob's admits carol, who is verified; a block beats it.
$ ringfence user set bob allow_verified=true
bob: allow_verified=true (revision 6)
$ ringfence check --caller carol --callee bob
carol -> bob    ring    verified
$ ringfence relate bob blocks carol
bob blocks carol (revision 7)
$ ringfence check --caller carol --callee bob
carol -> bob    refuse  blocked                         (carol is told: unavailable, 480)
[1]
$ ringfence unrelate bob blocks carol
no longer: bob blocks carol (revision 8)
$ ringfence check --caller carol --callee bob
carol -> bob    ring    verified

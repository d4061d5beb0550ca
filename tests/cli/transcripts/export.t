# What is exported can be imported again, and exporting that gives the same.
$ ringfence init -q && ringfence --db copy.db init -q
$ ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q
$ ringfence export users > users.csv && ringfence --db copy.db import users users.csv
imported 9 rows (revision 2)
$ ringfence export follows > follows.tsv && ringfence --db copy.db import follows follows.tsv
imported 13 rows (revision 3)
$ ringfence --db copy.db export users | cmp - users.csv
$ ringfence --db copy.db export follows | cmp - follows.tsv
$ sort $WORLD/follows.tsv > want; sort follows.tsv | cmp - want
$ ringfence export follows --json | head -2
{"subject":"alice","object":"bob"}
{"subject":"bob","object":"alice"}
$ ringfence export users --json | grep dave
{"user":"dave","values":{"calls_enabled":"false","on_android":"true"}}
$ ringfence export friends
ringfence: unknown relation 'friends'; did you mean 'friend'?
[2]
$ ringfence export follow
ringfence: unknown relation 'follow'; did you mean 'follows'?
[2]

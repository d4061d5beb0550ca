$ ringfence init -q

# Any bad line and nothing is applied.
$ printf 'subject\tobject\na\tb\nx\n\nc\tc\nd\te\tf\n\tg\nh\t\n' | ringfence import follows -
standard input:3: expected 2 cells, found 1
standard input:4: expected 2 cells, found 1
standard input:5: 'c' cannot stand in relation 'follows' to themselves
standard input:6: expected 2 cells, found 3
standard input:7: an id is empty: expected 1 to 255 bytes
standard input:8: an id is empty: expected 1 to 255 bytes
ringfence: nothing was imported: 6 bad lines of 7 (--skip-bad imports the others)
[2]
$ ringfence export follows
subject	object
$ printf 'subject\tobject\na\tb\nx\n\nc\tc\nd\te\tf\n\tg\nh\t\n' | ringfence import follows - --skip-bad
standard input:3: expected 2 cells, found 1
standard input:4: expected 2 cells, found 1
standard input:5: 'c' cannot stand in relation 'follows' to themselves
standard input:6: expected 2 cells, found 3
standard input:7: an id is empty: expected 1 to 255 bytes
standard input:8: an id is empty: expected 1 to 255 bytes
imported 1 row, left out 6 (revision 2)
$ ringfence export follows
subject	object
a	b
$ printf 'subject\tobject\na\tb\nx\n' | ringfence import follows - --json
standard input:3: expected 2 cells, found 1
ringfence: nothing was imported: 1 bad line of 2 (--skip-bad imports the others)
{"applied":0,"bad":1,"revision":null,"complaints":[{"line":3,"message":"expected 2 cells, found 1"}]}
[2]

# The first twenty are reported, then a count.
$ (printf 'subject\tobject\n'; seq 1 45) > many.tsv
$ ringfence import follows many.tsv 2>&1 | tail -4
many.tsv:20: expected 2 cells, found 1
many.tsv:21: expected 2 cells, found 1
... and 25 more
ringfence: nothing was imported: 45 bad lines of 45 (--skip-bad imports the others)

# Headers.
$ printf '' | ringfence import follows -
ringfence: standard input: no header: the input is empty
[2]
$ printf 'object\tsubject\n' | ringfence import follows -
ringfence: standard input:1: expected the header subject, object, separated by a tab
[2]
$ printf 'subject,object\n' | ringfence import follows -
ringfence: standard input:1: expected the header subject, object, separated by a tab
[2]
$ printf 'name,premium\n' | ringfence import users -
ringfence: standard input:1: expected a header that starts with user, separated by commas
[2]
$ printf 'user,premum\n' | ringfence import users -
ringfence: standard input:1: unknown setting or attribute 'premum'; did you mean 'premium'?
[2]
$ printf 'user,premium,premium\n' | ringfence import users -
ringfence: standard input:1: column 'premium' occurs twice
[2]
$ ringfence import folows many.tsv
ringfence: unknown relation 'folows'; did you mean 'follows'?
[2]
$ ringfence import follows missing.tsv
ringfence: missing.tsv: No such file or directory
[2]
$ ringfence import follows .
ringfence: .: a directory
[2]

# Users: quoted cells, empty cells, values, line ends of other systems, a byte order mark.
$ printf '\357\273\277user,premium,calls_enabled\r\n"o""brien, pat",true,\r\nzoe,,false\r\n' | ringfence import users -
imported 2 rows (revision 3)
$ ringfence export users | cut -d, -f1-3
user,calls_enabled,allow_followed
a,,
b,,
"o""brien, pat",
zoe,false,
$ ringfence user show 'o"brien, pat' | grep chosen
  premium                   true          chosen
$ printf 'user,premium\nzoe,maybe\n"zoe,true\n"zoe"x,true\nzo"e,true\nzoe\nzoe,?\n' | ringfence import users -
standard input:2: 'maybe' is no value of 'callee.premium': expected true or false, or unset
standard input:3: a quoted cell has no closing quote
standard input:4: text after a closing quote
standard input:5: a quote inside a cell without quotes
standard input:6: expected 2 cells, found 1
standard input:7: unavailable is no value to store
ringfence: nothing was imported: 6 bad lines of 6 (--skip-bad imports the others)
[2]
$ printf 'user,calls_enabled\nzoe,\n' | ringfence import users -
imported 1 row (revision 4)
$ ringfence user show zoe | grep calls_enabled
  calls_enabled             true          default

# Ids: 255 bytes at most, UTF-8, no control characters; anything else is just a name.
$ long=$(printf '%0255d' 0); printf 'user\n%s\n' $long | ringfence import users -
imported 1 row (revision 5)
$ long=$(printf '%0256d' 0); printf 'user\n%s\n' $long | ringfence import users -
standard input:2: an id has 256 bytes, expected 1 to 255: '00000000000000000000000000000000...'
ringfence: nothing was imported: 1 bad line of 1 (--skip-bad imports the others)
[2]
$ printf 'user\na\000b\n' | ringfence import users -
standard input:2: an id has a control byte: 'a\x00b'
ringfence: nothing was imported: 1 bad line of 1 (--skip-bad imports the others)
[2]
$ printf 'user\na\377b\n' | ringfence import users -
standard input:2: an id is not valid UTF-8: 'a\xFFb'
ringfence: nothing was imported: 1 bad line of 1 (--skip-bad imports the others)
[2]
$ printf 'user\na\033b\n' | ringfence import users -
standard input:2: an id has a control byte: 'a\x1Bb'
ringfence: nothing was imported: 1 bad line of 1 (--skip-bad imports the others)
[2]
$ printf "user\nx'); DROP TABLE users; --\n" | ringfence import users -
imported 1 row (revision 6)
$ ringfence user show "x'); DROP TABLE users; --" | head -1
x'); DROP TABLE users; --

# Ids that differ only in Unicode normal form: two users, and a warning; within a file, between
# files, and where the composed form is ASCII.
$ printf 'user\njos\303\251\njose\314\201\n' | ringfence import users -
ringfence: warning: 'josé' is known in two Unicode forms (6 and 5 bytes): they stay two users
imported 2 rows (revision 7)
$ printf 'user\nzo\303\253\n' | ringfence import users -
imported 1 row (revision 8)
$ printf 'subject\tobject\nzoe\314\210\tzoe\n' | ringfence import follows -
ringfence: warning: 'zoë' is known in two Unicode forms (5 and 4 bytes): they stay two users
imported 1 row (revision 9)
$ printf 'user\n\342\204\252\nK\n' | ringfence import users -
ringfence: warning: 'K' is known in two Unicode forms (3 and 1 bytes): they stay two users
imported 2 rows (revision 10)
$ ringfence doctor
world.db: healthy

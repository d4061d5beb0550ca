# Contact sync: keys, identifiers, books, the fact.
$ ringfence init -q; ringfence user set bob allow_contacts=true -q
$ ringfence contacts init
ringfence: no key file: name it with --keys FILE or in the environment variable RINGFENCE_KEYS; keep it outside the database's folder and backups
[2]
$ ringfence contacts status bob
ringfence: no key file: name it with --keys FILE or in the environment variable RINGFENCE_KEYS (`ringfence contacts init` makes one)
[2]
$ export RINGFENCE_KEYS=contacts.keys
$ ringfence contacts init --db missing.db; ls contacts.keys
ringfence: cannot open 'missing.db': No such file or directory
ls: cannot access 'contacts.keys': No such file or directory
[2]
$ ringfence contacts init
epoch 1 is current
$ stat -c %a contacts.keys
600
$ ringfence contacts init
ringfence: key file 'contacts.keys' exists: it is never overwritten
[2]
$ ringfence contacts epochs
1   current   TIME  DIGEST
$ ringfence --keys gone.keys contacts status bob
ringfence: there is no key file 'gone.keys' (`ringfence contacts init` makes one)
[2]
$ ringfence --keys gone.keys check --caller alice --callee bob
ringfence: there is no key file 'gone.keys' (`ringfence contacts init` makes one)
[2]
$ ringfence --keys new.keys contacts init; ls new.keys
ringfence: the keys have another seed, or another tenant, than those this store was used with; if those are lost, see `ringfence contacts erase-all --help`
ls: cannot access 'new.keys': No such file or directory
[2]

# What a number is read as. Nothing is guessed.
$ ringfence contacts canonical '(415) 555-0123' --region US
tel    +14155550123
$ ringfence contacts canonical '(415) 555-0123'
ringfence: no identifier: a national number, and no region is known
[2]
$ ringfence contacts canonical '(415) 555-0123' --region us
ringfence: --region 'us': expected two capitals, as in DE
[2]
$ ringfence contacts canonical '(415) 555-0123' --region UK
ringfence: --region 'UK': not a country code (ISO 3166) that has telephones, as DE or GB
[2]
$ ringfence contacts canonical Ann@Example.COM --json
{"kind":"email","canonical":"ann@example.com"}
$ ringfence contacts canonical 'ex ample@example.com'
ringfence: no identifier: not an e-mail address of the form NAME@HOST
[2]
$ ringfence contacts canonical '+1 415 555 0123 ext 5'
ringfence: no identifier: a number with an extension
[2]

# Who has which identifier. It is never printed.
$ ringfence contacts verify alice '+1 (415) 555-0123'
alice: verified (revision 4)
$ echo alice@example.com | ringfence contacts verify alice -
alice: verified (revision 5)
$ ringfence contacts verify alice 555
ringfence: no identifier: a national number, and no region is known
[2]
$ ringfence contacts identifiers alice
tel    verified TIME  expires TIME  epochs 1
email  verified TIME  expires TIME  epochs 1
$ ringfence contacts identifiers nobody
ringfence: user 'nobody' is not known
[2]
$ ringfence contacts identifiers alice --json
{"kind":"tel","verified_at":"TIME","expires_at":"TIME","taken_over_at":null,"epochs":[1],"suppressed":false}
{"kind":"email","verified_at":"TIME","expires_at":"TIME","taken_over_at":null,"epochs":[1],"suppressed":false}

# A book, as a device would sync it.
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  otherwise                       (alice is told: unavailable, 480)
[1]
$ printf 'BEGIN:VCARD\nVERSION:3.0\nTEL:+1 415 555 0123\nTEL:+49 30 5550123 x7\nEND:VCARD\n' > bob.vcf
$ ringfence contacts sync bob --vcf bob.vcf --dry-run
bob: 2 entries, 1 identifier, nothing synced (--dry-run)
skipped 1:
  1  a number with an extension
$ ringfence contacts sync bob --vcf bob.vcf
bob: 2 entries, 1 identifier synced (generation 1)
skipped 1:
  1  a number with an extension
$ ringfence contacts status bob
bob: generation 1, 50 entries, region ZZ, epoch 1 (current)
  synced TIME, expires TIME, erased TIME
$ ringfence contacts status bob --json
{"book":true,"generation":1,"entries":50,"epoch":1,"epoch_state":"current","norm":"cpn1","region":"ZZ","synced_at":"TIME","expires_at":"TIME","erased_at":"TIME"}
$ ringfence check --caller alice --callee bob
alice -> bob    ring    contact
$ ringfence explain --caller alice --callee bob --json | grep -o '"detail":"[^"]*"'
"detail":"kind tel, generation 1, epoch 1"
$ ringfence explain --caller alice --callee bob | grep contact
alice -> bob    ring    contact: alice is in the address book of bob; bob allows people in their address book
->        contact         yes     callee.allow_contacts && callee.contact(caller) == 'match'  => ring
                          yes     callee.allow_contacts              true  chosen
                          yes     callee.contact(caller) == 'match'  match  derived (kind tel, generation 1, epoch 1)
$ ringfence check --caller alice --callee bob --as caller
told  ringing
sip   180
$ ringfence check --caller dave --callee bob
dave -> bob     refuse  otherwise                       (dave is told: unavailable, 480)
[1]
$ ringfence contacts sync bob --vcf bob.vcf --json
{"user":"bob","entries":2,"identifiers":1,"skipped":[{"reason":"a number with an extension","count":1}],"generation":2}
$ ringfence contacts sync bob --csv bob.vcf
ringfence: bob.vcf: line 1: expected a header with a column as Google ("Phone 1 - Value", "E-mail 1 - Value") or Outlook ("Mobile Phone", "E-mail Address") name it
[2]
$ ringfence contacts sync bob
ringfence: expected either --vcf FILE or --csv FILE
[2]
$ ringfence contacts sync carol --vcf bob.vcf --region DE
ringfence: user 'carol' is not known
[2]
$ printf 'First Name,Mobile Phone,E-mail Address\nAnn,0151 23456789,ann@example.com\n' > bob.csv
$ ringfence contacts sync bob --csv bob.csv --region DE
bob: 2 entries, 2 identifiers synced (generation 3)
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  otherwise                       (alice is told: unavailable, 480)
[1]
$ ringfence contacts sync bob --vcf bob.vcf -q
$ ringfence check --caller alice --callee bob
alice -> bob    ring    contact
$ ringfence contacts sync bob --vcf bob.vcf
ringfence: no more whole books now: try again in N seconds
[3]

# Without keys a user's book cannot be opened: unavailable, not "no".
$ RINGFENCE_KEYS= ringfence check --caller alice --callee bob
alice -> bob    refuse  on_unavailable                  (alice is told: unavailable, 480)
  some facts could not be read (contact), and they matter
[1]
$ chmod 644 contacts.keys; ringfence check --caller alice --callee bob; chmod 600 contacts.keys
ringfence: key file 'contacts.keys' is open to group or others (mode 0644): chmod 600 'contacts.keys'
$ ln -s contacts.keys link.keys; ringfence --keys link.keys check --caller alice --callee bob
ringfence: key file 'link.keys' is a symbolic link: name the file itself
[2]
$ ringfence --keys other.keys --db other.db init -q; ringfence --keys other.keys --db other.db contacts init
epoch 1 is current
$ ringfence --keys other.keys check --caller alice --callee bob
ringfence: the keys have another seed, or another tenant, than those this store was used with
[2]

# A number that moves to another account matches as stale until the callee syncs again; a user who
# has synced too often today keeps the book they have.
$ ringfence contacts verify carol +14155550123
carol: verified (revision 10)
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  otherwise                       (alice is told: unavailable, 480)
[1]
$ ringfence explain --caller carol --callee bob | grep "contact(caller)"
          contact         no      callee.allow_contacts && callee.contact(caller) == 'match'  => ring
                          no      callee.contact(caller) == 'match'  stale  derived (kind tel, generation 4, epoch 1)
$ ringfence user set erin allow_contacts=true -q; sleep 1; ringfence contacts sync erin --vcf bob.vcf -q
$ ringfence check --caller carol --callee erin
carol -> erin   ring    contact
$ ringfence contacts suppress +14155550123; ringfence check --caller carol --callee erin
suppressed: it matches in no book (revision 13)
carol -> erin   refuse  otherwise                       (carol is told: unavailable, 480)
[1]
$ ringfence contacts unsuppress +14155550123; ringfence check --caller carol --callee erin
no longer suppressed (revision 14)
carol -> erin   ring    contact
$ ringfence contacts unverify carol +14155550123
carol: no longer verified (revision 15)
$ ringfence contacts unverify carol +14155550123
ringfence: the account does not have this identifier
[2]
$ ringfence contacts verify alice +14155550123 -q; sleep 1; ringfence contacts sync erin --vcf bob.vcf -q
$ ringfence check --caller alice --callee erin
alice -> erin   ring    contact

# The protocol, call by call.
$ ringfence contacts params bob --json | sed 's/"public_key":"[^"]*"/"public_key":"KEY"/'
{"norm":"cpn1","suite":"ristretto255-SHA512","mode":1,"epochs":[{"epoch":1,"state":"current","public_key":"KEY"}],"max_batch":1000,"max_entries":10000,"evaluations_left":11750,"evaluations_per_hour":20}
$ echo 00 | ringfence contacts evaluate bob --epoch 1
ringfence: standard input:1: expected 64 hexadecimal digits
[2]
$ printf '%064d\n' 0 | ringfence contacts evaluate bob --epoch 1
ringfence: element 0 is not the canonical encoding of a ristretto255 element other than the identity; nothing was charged
[2]
$ printf '%064d\n' 0 | ringfence contacts evaluate bob
ringfence: --epoch is missing
[2]
$ ringfence contacts begin bob --mode full --epoch 1 --base 0 --entries 1 --digest 00
ringfence: --digest: expected 64 hexadecimal digits
[2]
$ ringfence contacts begin bob --mode full --epoch 1 --base 0 --entries 1 --digest $(printf %064d 0)
ringfence: the upload is based on generation 0, but the book is at generation 4
[2]
$ ringfence contacts begin erin --mode full --epoch 9 --base 7 --entries 1 --digest $(printf %064d 0)
ringfence: there is no epoch 9
[2]
$ ringfence contacts begin erin --mode full --epoch 1 --base 7 --entries 1 --digest $(printf %064d 0)
8
$ printf %032d 1 | ringfence contacts put erin 8 0
part 0: 1 token
$ printf %032d 1 | ringfence contacts put erin 8 2
ringfence: part 1 is next, not 2; the book is at generation 7
[2]
$ ringfence contacts commit erin 8
ringfence: the digest of the upload is not that of the manifest
[2]
$ printf %032d 1 | ringfence contacts put bob 999 0
ringfence: there is no such upload, or it is over: begin again
[2]
$ ringfence contacts put bob 999 0 < /dev/null
ringfence: a part has 1 to 1000 tokens, not 0
[2]
$ ringfence contacts commit bob 999
ringfence: there is no such upload, or it is over: begin again
[2]

# Keys over time.
$ ringfence contacts rotate; grep -c row contacts.keys; ringfence check --caller alice --callee erin
everything is under row key 2 (5 rows re-encrypted), purged
1
alice -> erin   ring    contact
$ ringfence contacts epochs --add; ringfence contacts epochs --json | grep -o '"state.*'
epoch 2 is next
"state":"current","public_key":"DIGEST","created_at":"TIME","retired_at":null,"accounts_without":0}
"state":"next","public_key":"DIGEST","created_at":"TIME","retired_at":null,"accounts_without":1}
$ ringfence contacts epochs --add
ringfence: epoch 2 is next already: promote it first
[2]
$ ringfence contacts epochs --retire 1
ringfence: epoch 1 is current; only a previous one can retire
[2]
$ ringfence contacts epochs --add --anyway
ringfence: --anyway goes with --promote
[2]
$ ringfence contacts epochs --promote
ringfence: 1 account without a token of epoch 2: they match in no book synced under it until they verify again; --anyway promotes it all the same
[2]
$ ringfence contacts epochs --add --promote
ringfence: --add, --promote and --retire exclude each other
[2]
$ ringfence contacts identifiers erin; ringfence contacts identifiers erin --json
erin: no verified identifiers
$ ringfence contacts verify alice +14155550123 -q; echo alice@example.com | ringfence contacts verify alice - -q
$ ringfence contacts epochs --json | grep -o '"accounts.*'; ringfence contacts epochs --promote
"accounts_without":0}
"accounts_without":0}
epoch 2 is current
$ ringfence check --caller alice --callee erin
alice -> erin   ring    contact
$ ringfence contacts epochs --retire 1; ringfence explain --caller alice --callee erin | grep "contact(caller)"
epoch 1 is retired
          contact         no      callee.allow_contacts && callee.contact(caller) == 'match'  => ring
                          no      callee.contact(caller) == 'match'  expired  derived (generation 7, epoch 1)
$ ringfence contacts status erin | grep epoch
erin: generation 7, 50 entries, region ZZ, epoch 1 (retired)
$ ringfence contacts sync erin --vcf bob.vcf -q; ringfence check --caller alice --callee erin
alice -> erin   ring    contact
$ ringfence contacts sweep
deleted 0 uploads, 0 books, 0 tombstones, purged

# What does not become a book: nothing is charged and the book that is there stays.
$ ringfence user set frank allow_contacts=true -q; ringfence contacts sync frank --vcf bob.vcf -q
$ ringfence contacts sync frank --vcf bob.vcf --region UK
ringfence: --region 'UK': not a country code (ISO 3166) that has telephones, as DE or GB
[2]
$ ringfence contacts begin frank --mode full --epoch 2 --base 0 --entries 1 --digest $(printf %064d 0) --region EU
ringfence: --region 'EU': not a country code (ISO 3166) that has telephones, as DE or GB
[2]
$ printf 'First Name,Mobile Phone,E-mail Address\nAnn,0151 23456789,ann@\n' > none.csv
$ ringfence contacts sync frank --csv none.csv
ringfence: no identifier in 2 entries: nothing was synced (--allow-empty puts an empty book in place)
skipped 2:
  1  a national number, and no region is known
  1  not an e-mail address of the form NAME@HOST
[2]
$ ringfence contacts sync frank --csv none.csv --dry-run
ringfence: no identifier in 2 entries: nothing was synced (--allow-empty puts an empty book in place)
skipped 2:
  1  a national number, and no region is known
  1  not an e-mail address of the form NAME@HOST
[2]
$ (echo Mobile Phone; seq -f +1415%.0f 2000000 2010000) > large.csv
$ ringfence contacts sync frank --csv large.csv --dry-run
ringfence: the file has 10,001 identifiers; a book has at most 10,000
[2]
$ head -1001 large.csv > thousand.csv
$ sqlite3 world.db "UPDATE contact_quotas SET evaluations = 3600 * (12000 - 100) WHERE evaluations = 3600 * 50"
$ ringfence contacts sync frank --csv thousand.csv
ringfence: 1000 evaluations are more than the 100 this account has left: try again in N seconds; nothing was charged
[3]
$ ringfence contacts params frank --json | grep -o '"evaluations_left":100,'
"evaluations_left":100,
$ ringfence check --caller alice --callee frank
alice -> frank  ring    contact
$ ringfence contacts sync frank --csv none.csv --allow-empty --dry-run
frank: 2 entries, 0 identifiers, nothing synced (--dry-run)
skipped 2:
  1  a national number, and no region is known
  1  not an e-mail address of the form NAME@HOST
$ ringfence contacts sync frank --csv none.csv --allow-empty
frank: 2 entries, 0 identifiers synced (generation 11)
skipped 2:
  1  a national number, and no region is known
  1  not an e-mail address of the form NAME@HOST
$ ringfence contacts status frank | grep entries
frank: generation 11, 50 entries, region ZZ, epoch 2 (current)
$ ringfence check --caller alice --callee frank
alice -> frank  refuse  otherwise                       (alice is told: unavailable, 480)
[1]

# What is held about a user, and taking it all away.
$ ringfence user export erin
{
  "user": "erin",
  "chosen": {
    "allow_contacts": "true"
  },
  "relations": [],
  "list": [],
  "listed_by": [],
  "groups": [],
  "quiet": null,
  "schedule": null,
  "consent": [],
  "knocks": [],
  "contacts": {
    "book": {
      "generation": 9,
      "entries": 50,
      "epoch": 2,
      "epoch_state": "current",
      "norm": "cpn1",
      "region": "ZZ",
      "synced_at": "TIME",
      "expires_at": "TIME",
      "erased_at": "TIME"
    },
    "identifiers": [],
    "evaluations_left": 11850
  }
}
$ ringfence user export alice --json
{"user":"alice","chosen":{},"relations":[],"list":[],"listed_by":[],"groups":[],"quiet":null,"schedule":null,"consent":[],"knocks":[],"contacts":{"book":null,"identifiers":[{"kind":"email","verified_at":"TIME","expires_at":"TIME","taken_over_at":null,"epochs":[2],"suppressed":false},{"kind":"tel","verified_at":"TIME","expires_at":"TIME","taken_over_at":"TIME","epochs":[2],"suppressed":false}],"evaluations_left":12000}}
$ RINGFENCE_KEYS= ringfence user export alice
ringfence: no key file: name it with --keys FILE or in the environment variable RINGFENCE_KEYS (`ringfence contacts init` makes one)
[2]
$ ringfence contacts remove-all erin
erin: removed, purged
$ ringfence contacts remove-all erin --json
{"existed":false,"purged":true}
$ ringfence check --caller alice --callee erin
alice -> erin   refuse  otherwise                       (alice is told: unavailable, 480)
[1]
$ ringfence user forget alice
alice: forgotten, with relations to 0 users, purged
$ ringfence contacts identifiers alice
ringfence: user 'alice' is not known
[2]
$ ringfence doctor
world.db: healthy
$ grep -c -e 4155550123 -e alice@example world.db contacts.keys
world.db:0
contacts.keys:0
[1]

# An account that did not come back for the next epoch. Promoted anyway, it matches in no new book.
$ ringfence contacts verify gina +14155550123 -q; ringfence contacts epochs --add -q
$ ringfence contacts epochs --promote
ringfence: 1 account without a token of epoch 3: they match in no book synced under it until they verify again; --anyway promotes it all the same
[2]
$ ringfence contacts epochs --promote --anyway; ringfence contacts epochs --retire 2
epoch 3 is current
epoch 2 is retired
$ ringfence contacts identifiers gina
tel    verified TIME  expires TIME  epochs none  taken over TIME

# A new epoch credits a whole book, whatever is left.
$ sqlite3 world.db "UPDATE contact_quotas SET evaluations = 3600 * 12000"
$ ringfence contacts sync frank --csv thousand.csv
frank: 1,000 entries, 1,000 identifiers synced (generation 12)

# The keys are lost: everything goes, and contact sync begins anew.
$ rm contacts.keys; ringfence contacts init
ringfence: the keys have another seed, or another tenant, than those this store was used with; if those are lost, see `ringfence contacts erase-all --help`
[2]
$ ls contacts.keys
ls: cannot access 'contacts.keys': No such file or directory
[2]
$ ringfence contacts erase-all
ringfence: erasing everybody's books and identifiers cannot be undone: say --yes
[2]
$ ringfence contacts erase-all --yes
nothing of contact sync is held any more, purged
$ ringfence contacts erase-all --yes --json
{"purged":true}
$ ringfence contacts init
epoch 1 is current
$ ringfence contacts identifiers gina
gina: no verified identifiers
$ ringfence contacts verify gina +14155550123 -q; ringfence contacts sync frank --vcf bob.vcf -q
$ ringfence check --caller gina --callee frank
gina -> frank   ring    contact

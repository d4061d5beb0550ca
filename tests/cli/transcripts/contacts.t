# Contact sync: keys, identifiers, books, the fact.
$ ringfence init -q; ringfence user set bob allow_contacts=true -q
$ ringfence contacts init
$ ringfence contacts status bob
$ export RINGFENCE_KEYS=contacts.keys
$ ringfence contacts init --db missing.db; ls contacts.keys
$ ringfence contacts init
$ stat -c %a contacts.keys
$ ringfence contacts init
$ ringfence contacts epochs

# What a number is read as. Nothing is guessed.
$ ringfence contacts canonical '(415) 555-0123' --region US
$ ringfence contacts canonical '(415) 555-0123'
$ ringfence contacts canonical '(415) 555-0123' --region us
$ ringfence contacts canonical Ann@Example.COM --json
$ ringfence contacts canonical 'ex ample@example.com'
$ ringfence contacts canonical '+1 415 555 0123 ext 5'

# Who has which identifier. It is never printed.
$ ringfence contacts verify alice '+1 (415) 555-0123'
$ echo alice@example.com | ringfence contacts verify alice -
$ ringfence contacts verify alice 555
$ ringfence contacts identifiers alice
$ ringfence contacts identifiers nobody
$ ringfence contacts identifiers alice --json

# A book, as a device would sync it.
$ ringfence check --caller alice --callee bob
$ printf 'BEGIN:VCARD\nVERSION:3.0\nTEL:+1 415 555 0123\nTEL:+49 30 5550123 x7\nEND:VCARD\n' > bob.vcf
$ ringfence contacts sync bob --vcf bob.vcf --dry-run
$ ringfence contacts sync bob --vcf bob.vcf
$ ringfence contacts status bob
$ ringfence contacts status bob --json
$ ringfence check --caller alice --callee bob
$ ringfence explain --caller alice --callee bob --json | grep -o '"detail":"[^"]*"'
$ ringfence explain --caller alice --callee bob | grep contact
$ ringfence check --caller alice --callee bob --as caller
$ ringfence check --caller dave --callee bob
$ ringfence contacts sync bob --vcf bob.vcf --json
$ ringfence contacts sync bob --csv bob.vcf
$ ringfence contacts sync bob
$ ringfence contacts sync carol --vcf bob.vcf --region DE
$ printf 'First Name,Mobile Phone,E-mail Address\nAnn,0151 23456789,ann@example.com\n' > bob.csv
$ ringfence contacts sync bob --csv bob.csv --region DE
$ ringfence check --caller alice --callee bob
$ ringfence contacts sync bob --vcf bob.vcf -q
$ ringfence check --caller alice --callee bob
$ ringfence contacts sync bob --vcf bob.vcf

# Without keys a user's book cannot be opened: unavailable, not "no".
$ RINGFENCE_KEYS= ringfence check --caller alice --callee bob
$ chmod 644 contacts.keys; ringfence check --caller alice --callee bob; chmod 600 contacts.keys
$ ln -s contacts.keys link.keys; ringfence --keys link.keys check --caller alice --callee bob
$ ringfence --keys other.keys --db other.db init -q; ringfence --keys other.keys --db other.db contacts init
$ ringfence --keys other.keys check --caller alice --callee bob

# A number that moves to another account matches as stale until the callee syncs again; a user who
# has synced too often today keeps the book they have.
$ ringfence contacts verify carol +14155550123
$ ringfence check --caller alice --callee bob
$ ringfence explain --caller carol --callee bob | grep "contact(caller)"
$ ringfence user set erin allow_contacts=true -q; ringfence contacts sync erin --vcf bob.vcf -q
$ ringfence check --caller carol --callee erin
$ ringfence contacts suppress +14155550123; ringfence check --caller carol --callee erin
$ ringfence contacts unsuppress +14155550123; ringfence check --caller carol --callee erin
$ ringfence contacts unverify carol +14155550123
$ ringfence contacts unverify carol +14155550123
$ ringfence contacts verify alice +14155550123 -q; ringfence contacts sync erin --vcf bob.vcf -q
$ ringfence check --caller alice --callee erin

# The protocol, call by call.
$ ringfence contacts params bob --json | sed 's/"public_key":"[^"]*"/"public_key":"KEY"/'
$ echo 00 | ringfence contacts evaluate bob --epoch 1
$ printf '%064d\n' 0 | ringfence contacts evaluate bob --epoch 1
$ printf '%064d\n' 0 | ringfence contacts evaluate bob
$ ringfence contacts begin bob --mode full --epoch 1 --base 0 --entries 1 --digest 00
$ ringfence contacts begin bob --mode full --epoch 1 --base 0 --entries 1 --digest $(printf %064d 0)
$ ringfence contacts begin erin --mode full --epoch 9 --base 2 --entries 1 --digest $(printf %064d 0)
$ ringfence contacts begin erin --mode full --epoch 1 --base 2 --entries 1 --digest $(printf %064d 0)
$ printf %032d 1 | ringfence contacts put erin 7 0
$ printf %032d 1 | ringfence contacts put erin 7 2
$ ringfence contacts commit erin 7
$ printf %032d 1 | ringfence contacts put bob 999 0
$ ringfence contacts put bob 999 0 < /dev/null
$ ringfence contacts commit bob 999

# Keys over time.
$ ringfence contacts rotate; grep -c row contacts.keys; ringfence check --caller alice --callee erin
$ ringfence contacts epochs --add; ringfence contacts epochs --json | grep -o '"state.*'
$ ringfence contacts epochs --add
$ ringfence contacts epochs --retire 1
$ ringfence contacts epochs --add --promote
$ ringfence contacts verify alice +14155550123 -q; echo alice@example.com | ringfence contacts verify alice - -q
$ ringfence contacts epochs --json | grep -o '"accounts.*'; ringfence contacts epochs --promote
$ ringfence check --caller alice --callee erin
$ ringfence contacts epochs --retire 1; ringfence explain --caller alice --callee erin | grep "contact(caller)"
$ ringfence contacts status erin | grep epoch
$ ringfence contacts sync erin --vcf bob.vcf -q; ringfence check --caller alice --callee erin
$ ringfence contacts sweep

# What is held about a user, and taking it all away.
$ ringfence user export erin
$ ringfence user export alice --json
$ RINGFENCE_KEYS= ringfence user export alice
$ ringfence contacts remove-all erin
$ ringfence contacts remove-all erin --json
$ ringfence check --caller alice --callee erin
$ ringfence user forget alice
$ ringfence contacts identifiers alice
$ ringfence doctor
$ grep -c -e 4155550123 -e alice@example world.db contacts.keys

# Which log: it is named by nobody, is none, or is somebody else's.
$ ringfence init -q && ringfence relate bob follows alice -q
$ ringfence log verify
ringfence: no decision log: name it with --log DIR or in the environment variable RINGFENCE_LOG (`ringfence --log DIR log init` makes one)
[2]
$ ringfence log init --name example.com/ring/n7
ringfence: no decision log: name it with --log DIR or in the environment variable RINGFENCE_LOG (`ringfence --log DIR log init` makes one)
[2]
$ ringfence log
ringfence: which `log` command?
Try `ringfence log --help`.
[2]
$ ringfence log shwo
ringfence: unknown command 'log shwo'; did you mean log show?
Try `ringfence --help`.
[2]
$ ringfence log --help | grep -c '^    log '
10
$ ringfence log verify --log missing
ringfence: no decision log in 'missing': no log.json
[3]
$ mkdir empty; ringfence log show --log empty
ringfence: no decision log in 'empty': no log.json
[3]
$ ringfence log stats --log world.db
ringfence: no decision log in 'world.db': no log.json
[3]
$ ringfence check --caller alice --callee bob --log missing
ringfence: no decision log in 'missing': no log.json
[3]
$ ringfence check --caller alice --callee bob --log empty
ringfence: no decision log in 'empty': no log.json
[3]
$ ringfence user forget bob --log missing
ringfence: no decision log in 'missing': no log.json
[3]
$ ringfence user show bob | head -1
bob

# Making one.
$ export RINGFENCE_LOG=n7
$ ringfence log init
ringfence: --name NAME is missing: what the log is called in its checkpoints, for ever, like example.com/ring/n7
[2]
$ ringfence log init --name Example.com
ringfence: the name of a log is 1 to 200 of a-z 0-9 . / _ -, beginning and ending with a letter or digit, like example.com/ring/n7: not 'Example.com'
[2]
$ ringfence log init --name example.com/
ringfence: the name of a log is 1 to 200 of a-z 0-9 . / _ -, beginning and ending with a letter or digit, like example.com/ring/n7: not 'example.com/'
[2]
$ ringfence log init --name ''
ringfence: the name of a log is 1 to 200 of a-z 0-9 . / _ -, beginning and ending with a letter or digit, like example.com/ring/n7: not ''
[2]
$ ringfence log init --name "$(printf '%0201d' 0)"
ringfence: the name of a log is 1 to 200 of a-z 0-9 . / _ -, beginning and ending with a letter or digit, like example.com/ring/n7: not '000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'
[2]
$ ringfence log init --name a --writer 0
ringfence: --writer '0': expected a whole number from 1 to 65535
[2]
$ ringfence log init --name a --writer 65536
ringfence: --writer '65536': expected a whole number from 1 to 65535
[2]
$ ringfence log init --name a --retention-days 0
ringfence: --retention-days '0': expected a whole number from 1 to 36500
[2]
$ ringfence log init --name a --retention-days many
ringfence: --retention-days 'many': expected a whole number from 1 to 36500
[2]
$ ringfence log init --name a --log-keys n7/inside.keys
ringfence: the key file must lie outside the log: who copies the log must not get the keys
[2]
$ ringfence log init --name a --log-keys no/such/folder.keys
ringfence: cannot create key file 'no/such/folder.keys': No such file or directory
[3]
$ ringfence log init --name a stray
ringfence: unexpected argument 'stray'
Try `ringfence log init --help`.
[2]
$ ls -d n7 n7.keys
ls: cannot access 'n7': No such file or directory
ls: cannot access 'n7.keys': No such file or directory
[2]
$ ringfence log init --name example.com/ring/n7 -q
$ ringfence log init --name example.com/ring/n7
ringfence: 'n7' is not empty: name a new folder
[2]
$ rm -r n7; ringfence log init --name example.com/ring/n7
ringfence: key file 'n7.keys' exists: it is never overwritten
[2]
$ rm n7.keys; ringfence log init --name example.com/ring/n7 -q; ringfence --log n8 log init --name example.com/ring/n8 -q

# Recording.
$ ringfence check --caller alice --callee bob --log-keys n8.keys
ringfence: key file 'n8.keys' belongs to another log than 'n7'
[2]
$ ringfence check --caller alice --callee bob --log-keys missing.keys
ringfence: there is no key file 'missing.keys'
[2]
$ chmod 644 n7.keys; ringfence check --caller alice --callee bob
ringfence: key file 'n7.keys' is open to group or others (mode 0644): chmod 600 'n7.keys'
[2]
$ chmod 600 n7.keys; ringfence check --caller alice --callee bob --ack perhaps
ringfence: --ack is async or durable
[2]
$ ringfence check --caller alice --callee bob --collect some
ringfence: --collect is read or all
[2]
$ RINGFENCE_LOG= ringfence check --caller alice --callee bob --ack durable
ringfence: --collect, --ack and --shadow go with --log
[2]
$ ringfence log stats | tail -1
example.com/ring/n7: nothing yet

# A log without a month has nothing to prove.
$ ringfence log prove 0
ringfence: the log has no month yet
[2]
$ ringfence log tiles www
ringfence: the log has no month yet
[2]
$ ringfence log show --index 0
ringfence: --index 0: the month has 0 entries under its checkpoint
[2]
$ ringfence log show --month 2026-11
ringfence: the log has no month yet
[2]
$ ringfence check --caller alice --callee bob | tail -1
  receipt ID

# Which entries.
$ ringfence log show --from yesterday
ringfence: --from 'yesterday': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --from 2026-02-30
ringfence: --from '2026-02-30': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --to 2026-11-29T25:00:00Z
ringfence: --to 'TIME': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --to 2026-11-29T12:00:00
ringfence: --to '2026-11-29T12:00:00': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --to 2026-11-29T12:00:00.1234567890Z
ringfence: --to '2026-11-29T12:00:00.1234567890Z': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --to -5y
ringfence: --to '-5y': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --from -5
ringfence: --from '-5': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence log show --from 2026-11-29 --to 2026-11-29
ringfence: --from must be earlier than --to
[2]
$ ringfence log show --month 1999-01
ringfence: the log has no month '1999-01': it has MONTH
[2]
$ ringfence log show --index -1
ringfence: --index '-1': expected a whole number of at least 0
[2]
$ ringfence log show --index 4
ringfence: --index 4: the month has 4 entries under its checkpoint
[2]
$ ringfence log show --index 18446744073709551616
ringfence: --index '18446744073709551616': expected a whole number of at least 0
[2]
$ ringfence log show --kind descision
ringfence: --kind 'descision' is no kind of entry; did you mean decision?
[2]
$ ringfence log show --kind everything
ringfence: --kind 'everything' is no kind of entry: they are genesis, policy, decision, boot, gap, clock, erasure, seal, replay, keycommit, access, detail
[2]
$ ringfence log show --effect rings
ringfence: --effect 'rings': expected refuse, ring, silence, screen or voicemail
[2]
$ ringfence log show --limit 0
ringfence: --limit '0': expected a whole number of at least 1
[2]
$ ringfence log show --tail 1000001
ringfence: --tail '1000001': expected a whole number from 1 to 1000000
[2]
$ ringfence log show --limit 1 --tail 1
ringfence: --limit and --tail exclude each other
[2]
$ RINGFENCE_DB= ringfence log show --caller alice
ringfence: --caller and --callee need the database (--db FILE) and the log's key file: the log itself names nobody
[2]
$ ringfence log show --callee bob --log-keys n8.keys
ringfence: key file 'n8.keys' belongs to another log
[2]
$ ringfence log show --callee bob --log-keys missing.keys
ringfence: there is no key file 'missing.keys'
[2]
$ ringfence log show --facts missing.keys
ringfence: missing.keys: No such file or directory
[2]
$ ringfence log show --facts n7.keys
ringfence: facts keys line 1: expected 'ringfence facts keys 1'
[2]
$ ringfence log show --facts n7/log.json
ringfence: facts keys line 1: expected 'ringfence facts keys 1'
[2]
$ ringfence log show stray
ringfence: unexpected argument 'stray'
Try `ringfence log show --help`.
[2]

# Exports and proofs.
$ ringfence log export
ringfence: --format ndjson or --format csv is missing
[2]
$ ringfence log export --format xml
ringfence: --format 'xml': expected ndjson or csv
[2]
$ ringfence log export --format csv --json
ringfence: --json and --format csv exclude each other
[2]
$ ringfence log prove
ringfence: arguments are missing
Try `ringfence log prove --help`.
[2]
$ ringfence log prove three
ringfence: INDEX 'three': expected a whole number of at least 0
[2]
$ ringfence log prove 4
ringfence: MONTH has no entry 4: its checkpoint is of 4 entries
[2]
$ ringfence log prove 3 --month 1999-01
ringfence: the log has no month '1999-01': it has MONTH
[2]
$ ringfence log prove 3 --output n7.keys
ringfence: n7.keys is there already, and is not overwritten
[2]
$ ringfence log prove 3 --output no/such/folder
ringfence: cannot create no/such/folder: No such file or directory
[2]
$ ringfence log prove 3 --output fresh --entry n7.keys; ls fresh
ringfence: n7.keys is there already, and is not overwritten
ls: cannot access 'fresh': No such file or directory
[2]
$ ringfence log tiles
ringfence: arguments are missing
Try `ringfence log tiles --help`.
[2]
$ ringfence log tiles n7
ringfence: 'n7' is not empty: name a new folder
[2]
$ ringfence log tiles www --month 1999-01
ringfence: the log has no month '1999-01': it has MONTH
[2]

# Verification's inputs.
$ ringfence log verify --key nonsense
ringfence: verifier key: expected NAME+KEYID+KEY, got 'nonsense'
[2]
$ ringfence log verify --key "$(sed 's/+[0-9a-f]*+/+00000000+/' n7/20*/log.vkey)"
ringfence: verifier key: the key id does not belong to name and key: a typing error?
[2]
$ ringfence check --caller a --callee b --without-db --log n8 | tail -1
  receipt ID
$ ringfence log verify --key "$(cat n8/20*/log.vkey)" | tail -2
wrong: key: MONTH: no key was given for 'example.com/ring/n7/MONTH'
this log does not hold: 1 finding
$ ringfence log verify --witness "$(cat n7/20*/log.vkey)"
ringfence: verifier key of 'example.com/ring/n7/MONTH': it is of a log, not of a witness (cosignature/v1)
[2]
$ ringfence log verify --log n8 --trusted n7/20*/checkpoint | tail -2
wrong: trusted: a checkpoint of 'example.com/ring/n7/MONTH', which is no month of this log
this log does not hold: 1 finding
$ ringfence log verify --witness nonsense
ringfence: verifier key: expected NAME+KEYID+KEY, got 'nonsense'
[2]
$ ringfence log verify --trusted missing
ringfence: missing: No such file or directory
[2]
$ ringfence log verify --trusted world.db
log           example.com/ring/n7
months        1
entries       4
checkpoints   N
cosignatures  0
decisions     1
gaps          0
boots         1
clock steps   0
erasures      0
key exports   0
first         TIME.NS
last          TIME.NS
wrong: trusted: note, line 1: a control character; lines end with a newline alone
this log does not hold: 1 finding
[1]
$ ringfence log verify --threads 0
ringfence: --threads '0': expected a whole number from 1 to 256
[2]
$ ringfence log verify --threads 257
ringfence: --threads '257': expected a whole number from 1 to 256
[2]
$ ringfence log verify --db missing.db
ringfence: cannot open 'missing.db': No such file or directory
[2]

# Keys and cosignatures.
$ ringfence log keys --from -1d --to 2200-01-01
ringfence: --output is missing
[2]
$ ringfence log prove 00000000000000000000000000000000
ringfence: no decision under a checkpoint has the receipt 00000000000000000000000000000000
[2]
$ ringfence log show --receipt 17
ringfence: '17' is no receipt: expected 32 hexadecimal digits
[2]
$ ringfence log keys --from 2026-01-02 --to 2026-01-01 --output k
ringfence: --from must be earlier than --to
[2]
$ ringfence log keys --from 2020-01-01 --to 2020-02-01 --output k
ringfence: no decision was logged in that time
[2]
$ ringfence log keys --from -1d --to 2200-01-01 --output n7/k
ringfence: --output must lie outside the log: who copies the log must not get the keys
[2]
$ ringfence log keys --from -1d --to 2200-01-01 --output n7/../n7/state/k
ringfence: --output must lie outside the log: who copies the log must not get the keys
[2]
$ ringfence log keys --from -1d --to 2200-01-01 --output n7.keys
ringfence: n7.keys is there already, and is not overwritten
[2]
$ ringfence log keys --from -1d --to 2200-01-01 --output k --log-keys n8.keys
ringfence: key file 'n8.keys' belongs to another log
[2]
$ RINGFENCE_DB= ringfence log keys --from -1d --to 2200-01-01 --output k
ringfence: no database: name it with --db FILE or in the environment variable RINGFENCE_DB (`ringfence --db FILE init` makes one)
[2]
$ ls k
ls: cannot access 'k': No such file or directory
[2]
$ ringfence log show --kind access
$ ringfence log add-cosignature
ringfence: --witness VKEY is missing: the verifier key of who signed
[2]
$ ringfence log add-cosignature n7/20*/checkpoint --witness nonsense
ringfence: verifier key: expected NAME+KEYID+KEY, got 'nonsense'
[2]
$ ringfence log add-cosignature n7/20*/checkpoint --witness "$(cat n7/20*/log.vkey)"
ringfence: verifier key of 'example.com/ring/n7/MONTH': it is of a log, not of a witness (cosignature/v1)
[2]
$ printf 'no signature\n' | ringfence log add-cosignature --witness "$(cat n7/20*/log.vkey)"
ringfence: expected one line that starts with an em dash and a blank, as witnesses answer; there is none
[2]
$ ringfence log add-cosignature missing --witness "$(cat n7/20*/log.vkey)"
ringfence: missing: No such file or directory
[2]

# Pruning.
$ ringfence log prune
ringfence: pruning cannot be undone, and opens no facts of old epochs again: say --yes
[2]
$ ringfence log prune --yes --keep-days 89
ringfence: --keep-days 89: the log's published retention is 90 days
[2]
$ ringfence log prune --yes --keep-days soon
ringfence: --keep-days 'soon': expected a whole number from 1 to 36500
[2]
$ ringfence log prune --yes --log-keys n8.keys
ringfence: key file 'n8.keys' belongs to another log than 'n7'
[2]

# Which log.
$ ringfence init -q && ringfence relate bob follows alice -q
$ ringfence replay
ringfence: no decision log: name it with --log DIR or in the environment variable RINGFENCE_LOG (`ringfence --log DIR log init` makes one)
[2]
$ ringfence replay missing
ringfence: no decision log in 'missing': no log.json
[3]
$ ringfence replay ''
ringfence: no decision log: name it with --log DIR or in the environment variable RINGFENCE_LOG (`ringfence --log DIR log init` makes one)
[2]
$ ringfence replay world.db
ringfence: no decision log in 'world.db': no log.json
[3]
$ ringfence --log n7 log init --name example.com/ring/n7 -q; ringfence --log n8 log init --name example.com/ring/n8 -q
$ ringfence --log n7 replay n7
ringfence: LOG and --log exclude each other
[2]
$ ringfence replay n7 n8
ringfence: unexpected argument 'n8'
Try `ringfence replay --help`.
[2]
$ ringfence --log n7 check --caller alice --callee bob -q > answer
$ RINGFENCE_LOG=n8 ringfence replay n7 | head -1
example.com/ring/n7: every decision again, under the policy recorded with it

# Which keys.
$ ringfence --log n7 log keys --from -1d --to 2200-01-01 --output n7.case -q > text
$ ringfence --log n8 check --caller alice --callee bob -q > answer; ringfence --log n8 log keys --from -1d --to 2200-01-01 --output n8.case -q > text
$ ringfence replay n7 --facts n7.case --keys n7.case
ringfence: --facts and --keys name the same file here: give one of them
[2]
$ ringfence replay n7 --facts missing.case
ringfence: missing.case: No such file or directory
[2]
$ ringfence replay n7 --facts n8.case
ringfence: the facts keys belong to another log
[2]
$ ringfence replay n7 --facts n7.keys
ringfence: facts keys line 1: expected 'ringfence facts keys 1'
[2]
$ ringfence replay n7 --facts /dev/null
ringfence: the file of facts keys is empty
[2]
$ ringfence replay n7 --keys answer
ringfence: facts keys line 1: expected 'ringfence facts keys 1'
[2]
$ ringfence replay n7 --log-keys n8.keys
ringfence: key file 'n8.keys' belongs to another log
[2]
$ ringfence replay n7 --log-keys missing.keys
ringfence: there is no key file 'missing.keys'
[2]
$ RINGFENCE_DB= ringfence replay n7 --log-keys n7.keys
ringfence: --log-keys opens facts together with the database (--db FILE), which has everybody's seeds; without it there are the files that `ringfence log keys` makes: --facts FILE
[2]
$ mv n7.keys away; ringfence replay n7 | tail -1; mv away n7.keys
nothing could be decided: no keys (--facts FILE, or --db FILE and the log's key file)
$ ringfence replay n7 --db missing.db
ringfence: cannot open 'missing.db': No such file or directory
[2]

# What to do.
$ ringfence replay n7 --shadow --policy default
ringfence: --shadow and --policy exclude each other: shadow evaluations were made under the policy they are recorded with
[2]
$ ringfence replay n7 --shadow --facts n7.case
ringfence: --shadow opens no facts: it takes neither --facts nor --keys
[2]
$ ringfence replay n7 --policy no-such-rules
ringfence: no shipped rule set is called 'no-such-rules'; `ringfence rules` lists them, and a file is written with a slash: ./policy
[2]
$ ringfence replay n7 --policy ./missing.json
ringfence: ./missing.json: No such file or directory
[2]
$ echo '{}' > bad.json; ringfence replay n7 --policy ./bad.json 2>&1 | head -1
./bad.json:1:1: error: the policy has no 'policy'
$ ringfence replay n7 --max-gained 0
ringfence: --max-gained is for --policy and --shadow: under the recorded policy nothing may change at all
[2]
$ ringfence replay n7 --max-lost 0
ringfence: --max-lost is for --policy and --shadow: under the recorded policy nothing may change at all
[2]
$ ringfence replay n7 --policy default --max-gained -1
ringfence: --max-gained '-1': expected a whole number from 0 to 1000000000000000
[2]
$ ringfence replay n7 --policy default --max-gained 1.5
ringfence: --max-gained '1.5': expected a whole number from 0 to 1000000000000000
[2]
$ ringfence replay n7 --policy default --max-lost many
ringfence: --max-lost 'many': expected a whole number from 0 to 1000000000000000
[2]
$ ringfence replay n7 --policy default --max-lost 1000000000000001
ringfence: --max-lost '1000000000000001': expected a whole number from 0 to 1000000000000000
[2]
$ ringfence replay n7 --min-coverage 100.1
ringfence: --min-coverage '100.1': expected a percentage from 0 to 100, like 99.9
[2]
$ ringfence replay n7 --min-coverage 1e2
ringfence: --min-coverage '1e2': expected a percentage from 0 to 100, like 99.9
[2]
$ ringfence replay n7 --min-coverage ''
ringfence: --min-coverage '': expected a percentage from 0 to 100, like 99.9
[2]
$ ringfence replay n7 --min-coverage all
ringfence: --min-coverage 'all': expected a percentage from 0 to 100, like 99.9
[2]
$ ringfence replay n7 --examples 1001
ringfence: --examples '1001': expected a whole number from 0 to 1000
[2]
$ ringfence replay n7 --threads 0
ringfence: --threads '0': expected a whole number from 1 to 256
[2]
$ ringfence replay n7 --month 1999-01
ringfence: the log has no month '1999-01': it has MONTH
[2]
$ ringfence replay n7 --from yesterday
ringfence: --from 'yesterday': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence replay n7 --to 2026-13-01
ringfence: --to '2026-13-01': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence replay n7 --from 2026-02-01 --to 2026-01-01
ringfence: --from must be earlier than --to
[2]
$ ringfence replay n7 --policy default --attempts guessed
ringfence: --attempts is recorded or simulated, not 'guessed'
[2]
$ ringfence replay n7 --attempts simulated
ringfence: --attempts simulated needs --policy: recorded decisions follow from the attempts that were recorded
[2]
$ ringfence replay n7 --shadow --attempts simulated
ringfence: --attempts simulated needs --policy: recorded decisions follow from the attempts that were recorded
[2]
$ ringfence replay n7 --shadows
ringfence: unknown option '--shadows'; did you mean --shadow?
Try `ringfence replay --help`.
[2]
$ ringfence replay n7 --min-coverage 1 --min-coverage 2
ringfence: --min-coverage is given twice
Try `ringfence replay --help`.
[2]

# The same of `at`.
$ export RINGFENCE_LOG=n7
$ ringfence at --caller alice --callee bob
ringfence: --time TIME is missing
[2]
$ ringfence at --time noon --caller alice --callee bob
ringfence: --time 'noon': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence at --time 2026-11-29T12:00:07.Z --caller alice --callee bob
ringfence: --time '2026-11-29T12:00:07.Z': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence at --time 2026-11-29T12: --caller alice --callee bob
ringfence: --time '2026-11-29T12:': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence at --time 2026-11-29T12:00:07+24:00 --caller alice --callee bob
ringfence: --time '2026-11-29T12:00:07+24:00': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence at --time -1d --callee bob
ringfence: the caller is missing
[2]
$ ringfence at --time -1d --caller alice
ringfence: the callee is missing
[2]
$ ringfence at --time -1d --caller alice --no-account --callee bob
ringfence: a caller and no account exclude each other
[2]
$ ringfence at --time -1d --caller alice --callee bob stray
ringfence: unexpected argument 'stray'
Try `ringfence at --help`.
[2]
$ ringfence --db '' at --time -1d --caller alice --callee bob
ringfence: the database (--db FILE) and the log's key file are needed: the log itself names nobody
[2]
$ ringfence --log '' at --time -1d --caller alice --callee bob
ringfence: no decision log: name it with --log DIR or in the environment variable RINGFENCE_LOG (`ringfence --log DIR log init` makes one)
[2]
$ ringfence at --time -1d --caller alice --callee bob --facts missing
ringfence: missing: No such file or directory
[2]
$ ringfence at --time -1d --caller alice --callee bob --facts n8.case
ringfence: the facts keys belong to another log
[2]
$ ringfence at --time -1d --caller alice --callee bob --log-keys n8.keys
ringfence: key file 'n8.keys' belongs to another log
[2]
$ ringfence at --time -1d --caller alice --callee bob --log missing
ringfence: no decision log in 'missing': no log.json
[3]
$ ringfence at --time -1d --caller "$(printf '%0256d' 0)" --callee bob
ringfence: an id has 256 bytes, expected 1 to 255: '00000000000000000000000000000000...'
[2]

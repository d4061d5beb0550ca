# Left alone for a while.
$ ringfence init -q
$ ringfence user quiet bob
ringfence: user 'bob' is not known
[2]
$ ringfence user quiet bob --for 24h
bob: quiet until TIME (revision 2)
$ ringfence user quiet bob
bob: quiet until TIME
$ ringfence --json user quiet bob
{"user":"bob","quiet":{"until":"TIME","except_list":false}}
$ ringfence user quiet bob --for 7d --except list
bob: quiet until TIME (revision 3)
$ ringfence user quiet bob
bob: quiet until TIME, but for the people their list lets call
$ ringfence user quiet bob --off
bob: not quiet (revision 4)
$ ringfence user quiet bob
bob: not quiet
$ ringfence user quiet bob --for tomorrow
ringfence: --for 'tomorrow': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence user quiet bob --for 0h
ringfence: --for '0h': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence user quiet bob --for 40000d
ringfence: --for '40000d': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence user quiet bob --for 1h --off
ringfence: --for and --off exclude each other
[2]
$ ringfence user quiet bob --for 1h --except friends
ringfence: --except takes 'list', and goes with --for
[2]
$ ringfence user quiet bob --except list
ringfence: --except goes with --for
[2]

# A policy that asks for it.
$ cat > quiet.json <<'END'
> { "policy": "quiet", "catalog": 1, "unknown_callee": "refuse",
>   "decisions": { "ring": {
>     "floor": [ { "id": "quiet", "when": "callee.quiet(caller)", "then": "refuse" } ],
>     "rules": [ { "id": "hours", "when": "callee.quiet_hours", "then": "refuse" } ],
>     "otherwise": "ring", "on_unavailable": "refuse" } } }
> END
$ ringfence policy activate quiet.json -q && ringfence user set alice calls_enabled=true -q
$ ringfence check --caller alice --callee bob
alice -> bob    ring    otherwise
$ ringfence user quiet bob --for 1h -q; ringfence check --caller alice --callee bob
alice -> bob    refuse  quiet                           (alice is told: unavailable, 480)
[1]
$ ringfence user quiet bob --for 1h --except list -q; ringfence list add bob always person:alice -q
$ ringfence check --caller alice --callee bob
alice -> bob    ring    otherwise
$ ringfence check --caller mallory --callee bob
mallory -> bob  refuse  quiet                           (mallory is told: unavailable, 480)
[1]
$ ringfence user quiet bob --off -q; ringfence check --caller mallory --callee bob
mallory -> bob  ring    otherwise

# Quiet every week, by the clock on the user's wall.
$ ringfence user schedule bob --zone Europe/Berlin --quiet-hours "mon-fri 22:00-07:00" "sat,sun 00:00-10:00"
bob: Europe/Berlin, quiet mon-fri 22:00-07:00, quiet sat,sun 00:00-10:00 (revision 11)
$ ringfence user schedule bob
bob: Europe/Berlin
  quiet mon-fri 22:00-07:00
  quiet sat,sun 00:00-10:00
$ ringfence --json user schedule bob
{"user":"bob","schedule":{"zone":"Europe/Berlin","quiet":["mon-fri 22:00-07:00","sat,sun 00:00-10:00"]}}
$ ringfence user schedule bob --zone Europe/Berlin --quiet-hours "daily 00:00-24:00" -q
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  hours                           (alice is told: unavailable, 480)
[1]
$ TZDIR=/nowhere ringfence check --caller alice --callee bob
alice -> bob    refuse  on_unavailable                  (alice is told: unavailable, 480)
  some facts could not be read (time), and they matter
[1]
$ ringfence user schedule bob --zone Europe/Berln
ringfence: there is no time zone 'Europe/Berln': did you mean 'Europe/Berlin'?
[2]
$ ringfence user schedule bob --zone ../../etc/passwd
ringfence: a time zone is an IANA name such as Europe/Berlin, of at most 64 bytes
[2]
$ ringfence user schedule bob --zone Europe/Berlin --quiet-hours "mon 22:00-22:00"
ringfence: 'mon 22:00-22:00' is no quiet time: expected days and two different times, "mon-fri 22:00-07:00", "sat,sun 00:00-24:00" or "daily 13:00-14:30"
[2]
$ ringfence user schedule bob --quiet-hours "mon 22:00-23:00"
ringfence: --quiet-hours needs --zone
[2]
$ ringfence user schedule bob --zone Europe/Berlin --off
ringfence: --off stands alone
[2]
$ TZDIR=/nowhere ringfence user schedule bob --zone Europe/Berlin
ringfence: no time zones are in the folder TZDIR or /usr/share/zoneinfo: install tzdata
[3]
$ ringfence user schedule bob --off
bob: no time zone, no quiet hours (revision 13)
$ ringfence user schedule bob
bob: no time zone, no quiet hours

# A refused caller asks to be let in. The answer is the same whoever is asked.
$ ringfence init --policy recommended
world.db: policy recommended DIGEST is in force
$ for user in alice bob mallory; do ringfence user set $user calls_enabled=true --quiet; done
$ ringfence relate bob blocks mallory
bob blocks mallory (revision 5)
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  not-admitted                    (alice is told: unavailable, 480)
[1]
$ ringfence knock ask alice bob
accepted; may ask again after 86400 s
$ ringfence knock ask alice bob
too soon; may ask again after 86400 s
[1]
$ ringfence knock ask mallory bob
accepted; may ask again after 86400 s
$ ringfence knock ask mallory bob --json
{"accepted":false,"retry_after_s":86400}
[1]
$ ringfence knock ask alice nobody --call media=video
accepted; may ask again after 86400 s
$ ringfence knock ask alice nobody
too soon; may ask again after 86400 s
[1]
$ ringfence knock list bob
alice asked TIME, waits until TIME
$ ringfence knock list bob --json | sed 's/_ms":[0-9]*/_ms":N/g'
{"caller":"alice","asked_at_ms":N,"until_ms":N}

# Let in, for one call that begins within half an hour.
$ ringfence knock answer bob alice --allow --for 30m
bob to alice: let in for one call (revision 6)
$ ringfence check --caller alice --callee bob
alice -> bob    ring    consented  [relay]
$ ringfence attempt add alice bob --unanswered
alice was not answered by bob
$ ringfence check --caller alice --callee bob
alice -> bob    refuse  not-admitted                    (alice is told: unavailable, 480)
[1]
$ ringfence grant list bob
bob to alice: expired, for one call, ended by TIME (knock, TIME)
$ ringfence knock list bob
$ ringfence knock answer bob alice --allow
ringfence: no knock of this caller waits
[2]

# Not let in: the caller is not told, and is not heard for a day. Two in seven days are taken.
$ ringfence knock ask bob alice --at 2026-03-01
accepted; may ask again after 86400 s
$ ringfence knock answer alice bob --decline --at 2026-03-01T12:00:00Z
alice to bob: not let in (revision 7)
$ ringfence knock list alice --at 2026-03-01T12:00:00Z
$ ringfence knock ask bob alice --at 2026-03-02
accepted; may ask again after 518400 s
$ ringfence knock list alice --at 2026-03-02
$ ringfence knock ask bob alice --at 2026-03-03
too soon; may ask again after 432000 s
[1]
$ ringfence knock ask bob alice --at 2026-03-08
accepted; may ask again after 86400 s
$ ringfence knock list alice --at 2026-03-08
bob asked TIME, waits until TIME

# The policy decides about a knock with the callee's local time, as it does about a call.
$ cat > hours.json <<'END'
> {"policy": "hours", "catalog": 1, "unknown_callee": "private",
>  "outcomes": {"private": {"effect": "refuse", "signal": "offline"}},
>  "decisions": {"ring": {
>    "floor": [{"id": "at-night", "when": "callee.quiet_hours", "then": "private"}],
>    "rules": [{"id": "consented", "when": "callee.grant(caller) == 'temporary'", "then": "ring"}],
>    "otherwise": "private", "on_unavailable": "private"}}}
> END
$ for user in carol dave erin; do ringfence user set $user calls_enabled=true --quiet; done
$ ringfence user schedule carol --zone Europe/Berlin --quiet-hours "daily 22:00-07:00" --quiet
$ ringfence knock ask dave carol --policy ./hours.json --at 2026-03-01T12:00:00Z
accepted; may ask again after 86400 s
$ ringfence knock ask erin carol --policy ./hours.json --at 2026-03-01T23:00:00Z
accepted; may ask again after 86400 s
$ ringfence knock list carol --at 2026-03-01T23:00:00Z
dave asked TIME, waits until TIME

# What is wrong is said, and changes nothing.
$ ringfence knock ask bob bob
ringfence: callee and caller are the same
[2]
$ ringfence knock ask nobody bob
ringfence: the caller is not known
[2]
$ ringfence knock ask mallory alice --fact 'callee.grant(caller)=permanent'
ringfence: the question carries 'callee.grant(caller)' twice
[2]
$ ringfence knock ask alice bob --call media=smell
ringfence: 'smell' is no value of 'call.media': expected one of unspecified, audio, video
[2]
$ ringfence knock answer bob alice
ringfence: one of --allow and --decline is needed
[2]
$ ringfence knock answer bob alice --allow --decline
ringfence: one of --allow and --decline is needed
[2]
$ ringfence knock answer bob alice --decline --for 1h
ringfence: --for goes with --allow
[2]
$ ringfence knock answer bob alice --allow --for 1
ringfence: --for '1': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence knock answer alice bob --allow --for 128d --at 2026-03-08
ringfence: consent for one call must end after now, within 127 days and before the year 10000
[2]
$ ringfence knock list nobody
ringfence: user 'nobody' is not known
[2]
$ ringfence doctor
world.db: healthy
$ ringfence knock ask --help
NAME
    ringfence knock ask - a refused caller asks a callee to be let in

SYNOPSIS
    ringfence knock ask CALLER CALLEE [--call NAME=VALUE ...]
        [--fact NAME=VALUE ...]

DESCRIPTION
    The callee is shown the knock if the policy would let the call through with
    their consent; so a block or a never-list is neither lifted nor shown. The
    answer says nothing of that, nor whether there is such a callee: at most one
    knock in 24 hours and two in 7 days are taken, and that is all it depends
    on. Not more than 20 knocks wait for a callee.

OPTIONS
    --call NAME=VALUE ...
        An attribute of the call: media=video, platform=ios. `?` as the value
        makes it unavailable.
    --fact NAME=VALUE ...
        A carried fact, which replaces the stored one:
        'callee.follows(caller)=true', callee.verified=unset,
        'callee.contact(caller)=?'.
    --at TIME
        As if it were that time (TIME, or -24h), for trials.
        Default: now.

OPTIONS OF EVERY COMMAND (before or after its name)
    --db FILE
        The database. Without it, the environment variable RINGFENCE_DB names
        it.
    --policy FILE|NAME
        Use this policy instead of the one in force: a file, if the value
        contains a slash or ends in .json, else the name of a shipped rule set
        (see `ringfence rules`).
    --catalog-extension FILE
        Settings, attributes, relations and call attributes of your own, behind
        the standard ones (schema/README.md); RINGFENCE_CATALOG_EXTENSION if not
        given.
    --keys FILE
        The key file of contact sync. Without it, the environment variable
        RINGFENCE_KEYS names it.
    --log DIR
        The decision log: what is decided is recorded in it. Without it, the
        environment variable RINGFENCE_LOG names it; without both nothing is
        recorded.
    --log-keys FILE
        The key file of the decision log. Without it, the environment variable
        RINGFENCE_LOG_KEYS names it, else it is the log's name with .keys behind
        it.
    --json
        Print JSON, one object a line where there can be several.
    -q, --quiet
        Print nothing but what was asked for: no confirmations, no progress.
    --color auto|always|never
        Colours. auto: on a terminal, unless NO_COLOR is set or TERM is dumb.
    -h, --help
        Print this page.
    --version
        Print the version.

EXAMPLES
    ringfence --db world.db knock ask alice bob --call media=video

EXIT STATUS
    0   taken, be it shown or not
    1   too soon
    2   the command line or the input is at fault
    3   the environment is: a file, a lock, a disk

# Consent to be called: given for a time, for good, declined, revoked; and how often a caller may
# ask for it.
$ ringfence init --policy whatsapp-business
world.db: policy whatsapp-business DIGEST is in force
$ ringfence user set shop business=true rolled_out=true
shop: business=true rolled_out=true (revision 2)
$ ringfence user set bob calls_enabled=true
bob: calls_enabled=true (revision 3)
$ ringfence check --caller shop --callee bob
shop -> bob     refuse  no-consent                      (shop is told: consent_needed, 470)
[1]
$ ringfence grant request shop bob
accepted; may ask again after 86400 s
$ ringfence grant request shop bob
too soon; may ask again after 86400 s
[1]
$ ringfence grant request shop bob --json
{"accepted":false,"retry_after_s":86400}
[1]
$ ringfence check --caller shop --callee bob
shop -> bob     refuse  asked-already                   (shop is told: consent_asked, 480, retry after 86400 s)
[1]
$ ringfence grant set bob shop --for 7d
bob to shop: temporary until TIME (revision 4)
$ ringfence check --caller shop --callee bob
shop -> bob     ring    temporary-consent
$ ringfence grant list shop
bob to shop: temporary until TIME (operator, TIME)
$ ringfence grant list shop --json | sed 's/_ms":[0-9]*/_ms":N/g'
{"callee":"bob","caller":"shop","state":"temporary","source":"operator","given_at_ms":N,"until_ms":N,"one_call":false}
$ ringfence grant list alice
ringfence: user 'alice' is not known
[2]

# In the millisecond it names it has ended; it is remembered for a month.
$ ringfence user set cafe business=true rolled_out=true
cafe: business=true rolled_out=true (revision 5)
$ ringfence grant set bob cafe --until 2026-03-08T12:00:00Z --at 2026-03-01
bob to cafe: temporary until TIME (revision 6)
$ ringfence grant list cafe --at 2026-03-08T11:59:59.999Z
bob to cafe: temporary until TIME (operator, TIME)
$ ringfence grant list cafe --at 2026-03-08T12:00:00Z
bob to cafe: expired, ended by TIME (operator, TIME)
$ ringfence check --caller cafe --callee bob --at 2026-03-08T11:59:59.999Z
cafe -> bob     ring    temporary-consent
$ ringfence check --caller cafe --callee bob --at 2026-03-08T12:00:00Z
cafe -> bob     refuse  no-consent                      (cafe is told: consent_needed, 470)
[1]
$ ringfence grant list cafe --at 2026-04-08
$ ringfence grant set bob cafe --revoke --at 2026-03-08T12:00:00Z
ringfence: there is no consent that could be revoked
[2]
$ ringfence grant set bob shop --permanent --quiet
$ ringfence grant set bob shop --revoke
bob to shop: revoked (revision 8)
$ ringfence grant list shop
bob to shop: revoked (operator, TIME)
$ ringfence grant set bob shop --decline --json
{"revision":9}
$ ringfence check --caller shop --callee bob
shop -> bob     refuse  asked-already                   (shop is told: consent_asked, 480, retry after 86400 s)
[1]

# Asking is counted for 7 days.
$ ringfence grant request bob shop --at 2026-03-01T12:00:00Z
accepted; may ask again after 86400 s
$ ringfence grant request bob shop --at 2026-03-02T11:59:59Z
too soon; may ask again after 1 s
[1]
$ ringfence grant request bob shop --at 2026-03-02T12:00:00Z
accepted; may ask again after 518400 s
$ ringfence grant request bob shop --at 2026-03-03T12:00:00Z
too soon; may ask again after 432000 s
[1]

# What is wrong is said, and changes nothing.
$ ringfence grant set bob shop
ringfence: one of --for, --until, --permanent, --decline and --revoke is needed
[2]
$ ringfence grant set bob shop --for 7d --permanent
ringfence: one of --for, --until, --permanent, --decline and --revoke is needed
[2]
$ ringfence grant set bob shop --for 7
ringfence: --for '7': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence grant set bob shop --for 0d
ringfence: --for '0d': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence grant set bob shop --for 40000d
ringfence: --for '40000d': expected a length of time like 30s, 90m, 24h or 7d, at most 100 years
[2]
$ ringfence grant set bob shop --until 2020-01-01
ringfence: consent for a time must end after now and before the year 10000
[2]
$ ringfence grant set bob shop --until soon
ringfence: --until 'soon': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence grant set bob shop --for 7d --at now
ringfence: --at 'now': expected a time like TIME, a date like 2026-11-29, or a time before now like -24h or -30d
[2]
$ ringfence grant set bob bob --permanent
ringfence: callee and caller are the same
[2]
$ ringfence grant set nobody shop --permanent
ringfence: the callee is not known
[2]
$ ringfence grant set bob nobody --permanent
ringfence: the caller is not known
[2]
$ ringfence grant set bob --permanent
ringfence: an argument is missing
Try `ringfence grant set --help`.
[2]
$ ringfence grant request shop nobody
ringfence: the callee is not known
[2]
$ ringfence grant list nobody
ringfence: user 'nobody' is not known
[2]
$ ringfence grant
ringfence: which `grant` command?
Try `ringfence grant --help`.
[2]

# Far ahead, and at a clock that was never set.
$ ringfence grant set bob cafe --for 7d --at 2400-01-01 --quiet && ringfence grant set bob cafe --until 2499-12-31 --quiet
$ ringfence user export cafe --json | sed 's/_ms":[0-9][0-9]*/_ms":N/g'
{"user":"cafe","chosen":{"rolled_out":"true","business":"true"},"relations":[],"list":[],"listed_by":[],"groups":[],"quiet":null,"schedule":null,"consent":[{"callee":"bob","caller":"cafe","state":"temporary","source":"operator","given_at_ms":N,"until_ms":N,"one_call":false}],"knocks":[]}
$ ringfence grant request shop cafe --at 1970-01-01
accepted; may ask again after 86400 s
$ ringfence doctor
world.db: healthy
$ ringfence grant set --help
NAME
    ringfence grant set - store that a callee consents to a caller's calls, or
    does not

SYNOPSIS
    ringfence grant set CALLEE CALLER --for LENGTH
    ringfence grant set CALLEE CALLER --until TIME
    ringfence grant set CALLEE CALLER --permanent|--decline|--revoke

DESCRIPTION
    Consent is the fact `callee.grant(caller)`, which policies such as
    `whatsapp-business` ask for. It replaces what stood there before, answers a
    knock that waits, and is on disk when the command returns. Both users must
    be known. Consent for a time ends in the very millisecond it names. A
    decline stands for 24 hours, in which the caller may not ask.

OPTIONS
    --for LENGTH
        Consent from now on: 30m, 24h, 7d.
    --until TIME
        Consent until then: 2026-12-24, TIME.
    --permanent
        Consent for good.
    --decline
        No consent, and no asking for 24 hours.
    --revoke
        Takes back a consent that holds.
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
    ringfence --db world.db grant set bob shop --for 7d
    ringfence --db world.db grant set bob shop --revoke

EXIT STATUS
    0   done
    2   the command line or the input is at fault
    3   the environment is: a file, a lock, a disk

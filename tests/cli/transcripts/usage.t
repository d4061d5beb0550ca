# What is wrong with a command line is said, with what may have been meant.
$ ringfence
ringfence: a command is missing
Try `ringfence --help`.
[2]
$ ringfence chekc --caller a
ringfence: unknown command 'chekc'; did you mean check?
Try `ringfence --help`.
[2]
$ ringfence nonsense
ringfence: unknown command 'nonsense'
Try `ringfence --help`.
[2]
$ ringfence user
ringfence: which `user` command?
Try `ringfence user --help`.
[2]
$ ringfence user shw
ringfence: unknown command 'user shw'; did you mean user show?
Try `ringfence --help`.
[2]
$ ringfence policy --help | head -4
SYNOPSIS
    ringfence policy COMMAND [ARGUMENT...] [OPTION...]

COMMANDS
$ ringfence check --callr a
ringfence: unknown option '--callr'; did you mean --caller?
Try `ringfence check --help`.
[2]
$ ringfence check -z
ringfence: unknown option '-z'
Try `ringfence check --help`.
[2]
$ ringfence check --caller
ringfence: the required argument for option '--caller' is missing
Try `ringfence check --help`.
[2]
$ ringfence check --caller a --caller b --callee c
ringfence: --caller is given twice
Try `ringfence check --help`.
[2]
$ ringfence check stray
ringfence: unexpected argument 'stray'
Try `ringfence check --help`.
[2]
$ ringfence import follows
ringfence: an argument is missing
Try `ringfence import --help`.
[2]
$ ringfence relate bob follows
ringfence: an argument is missing
Try `ringfence relate --help`.
[2]
$ ringfence check --color pink --caller a --callee b
ringfence: --color is auto, always or never
Try `ringfence check --help`.
[2]
$ ringfence check --callee b
ringfence: --caller USER is missing (or --no-account)
[2]
$ ringfence check --caller a
ringfence: --callee USER is missing
[2]
$ ringfence check --caller a --no-account --callee b
ringfence: --caller and --no-account exclude each other
[2]
$ ringfence check --caller a --callee b --as judge
ringfence: --as is caller or operator
[2]

# No database: how to name one.
$ RINGFENCE_DB= ringfence check --caller a --callee b
ringfence: no database: name it with --db FILE or in the environment variable RINGFENCE_DB (`ringfence --db FILE init` makes one)
[2]
$ ringfence check --caller a --callee b
ringfence: cannot open 'world.db': No such file or directory
[2]
$ ringfence --db there/is/no.db check --caller a --callee b
ringfence: cannot open 'there/is/no.db': No such file or directory
[2]

# Global options stand before or after the command, and --db beats the environment.
$ ringfence --db one.db init --quiet
$ ringfence init --db two.db -q
$ ringfence user set bob --db one.db premium=true --json
{"revision":2}
$ ringfence --json --db one.db user show bob | cut -c1-60
{"user":"bob","settings":[{"name":"calls_enabled","value":"t
$ ringfence user show bob --db two.db
ringfence: user 'bob' is not known
[2]

# Options end at two dashes: ids may look like options.
$ ringfence --db one.db relate -- --odd follows -q
--odd follows -q (revision 3)
$ ringfence --db one.db relations -- --odd
--odd follows -q
$ ringfence --db one.db check --caller=-q --callee=--odd
-q -> --odd     ring    followed

# What is typed comes back only in a printable form.
$ ringfence check --caller "$(printf 'a\033[31m')" --callee b --without-db
ringfence: the caller: an id has a control byte: 'a\x1B[31m'
[2]
$ ringfence --db "$(printf 'a\033[31m\377.db')" doctor
ringfence: cannot open 'a\x1B[31m\xFF.db': No such file or directory
[2]
$ ringfence "$(printf '\033]0;x\007')"
ringfence: unknown command '\x1B]0;x\x07'
Try `ringfence --help`.
[2]
$ ringfence user set bob "$(printf 'on\342\200\256ios=true')" --db one.db
ringfence: unknown setting or attribute 'on\xE2\x80\xAEios'
[2]
$ ringfence --version | sed 's/, .*//'
ringfence 0.1.0 (catalog 1

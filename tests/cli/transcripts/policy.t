$ ringfence rules
android-zen          DIGEST  13 rules in ring
anonymous-rejection  DIGEST  11 rules in ring
dating               DIGEST  6 rules in ring
default              DIGEST  9 rules in ring
delta-chat           DIGEST  7 rules in ring
fluxer               DIGEST  16 rules in ring
ios-focus            DIGEST  12 rules in ring
ios-unknown-callers  DIGEST  12 rules in ring
line                 DIGEST  6 rules in ring
matrix-invites       DIGEST  15 rules in ring
messenger            DIGEST  10 rules in ring
presence-rules       DIGEST  14 rules in ring
recommended          DIGEST  36 rules in ring, path
session              DIGEST  7 rules in ring
signal               DIGEST  14 rules in ring, path
simplex              DIGEST  7 rules in ring
skype                DIGEST  12 rules in ring
telegram             DIGEST  17 rules in ring, path
unwanted-calls       DIGEST  9 rules in ring
viber                DIGEST  6 rules in ring
wechat               DIGEST  7 rules in ring
whatsapp             DIGEST  13 rules in ring, path
whatsapp-business    DIGEST  14 rules in ring
x-2023               DIGEST  15 rules in ring
x-2024               DIGEST  15 rules in ring, path
xmpp-blocking        DIGEST  8 rules in ring
xmpp-privacy-lists   DIGEST  10 rules in ring
$ ringfence rules defalt
ringfence: no shipped rule set 'defalt': did you mean 'default'?
[2]
$ ringfence rules default | cmp - $RULES/default/policy.json
$ ringfence init --note 'first words' -q
$ ringfence policy activate x-2024 --note "$(printf 'line one\nline two')"
policy x-2024 DIGEST is in force
$ ringfence policy activate x-2025
ringfence: no shipped rule set is called 'x-2025'; did you mean x-2023?
[2]
$ ringfence policy activate ./x-2025
ringfence: ./x-2025: No such file or directory
[2]
$ printf '{"policy": "broken", "catalog": 1,' > broken.json
$ ringfence policy activate broken.json
broken.json:1:35: error: unexpected end of the text
{"policy": "broken", "catalog": 1,
                                  ^
  expected: a key in double quotes, or '}'
[2]
$ ringfence policy history
* 2     TIME  x-2024 DIGEST       line one\x0Aline two
  1     TIME  default DIGEST      first words
$ ringfence policy history --json | sed 's/"activated_at":"[^"]*"/"activated_at":"..."/'
{"number":2,"name":"x-2024","digest":"DIGEST","note":"line one\nline two","activated_at":"...","in_force":true}
{"number":1,"name":"default","digest":"DIGEST","note":"first words","activated_at":"...","in_force":false}
$ ringfence policy show | head -4
// x-2024, number 2, in force since TIME
// DIGEST
// line one\x0Aline two
{
$ ringfence policy show 1 | sed -n '3p;4p'
// first words
{
$ ringfence policy show 7
ringfence: no policy has number '7'; see `policy history`
[2]
$ ringfence policy rollback
policy default DIGEST is in force
$ ringfence policy history | wc -l
3

# What is shown is a policy, and it is the same one.
$ ringfence policy show > shown.json && ringfence policy activate shown.json
policy default DIGEST is in force
$ ringfence policy show --json | grep -c '"text"'
1

# With --policy the output says when that is not the one in force.
$ ringfence relate bob follows alice -q
$ ringfence check --caller alice --callee bob --policy default
alice -> bob    ring    followed
$ ringfence check --caller alice --callee bob --policy x-2024
alice -> bob    refuse  no-message                      (alice is told: unavailable, 480)
  policy x-2024 DIGEST is not the one in force, which is default DIGEST
[1]
$ ringfence check --caller alice --callee bob --policy x-2024 --json | grep -o '"in_force":[a-z]*'
"in_force":false
$ ringfence check --caller alice --callee bob --policy default --json | grep -o '"in_force":[a-z]*'
"in_force":true
$ ringfence explain --caller alice --callee bob --policy x-2024 | tail -1
  policy x-2024 DIGEST is not the one in force, which is default DIGEST
$ printf 'caller\tcallee\nalice\tbob\n' | ringfence check --questions - --policy x-2024
alice	bob	refuse	no-message	unavailable	-
ringfence: note: policy x-2024 DIGEST is not the one in force, which is default DIGEST

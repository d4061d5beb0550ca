$ ringfence init -q
$ ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q
$ ringfence import blocks $WORLD/blocks.tsv -q && ringfence import messaged $WORLD/messaged.tsv -q
$ ringfence explain --caller carol --callee bob
carol -> bob    refuse  no rule admits carol            (carol is told: unavailable, 480)
  bob could change: follow carol | allow verified users   carol could change: nothing

ring, rules in order:
          unknown_callee  no      !callee.known  => private
                                  callee.known = true  derived
   floor  blocked         no      callee.blocks(caller) || caller.blocks(callee)  => private
                          no      callee.blocks(caller)  false  relation
                          no      caller.blocks(callee)  false  relation
   floor  quiet           no      callee.quiet(caller)  => private
                                  callee.quiet(caller) = false  derived
          calls-off       no      !callee.calls_enabled  => private
                                  callee.calls_enabled = true  default
          followed        no      callee.allow_followed && callee.follows(caller)  => ring
                          yes     callee.allow_followed   true  default
                          no      callee.follows(caller)  false  relation
          verified        no      callee.allow_verified && caller.verified  => ring
                          no      callee.allow_verified  false  default
                          yes     caller.verified        true  chosen
          contact         no      callee.allow_contacts && callee.contact(caller) == 'match'  => ring
                          no      callee.allow_contacts              false  default
                          no      callee.contact(caller) == 'match'  no_book  derived
->        otherwise               => private
          on_unavailable          => private
[1]
$ ringfence explain --caller alice --callee bob --policy x-2024 --call platform=ios
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)  [relay]
  bob could change: block alice | switch calls off | stop allowing people they follow | unfollow alice
  alice could change: block bob | call from the web
  the operator could change: let bob be rung on the web and stop ringing bob on iOS and stop ringing bob on Android

ring, rules in order:
          unknown_callee      no      !callee.known  => private
                                      callee.known = true  derived
   floor  blocked             no      callee.blocks(caller) || caller.blocks(callee)  => private
                              no      callee.blocks(caller)  false  relation
                              no      caller.blocks(callee)  false  relation
          caller-on-web       no      call.platform == 'web'  => private
                                      call.platform = ios  call
          callee-only-on-web  no      callee.on_web && !(callee.on_ios || callee.on_android || callee.on_mac || callee.on_pc)  => private
                              no      callee.on_web  false  default
                              no      !(callee.on_ios || callee.on_android || callee.on_mac || callee.on_pc)
                                        callee.on_ios = true  chosen
                                        callee.on_android = true  chosen
                                        callee.on_mac = false  default
                                        callee.on_pc = false  default
          calls-off           no      !callee.calls_enabled  => private
                                      callee.calls_enabled = true  default
          no-message          no      !callee.messaged(caller)  => private
                                      callee.messaged(caller) = true  relation
          everyone            no      callee.allow_everyone  => ring
                                      callee.allow_everyone = false  default
->        followed            yes     callee.allow_followed && callee.follows(caller)  => ring
                              yes     callee.allow_followed   true  default
                              yes     callee.follows(caller)  true  relation
          verified            no      callee.allow_verified && (caller.verified || caller.premium)  => ring
                              no      callee.allow_verified  false  default
                              yes     caller.verified || caller.premium
                                        caller.verified = false  default
                                        caller.premium = true  chosen
          contact             no      callee.allow_contacts && callee.contact(caller) == 'match'  => ring
                              no      callee.allow_contacts              false  default
                              no      callee.contact(caller) == 'match'  no_book  derived
          otherwise                   => private
          on_unavailable              => private

path, rules in order:
->        either-asks     yes     callee.relay_calls || caller.relay_calls  => relay
                          no      callee.relay_calls  false  default
                          yes     caller.relay_calls  true  chosen
          otherwise               => direct
          on_unavailable          => relay
  policy x-2024 DIGEST is not the one in force, which is default DIGEST
$ ringfence explain --caller mallory --callee bob --policy x-2024
mallory -> bob  refuse  blocked: bob blocks mallory     (mallory is told: unavailable, 480)
  a rule of the floor decides: it is not for lifting

ring, rules in order:
          unknown_callee      no      !callee.known  => private
                                      callee.known = true  derived
-> floor  blocked             yes     callee.blocks(caller) || caller.blocks(callee)  => private
                              yes     callee.blocks(caller)  true  relation
                              no      caller.blocks(callee)  false  relation
          caller-on-web       no      call.platform == 'web'  => private
                                      call.platform = unspecified  call
          callee-only-on-web  no      callee.on_web && !(callee.on_ios || callee.on_android || callee.on_mac || callee.on_pc)  => private
                              no      callee.on_web  false  default
                              no      !(callee.on_ios || callee.on_android || callee.on_mac || callee.on_pc)
                                        callee.on_ios = true  chosen
                                        callee.on_android = true  chosen
                                        callee.on_mac = false  default
                                        callee.on_pc = false  default
          calls-off           no      !callee.calls_enabled  => private
                                      callee.calls_enabled = true  default
          no-message          yes     !callee.messaged(caller)  => private
                                      callee.messaged(caller) = false  relation
          everyone            no      callee.allow_everyone  => ring
                                      callee.allow_everyone = false  default
          followed            yes     callee.allow_followed && callee.follows(caller)  => ring
                              yes     callee.allow_followed   true  default
                              yes     callee.follows(caller)  true  relation
          verified            no      callee.allow_verified && (caller.verified || caller.premium)  => ring
                              no      callee.allow_verified  false  default
                              no      caller.verified || caller.premium
                                        caller.verified = false  default
                                        caller.premium = false  default
          contact             no      callee.allow_contacts && callee.contact(caller) == 'match'  => ring
                              no      callee.allow_contacts              false  default
                              no      callee.contact(caller) == 'match'  no_book  derived
          otherwise                   => private
          on_unavailable              => private

path: not decided, the call is refused
  policy x-2024 DIGEST is not the one in force, which is default DIGEST
[1]
$ ringfence explain --caller grace --callee erin --policy x-2024 --brief
grace -> erin   refuse  no-message: erin has never messaged grace  (grace is told: unavailable, 480)
  erin could change: message grace and allow everyone | message grace and follow grace
  grace could change: nothing
  erin and the operator together could change: message grace and verify grace | message grace and give grace a subscription
  policy x-2024 DIGEST is not the one in force, which is default DIGEST
[1]
$ ringfence explain --caller carol --callee bob --fact 'callee.contact(caller)=?' callee.allow_contacts=true --brief
carol -> bob    refuse  could not be read: callee.contact(caller)  (carol is told: unavailable, 480)
  bob could change: follow carol | allow verified users   carol could change: nothing
  some facts could not be read, and they matter
[1]
$ ringfence explain --caller stranger --callee bob --brief
stranger -> bob  refuse  no rule admits stranger         (stranger is told: unavailable, 480)
  bob could change: follow stranger                     stranger could change: nothing
  bob and the operator together could change: allow verified users and verify stranger
[1]
$ ringfence explain --caller alice --callee stranger --brief
alice -> stranger  refuse  unknown_callee: stranger is not known  (alice is told: unavailable, 480)
  stranger could change: nothing                        alice could change: nothing
[1]
$ ringfence explain --no-account --callee bob --brief
(no account) -> bob  refuse  no rule admits the caller       (the caller is told: unavailable, 480)
  bob could change: follow the caller                   the caller could change: nothing
  bob and the operator together could change: allow verified users and verify the caller
[1]
$ ringfence explain --caller carol --callee bob --json | grep -o '"nearest".*'
"nearest":[{"effect":"ring","who":["callee"],"changes":[{"fact":"callee.follows(caller)","from":"false","to":"true","by":"callee","sentence":"follow carol"}]},{"effect":"ring","who":["callee"],"changes":[{"fact":"callee.allow_verified","from":"false","to":"true","by":"callee","sentence":"allow verified users"}]}],"nearest_truncated":false,"floor_decides":false}
$ ringfence explain --caller carol --callee bob --color always --brief | cat -v | head -1
carol -> bob    ^[[31mrefuse^[[0m  no rule admits carol            (carol is told: unavailable, 480)

# Equivalent: by what is decided, not by how it is written.
$ ringfence diff default default
old  default DIGEST
new  default DIGEST
equivalent: they decide alike, whatever the facts are and whichever are unavailable
$ sed -e 's/"id": "followed"/"id": "they-follow"/' -e 's/  */ /g' -e 's/callee.allow_verified && caller.verified/!(!caller.verified || !callee.allow_verified)/' $RULES/default/policy.json > same.json
$ ringfence diff default same.json
old  default DIGEST
new  default DIGEST
equivalent: they decide alike, whatever the facts are and whichever are unavailable
$ ringfence diff default ./same.json --json
{"old":{"name":"default","digest":"DIGEST"},"new":{"name":"default","digest":"DIGEST"},"equivalent":true,"share":0.0,"changes":[],"unavailable":[],"counts":{"of":"sets of situations","gained":0,"lost":0},"gates":[]}

# One rule less, and another default.
$ sed -e 's/"unknown_callee"/"defaults": { "allow_contacts": true }, "unknown_callee"/' $RULES/default/policy.json > proposed.json
$ ringfence compile proposed.json | head -1
policy default
$ ringfence diff default proposed.json
old  default DIGEST
new  default DIGEST
different in 0.573 % of all situations

gained: refuse (offline) -> ring  0.573 %
    in all of them: !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) &&
    callee.calls_enabled && callee.allow_contacts is unset && callee.contact(caller) == 'match'
  0.397 %  !callee.follows(caller) && !caller.verified
             such as callee.contact(caller)=match (by otherwise, then contact)
   0.37 %  !callee.follows(caller) && !callee.allow_verified
             such as callee.contact(caller)=match (by otherwise, then contact)
  0.185 %  !callee.allow_followed && !caller.verified
             such as callee.allow_followed=false, callee.contact(caller)=match (by otherwise, then
             contact)
  0.176 %  !callee.allow_followed && !callee.allow_verified
             such as callee.allow_followed=false, callee.contact(caller)=match (by otherwise, then
             contact)

while facts are unavailable, besides what follows from the above
gained: refuse (offline) -> ring, 8 sets of situations
    --all shows them
[1]
$ ringfence diff x-2023 x-2024 | head -20
old  x-2023 DIGEST
new  x-2024 DIGEST
different in 14.8 % of all situations

gained: refuse (offline) -> ring  3.68 %
    in all of them: !callee.blocks(caller) && !caller.blocks(callee) && callee.calls_enabled &&
    callee.messaged(caller)
   1.23 %  !(call.platform in ['ios', 'web']) && !callee.on_web && callee.allow_everyone
             such as callee.allow_everyone=true, callee.messaged(caller)=true (by caller-not-on-ios,
             then everyone)
   1.23 %  !(call.platform in ['ios', 'web']) && callee.allow_followed && callee.follows(caller) &&
           !callee.on_web
             such as callee.follows(caller)=true, callee.messaged(caller)=true (by
             caller-not-on-ios, then followed)
  0.613 %  !(call.platform in ['ios', 'web']) && callee.on_android && callee.allow_everyone
             such as callee.allow_everyone=true, callee.on_android=true,
             callee.messaged(caller)=true (by caller-not-on-ios, then everyone)
  0.613 %  !(call.platform in ['ios', 'web']) && callee.on_mac && callee.allow_everyone
             such as callee.allow_everyone=true, callee.on_mac=true, callee.messaged(caller)=true
             (by caller-not-on-ios, then everyone)
$ ringfence diff x-2023 x-2024 --all | grep -c 'such as'
399
$ ringfence diff proposed.json default --json | sed 's/\(share":[0-9.]\{8\}\)[0-9]*/\1/g'
{"old":{"name":"default","digest":"DIGEST"},"new":{"name":"default","digest":"DIGEST"},"equivalent":false,"share":0.005731,"changes":[{"change":"lost","parts":["effect","signal","record","sip","told"],"was":{"effect":"ring","signal":"ringing","told":"ringing","sip":180,"retry_after":0,"record":"missed"},"now":{"effect":"refuse","signal":"offline","told":"unavailable","sip":480,"retry_after":0,"record":"nothing"},"share":0.005731,"situations":[{"when":"!callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && !callee.follows(caller) && !caller.verified && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","!callee.follows(caller)","!caller.verified","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"share":0.003967,"witness":{"callee.contact(caller)":"match"},"was_rule":"contact","now_rule":"otherwise","was_case":{"name": "lost 1","facts": { "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "contact" }},"now_case":{"name": "lost 1","facts": { "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "otherwise" }}},{"when":"!callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && !callee.follows(caller) && !callee.allow_verified && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","!callee.follows(caller)","!callee.allow_verified","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"share":0.003703,"witness":{"callee.contact(caller)":"match"},"was_rule":"contact","now_rule":"otherwise","was_case":{"name": "lost 2","facts": { "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "contact" }},"now_case":{"name": "lost 2","facts": { "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "otherwise" }}},{"when":"!callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && !callee.allow_followed && !caller.verified && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","!callee.allow_followed","!caller.verified","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"share":0.001851,"witness":{"callee.allow_followed":"false","callee.contact(caller)":"match"},"was_rule":"contact","now_rule":"otherwise","was_case":{"name": "lost 3","facts": { "callee.allow_followed": false, "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "contact" }},"now_case":{"name": "lost 3","facts": { "callee.allow_followed": false, "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "otherwise" }}},{"when":"!callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && !callee.allow_followed && !callee.allow_verified && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","!callee.allow_followed","!callee.allow_verified","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"share":0.001763,"witness":{"callee.allow_followed":"false","callee.contact(caller)":"match"},"was_rule":"contact","now_rule":"otherwise","was_case":{"name": "lost 4","facts": { "callee.allow_followed": false, "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "contact" }},"now_case":{"name": "lost 4","facts": { "callee.allow_followed": false, "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "otherwise" }}}],"complete":true,"rest_share":0.0}],"unavailable":[{"change":"lost","parts":["effect","signal","record","sip","told"],"was":{"effect":"ring","signal":"ringing","told":"ringing","sip":180,"retry_after":0,"record":"missed"},"now":{"effect":"refuse","signal":"offline","told":"unavailable","sip":480,"retry_after":0,"record":"nothing"},"situations":[{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && callee.allow_followed is not false && callee.follows(caller) is unavailable && callee.allow_verified is not true && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.allow_followed is not false","callee.follows(caller) is unavailable","callee.allow_verified is not true","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.follows(caller)":"unavailable","callee.contact(caller)":"match"},"was_rule":"followed","now_rule":"on_unavailable","was_case":{"name": "lost 5","facts": { "callee.follows(caller)": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "followed" }},"now_case":{"name": "lost 5","facts": { "callee.follows(caller)": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && callee.allow_followed is not false && callee.follows(caller) is unavailable && caller.verified is not true && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.allow_followed is not false","callee.follows(caller) is unavailable","caller.verified is not true","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.follows(caller)":"unavailable","callee.contact(caller)":"match"},"was_rule":"followed","now_rule":"on_unavailable","was_case":{"name": "lost 6","facts": { "callee.follows(caller)": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "followed" }},"now_case":{"name": "lost 6","facts": { "callee.follows(caller)": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && (callee.allow_followed is false or unavailable) && (callee.allow_verified is true or unavailable) && caller.verified is unavailable && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.allow_followed is false or unavailable","callee.allow_verified is true or unavailable","caller.verified is unavailable","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.allow_followed":"false","callee.allow_verified":"true","caller.verified":"unavailable","callee.contact(caller)":"match"},"was_rule":"verified","now_rule":"on_unavailable","was_case":{"name": "lost 7","facts": { "callee.allow_followed": false, "callee.allow_verified": true, "caller.verified": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "verified" }},"now_case":{"name": "lost 7","facts": { "callee.allow_followed": false, "callee.allow_verified": true, "caller.verified": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && (callee.allow_followed is false or unavailable) && callee.allow_verified is unavailable && (caller.verified is true or unavailable) && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.allow_followed is false or unavailable","callee.allow_verified is unavailable","caller.verified is true or unavailable","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.allow_followed":"false","callee.allow_verified":"unavailable","caller.verified":"true","callee.contact(caller)":"match"},"was_rule":"verified","now_rule":"on_unavailable","was_case":{"name": "lost 8","facts": { "callee.allow_followed": false, "callee.allow_verified": "unavailable", "caller.verified": true, "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "verified" }},"now_case":{"name": "lost 8","facts": { "callee.allow_followed": false, "callee.allow_verified": "unavailable", "caller.verified": true, "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && callee.allow_followed is unavailable && callee.follows(caller) is not false && callee.allow_verified is not true && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.allow_followed is unavailable","callee.follows(caller) is not false","callee.allow_verified is not true","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.allow_followed":"unavailable","callee.follows(caller)":"true","callee.contact(caller)":"match"},"was_rule":"followed","now_rule":"on_unavailable","was_case":{"name": "lost 9","facts": { "callee.allow_followed": "unavailable", "callee.follows(caller)": true, "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "followed" }},"now_case":{"name": "lost 9","facts": { "callee.allow_followed": "unavailable", "callee.follows(caller)": true, "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && callee.allow_followed is unavailable && callee.follows(caller) is not false && caller.verified is not true && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.allow_followed is unavailable","callee.follows(caller) is not false","caller.verified is not true","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.allow_followed":"unavailable","callee.follows(caller)":"true","callee.contact(caller)":"match"},"was_rule":"followed","now_rule":"on_unavailable","was_case":{"name": "lost 10","facts": { "callee.allow_followed": "unavailable", "callee.follows(caller)": true, "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "followed" }},"now_case":{"name": "lost 10","facts": { "callee.allow_followed": "unavailable", "callee.follows(caller)": true, "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && callee.follows(caller) is not true && (callee.allow_verified is true or unavailable) && caller.verified is unavailable && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.follows(caller) is not true","callee.allow_verified is true or unavailable","caller.verified is unavailable","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.allow_verified":"true","caller.verified":"unavailable","callee.contact(caller)":"match"},"was_rule":"verified","now_rule":"on_unavailable","was_case":{"name": "lost 11","facts": { "callee.allow_verified": true, "caller.verified": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "verified" }},"now_case":{"name": "lost 11","facts": { "callee.allow_verified": true, "caller.verified": "unavailable", "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}},{"when":"callee.known && !callee.blocks(caller) && !caller.blocks(callee) && !callee.quiet(caller) && callee.calls_enabled && callee.follows(caller) is not true && callee.allow_verified is unavailable && (caller.verified is true or unavailable) && callee.allow_contacts is unset && callee.contact(caller) == 'match'","conditions":["callee.known","!callee.blocks(caller)","!caller.blocks(callee)","!callee.quiet(caller)","callee.calls_enabled","callee.follows(caller) is not true","callee.allow_verified is unavailable","caller.verified is true or unavailable","callee.allow_contacts is unset","callee.contact(caller) == 'match'"],"witness":{"callee.allow_verified":"unavailable","caller.verified":"true","callee.contact(caller)":"match"},"was_rule":"verified","now_rule":"on_unavailable","was_case":{"name": "lost 12","facts": { "callee.allow_verified": "unavailable", "caller.verified": true, "callee.contact(caller)": "match" },"expect": { "effect": "ring", "rule": "verified" }},"now_case":{"name": "lost 12","facts": { "callee.allow_verified": "unavailable", "caller.verified": true, "callee.contact(caller)": "match" },"expect": { "effect": "refuse", "rule": "on_unavailable" }}}],"complete":true}],"counts":{"of":"sets of situations","gained":0,"lost":12},"gates":[]}

# Only while facts are unavailable.
$ sed -e 's/"on_unavailable": "private"/"on_unavailable": "ring"/' $RULES/default/policy.json > open.json
$ ringfence diff default open.json
old  default DIGEST
new  default DIGEST
alike as long as all facts can be read

while facts are unavailable, besides what follows from the above

gained: refuse (offline) -> ring
    callee.quiet(caller) is not true && callee.calls_enabled && callee.allow_contacts is unavailable
    && (callee.contact(caller) is 'match' or unavailable) && !caller.known
      such as callee.allow_contacts=unavailable, caller.known=false, caller.verified=false,
      callee.contact(caller)=match (by on_unavailable, then on_unavailable)
    callee.quiet(caller) is not true && callee.calls_enabled is not false && callee.allow_contacts
    && callee.contact(caller) is unavailable && !caller.known
      such as callee.allow_contacts=true, caller.known=false, caller.verified=false,
      callee.contact(caller)=unavailable (by on_unavailable, then on_unavailable)
    callee.quiet(caller) is not true && callee.calls_enabled is not false && callee.allow_contacts
    is unavailable && callee.contact(caller) == 'match' && !caller.known
      such as callee.allow_contacts=unavailable, caller.known=false, caller.verified=false,
      callee.contact(caller)=match (by on_unavailable, then on_unavailable)
    callee.quiet(caller) is not true && callee.calls_enabled is unavailable && callee.allow_followed
    && callee.follows(caller) is unavailable && !caller.known
      such as callee.calls_enabled=unavailable, caller.known=false, caller.verified=false,
      callee.follows(caller)=unavailable (by on_unavailable, then on_unavailable)
    callee.quiet(caller) is not true && callee.calls_enabled is unavailable && callee.allow_followed
    && callee.follows(caller) is unavailable && call.same_account
      such as callee.calls_enabled=unavailable, callee.follows(caller)=unavailable,
      call.same_account=true (by on_unavailable, then on_unavailable)
    and 81 more sets of situations; --all shows them
[1]

# Gates.
$ ringfence diff default proposed.json --max-gained 12 --max-lost 0 | tail -3
gates count sets of situations
gate --max-gained 12: 12, held
gate --max-lost 0: 0, held
$ ringfence diff default proposed.json --max-gained 12 --max-lost 0 > text
$ ringfence diff default proposed.json --max-gained 5 -q | tail -1
gate --max-gained 5: 12, exceeded
$ ringfence diff default proposed.json --max-gained 5 > text
[1]
$ ringfence diff default proposed.json --max-gained 5 --json | grep -o '"counts".*'
"counts":{"of":"sets of situations","gained":12,"lost":0},"gates":[{"gate":"max_gained","limit":5,"value":12,"holds":false}]}
$ ringfence diff default proposed.json --max-gained many
ringfence: --max-gained 'many': expected a whole number from 0 to 1000000000000000
[2]

# In a database.
$ ringfence init -q && ringfence import users $WORLD/users.csv -q && ringfence import follows $WORLD/follows.tsv -q && ringfence import blocks $WORLD/blocks.tsv -q
$ ringfence --db world.db diff in-force proposed.json | sed -n '/^in the/,$p'
in the database, of 9 users
        0  of 20 pairs of caller and callee that a relation joins
           the 52 other pairs were not counted: it matters what is known of a pair alone:
           callee.quiet(caller), callee.contact(caller)
$ ringfence diff in-force proposed.json | tail -3
while facts are unavailable, besides what follows from the above
gained: refuse (offline) -> ring, 8 sets of situations
    --all shows them
$ ringfence --db world.db diff x-2023 x-2024 | sed -n '/^in the database/,$p'
in the database, of 9 users
        0  of 20 pairs of caller and callee that a relation joins
           the 52 other pairs were not counted: it matters what is known of a pair alone:
           callee.contact(caller), callee.cohort, caller.cohort
$ cat > small.json <<END
> { "policy": "small", "catalog": 1, "unknown_callee": "refuse", "decisions": { "ring": { "rules": [
>   { "id": "blocked", "when": "callee.blocks(caller)", "then": "refuse" },
>   { "id": "followed", "when": "callee.follows(caller)", "then": "ring" } ],
>   "otherwise": "refuse", "on_unavailable": "refuse" } } }
> END
$ sed -e 's/callee.follows(caller)/callee.follows(caller) || caller.verified/' small.json > larger.json
$ ringfence --db world.db diff small.json larger.json --max-gained 3 | sed -n '/^in the/,$p'
in the database, of 9 users
        1  of 20 pairs of caller and callee that a relation joins
        7  of 52 other pairs

gained: refuse (offline) -> ring
        1  pairs that a relation joins
             carol calls bob (by otherwise, then followed)
        7  others

gates count pairs of users
gate --max-gained 3: 8, exceeded
$ ringfence --db world.db diff small.json larger.json --json | grep -o '"database".*'
"database":{"users":9,"related":20,"unrelated":52,"not_counted":null,"changes":[{"change":"gained","was":{"effect":"refuse","signal":"offline","told":"unavailable","sip":480,"retry_after":0,"record":"nothing"},"now":{"effect":"ring","signal":"ringing","told":"ringing","sip":180,"retry_after":0,"record":"missed"},"related":1,"unrelated":7,"examples":[{"caller":"carol","callee":"bob","was_rule":"otherwise","now_rule":"followed"}]}]},"counts":{"of":"pairs of users","gained":8,"lost":0},"gates":[]}

# In a log.
$ ringfence --log n7 log init --name example.com/ring/n7 -q
$ ringfence policy activate larger.json -q
$ printf 'caller\tcallee\nalice\tbob\nmallory\tbob\ncarol\tbob\nbob\tcarol\nalice\tbob\n' | ringfence --log n7 check --questions - > answers
$ ringfence diff small.json larger.json --log n7 | sed -n '/^in the/,$p'
in the log, of 5 decisions
        5  decided under both policies
        1  changed: gained 1, lost 0, kind 0
        1  gained: refuse (offline) -> ring: callee.known && !callee.blocks(caller) &&
           !callee.follows(caller) && caller.verified
never occurred: 1 set of situations
           gained: refuse (offline) -> ring: callee.known && !callee.blocks(caller) &&
           callee.follows(caller) is unavailable && caller.verified
$ ringfence diff default ./proposed.json --log n7 | sed -n '/^in the/,/^never/p'
in the log, of 5 decisions
        1  decided under both policies; 4 open: facts that were not collected matter
        0  changed: gained 0, lost 0, kind 0
never occurred: 12 sets of situations
$ ringfence diff small.json larger.json --log n7 --json | grep -o '"log".*'
"log":{"log":"example.com/ring/n7","entries":5,"compared":5,"changed":1,"gained":1,"lost":0,"kind":0,"indeterminate":0,"not_replayable":0,"sealed":0,"situations":[{"entries":1,"change":"gained","when":"callee.known && !callee.blocks(caller) && !callee.follows(caller) && caller.verified"},{"entries":0,"change":"gained","when":"callee.known && !callee.blocks(caller) && callee.follows(caller) is unavailable && caller.verified"}]},"counts":{"of":"decisions of the log","gained":1,"lost":0},"gates":[]}
$ RINGFENCE_DB= ringfence diff small.json larger.json --log n7 --max-gained 0 | sed -n '/^in the/,$p'
in the log, of 5 decisions
        0  decided under both policies; 5 sealed: there is no key to their facts
        0  changed: gained 0, lost 0, kind 0
never occurred: 2 sets of situations
           gained: refuse (offline) -> ring: callee.known && !callee.blocks(caller) &&
           !callee.follows(caller) && caller.verified
           gained: refuse (offline) -> ring: callee.known && !callee.blocks(caller) &&
           callee.follows(caller) is unavailable && caller.verified

gates count decisions of the log
gate --max-gained 0: nothing was decided, not held
$ ringfence diff small.json larger.json --log n7 --max-gained 1 --max-lost 0 > text

# What cannot be compared.
$ RINGFENCE_DB= ringfence diff in-force default
ringfence: no database: name it with --db FILE or in the environment variable RINGFENCE_DB (`ringfence --db FILE init` makes one)
[2]
$ ringfence diff default
ringfence: an argument is missing
Try `ringfence diff --help`.
[2]
$ ringfence diff default defalt
ringfence: no shipped rule set is called 'defalt'; did you mean default?
[2]
$ ringfence diff default ./nothing.json
ringfence: ./nothing.json: No such file or directory
[2]

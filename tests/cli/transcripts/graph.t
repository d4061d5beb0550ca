# A policy as a picture: dot text, SVG by Graphviz, nodes and edges for programs.
$ ringfence graph default | sed 's/ tooltip=".*/ .../' | grep -A3 'd0n6\|d0n10 '
  d0n6 [label="callee.follows(caller)" ...
  d0n7 [label="callee.allow_verified" ...
  d0n8 [label="caller.verified" ...
  d0n9 [label="callee.allow_contacts" ...
  d0n10 [label="callee.contact(caller)" ...
  d0n0r0 [label="unknown_callee\nprivate: refuse\ntold unavailable" ...
  d0n0 -> d0n0r0 [label=" false " ...
  d0n0 -> d0n1 [label=" true " ...
--
  d0n5 -> d0n6 [label=" true or unset " ...
  d0n5 -> d0n7 [label=" false " ...
  d0n6 -> d0n7 [label=" false " ...
  d0n6r4 [label="followed\nring\ntold ringing" ...
  d0n6 -> d0n6r4 [label=" true " ...
  d0n7 -> d0n9 [label=" false or unset " ...
  d0n7 -> d0n8 [label=" true " ...
  d0n8 -> d0n9 [label=" false or unset " ...
--
  d0n9 -> d0n10 [label=" true " ...
  d0n10r7 [label="otherwise\nprivate: refuse\ntold unavailable" ...
  d0n10 -> d0n10r7 [label=" all but match " ...
  d0n10r6 [label="contact\nring\ntold ringing" ...
  d0n10 -> d0n10r6 [label=" match " ...
}
$ ringfence graph x-2024 --decision path | grep -c 'd0n'
9
$ ringfence graph x-2024 --decision all | grep 'label="x-2024\|subgraph'
  subgraph cluster_0 {
  label="x-2024: ring\non_unavailable: private (refuse), where facts that matter cannot be read\n";
  subgraph cluster_1 {
  label="x-2024: path\non_unavailable: relay, where facts that matter cannot be read\n";
$ ringfence graph x-2024 --decision path --json
{"policy":"x-2024","digest":"DIGEST","decisions":[{"name":"path","nodes":[{"fact":"callee.relay_calls"},{"fact":"caller.relay_calls"}],"rules":[{"rule":"either-asks","value":"relay","reason":"either-asks","when":"callee.relay_calls || caller.relay_calls","floor":false,"reserved":false},{"rule":"otherwise","value":"direct","reason":"otherwise","when":null,"floor":false,"reserved":true},{"rule":"on_unavailable","value":"relay","reason":"on_unavailable","when":null,"floor":false,"reserved":true}],"edges":[{"from":0,"to":1,"label":"false or unset","values":["unset","false"]},{"from":0,"to_rule":0,"label":"true","values":["true"]},{"from":1,"to_rule":1,"label":"false or unset","values":["unset","false"]},{"from":1,"to_rule":0,"label":"true","values":["true"]}]}]}
$ ringfence graph android-zen --json | grep -o '{"from":[0-9]*,"to[a-z_]*":[0-9]*,"label":"[<>]= [^}]*}[^}]*}'
{"from":9,"to_rule":7,"label":"<= 15 min","values":[{"from":0,"to":900000}]}
$ ringfence graph default --output default.dot; ringfence graph default | cmp - default.dot
$ ringfence graph default --output default.dot
ringfence: default.dot is there already, and is not overwritten
[2]
$ ringfence graph default --output no/folder/default.dot
ringfence: cannot create no/folder/default.dot: No such file or directory
[2]

# What is wrong is said, and nothing is left behind.
$ ringfence graph
ringfence: arguments are missing
Try `ringfence graph --help`.
[2]
$ ringfence graph nothing
ringfence: no shipped rule set is called 'nothing'; `ringfence rules` lists them, and a file is written with a slash: ./policy
[2]
$ printf '{' > broken.json; ringfence graph ./broken.json
./broken.json:1:2: error: unexpected end of the text
{
 ^
  expected: a key in double quotes, or '}'
[2]
$ ringfence graph x-2024 --decision paths
ringfence: the policy has no such decision; it decides: ring, path
[2]
$ ringfence graph default --format png
ringfence: --format is dot or svg
[2]
$ ringfence graph default --json --output default.json
ringfence: --json prints nodes and edges; leave out --format and --output
[2]
$ mkdir bin; ln -s "$(command -v ringfence)" bin/ringfence
$ PATH=$PWD/bin ringfence graph default --output default.svg; echo $?; ls | grep svg
ringfence: cannot draw with Graphviz: there is no program `dot` on the PATH (Debian: apt install graphviz); --format dot needs none
3
[1]
$ printf '#!/bin/sh\ncat > /dev/null; echo "Error: out of paper" >&2; exit 1\n' > bin/dot; chmod +x bin/dot
$ PATH=$PWD/bin:$PATH ringfence graph default --format svg
ringfence: cannot draw with Graphviz: `dot` failed: Error: out of paper
[3]
$ printf '#!/bin/sh\necho "<svg of $(wc -l) lines $*>"\n' > bin/dot
$ PATH=$PWD/bin:$PATH ringfence graph default --output default.svg && cat default.svg
<svg of 51 lines -Tsvg>

# The way of one decision: values and where they came from, everything else dimmed.
$ ringfence init -q && ringfence relate bob follows alice -q
$ ringfence explain --caller alice --callee bob --brief --graph why.dot
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)
$ grep -o 'label="default: .*\|^  d0n[0-9]* \[label="[^"]*= [^"]*"\|d0n[0-9]* -> .*penwidth' why.dot | sed 's/ tooltip=.*//'
label="default: ring (alice -> bob)\non_unavailable: private (refuse), where facts that matter cannot be read\n";
  d0n0 [label="callee.known\n= true, derived"
  d0n1 [label="callee.blocks(caller)\n= false, relation"
  d0n2 [label="caller.blocks(callee)\n= false, relation"
  d0n3 [label="callee.quiet(caller)\n= false, derived"
  d0n4 [label="callee.calls_enabled\n= true, default"
  d0n5 [label="callee.allow_followed\n= true, default"
  d0n6 [label="callee.follows(caller)\n= true, relation"
d0n0 -> d0n1 [label=" true "
d0n1 -> d0n2 [label=" false "
d0n2 -> d0n3 [label=" false "
d0n3 -> d0n4 [label=" false "
d0n4 -> d0n5 [label=" true or unset "
d0n5 -> d0n6 [label=" true or unset "
d0n6 -> d0n6r4 [label=" true "
$ grep -o 'd0n[0-9]*r[0-9]* \[label="[^"]*".*penwidth' why.dot | sed 's/ tooltip=.*//'
d0n6r4 [label="followed\nring\ntold ringing"
d0n6r4 [label=" true "

# Where facts could not be read, every way they leave open.
$ ringfence explain --caller carol --callee bob --fact 'callee.follows(caller)=?' --brief --graph open.dot
carol -> bob    refuse  could not be read: callee.follows(caller)  (carol is told: unavailable, 480)
  bob could change: nothing                             carol could change: nothing
  bob and the operator together could change: allow verified users and verify carol
  some facts could not be read, and they matter
[1]
$ grep -o '^  d0u.*\|.*-> d0u.*\|^  d0n6 -> .*' open.dot | sed 's/ tooltip=.*//'
  d0n6 -> d0n7 [label=" false "
  d0n6 -> d0n6r4 [label=" true "
  d0u [label="on_unavailable\nprivate: refuse\ntold unavailable\n(decides)"
  d0n6r4 -> d0u [style="dashed" color="#1b1d21"
  d0n9r7 -> d0u [style="dashed" color="#1b1d21"
$ ringfence relate bob messaged alice -q
$ ringfence explain --caller alice --callee bob --policy x-2024 --graph two.dot --brief > /dev/null; echo $?; grep -c cluster_ two.dot
0
2
$ ringfence explain --caller alice --callee bob --policy x-2024 --call platform=web --graph one.dot --brief > /dev/null; echo $?; grep -c cluster_ one.dot
1
0
[1]
$ ringfence explain --caller alice --callee bob --graph why.dot
ringfence: why.dot is there already, and is not overwritten
[2]
$ printf 'caller\tcallee\nalice\tbob\n' | ringfence explain --questions - --graph all.dot
ringfence: --graph draws one decision, not --questions
[2]
$ ringfence explain --caller alice --callee bob --graph ''
ringfence: --graph needs the name of a file
[2]
$ PATH=$PWD/bin:$PATH ringfence explain --caller alice --callee bob --brief --graph why.svg && cat why.svg
alice -> bob    ring    followed: bob follows alice; bob allows people they follow (default)
<svg of 51 lines -Tsvg>

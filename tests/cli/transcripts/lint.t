# Warnings with the sort of each.
$ sed -e 's/"on_unavailable": "private"/"on_unavailable": "ring"/' $RULES/default/policy.json > open.json
$ ringfence lint open.json --format json
{"policy":"open.json","warnings":"open.json:45:25: warning: 'on_unavailable' rings: calls ring that no rule admits\n      \"on_unavailable\": \"ring\"\n                        ^~~~~~\n  hint: admit callers by a rule, and refuse here\n","findings":[{"rule":"rings-without-rule","line":45,"column":25,"message":"'on_unavailable' rings: calls ring that no rule admits","expected":null,"hint":"admit callers by a rule, and refuse here"}]}
[1]
$ ringfence lint open.json --format text
open.json:45:25: warning: 'on_unavailable' rings: calls ring that no rule admits
      "on_unavailable": "ring"
                        ^~~~~~
  hint: admit callers by a rule, and refuse here
[1]

# One SARIF log of several files: errors, warnings and what cannot be read.
$ printf '{"policy":"p","catalog":1,"unknown_callee":"refuse","decisions":{"ring":{"rules":[{"id":"e", /* \303\251 \360\237\230\200 */ "when":"callee.kown","then":"ring"}],\n"otherwise":"refuse","on_unavailable":"refuse"}}}' > 'a b.json'
$ ringfence lint open.json 'a b.json' ./gone.json default --format sarif > all.sarif
ringfence: ./gone.json: No such file or directory
[2]
$ sed -n '/"invocations"/,$p' all.sarif
      "invocations": [
        {
          "executionSuccessful": false,
          "toolExecutionNotifications": [
            {
              "level": "error",
              "message": {
                "text": "./gone.json: No such file or directory"
              }
            }
          ]
        }
      ],
      "columnKind": "utf16CodeUnits",
      "results": [
        {
          "ruleId": "rings-without-rule",
          "ruleIndex": 0,
          "level": "warning",
          "message": {
            "text": "'on_unavailable' rings: calls ring that no rule admits; hint: admit callers by a rule, and refuse here"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "open.json"
                },
                "region": {
                  "startLine": 45,
                  "startColumn": 25,
                  "endLine": 45,
                  "endColumn": 31
                }
              }
            }
          ]
        },
        {
          "ruleId": "condition",
          "ruleIndex": 13,
          "level": "error",
          "message": {
            "text": "unknown fact 'callee.kown'; expected: a fact of the catalog; hint: did you mean 'callee.known'?"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "a%20b.json"
                },
                "region": {
                  "startLine": 1,
                  "startColumn": 113,
                  "endLine": 1,
                  "endColumn": 124
                }
              }
            }
          ]
        }
      ]
    }
  ]
}
$ head -8 all.sarif
{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "ringfence",
$ ringfence lint default --format sarif | sed -n '/"invocations"/,$p'
      "invocations": [
        {
          "executionSuccessful": true
        }
      ],
      "columnKind": "utf16CodeUnits",
      "results": []
    }
  ]
}
$ ringfence lint default --format xml
ringfence: --format is text, json or sarif
[2]
$ ringfence lint default --format sarif --json
ringfence: --json is --format json
[2]
$ ringfence lint default --format
ringfence: the required argument for option '--format' is missing
Try `ringfence lint --help`.
[2]

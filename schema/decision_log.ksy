meta:
  id: decision_log
  title: Ringfence decision log, entries
  file-extension: ent
  license: Apache-2.0
  ks-version: 0.9
  endian: be
  bit-endian: be
doc: |
  A segment (seg/*.ent) or an entry bundle (tile/entries/*) of a decision log: entries of 182 bytes,
  each after its length. decision_log.md is the description; what is here is the same for programs.
  Facts are sealed: their form in clear is `facts`, for who has a facts key.
doc-ref: decision_log.md
seq:
  - id: entries
    type: framed_entry
    repeat: eos
types:
  framed_entry:
    seq:
      - id: length
        type: u2
        valid: 182
      - id: entry
        type: entry
        size: length
  entry:
    seq:
      - id: version
        type: u1
        valid: 1
      - id: kind
        type: u1
        enum: kind
      - id: flags
        type: flags
      - id: time_ns
        type: u8
        doc: Unix time at which it was decided
      - id: writer
        type: u2
      - id: boot
        type: u2
        doc: which opening of the log
      - id: seq
        type: u6
        doc: number of the decision or shadow evaluation in this opening, whether or not all were recorded
      - id: policy_ref
        type: u6
        doc: index of the policy entry that it was decided by, in this tree
      - id: effect
        type: u1
        doc: of a decision, enum effect; of a detail, enum detail
      - id: facts_schema
        type: u1
        doc: version of the catalog
      - id: reason
        type: u2
        doc: 0 is that of the rule in the policy
      - id: rule
        type: u2
        doc: position in the compiled order of decision `ring`
      - id: payload
        size: 144
        type:
          switch-on: kind
          cases:
            'kind::genesis': blob
            'kind::policy': policy
            'kind::decision': call
            'kind::boot': boot
            'kind::gap': gap
            'kind::clock': clock
            'kind::erasure': erasure
            'kind::seal': seal
            'kind::replay': blob
            'kind::keycommit': keycommit
            'kind::access': access
            'kind::detail': call
      - id: crc32c
        type: u4
        doc: CRC-32C of the 178 bytes before it
  flags:
    seq:
      - id: reserved
        type: b6
      - id: details
        type: b2
        doc: number of detail entries directly before this decision
      - id: epoch_key
        type: b1
        doc: facts are sealed under the epoch's own key
      - id: party_unread
        type: b1
        doc: a party could not be looked up, and is named as if unknown
      - id: durable
        type: b1
        doc: the answer waited for the disk
      - id: not_all_collected
        type: b1
      - id: shadow
        type: b1
        doc: what a policy that is tried would have decided of the call of the decision before; nothing came of it
      - id: emergency
        type: b1
      - id: failure_mode
        type: b1
      - id: clock_unsynchronised
        type: b1
  u6:
    doc: An unsigned number of 48 bits.
    seq:
      - id: high
        type: u2
      - id: low
        type: u4
    instances:
      value:
        value: high * 4294967296 + low
  call:
    doc: A decision about a call, or a detail of the next decision.
    seq:
      - id: request_id
        size: 16
      - id: caller
        size: 16
        doc: pseudonym; zero is nobody with an account
      - id: callee
        size: 16
      - id: sealed_facts
        size: 80
        doc: the first 80 bytes of `facts`, encrypted
      - id: revision
        type: u8
        doc: of the store the decision saw
      - id: outcome
        type: u1
        doc: index into the policy's outcomes
      - id: path
        type: u1
        doc: 0 is none, else 1 + index of the value of decision `path`
      - id: basis
        type: basis
      - id: sealed_states
        size: 5
        doc: the last 5 bytes of `facts`, encrypted
  basis:
    seq:
      - id: reserved
        type: b4
      - id: path
        type: b2
        enum: basis
      - id: ring
        type: b2
        enum: basis
  facts:
    doc: The 85 bytes of a decision's sealed_facts and sealed_states in clear.
    seq:
      - id: values
        size: 72
        doc: bit b of the frame is bit b mod 8 of byte b div 8
      - id: read_digest
        type: u4
        doc: CRC-32C of 72 bytes in which the first bit of every fact that was tested is set
      - id: zero
        contents: [0, 0, 0, 0]
      - id: zero_bits
        type: b7
        valid: 0
      - id: host
        type: b11
        doc: bit g is set where a host gave group g
      - id: states
        type: b2
        enum: group_state
        repeat: expr
        repeat-expr: 11
        doc: of group 10 first, of group 0 last
  blob:
    seq:
      - id: blob
        size: 32
        doc: SHA-256, and name in blobs/
  policy:
    seq:
      - id: blob
        size: 32
      - id: digest
        size: 32
      - id: number
        type: u8
        doc: in the store; 0 is none
  boot:
    seq:
      - id: previous_boot
        type: u2
      - id: clean
        type: u1
      - id: rings
        type: u1
        enum: rings
      - id: recovered
        type: u4
        doc: entries found in rings
      - id: cut_bytes
        type: u8
      - id: highest_seq
        type: u8
        doc: seen of the previous boot
      - id: monotonic_ns
        type: u8
      - id: engine
        size: 32
        doc: SHA-256 of the engine's version
  gap:
    seq:
      - id: count
        type: u8
        doc: decisions that were made, and shadow evaluations, and not recorded
      - id: first_seq
        type: u8
      - id: last_seq
        type: u8
      - id: first_time_ns
        type: u8
      - id: last_time_ns
        type: u8
      - id: cause
        type: u1
        enum: gap_cause
      - id: of_boot
        type: u2
        doc: in which they were made
  clock:
    seq:
      - id: event
        type: u1
        enum: clock_event
      - id: step_ns
        type: s8
      - id: monotonic_ns
        type: u8
  erasure:
    seq:
      - id: case_id
        size: 16
      - id: time_s
        type: u8
  seal:
    seq:
      - id: cause
        type: u1
        enum: seal_cause
  keycommit:
    seq:
      - id: epoch
        type: u4
      - id: keys
        type: u8
      - id: root
        size: 32
  access:
    seq:
      - id: what
        type: u1
        enum: access
      - id: first_epoch
        type: u4
      - id: last_epoch
        type: u4
      - id: keys
        type: u8
      - id: case_id
        size: 16
enums:
  kind:
    1: genesis
    2: policy
    3: decision
    4: boot
    5: gap
    6: clock
    7: erasure
    9: seal
    10: replay
    11: keycommit
    12: access
    13: detail
  effect:
    0: refuse
    1: ring
    2: silence
    3: screen
    4: voicemail
  detail:
    1: unavailable
    2: collected
    3: host
  basis:
    0: complete
    1: partial
    2: on_unavailable
  group_state:
    0: not_collected
    1: read
    2: unavailable
    3: absent
  rings:
    0: none_needed
    1: recovered
    2: lost
  gap_cause:
    1: overload
    2: disk_full
    3: disk_error
    4: killed_while_deciding
  clock_event:
    1: heartbeat
    2: stepped_forward
    3: stepped_back
    4: behind_the_last_entry
  seal_cause:
    1: end_of_month
    2: on_demand
  access:
    1: facts_keys_exported

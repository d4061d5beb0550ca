// Rows to facts: one function for each group of derived facts. Takes the two users, the moment and
// a snapshot's rows; gives the group's facts.
#pragma once

#include <ringfence/fact_source.h>
#include <ringfence/question.h>

#include <cstdint>

#include "derived/context.h"
#include "derived/rows.h"

namespace ringfence {

/// One question's parties as a session found them. A handle of 0: no account.
struct DerivedParties {
  int64_t callee = 0;
  int64_t caller = 0;
  bool callee_has_list = false, callee_has_quiet = false, callee_has_schedule = false;
  bool caller_has_list = false;
};

/// All that a reading of a derived group needs. `facts` gives other groups in the same snapshot
/// (predicates of lists); facts the question carries come before what it says.
struct DerivedReading {
  const DerivedIds& ids;
  const DerivedContext& context;
  const Question& question;
  DerivedParties parties;
  int64_t now_ms = 0;
  DerivedRows& rows;
  FactSource& facts;
};

/// One of the groups below.
ReadState ReadDerivedGroup(Group group, const DerivedReading& reading, GroupWriter& out) noexcept;

ReadState ReadAttempts(const DerivedReading& reading, GroupWriter& out) noexcept;
ReadState ReadGrant(const DerivedReading& reading, GroupWriter& out) noexcept;
ReadState ReadList(const DerivedReading& reading, GroupWriter& out) noexcept;
ReadState ReadTime(const DerivedReading& reading, GroupWriter& out) noexcept;

}  // namespace ringfence

// Small worlds that fault tests write, and their whole content as text, to tell the state before a
// write from the state after it and from anything else.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "contract/subjects.h"
#include "derived/pair_calls.h"
#include "unit/store_file.h"

namespace ringfence {

/// The log that fault tests' stores belong to.
inline constexpr std::string_view kFaultLog = "00112233445566778899aabbccddeeff";

inline LogCheckpointRow FaultCheckpoint(uint64_t size) {
  return {"example.com/fault/2026-11", size, 1, "note"};
}

/// Everything a store holds, users, relations, policies, earlier calls and what it keeps for a log,
/// one line each; or why it cannot be read.
inline std::string Dump(StoreBackend& store) {
  std::string text;
  Status status = store.EachUser([&](const UserInfo& user) {
    text += user.user;
    for (const UserValue& value : user.values) {
      if (value.code == 0) continue;
      text += " " + value.name + "=" + Catalog::Standard().FormatValue(value.fact, value.code);
    }
    text += "\n";
    return true;
  });
  if (!status.ok()) return status.message();
  status = store.EachRelation([&](const RelationInfo& relation) {
    text += relation.subject + " " + relation.relation + " " + relation.object + " " +
            relation.value + "\n";
    return true;
  });
  if (!status.ok()) return status.message();
  const auto policies = store.Policies();
  if (!policies.ok()) return policies.status().message();
  for (const PolicyRecord& policy : *policies) {
    text += std::to_string(policy.number) + (policy.in_force ? "* " : " ") + policy.text + "\n";
  }
  const auto calls = store.Rows(RowKind::kPairCalls, "", false);
  if (!calls.ok()) return calls.status().message();
  for (const NamedRow& row : *calls) {
    text += row.b_name + " called " + row.a_name + " " + row.bytes + "\n";
  }
  const auto checkpoint = store.LoadLogCheckpoint(kFaultLog);
  if (!checkpoint.ok()) return checkpoint.status().message();
  if (checkpoint->has_value()) text += "log of " + std::to_string((*checkpoint)->size) + "\n";
  const auto outbox = store.LogOutbox();
  if (!outbox.ok()) return outbox.status().message();
  for (const LogOutboxRow& row : *outbox) text += "waits: " + std::to_string(row.kind) + "\n";
  return text;
}

/// No finding that is an error.
inline void RequireHealthy(StoreBackend& store) {
  for (const DoctorFinding& finding : Findings(store)) {
    if (finding.error) FAIL(finding.check << ": " << finding.detail);
  }
}

/// `users` users "u0".. with a setting each and a ring of follows among them.
inline Status FillWorld(StoreTransaction& transaction, int users) {
  for (int i = 0; i < users; ++i) {
    const std::string name = "u" + std::to_string(i);
    const std::string next = "u" + std::to_string((i + 1) % users);
    Status status = transaction.SetUser(name, Setting("verified"), i % 2 == 0 ? 1 : 2);
    if (status.ok()) status = transaction.Relate(name, Relation("follows"), next, 1);
    if (!status.ok()) return status;
  }
  PolicyRecord record;
  record.text = "first";
  return transaction.AddPolicy(&record);
}

/// A group of counters as a flush commits it, one attempt in both directions: no revision.
inline Status WriteCounters(StoreBackend& store, EventId attempt) {
  PairCalls calls;
  calls.Add(CallEvent::kAttempt, attempt, 0);
  const std::string bytes = calls.Pack();
  Result<std::unique_ptr<StoreTransaction>> transaction = store.Begin();
  if (!transaction.ok()) return transaction.status();
  int64_t one = 0, other = 0;
  Status status = (*transaction)->FindHandle("u1", &one);
  if (status.ok()) status = (*transaction)->FindHandle("u9", &other);
  const auto put = [&](int64_t a, int64_t b) {
    return (*transaction)->PutRow(RowKind::kPairCalls, a, b, bytes, kNow);
  };
  if (status.ok()) status = put(one, other);
  if (status.ok()) status = put(other, one);
  if (status.ok()) status = (*transaction)->SweepRows(kNow - 1, 10);
  return status.ok() ? (*transaction)->CommitCounters() : status;
}

/// One write of every kind.
inline Status ChangeWorld(StoreTransaction& transaction) {
  ForgetReport report;
  PolicyRecord record;
  record.text = "second";
  Status status = transaction.SetUser("u1", Setting("verified"), 0);
  if (status.ok()) status = transaction.AddUser("new");
  if (status.ok()) status = transaction.Relate("u1", Relation("blocks"), "newer", 1);
  if (status.ok()) status = transaction.Relate("u2", Relation("follows"), "u3", 0);
  if (status.ok()) status = transaction.Relate("u2", Relation("friend"), "u4", 1);
  if (status.ok()) status = transaction.Forget("u5", kNow, &report);
  if (status.ok()) status = transaction.AddPolicy(&record);
  return status;
}

}  // namespace ringfence

// What the Readers of one engine share: the store and the policy of the hour.
#pragma once

#include <ringfence/engine.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "store/backend.h"

namespace ringfence {

struct Engine::Impl {
  std::optional<Store> store;
  std::optional<Contacts> contacts;           ///< here, because its vault asks it for newer keys
  std::shared_ptr<const ContactVault> vault;  ///< null: no contact keys
  std::optional<DecisionLog> log;
  std::optional<Attempts> attempts;
  std::shared_ptr<const DerivedContext> derived;  ///< what sessions read derived facts with
  Catalog catalog = Catalog::Standard();          ///< of the store, else of the policy
  bool follows_store = false;                     ///< the policy is the store's policy in force

  /// The policy with this number in the store; 0: none in force, the shipped default. Compiled once
  /// for all Readers. kCorrupt when the stored text does not compile to the digest stored beside
  /// it.
  Result<Policy> PolicyNumber(int64_t number, StoreSession& session);

  /// The policy to use whatever the store says; none: the shipped default. kInvalidArgument:
  /// another catalog than the store's.
  Status Fix(std::optional<Policy> policy);
  /// Publishing without a store: Readers compare the generation and copy under the mutex.
  std::atomic<uint64_t> generation{0};
  void Publish(Policy policy);
  Policy Published();

  /// Sets `attempts` and `derived`. kInvalidArgument: they are of another store.
  Status UseAttempts(const EngineOptions& options);

  /// As Engine::SetShadow.
  Status SetShadow(std::optional<Policy> policy);
  std::atomic<uint64_t> shadow_generation{0};
  std::optional<Policy> Shadow();

 private:
  std::mutex mutex_;
  std::optional<Policy> shadow_;
  std::optional<Policy> current_;
  int64_t current_number_ = -1;
};

}  // namespace ringfence

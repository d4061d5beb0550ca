// Engine: opens the store, keeps the policy, hands out Readers.
#include <ringfence/engine.h>

#include <utility>

#include "api/attempts_impl.h"
#include "api/contacts_impl.h"
#include "api/engine_impl.h"
#include "api/log_impl.h"
#include "api/policy_impl.h"
#include "api/reader_impl.h"
#include "api/recording.h"
#include "api/store_impl.h"
#include "base/check.h"

namespace ringfence {

Result<Policy> Engine::Impl::PolicyNumber(int64_t number, StoreSession& session) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (current_number_ == number) return *current_;
  if (number == 0) {
    // For the store's own catalog: questions may carry facts of its extension.
    Result<std::string> text = Policy::ShippedText("default");
    if (!text.ok()) return text.status();
    Result<Policy> shipped = Policy::Compile(*text, "default", catalog);
    if (!shipped.ok()) return shipped;
    current_ = std::move(shipped).value();
  } else {
    PolicyRecord record;
    Status read = session.PolicyText(number, &record);
    if (!read.ok()) return read;
    const std::string name = "policy " + std::to_string(number) + " of the store";
    Result<Policy> compiled = Policy::Compile(record.text, name, catalog);
    if (!compiled.ok()) {
      return Status(StatusCode::kCorrupt,
                    name + " does not compile:\n" + compiled.status().message());
    }
    // Not the digest: it covers the catalog too, which a newer library may have grown.
    if (compiled->canonical() != record.text) {
      return Status(StatusCode::kCorrupt, name + " is not the canonical text it was stored as");
    }
    current_ = std::move(compiled).value();
  }
  current_number_ = number;
  return *current_;
}

void Engine::Impl::Publish(Policy policy) {
  const std::lock_guard<std::mutex> lock(mutex_);
  current_ = std::move(policy);
  generation.fetch_add(1, std::memory_order_release);
}

Status Engine::Impl::Fix(std::optional<Policy> policy) {
  if (!policy.has_value()) {
    Result<Policy> shipped = Policy::Shipped("default");
    if (!shipped.ok()) return shipped.status();
    policy = std::move(shipped).value();
  }
  if (!store.has_value()) catalog = policy->catalog();
  if (catalog.digest_hex() != policy->catalog().digest_hex()) {
    return Status(StatusCode::kInvalidArgument,
                  "the policy and the store were opened with different catalogs");
  }
  Publish(*std::move(policy));
  return Status();
}

Policy Engine::Impl::Published() {
  const std::lock_guard<std::mutex> lock(mutex_);
  CHECK(current_.has_value());
  return *current_;
}

Status Engine::Impl::SetShadow(std::optional<Policy> policy) {
  if (policy.has_value()) {
    if (!log.has_value()) {
      return Status(StatusCode::kInvalidArgument,
                    "a shadow policy needs a decision log: nothing else comes of it");
    }
    if (policy->catalog().digest_hex() != catalog.digest_hex()) {
      return Status(StatusCode::kInvalidArgument,
                    "the shadow policy is written for another catalog than the engine's");
    }
    if (Status known = MakeKnown(*log, *policy); !known.ok()) return known;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  shadow_ = std::move(policy);
  shadow_generation.fetch_add(1, std::memory_order_release);
  return Status();
}

std::optional<Policy> Engine::Impl::Shadow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return shadow_;
}

Status Engine::Impl::UseAttempts(const EngineOptions& options) {
  DerivedContext context = *SystemContext();
  if (options.attempts.has_value()) {
    const Attempts::Impl& counting = *options.attempts->impl();
    if (!options.store.has_value() || options.store->impl() != counting.store.impl()) {
      return Status(StatusCode::kInvalidArgument,
                    "the attempts of an engine must be opened on the engine's store");
    }
    attempts = options.attempts;
    context.now_ms = counting.options.clock_ms;
    context.pending = counting.pending;
  }
  if (options.clock_ms) context.now_ms = options.clock_ms;
  context.zones = options.time_zones;
  derived = std::make_shared<const DerivedContext>(std::move(context));
  return Status();
}

Result<Engine> Engine::Open(EngineOptions options) {
  auto impl = std::make_shared<Impl>();
  if (options.contacts.has_value()) {
    const Contacts::Impl& contacts = *options.contacts->impl();
    if (!options.store.has_value() || options.store->impl() != contacts.store.impl()) {
      return Status(StatusCode::kInvalidArgument,
                    "the contacts of an engine must be opened on the engine's store");
    }
    impl->vault = contacts.vault;
    impl->contacts = options.contacts;
  }
  if (Status used = impl->UseAttempts(options); !used.ok()) return used;
  if (options.log.has_value()) {
    if (Status status = CheckLogOf(*options.log, options.store); !status.ok()) return status;
    impl->log = options.log;
  }
  impl->store = std::move(options.store);
  if (impl->store.has_value()) impl->catalog = impl->store->catalog();
  impl->follows_store = impl->store.has_value() && !options.policy.has_value();
  if (!impl->follows_store) {
    if (Status fixed = impl->Fix(std::move(options.policy)); !fixed.ok()) return fixed;
  }
  if (options.shadow.has_value()) {
    if (Status set = impl->SetShadow(std::move(options.shadow)); !set.ok()) return set;
  }
  return Engine(std::move(impl));
}

Result<Engine> Engine::Open(const std::string& database) {
  StoreOptions store_options;
  store_options.path = database;
  Result<Store> store = Store::Open(store_options);
  if (!store.ok()) return store.status();
  EngineOptions options;
  options.store = std::move(store).value();
  return Open(std::move(options));
}

Result<Reader> Engine::NewReader() { return NewReader({}); }

Result<Reader> Engine::NewReader(std::span<FactSource* const> host_sources) {
  auto reader = std::make_unique<Reader::Impl>();
  Status opened = reader->Open(impl_, host_sources);
  if (!opened.ok()) return opened;
  return Reader(std::move(reader));
}

Status Engine::SetPolicy(Policy policy) {
  if (impl_->follows_store) {
    return Status(StatusCode::kInvalidArgument,
                  "this engine follows its store's policy in force: activate the policy there");
  }
  if (policy.catalog().digest_hex() != impl_->catalog.digest_hex()) {
    return Status(StatusCode::kInvalidArgument,
                  "the new policy is written for another catalog than the engine's");
  }
  impl_->Publish(std::move(policy));
  return Status();
}

Status Engine::SetShadow(std::optional<Policy> shadow) {
  return impl_->SetShadow(std::move(shadow));
}

Store& Engine::store() {
  CHECK(impl_->store.has_value());
  return *impl_->store;
}

bool Engine::has_store() const { return impl_->store.has_value(); }

const Catalog& Engine::catalog() const { return impl_->catalog; }

}  // namespace ringfence

// The client's statuses: each has a sentence of its own, each is reached. Lack of memory too: this
// file makes operator new fail when told to.
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <set>

#include "unit/contacts_client_support.h"

namespace {

// Allocations of this thread until one fails; negative: none does.
thread_local long t_until_failure = -1;
thread_local bool t_failed = false;

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (t_until_failure == 0) {
    t_failed = true;
    return nullptr;
  }
  if (t_until_failure > 0) --t_until_failure;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  void* const memory = operator new(size, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace ringfence {
namespace {

TEST_CASE("every status has a sentence of its own") {
  std::set<std::string> texts;
  for (int status = 0; status < RF_CONTACT_STATUS_COUNT; ++status) {
    const char* const text = rf_contact_status_text(static_cast<rf_contact_status>(status));
    REQUIRE(text != nullptr);
    CHECK(std::strlen(text) > 5);
    CHECK(text[std::strlen(text) - 1] != '.');
    texts.insert(text);
  }
  CHECK(texts.size() == RF_CONTACT_STATUS_COUNT);
  CHECK(rf_contact_status_text(RF_CONTACT_STATUS_COUNT) != nullptr);
  CHECK(texts.count(rf_contact_status_text(static_cast<rf_contact_status>(31))) == 0);
}

TEST_CASE("wrong arguments are refused and change nothing but the count") {
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS];
  size_t count = 7;
  CHECK(rf_contact_phone(nullptr, 1, "DE", 0, forms, &count) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(count == 0);
  CHECK(rf_contact_phone("1", 1, nullptr, 0, forms, &count) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_phone("1", 1, "DE", 0, nullptr, &count) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_phone("1", 1, "DE", 0, forms, nullptr) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_phone("1", 1, "DE", 4, forms, &count) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_phone(nullptr, 0, "DE", 0, forms, &count) == RF_CONTACT_EMPTY);
  CHECK(rf_contact_email(nullptr, 1, forms) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_email("a@b", 3, nullptr) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_email(nullptr, 0, forms) == RF_CONTACT_EMPTY);
}

// Runs with the n-th allocation failing, for n = 1, 2, ... until none fails: how often one did.
template <class Call>
int FailEach(const Call& call) {
  for (int n = 0;; ++n) {
    rf_contact_identifier form;
    t_failed = false;
    t_until_failure = n;
    const rf_contact_status status = call(&form);
    t_until_failure = -1;
    if (!t_failed) {
      CHECK(status == RF_CONTACT_OK);
      CHECK(form.size > 0);
      return n;
    }
    CHECK(status == RF_CONTACT_NO_MEMORY);
    CHECK(form.size == 0);
  }
}

TEST_CASE("lack of memory is a status, no exception, and leaves nothing") {
  REQUIRE(ReadPhone("+4915112345678", "DE").status == RF_CONTACT_OK);
  CHECK(FailEach([](rf_contact_identifier* form) {
          rf_contact_identifier forms[RF_CONTACT_MAX_FORMS] = {};
          size_t count = 0;
          const rf_contact_status status =
              rf_contact_phone("+541123456789", 13, "AR", RF_CONTACT_ALIASES, forms, &count);
          *form = forms[0];
          if (status != RF_CONTACT_OK) CHECK(count == 0);
          return status;
        }) > 0);
  const std::string address =
      "j\xC3\xBCrgen@b\xC3\xBC"
      "cher.example";
  CHECK(FailEach([&](rf_contact_identifier* form) {
          return rf_contact_email(address.data(), address.size(), form);
        }) > 0);
}

TEST_CASE("every status is reached") {
  const std::string long_text(300, '1');
  std::set<int> reached = {
      ReadPhone("+4915112345678", "ZZ").status,
      ReadPhone("", "ZZ").status,
      ReadPhone(long_text, "ZZ").status,
      ReadPhone("\xFF", "ZZ").status,
      ReadPhone("0151 12345678", "ZZ").status,
      ReadPhone("0151 12345678", "QQ").status,
      ReadPhone("mother", "DE").status,
      ReadPhone("112", "DE").status,
      ReadPhone("+41446681800 x3", "ZZ").status,
      ReadPhone("1-800-FLOWERS", "US").status,
      ReadPhone("49 151 12345678", "DE").status,
      ReadEmail("alice").status,
      ReadEmail("alice@a..b").status,
      rf_contact_email("a@b", 3, nullptr),
  };
  rf_contact_identifier identifier;
  t_until_failure = 0;
  const rf_contact_status failed = rf_contact_email("a@b", 3, &identifier);
  t_until_failure = -1;
  reached.insert(failed);

  REQUIRE(rf_contact_email("a@b", 3, &identifier) == RF_CONTACT_OK);
  rf_contact_batch* const batch = rf_contact_batch_new();
  REQUIRE(rf_contact_batch_add(batch, &identifier) == RF_CONTACT_OK);
  std::array<uint8_t, RF_CONTACT_ELEMENT_BYTES> element;
  REQUIRE(rf_contact_batch_blind(batch, element.data()) == RF_CONTACT_OK);
  const std::array<uint8_t, RF_CONTACT_ELEMENT_BYTES> nothing{};
  const std::array<uint8_t, RF_CONTACT_PROOF_BYTES> proof{};
  std::array<uint8_t, RF_CONTACT_TOKEN_BYTES> token;
  // The element itself as public key: an element, and not the one that was used.
  reached.insert(rf_contact_batch_finish(batch, element.data(), 1, proof.data(), element.data(),
                                         token.data()));
  reached.insert(rf_contact_batch_finish(batch, nothing.data(), 1, proof.data(), element.data(),
                                         token.data()));
  rf_contact_batch_free(batch);

  for (int status = 0; status < RF_CONTACT_STATUS_COUNT; ++status) {
    CAPTURE(status);
    CHECK(reached.count(status) == 1);
  }
}

}  // namespace
}  // namespace ringfence

// What a Policy holds: the document an admin reads, the program a Reader runs, and the layout both
// share.
#pragma once

#include <ringfence/policy.h>

#include <string>

#include "facts/frame.h"
#include "policy/document.h"
#include "program/program.h"

namespace ringfence {

struct Policy::Impl {
  explicit Impl(const Catalog& catalog) : layout(catalog) {}

  Layout layout;
  Document document;
  Program program;
  std::string canonical;
  std::string digest;
  std::string diagram_dump;
};

}  // namespace ringfence

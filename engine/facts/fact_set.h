// Sets of facts as sets: what FactSet itself, which hosts see, does not do.
#pragma once

#include <ringfence/catalog.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace ringfence {

/// Visits the facts of a set, lowest id first.
template <class Visit>
void ForEach(const FactSet& set, const Visit& visit) {
  for (size_t i = 0; i < std::size(set.words); ++i) {
    for (uint64_t rest = set.words[i]; rest != 0; rest &= rest - 1) {
      visit(static_cast<FactId>(i * 64 + static_cast<size_t>(std::countr_zero(rest))));
    }
  }
}

inline FactSet Both(const FactSet& a, const FactSet& b) {
  FactSet both;
  for (size_t i = 0; i < std::size(both.words); ++i) both.words[i] = a.words[i] & b.words[i];
  return both;
}

/// set & ~less
inline FactSet Without(FactSet set, const FactSet& less) {
  for (size_t i = 0; i < std::size(set.words); ++i) set.words[i] &= ~less.words[i];
  return set;
}

/// *set |= add & ~except
inline void InsertAll(FactSet* set, const FactSet& add, const FactSet& except = FactSet()) {
  for (size_t i = 0; i < std::size(add.words); ++i) {
    set->words[i] |= add.words[i] & ~except.words[i];
  }
}

/// *set &= ~(remove & ~except)
inline void RemoveAll(FactSet* set, const FactSet& remove, const FactSet& except = FactSet()) {
  for (size_t i = 0; i < std::size(remove.words); ++i) {
    set->words[i] &= ~(remove.words[i] & ~except.words[i]);
  }
}

inline void Remove(FactSet* set, FactId id) { set->words[id >> 6] &= ~(uint64_t{1} << (id & 63)); }

inline bool Covers(const FactSet& set, const FactSet& part) {
  for (size_t i = 0; i < std::size(part.words); ++i) {
    if ((part.words[i] & ~set.words[i]) != 0) return false;
  }
  return true;
}

}  // namespace ringfence

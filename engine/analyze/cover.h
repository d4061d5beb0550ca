// A set of situations as people read one: a few cubes, each a condition per fact joined by "and".
// Takes diagrams of a space; gives cubes that together are the set, and their text.
#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analyze/space.h"

namespace ringfence {

struct CodeRange {
  FactCode first = 0;
  FactCode last = 0;
  friend auto operator<=>(const CodeRange&, const CodeRange&) = default;
};

/// One fact and the codes it may have; Layout::code_counts stands for unavailable.
struct Literal {
  FactId fact = 0;
  std::vector<CodeRange> codes;  ///< ascending, never touching, neither none nor all
  friend auto operator<=>(const Literal&, const Literal&) = default;
};

/// All hold. By the space's order of facts, each fact once; empty: every situation.
using Cube = std::vector<Literal>;

/// Whether a situation is in the cube.
bool Contains(const Layout& layout, const Cube& cube, const Situation& situation);
/// The cube's situations; `unavailable`: for diagrams that Space::WithUnavailable made.
Ref SetOf(Space* space, const Cube& cube, bool unavailable);

struct CoverOptions {
  bool unavailable = false;  ///< `set` and `most` are diagrams that Space::WithUnavailable made
  size_t max_cubes = 100;
};

/// Cubes that lie in `most` and cover `set`, a part of it, largest first: none can do without a
/// literal or allow a further code of situations in `set`, and of few none can be left out. Past
/// max_cubes, or as many nodes as go with them, some situations of `set` stay uncovered. The same
/// on every machine. Meaningless if the space is exhausted. Source: S. Minato, Fast Generation of
/// Prime-Irredundant Covers from Binary Decision Diagrams (1993), for facts of many values.
std::vector<Cube> CoverOf(Space* space, Ref set, Ref most, const CoverOptions& options);

/// "callee.contact(caller) == 'match'": in the language of conditions where it can be said there,
/// whatever the defaults of `documents` are; else "callee.verified is unset".
std::string TextOf(const Layout& layout, const Literal& literal,
                   std::span<const Document* const> documents);

}  // namespace ringfence

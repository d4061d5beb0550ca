// Every question about policies as a whole, in one header: proofs, differences, mutants, the fewest
// cases, drawings, and who may ring whom in a store.
#pragma once

#include <ringfence/cases.h>
#include <ringfence/diff.h>
#include <ringfence/diff_store.h>
#include <ringfence/graph.h>
#include <ringfence/mutate.h>
#include <ringfence/prove.h>
#include <ringfence/who.h>

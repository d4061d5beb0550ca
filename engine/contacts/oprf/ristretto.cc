// ristretto
#include "contacts/oprf/ristretto.h"

// oprf
#include "contacts/oprf/oprf.h"

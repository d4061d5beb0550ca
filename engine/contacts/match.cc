// match: to come.
#include "contacts/match.h"

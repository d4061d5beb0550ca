// book: to come.
#include "contacts/book.h"

#include "engine/base/result.hpp"
trocar::Status try_it();
void wrong() { try_it(); }

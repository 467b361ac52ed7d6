// What nearly every file of this folder includes, compiled once. Files include what they use all the same.
#include "core/worker.hpp"
#include "sip/trip.hpp"

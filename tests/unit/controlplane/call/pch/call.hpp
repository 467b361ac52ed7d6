// What nearly every file of this folder includes, compiled once. Files include what they use all the same.
#include "world.hpp"

// What nearly every file of this folder includes, compiled once. Files include what they use all the same.
#include <algorithm>
#include <functional>
#include <unordered_map>

#include "registrar/accounts.hpp"
#include "registrar/location.hpp"
#include "transaction/layer.hpp"

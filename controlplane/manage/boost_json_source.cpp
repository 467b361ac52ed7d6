// Boost.JSON without its library package: its source, compiled here once.
#include <boost/json/src.hpp>

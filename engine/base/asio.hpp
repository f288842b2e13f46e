#pragma once
// The one place that includes Boost.Asio; for .cpp files only (it costs seconds to parse).
// <utility> first: Boost 1.74 uses std::exchange without it under C++20.
#include <utility>
//
#include <boost/asio.hpp>

#pragma once
// The one place that includes Boost.Asio; for .cpp files only (it costs seconds to parse).
#if defined(__SANITIZE_THREAD__)
// ThreadSanitizer does not understand fences, and g++ says so with a warning. Asio's own locks
// order everything this project shares.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
// <utility> first: Boost 1.74 uses std::exchange without it under C++20.
#include <utility>
//
#include <boost/asio.hpp>

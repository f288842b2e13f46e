#pragma once
#include <array>
#include <catch2/catch.hpp>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <locale>
#include <string>

#include "tests/tools/temporary_folder.hpp"

// A process that writes "0,5", while this lives: a real locale of the C library, made here from its
// sources (Debian package locales), because a host need not have one.
class CommaLocale {
 public:
  CommaLocale() {
    const std::string made = (folder_.path() / name).string();
    // Its exit code tells of warnings, too; whether the locale took is asked below.
    [[maybe_unused]] const int warned =
        std::system(("localedef -i de_DE -f UTF-8 " + made + " >/dev/null 2>&1").c_str());
    setenv("LOCPATH", folder_.path().c_str(), 1);
    REQUIRE(std::setlocale(LC_ALL, name) != nullptr);
    std::locale::global(std::locale(name));
    std::array<char, 8> half{};
    std::snprintf(half.data(), half.size(), "%.1f", 0.5);
    REQUIRE(std::string(half.data()) == "0,5");
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;
  ~CommaLocale() {
    std::locale::global(std::locale::classic());
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }

 private:
  static constexpr const char* name = "de_DE.UTF-8";
  TemporaryFolder folder_;
};

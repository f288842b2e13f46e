#pragma once
#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

// The program as a person runs it: what it prints and how it exits. TROCAR_PROGRAM is its path.

struct Ran {
  int exit_code;
  std::string said;  // stdout and stderr
};

inline Ran shell(const std::string& line) {
  std::FILE* pipe = popen(("{ " + line + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran ran{};
  std::array<char, 4096> some{};
  for (std::size_t n = 0; (n = std::fread(some.data(), 1, some.size(), pipe)) > 0;) {
    ran.said.append(some.data(), n);
  }
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

inline Ran trocar_with(const std::string& arguments) {
  return shell(TROCAR_PROGRAM " " + arguments);
}

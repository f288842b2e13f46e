#include "tests/engine/igtl/bodies_for_test.hpp"

using namespace trocar::igtl;

namespace {

// Two children, 'xyz' of A and 'hi' of Needle, with what the size fields say.
struct TwoChildren {
  u16 count = 2;
  u64 first = 3;
  u64 second = 2;
  u16 row = 10;
  std::string names = {"A\0Needle\0\0", 10};
};
Bytes bind_of(const TwoChildren& c) {
  Bytes b;
  (b << c.count).text("STRING", 12);
  (b << c.first).text("RTS_COMMAND_", 12);
  (b << c.second << c.row).text(c.names).text("xyz", 4).text("hi");
  return b;
}
Bytes content_of(const Buffer& all) { return Bytes{all}; }

}  // namespace

TEST_CASE("the children of a BIND have their type, name and bytes") {
  const auto b = read_whole<BindBody>(bind_of({}));
  REQUIRE(b.children.size() == 2);
  CHECK(b.children[0].type == "STRING");
  CHECK(b.children[0].device == "A");
  CHECK(as_text(b.children[0].content) == "xyz");
  CHECK(b.children[1].type == "RTS_COMMAND_");  // fills its field
  CHECK(b.children[1].device == "Needle");
  CHECK(as_text(b.children[1].content) == "hi");
  CHECK(written(b) == bind_of({}).all);
}

TEST_CASE("a BIND's row of names that is filled to an even length counts the zero that fills it") {
  const BindBody odd{{{"STRING", "AB", {}}, {"STRING", "Z", {}}}};
  const Buffer bytes = written(odd);
  CHECK(load_be<u16>(bytes.data() + 42) == 6);
  CHECK(as_text(bytes).substr(44) == std::string_view("AB\0Z\0\0", 6));
  const BindBody even{{{"STRING", "ABC", {}}, {"STRING", "Z", {}}}};
  CHECK(load_be<u16>(written(even).data() + 42) == 6);
}

TEST_CASE("a peer that does not count the zero behind a BIND's row of names is understood") {
  const auto b = read_whole<BindBody>(bind_of({.row = 9}));
  CHECK(b.children[1].device == "Needle");
  CHECK(as_text(b.children[1].content) == "hi");
}

TEST_CASE("a BIND's row of names is one for each child, no more and no fewer") {
  CHECK(refuses<BindBody>(bind_of({.names = {"A\0Needle!!", 10}})));     // the last has no end
  CHECK(refuses<BindBody>(bind_of({.names = {"A\0Ne\0dle\0\0", 10}})));  // three
  CHECK(refuses<BindBody>(bind_of({.names = "ANeedle!!!"})));            // none
  const auto nameless = read_whole<BindBody>(bind_of({.row = 2, .names = {"\0\0", 2}}));
  CHECK(nameless.children[0].device.empty());
  CHECK(nameless.children[1].device.empty());
}

TEST_CASE("a BIND is empty when it says so, and then holds nothing") {
  CHECK(read_whole<BindBody>(Bytes() << u16{0} << u16{0}).children.empty());
  CHECK(written(BindBody{}) == Buffer(4));
  CHECK(refuses<BindBody>(Bytes() << u16{0} << u16{0} << u8{0}));
}

TEST_CASE("hostile: a BIND whose sizes lie is refused") {
  for (const u16 count : lies_about<u16>(2)) CHECK(refuses<BindBody>(bind_of({.count = count})));
  for (const u64 size : lies_about<u64>(3)) {
    // 4 counts the zero that fills: nothing says that it is not content.
    if (size != 4) CHECK(refuses<BindBody>(bind_of({.first = size})));
  }
  for (const u64 size : lies_about<u64>(2)) {
    if (size != 1) CHECK(refuses<BindBody>(bind_of({.second = size})));  // nor that it is
  }
  for (const u16 row : lies_about<u16>(10)) {
    if (row != 9) CHECK(refuses<BindBody>(bind_of({.row = row})));
  }
  check_each_cut_is_refused<BindBody>(bind_of({}));
}

TEST_CASE("a BIND says how many children or which size did not fit") {
  CHECK(refusal_of<BindBody>(bind_of({.count = 9})) == "expected children that fit, found 9");
  CHECK(refusal_of<BindBody>(bind_of({.second = 1ULL << 63U})) ==
        "expected children within the body, found 9223372036854775808");
}

TEST_CASE("a child of odd length has a zero behind it; the last may leave it out") {
  Bytes b;
  (b << u16{1}).text("STRING", 12);
  (b << u64{3} << u16{2}).text("A", 2).text("xyz");
  CHECK(as_text(read_whole<BindBody>(b).children[0].content) == "xyz");
  b << u8{0};
  CHECK(written(read_whole<BindBody>(b)) == b.all);
  b << u8{0};
  CHECK(refusal_of<BindBody>(b) == "expected nothing behind the children, found 1");
}

TEST_CASE("a BIND within a BIND stays bytes, and opens like the first") {
  const BindBody inner{{{"STRING", "Deep", Buffer(5)}}};
  const BindBody outer{{{"BIND", "Inner", written(inner)}, {"STATUS", "S", Buffer(30)}}};
  const auto b = read_whole<BindBody>(content_of(written(outer)));
  REQUIRE(b.children.size() == 2);
  CHECK(b.children[0].content == written(inner));
  const auto deep = read_whole<BindBody>(content_of(b.children[0].content));
  CHECK(deep.children.at(0).device == "Deep");
  CHECK(written(b) == written(outer));
}

TEST_CASE("hostile: a thousand BINDs one in another are taken without a thousand calls") {
  Buffer innermost = written(BindBody{});
  for (int depth = 0; depth < 1000; ++depth) {
    innermost = written(BindBody{{{"BIND", "B", std::move(innermost)}}});
  }
  CHECK(read_whole<BindBody>(content_of(innermost)).children[0].content.size() ==
        innermost.size() - 26);
}

TEST_CASE("a BIND holds as many children and as long a row as its fields can say") {
  BindBody many;
  many.children.resize(0xFFFF);
  for (auto& child : many.children) child.type = "T";
  const auto back = read_whole<BindBody>(content_of(written(many)));
  CHECK(back.children.size() == 0xFFFF);
  // 65535 bytes of names, an odd number: the zero behind them cannot be counted.
  const BindBody longest{{{"T", std::string(0xFFFE, 'n'), Buffer(2)}}};
  const Buffer bytes = written(longest);
  CHECK(load_be<u16>(bytes.data() + 22) == 0xFFFF);
  const auto long_back = read_whole<BindBody>(content_of(bytes));
  CHECK(long_back.children[0].device == longest.children[0].device);
  CHECK(long_back.children[0].content.size() == 2);
}

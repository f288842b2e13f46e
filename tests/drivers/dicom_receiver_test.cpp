#include "drivers/dicom_receiver.hpp"

#include <catch2/catch.hpp>

#include "dicom_rig.hpp"
#include "tests/engine/model/ct_files.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

// A receiver on a free port of this host, and what it says.
struct Stage {
  explicit Stage(DicomPortConfig config = {}) {
    config.port = 0;
    auto opened = DicomReceiver::open(config, sink, [this](DicomRefusal, const std::string& d) {
      const std::lock_guard lock(mutex);
      details.push_back(d);
    });
    REQUIRE(opened);
    receiver = std::move(opened.value());
  }
  [[nodiscard]] std::uint16_t port() const { return receiver->port(); }
  bool refuses(DicomRefusal why, std::uint64_t times = 1) {
    INFO(to_string(why) << " " << receiver->refused(why));
    const bool came = eventually([&] { return receiver->refused(why) >= times; });
    CHECK(came);
    return came;
  }
  // The receiver is still there for everybody.
  void serves() {
    DicomSender sender(port());
    REQUIRE(sender.connect());
    CHECK(sender.echo());
    CHECK(sender.release());
  }
  std::string last_detail() {
    const std::lock_guard lock(mutex);
    return details.empty() ? "" : details.back();
  }

  RecordingSink sink;
  std::mutex mutex;
  std::vector<std::string> details;
  std::unique_ptr<DicomReceiver> receiver;
};

int connect_raw(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in at = LoopbackListener::address(port);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  return fd;
}

std::filesystem::path one_slice(const TempFolder& folder) {
  write_dicom_slice(folder / "a.dcm", small_geometry(), 0, slice_tags(small_geometry(), 0));
  return folder / "a.dcm";
}

// What follows the file meta information, whose first element says how long it is.
std::string data_set(const std::string& file) {
  std::size_t length = 0;
  for (std::size_t k = 4; k-- > 0;)
    length = length << 8U | static_cast<unsigned char>(file[140 + k]);
  return file.substr(144 + length);
}

}  // namespace

TEST_CASE("a sender that asks whether somebody is there gets its answer") {
  Stage stage;
  stage.serves();
  CHECK(stage.sink.wait_for([](const auto& all) { return all.size() == 1 && all.at(1).whole; }));
}

TEST_CASE("a sender that keeps small writes back is not kept waiting for acknowledgements") {
  // DCMTK's client as it is by itself, Nagle's rule in force: were heads of messages acknowledged
  // late, each object would take the kernel's 40 ms, which no machine is too quick or too slow for.
  ::unsetenv("TCP_NODELAY");  // NOLINT(concurrency-mt-unsafe) no other thread reads it yet
  constexpr int objects = 50;
  const TempFolder folder;
  const auto slice = one_slice(folder);
  Stage stage;
  DicomSender sender(stage.port());
  REQUIRE(sender.connect());
  const auto began = std::chrono::steady_clock::now();
  for (int k = 0; k < objects; ++k) REQUIRE(sender.store(slice) == 0);
  CHECK(std::chrono::steady_clock::now() - began < objects * 20ms);
  CHECK(sender.release());
}

TEST_CASE("an object arrives byte for byte, with file meta information before it") {
  const TempFolder folder;
  Stage stage;
  const std::string sent = read_file(one_slice(folder));
  CHECK(send_folder(stage.port(), folder.path()).empty());
  REQUIRE(stage.sink.wait_for([](const auto& all) { return all.size() == 1 && all.at(1).ended; }));
  const auto came = stage.sink.all().at(1);
  CHECK(came.whole);
  CHECK(came.from == "SCANNER at 127.0.0.1");
  REQUIRE(came.files.size() == 1);
  CHECK(data_set(came.files[0]) == data_set(sent));
  CHECK(eventually([&] { return stage.receiver->objects() == 1; }));
}

TEST_CASE("a sender that calls another application is sent away") {
  Stage stage;
  DicomSender sender(stage.port(), "PACS");
  CHECK_FALSE(sender.connect());
  CHECK(stage.refuses(DicomRefusal::called_ae_title));
  CHECK(stage.last_detail() == "SCANNER at 127.0.0.1 called \"PACS\"");
  stage.serves();
}

TEST_CASE("where peers are named, only they may send, from their addresses") {
  DicomPortConfig config;
  config.peers = {{"SCANNER", IpRange::parse("127.0.0.0/8").value()}};
  Stage stage(config);
  stage.serves();
  DicomSender stranger(stage.port(), "TROCAR", "STRANGER");
  CHECK_FALSE(stranger.connect());
  CHECK(stage.refuses(DicomRefusal::calling_ae_title));

  config.peers = {{"", IpRange::parse("10.0.0.0/8").value()}};
  Stage far(config);
  DicomSender sender(far.port());
  CHECK_FALSE(sender.connect());
  CHECK(far.refuses(DicomRefusal::address_not_allowed));
}

TEST_CASE(
    "a sender of other kinds of object is told that none is taken, and the log which it was") {
  Stage stage;
  DicomSender sender(stage.port());
  CHECK_FALSE(sender.connect({"1.2.840.10008.5.1.4.1.1.2.1"}));
  CHECK(stage.refuses(DicomRefusal::no_common_ground));
  CHECK(stage.last_detail().find("offered EnhancedCTImageStorage") != std::string::npos);
  stage.serves();
}

TEST_CASE("what is no DICOM is cut off at its first byte") {
  Stage stage;
  const Peer stranger(connect_raw(stage.port()));
  stranger.say("GET / HTTP/1.1\r\n\r\n");
  CHECK(stage.refuses(DicomRefusal::not_dicom));
  stage.serves();
}

TEST_CASE("a sender that drips its request is cut off after the time for a request") {
  DicomPortConfig config;
  config.request = 100ms;
  Stage stage(config);
  const Peer slow(connect_raw(stage.port()));
  slow.say(association_request().substr(0, 40));
  CHECK(stage.refuses(DicomRefusal::request_too_slow));
  CHECK(eventually([&] { return !slow.send("more"); }));
  stage.serves();
}

TEST_CASE("a flood of associations is turned away while the first goes on") {
  DicomPortConfig config;
  config.max_associations = 1;
  Stage stage(config);
  DicomSender first(stage.port());
  REQUIRE(first.connect());
  for (int n = 0; n < 20; ++n) {
    const Peer next(connect_raw(stage.port()));
    CHECK(next.hear(10) == std::string("\3\0\0\0\0\4\0\2\3\2", 10));  // come again
  }
  CHECK(stage.refuses(DicomRefusal::too_many_associations, 20));
  CHECK(first.echo());
  CHECK(first.release());
  CHECK(eventually([&] { return stage.receiver->associations() == 1; }));
  stage.serves();
}

TEST_CASE("a sender that breaks off is counted, and its delivery is not whole") {
  const TempFolder folder;
  Stage stage;
  DicomSender sender(stage.port());
  REQUIRE(sender.connect());
  CHECK(sender.store(one_slice(folder)) == 0);
  sender.abort();
  CHECK(stage.refuses(DicomRefusal::aborted));
  REQUIRE(stage.sink.wait_for([](const auto& all) { return all.at(1).ended; }));
  CHECK_FALSE(stage.sink.all().at(1).whole);
  CHECK(stage.sink.all().at(1).files.size() == 1);
  stage.serves();
}

TEST_CASE("a sender that says nothing more is cut off") {
  DicomPortConfig config;
  config.idle = 1s;
  Stage stage(config);
  DicomSender sender(stage.port());
  REQUIRE(sender.connect());
  CHECK(stage.refuses(DicomRefusal::idle));
  stage.serves();
}

TEST_CASE("an association ends with its time, whatever it does") {
  DicomPortConfig config;
  config.association = 200ms;
  Stage stage(config);
  DicomSender sender(stage.port());
  REQUIRE(sender.connect());
  CHECK(stage.refuses(DicomRefusal::association_too_long));
}

TEST_CASE("a cut or damaged message ends its association alone") {
  Stage stage;
  for (const auto& [bytes, why] :
       {std::pair{data_pdu(std::string(500, 'x'), 3).substr(0, 100), DicomRefusal::aborted},
        std::pair{data_pdu(std::string(500, 'x'), 3), DicomRefusal::protocol_violated},
        std::pair{data_pdu("", 2), DicomRefusal::protocol_violated},
        std::pair{std::string(100, '\xFF'), DicomRefusal::protocol_violated}}) {
    const std::uint64_t before = stage.receiver->refused(why);
    Peer peer(connect_raw(stage.port()));
    peer.say(association_request());
    CHECK(peer.hear(1) == "\2");  // accepted
    peer.say(bytes);
    if (why == DicomRefusal::aborted) peer.close();
    CHECK(stage.refuses(why, before + 1));
  }
  stage.serves();
}

TEST_CASE("an object beyond the limit is refused with a status, and the next one is taken") {
  const TempFolder folder;
  const auto small = one_slice(folder);
  DicomPortConfig config;
  config.max_object_bytes = std::filesystem::file_size(small) + 1000;
  Stage stage(config);
  VolumeGeometry large = small_geometry();
  large.size = {200, 200, 1};
  write_dicom_slice(folder / "b.dcm", large, 0, slice_tags(large, 0));
  DicomSender sender(stage.port());
  REQUIRE(sender.connect());
  CHECK(sender.store(folder / "b.dcm") == 0xA700);
  CHECK(sender.store(small) == 0);
  CHECK(sender.release());
  CHECK(stage.refuses(DicomRefusal::object_refused));
  CHECK(stage.sink.all().at(1).lost == 1);  // it may have been a slice
}

TEST_CASE("the sender of an object that the sink refuses is told why by the status") {
  const TempFolder folder;
  Stage stage;
  DicomSender sender(stage.port());
  REQUIRE(sender.connect());
  stage.sink.answer(Error{Code::malformed, "damaged"});
  CHECK(sender.store(one_slice(folder)) == 0xC000);
  CHECK(stage.last_detail() == "damaged");
  stage.sink.answer(Error{Code::unsupported, "other"});
  CHECK(sender.store(one_slice(folder)) == 0x0122);
  stage.sink.answer(Error{Code::io, "disk"});
  CHECK(sender.store(one_slice(folder)) == 0xA700);
  CHECK(sender.release());
  CHECK(stage.refuses(DicomRefusal::object_refused, 3));
}

TEST_CASE("a port that is taken is an error, and a receiver that ends gives its port back") {
  RecordingSink sink;
  std::uint16_t port = 0;
  {
    Stage stage;
    port = stage.port();
    DicomPortConfig config;
    config.port = port;
    const auto second = DicomReceiver::open(config, sink);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::io);
    DicomSender open(port);
    REQUIRE(open.connect());  // goes on while the receiver ends
  }
  DicomPortConfig config;
  config.port = port;
  CHECK(DicomReceiver::open(config, sink));
}

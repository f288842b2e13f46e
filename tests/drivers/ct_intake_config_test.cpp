#include "drivers/ct_intake_config.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/ct_files.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

CtIntakeConfig read(const std::string& text) {
  return read_dicom(ConfigReader::parse("[dicom]\n" + text, "or.toml").table("dicom"));
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "accepted";
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

const std::string least = "ae_title = \"NAV\"\nspool_folder = \"spool\"\n";

}  // namespace

TEST_CASE("a title, a spool and a port are enough for a scanner on this host") {
  const CtIntakeConfig c = read(least + "port = 11112\n");
  REQUIRE(c.port);
  CHECK(c.port->ae_title == "NAV");
  CHECK(c.port->port == 11112);
  CHECK(c.port->bind == "127.0.0.1");
  CHECK(c.port->peers.empty());
  CHECK_FALSE(c.watched);
  CHECK(c.patience.quiet == 500ms);
  CHECK(c.decoder.processes == 2);
}

TEST_CASE("every key is read, with its unit") {
  const TempFolder folder;
  const CtIntakeConfig c =
      read(least +
           "port = 0\nbind = \"0.0.0.0\"\nmax_pdu_bytes = 65536\nmax_associations = 2\n"
           "request_ms = 1000\nidle_ms = 2000\nassociation_ms = 3000\nmax_object_mib = 2\n"
           "max_series_objects = 300\nmax_series_mib = 400\nmax_open_series = 3\n"
           "series_quiet_ms = 250\nseries_missing_ms = 5000\nwatch_folder = \"" +
           folder.path().string() +
           "\"\nwatch_quiet_ms = 700\ndecoder_memory_mib = 512\ndecoder_cpu_s = 9\n"
           "decoder_deadline_ms = 8000\ndecoder_processes = 1\n"
           "[[dicom.peers]]\nae_title = \"SCANNER\"\naddress = \"10.1.0.0/16\"\n"
           "[[dicom.peers]]\nae_title = \"*\"\naddress = \"10.2.0.1\"\n");
  REQUIRE(c.port);
  REQUIRE(c.port->peers.size() == 2);
  CHECK(c.port->peers[0].ae_title == "SCANNER");
  CHECK(c.port->peers[1].ae_title.empty());
  CHECK(c.port->max_pdu_bytes == 65536);
  CHECK(c.port->max_associations == 2);
  CHECK(c.port->max_object_bytes == 2U << 20U);
  CHECK(c.port->request == 1s);
  CHECK(c.port->idle == 2s);
  CHECK(c.port->association == 3s);
  CHECK(c.limits.max_objects == 300);
  CHECK(c.limits.max_bytes == 400U << 20U);
  CHECK(c.limits.max_open_series == 3);
  CHECK(c.patience.quiet == 250ms);
  CHECK(c.patience.missing == 5s);
  REQUIRE(c.watched);
  CHECK(c.watched->quiet == 700ms);
  CHECK(c.watched->max_file_bytes == 2U << 20U);
  CHECK(c.decoder.limits.memory_bytes == 512U << 20U);
  CHECK(c.decoder.limits.cpu == 9s);
  CHECK(c.decoder.deadline == 8s);
  CHECK(c.decoder.processes == 1);
}

TEST_CASE("H24: who may send is required when others than this host can connect") {
  says(refusal(least + "port = 11112\nbind = \"0.0.0.0\"\n"), "peers");
  says(refusal(least + "port = 11112\nbind = \"here\"\n"), "IP address");
  says(refusal(least + "port = 11112\n[[dicom.peers]]\nae_title = \"A\"\naddress = \"x\"\n"),
       "10.1.0.0/16");
}

TEST_CASE("no way in, a wrong title, an unknown key and a limit out of range are refused") {
  says(refusal(least), "a port, a watch_folder, or both");
  says(refusal("ae_title = \"SEVENTEEN LETTERS\"\nspool_folder = \"s\"\nport = 1\n"),
       "1 to 16 characters");
  says(refusal("ae_title = \"A\\\\B\"\nspool_folder = \"s\"\nport = 1\n"), "without backslash");
  says(refusal("ae_title = \" A\"\nspool_folder = \"s\"\nport = 1\n"), "1 to 16 characters");
  says(refusal(least + "port = 11112\nquiet_ms = 3\n"), "quiet_ms");
  says(refusal(least + "port = 11112\nseries_quiet_ms = 3\n"), "series_quiet_ms");
  says(refusal(least + "port = 70000\n"), "port");
  says(refusal(least + "watch_folder = \"/no/such\"\n"), "watch_folder");
}

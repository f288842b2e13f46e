#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/igtl/ip_address.hpp"

namespace trocar {

// Who may send. DICOM's AE title is a name, no proof: the address is what counts.
struct DicomPeer {
  std::string ae_title;  // empty: any
  IpRange address;
};

// Where DICOM senders connect, and how much of what they may. Loopback unless told otherwise.
struct DicomPortConfig {
  std::string ae_title = "TROCAR";
  std::string bind = "127.0.0.1";
  std::uint16_t port = 11112;      // 0: any free one
  std::vector<DicomPeer> peers{};  // empty: any title, from this host alone
  std::uint32_t max_pdu_bytes = 131'072;
  std::size_t max_associations = 4;
  std::size_t max_object_bytes = 64U << 20U;
  Duration request = std::chrono::seconds(5);  // for a whole association request
  Duration idle = std::chrono::seconds(15);    // without a byte of the next message; full seconds
  Duration association = std::chrono::minutes(10);  // for all of it
};

// Whether a sender of this title and address is one of the peers.
bool admits(const std::vector<DicomPeer>& peers, const std::string& ae_title,
            const IpAddress& address);

}  // namespace trocar

#include "drivers/dicom_port_config.hpp"

#include <algorithm>

namespace trocar {

bool admits(const std::vector<DicomPeer>& peers, const std::string& ae_title,
            const IpAddress& address) {
  if (peers.empty()) return address.is_loopback();
  return std::any_of(peers.begin(), peers.end(), [&](const DicomPeer& p) {
    return p.address.holds(address) && (p.ae_title.empty() || p.ae_title == ae_title);
  });
}

}  // namespace trocar

#include "dicom_rig.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/scu.h>

#include <algorithm>
#include <thread>

namespace trocar::test {

// Enough for a sanitizer on a busy machine; nobody waits so long where all is well.
static constexpr auto patience = std::chrono::seconds(40);

namespace {

std::string big_endian(std::size_t number, int bytes) {
  std::string out;
  for (int k = bytes - 1; k >= 0; --k) out += static_cast<char>(number >> (8 * k) & 0xFFU);
  return out;
}

std::string item(unsigned char type, const std::string& content) {
  return std::string(1, static_cast<char>(type)) + '\0' + big_endian(content.size(), 2) + content;
}

std::string pdu(unsigned char type, const std::string& content) {
  return std::string(1, static_cast<char>(type)) + '\0' + big_endian(content.size(), 4) + content;
}

std::string title(std::string text) {
  text.resize(16, ' ');
  return text;
}

}  // namespace

struct DicomSender::Client : DcmSCU {
  T_ASC_PresentationContextID context = 0;
};

DicomSender::DicomSender(std::uint16_t port, const std::string& called, const std::string& calling)
    : client_(std::make_unique<Client>()) {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  client_->setPeerHostName("127.0.0.1");
  client_->setPeerPort(port);
  client_->setPeerAETitle(called.c_str());
  client_->setAETitle(calling.c_str());
  client_->setACSETimeout(5);
  client_->setDIMSETimeout(5);
  client_->setDIMSEBlockingMode(DIMSE_NONBLOCKING);
}
DicomSender::~DicomSender() = default;

bool DicomSender::connect(const std::vector<std::string>& classes) {
  OFList<OFString> syntaxes;
  syntaxes.push_back(UID_LittleEndianExplicitTransferSyntax);
  const std::vector<std::string> ct{UID_VerificationSOPClass, UID_CTImageStorage,
                                    UID_SpatialRegistrationStorage};
  for (const std::string& c : classes.empty() ? ct : classes) {
    client_->addPresentationContext(c.c_str(), syntaxes);
  }
  return client_->initNetwork().good() && client_->negotiateAssociation().good();
}

bool DicomSender::echo() { return client_->sendECHORequest(0).good(); }

int DicomSender::store(const std::filesystem::path& file) {
  Uint16 status = 0;
  const OFCondition sent = client_->sendSTORERequest(0, file.c_str(), nullptr, status);
  return sent.good() ? status : -1;
}

bool DicomSender::release() { return client_->releaseAssociation().good(); }
void DicomSender::abort() { client_->abortAssociation(); }

std::vector<int> send_folder(std::uint16_t port, const std::filesystem::path& folder) {
  DicomSender sender(port);
  if (!sender.connect()) return {-1};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry);
  std::sort(files.begin(), files.end());
  std::vector<int> wrong;
  for (const auto& file : files) {
    if (const int status = sender.store(file); status != 0) wrong.push_back(status);
  }
  sender.release();
  return wrong;
}

std::string association_request(const std::string& called) {
  const std::string context = std::string("\1\0\0\0", 4) + item(0x30, UID_CTImageStorage) +
                              item(0x40, UID_LittleEndianExplicitTransferSyntax);
  const std::string user = item(0x51, big_endian(16384, 4)) + item(0x52, "1.2.3.4");
  return pdu(1, big_endian(1, 2) + big_endian(0, 2) + title(called) + title("SCANNER") +
                    std::string(32, '\0') + item(0x10, "1.2.840.10008.3.1.1.1") +
                    item(0x20, context) + item(0x50, user));
}

std::string data_pdu(const std::string& content, unsigned char flags) {
  return pdu(4, big_endian(content.size() + 2, 4) + '\1' + static_cast<char>(flags) + content);
}

DicomSink::Delivery RecordingSink::begin(const std::string& from) {
  const std::lock_guard lock(mutex_);
  const Delivery delivery = came_.size() + 1;
  came_[delivery].from = from;
  changed_.notify_all();
  return delivery;
}

Status RecordingSink::store(Delivery delivery, std::string_view file) {
  on_store_();
  const std::lock_guard lock(mutex_);
  if (answer_) came_[delivery].files.emplace_back(file);
  changed_.notify_all();
  return answer_;
}

void RecordingSink::lose(Delivery delivery) {
  const std::lock_guard lock(mutex_);
  ++came_[delivery].lost;
  changed_.notify_all();
}

void RecordingSink::end(Delivery delivery, bool whole) {
  const std::lock_guard lock(mutex_);
  came_[delivery].ended = true;
  came_[delivery].whole = whole;
  changed_.notify_all();
}

bool RecordingSink::wait_for(const std::function<bool(const std::map<Delivery, Came>&)>& truth) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return truth(came_); });
}

void RecordingSink::answer(Status with) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(with);
}

std::map<DicomSink::Delivery, RecordingSink::Came> RecordingSink::all() {
  const std::lock_guard lock(mutex_);
  return came_;
}

bool eventually(const std::function<bool()>& truth) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!truth()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace trocar::test

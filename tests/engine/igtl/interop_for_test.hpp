#pragma once
#include <igtlMessageHeader.h>

#include <algorithm>
#include <string>

#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"

// One message between us and Debian's libopenigtlink 1.11, without a socket.
namespace trocar::igtl {

inline constexpr std::uint64_t one_and_a_half_seconds = 0x0000000180000000;

inline Buffer packed(::igtl::MessageBase& theirs) {
  theirs.SetDeviceName("Device");
  theirs.SetTimeStamp(1, 0x80000000);
  theirs.Pack();
  const auto* bytes = static_cast<const std::byte*>(theirs.GetPackPointer());
  return {bytes, bytes + theirs.GetPackSize()};
}

// What the library packs, as we read it; and what we make of that are the library's bytes again.
inline Message from_theirs(::igtl::MessageBase& theirs, std::string_view type) {
  const Buffer bytes = packed(theirs);
  const auto all = decode_all(bytes);
  REQUIRE(all.size() == 1);
  CHECK(all[0].header.version == 1);
  CHECK(all[0].header.type == type);
  CHECK(all[0].header.device == "Device");
  CHECK(all[0].header.timestamp == one_and_a_half_seconds);
  Buffer again;
  append_message(again, all[0]);
  CHECK(again == bytes);
  return all[0];
}
template <class B>
B body_from(::igtl::MessageBase& theirs, std::string_view type) {
  const auto message = from_theirs(theirs, type);
  REQUIRE(std::holds_alternative<B>(message.body));
  return std::get<B>(message.body);
}

// What we encode, as the library unpacks it with the CRC checked.
template <class T>
typename T::Pointer to_theirs(std::string_view type, Body body) {
  Message m;
  m.header = {1, std::string(type), "Device", one_and_a_half_seconds, 0, 0};
  m.body = std::move(body);
  Buffer ours;
  append_message(ours, m);
  auto header = ::igtl::MessageHeader::New();
  header->InitPack();
  REQUIRE(static_cast<std::size_t>(header->GetPackSize()) == header_size);
  std::copy_n(ours.begin(), header_size, static_cast<std::byte*>(header->GetPackPointer()));
  header->Unpack();
  auto theirs = T::New();
  theirs->SetMessageHeader(header);
  theirs->AllocatePack();
  REQUIRE(static_cast<std::size_t>(theirs->GetPackBodySize()) == ours.size() - header_size);
  std::copy(ours.begin() + header_size, ours.end(),
            static_cast<std::byte*>(theirs->GetPackBodyPointer()));
  const int unpacked = theirs->Unpack(1);
  // It unpacks no body where there is none.
  if (ours.size() > header_size) REQUIRE((unpacked & ::igtl::MessageHeader::UNPACK_BODY) != 0);
  CHECK(theirs->GetDeviceType() == type);
  CHECK(theirs->GetDeviceName() == std::string("Device"));
  return theirs;
}

}  // namespace trocar::igtl

/// What a client's frame says, shortly: `join r`, `tracks +audio -video`, `offer ben 1/1`.
#pragma once

#include <string>

#include "core/base/overloaded.h"
#include "core/wire/groupcall_message.h"

namespace groupcall {

/// `ben 1/1`; `ben -` for an older client.
inline std::string text_of(const UserId& target, const LinkAddress& address) {
  if (address.absent()) return target.value + " -";
  return target.value + " " + std::to_string(address.link.value) + "/" +
         std::to_string(address.seq);
}

inline std::string text_of(const wire::SendCandidate& m) {
  const LinkAddress& address = m.candidate.address;
  if (address.request == PeerRequest::EpochTold)
    return "epoch-told " + m.target.value + " " + address.to.value;
  const char* what = address.request == PeerRequest::OfferPlease     ? "please-offer "
                     : address.request == PeerRequest::RestartPlease ? "please-restart "
                                                                     : "candidate ";
  return what + text_of(m.target, address);
}

/// Frames that carry no message of ours are given as they are (`3`, `40`).
inline std::string client_frame_text(const std::string& frame) {
  if (!frame.starts_with("42")) return frame;
  wire::ClientMessage message;
  wire::Refusal refusal;
  if (!wire::decode_client_message(frame.substr(2), message, refusal)) return "bad " + frame;
  return std::visit(
      Overloaded{
          [](const wire::Join& m) { return "join " + m.room_id.value; },
          [](const wire::Leave& m) { return "leave " + m.room_id.value; },
          [](const wire::UpdateTracks& m) {
            return std::string("tracks ") + (m.tracks.audio ? "+audio " : "-audio ") +
                   (m.tracks.video ? "+video" : "-video");
          },
          [](const wire::ScreenShareStart&) { return std::string("screen-share-start"); },
          [](const wire::ScreenShareStop&) { return std::string("screen-share-stop"); },
          [](const wire::SendOffer& m) { return "offer " + text_of(m.target, m.offer.address); },
          [](const wire::SendAnswer& m) { return "answer " + text_of(m.target, m.answer.address); },
          [](const wire::SendCandidate& m) { return text_of(m); },
      },
      message);
}

}  // namespace groupcall

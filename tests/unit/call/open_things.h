/// What a call has opened and not closed yet, kept from its commands alone: sockets,
/// connections, live tracks and promises. Also finds commands to what is not open.
#pragma once

#include <set>
#include <string>

#include "core/public/command.h"
#include "core/public/event.h"

namespace groupcall {

class OpenThings {
 public:
  /// What the host tells the core changes what is open, too.
  void on_event(const Event& event) {
    if (const auto* closed = std::get_if<SocketClosed>(&event))
      sockets_.erase(closed->socket.value);
    if (const auto* ended = std::get_if<LocalTrackEnded>(&event)) tracks_.erase(ended->track.value);
    if (const auto* join = std::get_if<JoinRequested>(&event))
      requests_.insert(join->request.value);
    if (const auto* leave = std::get_if<LeaveRequested>(&event))
      requests_.insert(leave->request.value);
    if (const auto* send = std::get_if<SendRequested>(&event))
      requests_.insert(send->request.value);
    if (const auto* acquired = std::get_if<MediaAcquired>(&event)) {
      for (const AcquiredTrack* one :
           {&acquired->microphone, &acquired->camera, &acquired->screen, &acquired->screen_audio})
        if (!one->track.empty()) tracks_.insert(one->track.value);
    }
  }
  void on_command(const Command& command) {
    std::visit([this](const auto& c) { look(c); }, command);
  }

  /// `socket 1, pc ben/2, track cam`; empty: nothing is open.
  std::string list() const {
    std::string text;
    const auto add = [&text](const std::string& what) {
      text += (text.empty() ? "" : ", ") + what;
    };
    for (std::int64_t socket : sockets_) add("socket " + std::to_string(socket));
    for (const std::string& pc : connections_) add("pc " + pc);
    for (const std::string& track : tracks_) add("track " + track);
    for (std::int64_t request : requests_) add("request " + std::to_string(request));
    return text;
  }
  /// The first command to something that was not open; empty: none.
  const std::string& misuse() const { return misuse_; }
  std::size_t connections() const { return connections_.size(); }

 private:
  void look(const OpenSocket& c) { sockets_.insert(c.socket.value); }
  void look(const SendFrame& c) { need(sockets_.contains(c.socket.value), "frame: " + c.text); }
  void look(const CloseSocket& c) { need(sockets_.erase(c.socket.value) == 1, "socket.close"); }
  void look(const CreateConnection& c) {
    need(connections_.insert(name(c)).second, "pc.create " + name(c));
  }
  void look(const AssignConnection& c) {
    const std::string number = "/" + std::to_string(c.connection.value);
    need(connections_.erase(number) == 1 && connections_.insert(name(c)).second,
         "pc.assign " + name(c));
  }
  void look(const CloseConnection& c) {
    need(connections_.erase(name(c)) == 1, "pc.close " + name(c));
  }
  void look(const StopTrack& c) { need(tracks_.erase(c.track.value) == 1, "media.stop"); }
  void look(const EnableTrack& c) { need(tracks_.contains(c.track.value), "media.enable"); }
  void look(const ResolveRequest& c) { need(requests_.erase(c.request.value) == 1, "resolve"); }
  void look(const RejectRequest& c) { need(requests_.erase(c.request.value) == 1, "reject"); }
  void look(const MessageSent& c) { need(requests_.erase(c.request.value) == 1, "sent"); }
  void look(const AttachTrack& c) {
    need(c.track.empty() || tracks_.contains(c.track.value), "attach of a track that is gone");
    need(connections_.contains(name(c)), "pc.attachTrack " + name(c));
  }
  template <class Other>
  void look(const Other& c) {
    if constexpr (requires { c.connection; }) {
      need(connections_.contains(name(c)), "a command to " + name(c));
    }
  }

  template <class ToConnection>
  static std::string name(const ToConnection& c) {
    return c.peer.value + "/" + std::to_string(c.connection.value);
  }
  void need(bool good, const std::string& what) {
    if (!good && misuse_.empty()) misuse_ = what;
  }

  std::set<std::int64_t> sockets_;
  std::set<std::string> connections_;
  std::set<std::string> tracks_;
  std::set<std::int64_t> requests_;
  std::string misuse_;
};

}  // namespace groupcall

/// The existing web client, as its documented behaviour has it: it may be in the same room.
///
/// Both sides offer, on `joined` as well as on `participant-joined`. No perfect negotiation:
/// an offer that meets its own makes the browser roll back, after which its page stays blank.
/// It answers afresh once per peer and repeats that answer ever after, ignores answers when
/// it is stable, drops early candidates, never restarts ICE, never rejoins. It shows the first
/// stream of the last track event, once a `tracks-updated` has made it look.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>

#include "tests/support/simulated_page.h"

namespace groupcall::sim {

class OlderClient : private SocketObserver {
 public:
  OlderClient(PageSurroundings around, std::string user);
  ~OlderClient() override;

  void join(const std::string& room = "r1", const std::string& group = "g1");
  /// `groupcall:leave`, then everything is closed.
  void leave();

  /// `screen-share-start`, then an offer with one picture more to everybody.
  void share_screen();
  /// `screen-share-stop`; the picture ends, and nothing is offered.
  void stop_screen();

  /// Whether a person at this page sees and hears `peer`: its camera stream is attached, and
  /// frames come in.
  bool shows(const std::string& peer);
  /// The track of `peer` whose picture arrives; empty: none.
  TrackId picture_of(const std::string& peer) const;
  std::shared_ptr<RtcConnection> connection_to(const std::string& peer) const;
  std::size_t offers_made() const { return offers_made_; }
  /// Offers that answers were asked for, once a fresh one was no longer to be had.
  std::size_t stale_answers() const { return stale_answers_; }

 private:
  class Peer;

  void on_socket_opened(LineId line) override;
  void on_socket_frame(LineId line, const std::string& text) override;
  void on_socket_closed(LineId line, int code, const std::string& reason) override;

  void on_event(const std::string& event, const boost::json::object& payload);
  void on_offer(const std::string& from, const boost::json::object& offer);
  void on_answer(const std::string& from, const boost::json::object& answer);
  void on_candidate(const std::string& from, const boost::json::object& candidate);
  void emit(const std::string& event, boost::json::object payload);
  void send_to(const std::string& peer, const std::string& event, const char* key,
               boost::json::value content);
  Peer& peer(const std::string& user);
  void offer_to(const std::string& user);

  PageSurroundings around_;
  std::string user_;
  std::string room_;
  std::string group_;
  LineId line_ = 0;
  std::shared_ptr<LocalTrack> microphone_;
  std::shared_ptr<LocalTrack> camera_;
  std::shared_ptr<LocalTrack> screen_;
  int shares_ = 0;
  std::map<std::string, std::unique_ptr<Peer>> peers_;
  /// Closed ones, kept because tasks of the models may still name them.
  std::vector<std::unique_ptr<Peer>> former_;
  std::size_t offers_made_ = 0;
  std::size_t stale_answers_ = 0;
};

}  // namespace groupcall::sim

/// The application's own Socket of socket.io-client: its connection, its events, our emits.
///
/// It may be connected already, be reconnecting by itself, have given up for ever (after a
/// DISCONNECT or CONNECT_ERROR packet), or be replaced by another instance. We never close it.
#pragma once

#include "core/public/config.h"
#include "core/public/event.h"
#include "core/signalling/transport.h"

namespace groupcall {

class ApplicationTransport final : public Transport {
 public:
  explicit ApplicationTransport(ReconnectBy reconnect) : reconnect_(reconnect) {}

  void open(Output& out) override;
  void close(Output& out) override;
  void give_up(Output& out) override;
  void on_replaced(Output& out) override;
  void send(std::string event, Commands& commands) const override;
  void ping(Commands& commands) override;
  /// Its heartbeat is socket.io-client's; an acked ping is all that we can watch.
  Duration silence_limit() const override { return kForever; }
  /// Where the application reconnects, its patience is the application's.
  Duration patience() const override;

  // Facts from the host.
  void on_state(const ApplicationState& event, Output& out);
  void on_event(const ApplicationEvent& event, Output& out);
  void on_acknowledged(const ApplicationAcknowledged& event, Output& out);

 private:
  enum class Health : unsigned char {
    Good,
    Silent,  ///< connected, as far as it knows; a ping was not answered
    Deaf,    ///< connected, and the server listens to another connection of this user
  };

  bool is_current(SocketNumber number, Output& out) const;
  bool is_for_application() const;
  void on_heard(Output& out);
  void rise(Output& out);

  ReconnectBy reconnect_;
  SocketNumber socket_;  ///< none: no Socket was told of yet
  bool connected_ = false;
  bool active_ = false;
  bool closed_on_purpose_ = false;  ///< by the application; we do not fight it
  bool reconnects_itself_ = false;  ///< and has not had its chance yet
  Health health_ = Health::Good;
  bool wanted_ = false;  ///< between open() and close()
  bool up_ = false;
  std::int64_t last_ping_ = 0;
};

}  // namespace groupcall

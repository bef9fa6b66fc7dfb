/// Socket.IO 5 over Engine.IO 4 over a WebSocket of our own.
///
///   Closed ─► Opening ─► Connecting ─► Up        the handshake, then CONNECT
///
/// Source: core/wire/README.md. Facts of another socket number are stale and dropped.
#pragma once

#include <string>
#include <variant>

#include "core/public/config.h"
#include "core/public/event.h"
#include "core/signalling/transport.h"
#include "core/wire/engineio_packet.h"
#include "core/wire/socketio_packet.h"

namespace groupcall {

class SocketioTransport final : public Transport {
 public:
  SocketioTransport(SignallingConfig config, UserId self);

  void open(Output& out) override;
  void close(Output& out) override;
  void give_up(Output& out) override { close(out); }
  void on_replaced(Output& out) override { close(out); }
  void send(std::string event, Commands& commands) const override;
  void ping(Commands& commands) override;
  Duration silence_limit() const override { return silence_limit_; }
  Duration patience() const override { return deadlines::kSocketOpen; }

  // Facts from the host.
  void on_opened(const SocketOpened& event, Output& out);
  void on_frame(const SocketFrame& event, Output& out);
  void on_binary(const SocketBinary& event, Output& out);
  void on_closed(const SocketClosed& event, Output& out);

 private:
  enum class Step : unsigned char { Closed, Opening, Connecting, Up };

  bool is_current(SocketNumber number, Output& out) const;
  void on_engine_packet(const wire::EnginePacket& packet, Output& out);
  void on_socket_packet(std::string_view message, Output& out);
  void on_connect_answer(const wire::SocketPacket& packet, Output& out);
  void write(wire::EngineType type, std::string_view payload, Commands& commands) const;
  std::string url() const;
  std::string_view name_space() const;

  SignallingConfig config_;
  UserId self_;
  Step step_ = Step::Closed;
  SocketNumber socket_;
  Duration silence_limit_{};              ///< from the handshake on
  std::int64_t attachments_to_come_ = 0;  ///< of the last event
  std::int64_t last_ping_ = 0;
  std::string refusal_text_;  ///< of the last CONNECT_ERROR
};

}  // namespace groupcall

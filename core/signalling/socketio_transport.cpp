#include "core/signalling/socketio_transport.h"

namespace groupcall {

namespace {

// RFC 3986 section 2.3: everything but the unreserved characters is escaped.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

}  // namespace

SocketioTransport::SocketioTransport(SignallingConfig config, UserId self)
    : config_(std::move(config)), self_(std::move(self)) {}

std::string SocketioTransport::url() const {
  std::string url = config_.url;
  if (url.starts_with("http")) url.replace(0, 4, "ws");
  while (url.ends_with('/')) url.pop_back();
  url += config_.path.empty() ? "/socket.io/" : config_.path;
  url += '?';
  if (!config_.query.empty()) url += config_.query + '&';
  const bool names_user =
      config_.query.starts_with("userId=") || config_.query.find("&userId=") != std::string::npos;
  if (!names_user) url += "userId=" + percent_encoded(self_.value) + '&';
  return url + "EIO=4&transport=websocket";
}

std::string_view SocketioTransport::name_space() const {
  return config_.name_space.empty() ? std::string_view("/") : config_.name_space;
}

void SocketioTransport::open(Output& out) {
  close(out);
  socket_ = out.ids.next_socket();
  step_ = Step::Opening;
  out.commands.push_back(OpenSocket{socket_, url()});
}

void SocketioTransport::close(Output& out) {
  if (step_ != Step::Closed) out.commands.push_back(CloseSocket{socket_});
  step_ = Step::Closed;
  attachments_to_come_ = 0;
}

void SocketioTransport::write(wire::EngineType type, std::string_view payload,
                              Commands& commands) const {
  commands.push_back(SendFrame{socket_, wire::encode_engine_packet(type, payload)});
}

void SocketioTransport::send(std::string event, Commands& commands) const {
  write(wire::EngineType::Message,
        wire::encode_socket_packet(wire::SocketType::Event, name_space(), -1, event), commands);
}

void SocketioTransport::ping(Commands& commands) {
  ++last_ping_;
  write(wire::EngineType::Message,
        wire::encode_socket_packet(wire::SocketType::Event, name_space(), last_ping_, kPingEvent),
        commands);
}

bool SocketioTransport::is_current(SocketNumber number, Output& out) const {
  if (step_ != Step::Closed && number == socket_) return true;
  out.counters.add(Tally::StaleSocketEvents);
  return false;
}

void SocketioTransport::on_opened(const SocketOpened& event, Output& out) {
  is_current(event.socket, out);  // the handshake follows in its first frame
}

void SocketioTransport::on_closed(const SocketClosed& event, Output& out) {
  if (!is_current(event.socket, out)) return;
  step_ = Step::Closed;  // the host has closed it already
  attachments_to_come_ = 0;
  out.facts.push_back({TransportFact::Kind::Down, event.reason});
}

void SocketioTransport::on_binary(const SocketBinary& event, Output& out) {
  if (!is_current(event.socket, out)) return;
  out.facts.push_back({TransportFact::Kind::Heard, {}});
  if (attachments_to_come_ > 0) {
    --attachments_to_come_;
  } else {
    wire::count_refusal({wire::CodecError::StrayBinary, {}, 0}, Tally::RefusedFrames, out.counters);
  }
}

void SocketioTransport::on_frame(const SocketFrame& event, Output& out) {
  if (!is_current(event.socket, out)) return;
  out.facts.push_back({TransportFact::Kind::Heard, {}});
  wire::Refusal refusal;
  if (const auto packet = wire::decode_engine_packet(event.text, refusal)) {
    on_engine_packet(*packet, out);
  } else {
    wire::count_refusal(refusal, Tally::RefusedFrames, out.counters);
  }
}

void SocketioTransport::on_engine_packet(const wire::EnginePacket& packet, Output& out) {
  switch (packet.type) {
    case wire::EngineType::Open: {
      wire::Refusal refusal;
      const auto open = wire::decode_engine_open(packet.payload, refusal);
      if (step_ != Step::Opening || !open) {
        out.counters.add(Tally::RefusedFrames);
        if (step_ != Step::Opening) return;
        close(out);  // a deadline rests on this packet: without it there is no connection
        out.facts.push_back({TransportFact::Kind::Down, {}});
        return;
      }
      step_ = Step::Connecting;
      silence_limit_ = open->ping_interval + open->ping_timeout;
      write(wire::EngineType::Message,
            wire::encode_socket_packet(wire::SocketType::Connect, name_space(), -1, config_.auth),
            out.commands);
      return;
    }
    case wire::EngineType::Ping:
      write(wire::EngineType::Pong, packet.payload, out.commands);
      return;
    case wire::EngineType::Message:
      on_socket_packet(packet.payload, out);
      return;
    case wire::EngineType::Close:
      close(out);
      out.facts.push_back({TransportFact::Kind::Down, {}});
      return;
    case wire::EngineType::Pong:
    case wire::EngineType::Noop:
      return;
    case wire::EngineType::Upgrade:
      // We begin on WebSocket; there is nothing to upgrade to.
      wire::count_refusal({wire::CodecError::UnknownType, {}, 0}, Tally::RefusedFrames,
                          out.counters);
      return;
  }
}

void SocketioTransport::on_socket_packet(std::string_view message, Output& out) {
  wire::Refusal refusal;
  const auto packet = wire::decode_socket_packet(message, refusal);
  if (packet && packet->name_space != name_space())
    refusal.error = wire::CodecError::OtherNamespace;
  // Attachments follow their event at once; text instead of them means that they never come.
  if (attachments_to_come_ > 0) {
    attachments_to_come_ = 0;
    wire::count_refusal({wire::CodecError::StrayBinary, {}, 0}, Tally::RefusedPackets,
                        out.counters);
  }
  if (packet) attachments_to_come_ = packet->attachments;
  if (refusal) {
    wire::count_refusal(refusal, Tally::RefusedPackets, out.counters);
    return;
  }
  switch (packet->type) {
    case wire::SocketType::Connect:
    case wire::SocketType::ConnectError:
      on_connect_answer(*packet, out);
      return;
    case wire::SocketType::Disconnect:
      close(out);
      out.facts.push_back({TransportFact::Kind::Down, {}});
      return;
    case wire::SocketType::Event:
    case wire::SocketType::BinaryEvent:
      if (step_ != Step::Up) {
        out.counters.add(Tally::UnexpectedMessages);
        return;
      }
      // Whoever asks for an acknowledgement would wait for it in vain.
      if (packet->ack_id >= 0)
        write(wire::EngineType::Message,
              wire::encode_socket_packet(wire::SocketType::Ack, name_space(), packet->ack_id, "[]"),
              out.commands);
      out.facts.push_back({TransportFact::Kind::ServerEvent, packet->payload});
      return;
    case wire::SocketType::Ack:
    case wire::SocketType::BinaryAck:
      if (step_ == Step::Up && packet->ack_id == last_ping_)
        out.facts.push_back({TransportFact::Kind::Pong, {}});
      return;
  }
}

void SocketioTransport::on_connect_answer(const wire::SocketPacket& packet, Output& out) {
  if (step_ != Step::Connecting) {
    out.counters.add(Tally::UnexpectedMessages);
  } else if (packet.type == wire::SocketType::Connect) {
    step_ = Step::Up;
    out.facts.push_back({TransportFact::Kind::Up, {}});
  } else {
    refusal_text_ = wire::decode_connect_error(packet.payload);
    close(out);
    out.facts.push_back({TransportFact::Kind::Refused, refusal_text_});
  }
}

}  // namespace groupcall

#include "core/signalling/application_transport.h"

namespace groupcall {

namespace {
// Reason of socket.io-client's "disconnect" after `socket.disconnect()`.
constexpr std::string_view kClosedByApplication = "io client disconnect";
}  // namespace

Duration ApplicationTransport::patience() const {
  return reconnect_ == ReconnectBy::Application ? kForever : Duration(deadlines::kSocketOpen);
}

void ApplicationTransport::rise(Output& out) {
  if (up_ || !wanted_) return;
  up_ = true;
  out.facts.push_back({TransportFact::Kind::Up, {}});
}

void ApplicationTransport::open(Output& out) {
  wanted_ = true;
  if (socket_.none()) return;  // its first state is on its way
  if (connected_) {
    if (health_ == Health::Good) rise(out);
    if (health_ == Health::Silent) ping(out.commands);
    if (health_ == Health::Deaf) out.commands.push_back(RenewApplication{socket_});
  } else if (is_for_application()) {
    if (!active_) out.facts.push_back({TransportFact::Kind::GaveUp, {}});
  } else if (reconnects_itself_) {
    // To connect it from within its own disconnect event would race its Manager, which then
    // never reconnects again. If it is still down at the next try, it does not reconnect.
    reconnects_itself_ = false;
  } else {
    out.commands.push_back(ConnectApplication{socket_});
  }
}

bool ApplicationTransport::is_for_application() const {
  return reconnect_ == ReconnectBy::Application || closed_on_purpose_;
}

void ApplicationTransport::close(Output&) {
  wanted_ = false;
  up_ = false;
}

void ApplicationTransport::give_up(Output&) {
  if (connected_ && health_ == Health::Good) health_ = Health::Silent;
  up_ = false;
}

void ApplicationTransport::on_replaced(Output&) {
  health_ = Health::Deaf;
  up_ = false;
}

void ApplicationTransport::send(std::string event, Commands& commands) const {
  commands.push_back(EmitApplication{socket_, std::move(event), 0});
}

void ApplicationTransport::ping(Commands& commands) {
  commands.push_back(EmitApplication{socket_, std::string(kPingEvent), ++last_ping_});
}

bool ApplicationTransport::is_current(SocketNumber number, Output& out) const {
  if (!number.none() && number == socket_) return true;
  out.counters.add(Tally::StaleSocketEvents);
  return false;
}

void ApplicationTransport::on_state(const ApplicationState& event, Output& out) {
  if (event.socket.value < socket_.value || event.socket.none()) {
    out.counters.add(Tally::StaleSocketEvents);
    return;
  }
  const bool another = !(event.socket == socket_);
  const bool was_up = up_;
  const bool fresh = event.connected && (another || !connected_);
  socket_ = event.socket;
  connected_ = event.connected;
  active_ = event.active;
  reconnects_itself_ = active_ && !connected_;
  closed_on_purpose_ = !connected_ && event.reason == kClosedByApplication;
  if (fresh || !connected_) health_ = Health::Good;
  const bool lost = was_up && (another || !connected_);
  if (lost) up_ = false;
  if (!wanted_) return;
  if (connected_) {
    if (lost) out.facts.push_back({TransportFact::Kind::Down, event.reason});
    if (fresh) rise(out);
  } else if (event.failed && !active_) {
    out.facts.push_back({TransportFact::Kind::Refused, event.reason});
  } else if (!active_ && is_for_application()) {
    out.facts.push_back({TransportFact::Kind::GaveUp, event.reason});
  } else if (!active_ || lost) {
    out.facts.push_back({TransportFact::Kind::Down, event.reason});
  }
}

void ApplicationTransport::on_heard(Output& out) {
  out.facts.push_back({TransportFact::Kind::Heard, {}});
  if (health_ != Health::Silent) return;
  health_ = Health::Good;
  rise(out);
}

void ApplicationTransport::on_event(const ApplicationEvent& event, Output& out) {
  if (!is_current(event.socket, out) || !wanted_) return;
  on_heard(out);
  if (up_) out.facts.push_back({TransportFact::Kind::ServerEvent, event.text});
}

void ApplicationTransport::on_acknowledged(const ApplicationAcknowledged& event, Output& out) {
  if (!is_current(event.socket, out) || !wanted_) return;
  on_heard(out);
  if (up_ && event.ack == last_ping_) out.facts.push_back({TransportFact::Kind::Pong, {}});
}

}  // namespace groupcall

/// The scenarios of tests/vectors/rtc on the model of RTCPeerConnection. The same run in
/// Chromium and Firefox (tests/e2e/rtc_model.test.js); their README explains the steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/json_access.h"
#include "tests/support/rtc_network.h"

namespace groupcall::sim {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

constexpr Duration kPendingAfter = 1500ms;
constexpr Duration kEventLimit = 12s;
constexpr Duration kLater = 400ms;

struct RtcScenario {
  std::string name;
  Texts steps;
  Texts expect;
  std::optional<Texts> known;  ///< what the model does otherwise, and may
};

Texts split(const std::string& text, const std::string& separator) {
  Texts parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + separator.size()) {
    end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
  }
  return parts;
}

bool holds(const Texts& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// ---- reading -------------------------------------------------------------------------

Texts texts_at(const json::object& object, std::string_view key) {
  Texts texts;
  const json::value* found = object.if_contains(key);
  if (!found || !found->is_array()) return texts;
  for (const json::value& entry : found->get_array()) texts.emplace_back(entry.as_string());
  return texts;
}

std::vector<RtcScenario> read_scenarios() {
  std::vector<RtcScenario> scenarios;
  for (const auto& entry : std::filesystem::directory_iterator(GROUPCALL_VECTORS "/rtc")) {
    const std::filesystem::path& name = entry.path();
    if (name.extension() != ".json") continue;
    std::ifstream file(name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code error;
    const json::value document = json::parse(text, error);
    EXPECT_TRUE(!error && document.is_array()) << name;
    if (!document.is_array()) continue;
    for (const json::value& value : document.get_array()) {
      const json::object& object = value.as_object();
      RtcScenario& scenario = scenarios.emplace_back();
      scenario.name = text_at(object, "name");
      scenario.steps = texts_at(object, "steps");
      scenario.expect = texts_at(object, "expect");
      const json::object known = object_at(object, "known");
      if (known.contains("model")) scenario.known = texts_at(object_at(known, "model"), "expect");
    }
  }
  return scenarios;
}

std::string list(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "\"" : ", \"") + text + "\"";
  return "[" + out + "]";
}

// ---- one end -------------------------------------------------------------------------

std::string phase_name(SignallingPhase phase) {
  switch (phase) {
    case SignallingPhase::Stable:
      return "stable";
    case SignallingPhase::HaveLocalOffer:
      return "have-local-offer";
    case SignallingPhase::HaveRemoteOffer:
      return "have-remote-offer";
    case SignallingPhase::Closed:
      break;
  }
  return "closed";
}

std::string state_name(TransportState state) {
  switch (state) {
    case TransportState::New:
      return "new";
    case TransportState::Connecting:
      return "connecting";
    case TransportState::Connected:
      return "connected";
    case TransportState::Disconnected:
      return "disconnected";
    case TransportState::Failed:
      return "failed";
    case TransportState::Closed:
      break;
  }
  return "closed";
}

std::string direction(bool sends, bool receives, const char* neither) {
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : neither;
}

/// One connection and what befalls it.
class ScenarioEnd : public RtcObserver {
 public:
  ScenarioEnd(RtcNetwork& network, const std::string& name) : rtc(network.open(name, *this)) {}

  std::shared_ptr<RtcConnection> rtc;
  Texts outcomes;  ///< what the calls of this line led to
  Texts events;    ///< what the network did, in order; `await` and `later` tell it
  Texts states;    ///< of the connection: their order among the events is chance
  Texts pending;   ///< calls that have not settled yet
  std::vector<IceCandidate> candidates;
  std::vector<SessionDescription> made;
  std::function<void(const IceCandidate&)> forward;

  /// Settles a call of this name; `success` says how it went well.
  RtcSettled settle(const std::string& verb, std::function<std::string()> success) {
    pending.push_back(verb);
    return [this, verb, success = std::move(success)](const RtcError* error) {
      pending.erase(std::find(pending.begin(), pending.end(), verb));
      outcomes.push_back(verb + " " + (error != nullptr ? error->name : success()));
    };
  }
  std::string ufrag_name() {
    const std::string ufrag = read_sdp(rtc->local_description().sdp)->ufrag;
    if (ufrag.empty() || read_sdp(rtc->local_description().sdp)->lines.empty()) return "-";
    if (!holds(ufrags_, ufrag)) ufrags_.push_back(ufrag);
    const auto at = std::find(ufrags_.begin(), ufrags_.end(), ufrag) - ufrags_.begin();
    return "u" + std::to_string(at + 1);
  }
  std::string slots() const {
    std::string out;
    for (const Transceiver& t : rtc->transceivers()) {
      out += (out.empty() ? "" : ", ") +
             std::string(t.kind == MediaKind::Audio ? "audio " : "video ") +
             (t.mid.empty() ? "-" : t.mid) + " " + direction(t.sends, t.receives, "inactive") +
             " " + direction(t.sending, t.receiving, "-");
    }
    return out.empty() ? "none" : out;
  }

  void on_candidate(const IceCandidate& candidate) override {
    candidates.push_back(candidate);
    if (forward) forward(candidate);
  }
  void on_transport_changed(TransportState state) override {
    states.push_back("state " + state_name(state));
  }
  void on_dtls_closed() override { events.push_back("dtls closed"); }
  void on_channel_opened() override { events.push_back("channel open"); }
  void on_channel_message(const std::string& text) override { events.push_back("message " + text); }
  void on_channel_drained() override {}
  void on_channel_closed() override { events.push_back("channel closed"); }
  void on_track(std::int64_t slot, const std::string& stream) override {
    outcomes.push_back("track " + std::to_string(slot) +
                       (stream.empty() ? " without a stream" : " in a stream"));
  }
  // What browsers put up with is here put to them, on purpose.
  void on_misuse(const std::string&) override {}

 private:
  Texts ufrags_;
};

// ---- one scenario --------------------------------------------------------------------

/// The ways in which a scenario may spoil a description.
std::string altered(const std::string& text, const std::string& how) {
  SdpModel sdp = *read_sdp(text);
  if (how == "garbled") return "nonsense\r\n";
  if (how == "swapped") std::swap(sdp.lines.at(0), sdp.lines.at(1));
  if (how == "shorter") sdp.lines.pop_back();
  return write_sdp(sdp);
}

class ScenarioRun {
 public:
  Texts run(const Texts& steps) {
    for (const std::string& line : steps) run_line(line);
    return log_;
  }

 private:
  void run_line(const std::string& line);
  void call(const std::string& name, const std::string& verb, const Texts& words);
  void add(ScenarioEnd& end, const Texts& kinds, bool as_tracks);
  bool call_at_once(ScenarioEnd& end, const std::string& verb, const Texts& words);
  SessionDescription description(const Texts& words);
  IceCandidate candidate_for(const std::string& name, const Texts& words);
  void tell_outcomes();
  void silently(const std::function<void()>& work);
  void agree();
  void connect();
  void trickle();
  void await(const std::string& text);
  void later();
  bool all(const std::function<bool(const ScenarioEnd&)>& check) const {
    return std::all_of(ends_.begin(), ends_.end(),
                       [&](const auto& it) { return check(it.second); });
  }
  void until(const std::function<bool()>& check, const std::string& what) {
    if (!loop_.run_until(check, loop_.now() + kEventLimit)) log_.push_back("in vain: " + what);
  }
  std::shared_ptr<LocalTrack> track(const std::string& kind) {
    auto made = std::make_shared<LocalTrack>();
    made->kind = kind == "audio" ? MediaKind::Audio : MediaKind::Video;
    return made;
  }

  EventLoop loop_;
  RtcNetwork network_{loop_, RtcTiming{}, "scenario"};
  std::map<std::string, ScenarioEnd> ends_ = make_ends(network_);
  Texts log_;

  static std::map<std::string, ScenarioEnd> make_ends(RtcNetwork& network) {
    std::map<std::string, ScenarioEnd> ends;
    for (const char* name : {"a", "b"}) ends.try_emplace(name, network, name);
    return ends;
  }
};

void ScenarioRun::run_line(const std::string& line) {
  if (line == "agree") return silently([this] { agree(); });
  if (line == "connect") return silently([this] { connect(); });
  if (line == "trickle") return trickle();
  if (line == "later") return later();
  if (line.starts_with("await ")) return await(line.substr(6));
  for (const std::string& text : split(line, ", ")) {
    Texts words = split(text, " ");
    const std::string name = words.at(0);
    const std::string verb = words.at(1);
    words.erase(words.begin(), words.begin() + 2);
    call(name, verb, words);
  }
  const auto settled = [this] {
    return all([](const ScenarioEnd& e) { return e.pending.empty(); });
  };
  loop_.run_until(settled, loop_.now() + kPendingAfter);
  tell_outcomes();
}

void ScenarioRun::call(const std::string& name, const std::string& verb, const Texts& words) {
  ScenarioEnd& end = ends_.at(name);
  RtcConnection& rtc = *end.rtc;
  const auto ok = [] { return std::string("ok"); };
  if (verb == "setLocal") {
    rtc.set_local_description(!words.empty(), end.settle(verb, [&end] {
      end.made.push_back(end.rtc->local_description());
      return "ok " + phase_name(end.rtc->phase()) + " " + end.ufrag_name();
    }));
  } else if (verb == "setRemote") {
    rtc.set_remote_description(description(words), end.settle(verb, [&end] {
      return "ok " + phase_name(end.rtc->phase());
    }));
  } else if (verb == "candidate") {
    const IceCandidate candidate = candidate_for(name, words);
    rtc.add_ice_candidate(candidate, end.settle(verb, ok));
  } else if (verb == "replaceTrack") {
    const auto slot = static_cast<std::size_t>(std::stoi(words.at(0)));
    const bool none = words.at(1) == "none";
    rtc.replace_track(slot, none ? nullptr : track(words.at(1)), end.settle(verb, ok));
  } else if (!call_at_once(end, verb, words)) {
    ADD_FAILURE() << "no such step: " << verb;
  }
}

/// The calls that need no time.
bool ScenarioRun::call_at_once(ScenarioEnd& end, const std::string& verb, const Texts& words) {
  RtcConnection& rtc = *end.rtc;
  if (verb == "addSlots" || verb == "addTracks") {
    add(end, words, verb == "addTracks");
  } else if (verb == "adopt") {
    for (std::size_t i = 0; i < rtc.transceivers().size(); ++i) rtc.adopt(i, "stream");
  } else if (verb == "send") {
    end.outcomes.push_back(rtc.send(words.at(0)) ? "send ok" : "send InvalidStateError");
  } else if (verb == "close") {
    rtc.close();
  } else if (verb == "phase") {
    end.outcomes.push_back("phase " + phase_name(rtc.phase()));
  } else if (verb == "channel") {
    end.outcomes.push_back(rtc.channel_open() ? "channel is open" : "channel is not open");
  } else if (verb == "slots") {
    end.outcomes.push_back("slots " + end.slots());
  } else {
    return false;
  }
  return true;
}

void ScenarioRun::add(ScenarioEnd& end, const Texts& kinds, bool as_tracks) {
  for (const std::string& kind : kinds) {
    if (kind == "channel") {
      end.rtc->create_channel();
    } else if (as_tracks) {
      end.rtc->add_track(track(kind), "stream");
    } else {
      end.rtc->add_transceiver(kind == "audio" ? MediaKind::Audio : MediaKind::Video, "stream");
    }
  }
}

/// `a.offer`: the latest offer of a; `a.offer1`: its first; a word behind it spoils the text.
SessionDescription ScenarioRun::description(const Texts& words) {
  std::string kind = words.at(0).substr(2);
  std::size_t number = 0;
  if (kind.back() >= '0' && kind.back() <= '9') {
    number = static_cast<std::size_t>(kind.back() - '0');
    kind.pop_back();
  }
  std::vector<SessionDescription> of_kind;
  for (const SessionDescription& made : ends_.at(words.at(0).substr(0, 1)).made) {
    const bool is_offer = made.type == DescriptionType::Offer;
    if (is_offer == (kind == "offer")) of_kind.push_back(made);
  }
  SessionDescription found = number == 0 ? of_kind.back() : of_kind.at(number - 1);
  if (words.size() > 1) found.sdp = altered(found.sdp, words[1]);
  return found;
}

IceCandidate ScenarioRun::candidate_for(const std::string& name, const Texts& words) {
  ScenarioEnd& from = ends_.at(name == "a" ? "b" : "a");
  const std::string ufrag = read_sdp(from.rtc->local_description().sdp)->ufrag;
  const auto latest = [&] {
    return std::find_if(from.candidates.begin(), from.candidates.end(),
                        [&](const IceCandidate& one) { return one.username_fragment == ufrag; });
  };
  until([&] { return latest() != from.candidates.end(); }, "a candidate for " + name);
  IceCandidate candidate = holds(words, "old") ? from.candidates.front() : *latest();
  for (const std::string& word : words) {
    const Texts pair = split(word, "=");
    if (pair[0] == "mid") candidate.sdp_mid = pair.at(1);
    if (pair[0] == "end") candidate.candidate.clear();
    if (pair[0] == "ufrag") candidate.username_fragment = pair.at(1);
  }
  return candidate;
}

void ScenarioRun::tell_outcomes() {
  for (auto& [name, end] : ends_) {
    for (const std::string& verb : end.pending) end.outcomes.push_back(verb + " pending");
    end.pending.clear();
    for (const std::string& outcome : end.outcomes) log_.push_back(name + " " + outcome);
    end.outcomes.clear();
  }
}

/// For the way to where a scenario begins: what goes well there is not told.
void ScenarioRun::silently(const std::function<void()>& work) {
  const Texts before = log_;
  log_.clear();
  work();
  Texts told = before;
  for (const std::string& entry : log_) {
    const Texts words = split(entry, " ");
    if (!holds(words, "ok") && !holds(words, "track")) told.push_back(entry);
  }
  log_ = told;
  for (auto& [name, end] : ends_) {
    end.events.clear();
    end.states.clear();
  }
}

void ScenarioRun::agree() {
  for (const char* step :
       {"a addSlots audio video channel", "b addSlots channel", "a setLocal", "b setRemote a.offer",
        "b adopt", "b setLocal", "a setRemote b.answer"}) {
    run_line(step);
  }
}

void ScenarioRun::connect() {
  agree();
  trickle();
  const auto ready = [](const ScenarioEnd& end) {
    return holds(end.states, "state connected") && holds(end.events, "channel open");
  };
  until([&] { return all(ready); }, "the connection");
}

/// From now on every candidate goes to the other end.
void ScenarioRun::trickle() {
  for (auto& [name, from] : ends_) {
    ScenarioEnd& to = ends_.at(name == "a" ? "b" : "a");
    from.forward = [&to](const IceCandidate& candidate) {
      to.rtc->add_ice_candidate(candidate, [&to](const RtcError* error) {
        if (error != nullptr) to.outcomes.push_back("candidate " + error->name);
      });
    };
    for (const IceCandidate& candidate : from.candidates) from.forward(candidate);
  }
}

/// Tells what the network did to one end, up to and with this event.
void ScenarioRun::await(const std::string& text) {
  const std::string event = text.substr(2);
  ScenarioEnd& end = ends_.at(text.substr(0, 1));
  Texts& events = event.starts_with("state ") ? end.states : end.events;
  until([&] { return holds(events, event); }, text);
  auto last = std::find(events.begin(), events.end(), event);
  if (last != events.end()) ++last;
  for (auto told = events.begin(); told != last; ++told) {
    log_.push_back(text.substr(0, 2) + *told);
  }
  events.erase(events.begin(), last);
}

void ScenarioRun::later() {
  loop_.run_for(kLater);
  tell_outcomes();
  for (auto& [name, end] : ends_) {
    for (const std::string& event : end.events) log_.push_back(name + " " + event);
    end.events.clear();
  }
}

// ---- the tests -----------------------------------------------------------------------

TEST(RtcScenarios, AreManyAndOfDifferentNames) {
  const std::vector<RtcScenario> scenarios = read_scenarios();
  std::set<std::string> names;
  for (const RtcScenario& scenario : scenarios) names.insert(scenario.name);
  EXPECT_EQ(names.size(), scenarios.size());
  EXPECT_GE(scenarios.size(), 40U);
}

TEST(RtcScenarios, TheModelDoesWhatTheySayOrDiffersAsKnown) {
  for (const RtcScenario& scenario : read_scenarios()) {
    const Texts happened = ScenarioRun().run(scenario.steps);
    if (scenario.known) {
      EXPECT_NE(happened, scenario.expect)
          << scenario.name << ": a known difference that exists no longer";
    }
    if (scenario.known && happened == scenario.expect) continue;
    EXPECT_EQ(happened, scenario.known.value_or(scenario.expect))
        << scenario.name << "\nhappened: " << list(happened);
  }
}

}  // namespace
}  // namespace groupcall::sim

#include "core/negotiation/path_watch.h"

#include <utility>

namespace groupcall {

namespace {
// What a server answers, RFC 8489 section 14.8; 701 and the like are the browser's own.
constexpr std::int64_t kFirstAnswer = 300;
constexpr std::int64_t kLastAnswer = 699;
}  // namespace

bool PathWatch::had_its_time(Instant now) const {
  return newest_.ended || (began_ != kNever && now - began_ >= deadlines::kCertain);
}

const GatheringFacts& PathWatch::gathering(Instant now) const {
  return had_its_time(now) ? newest_ : former_;
}

void PathWatch::on_described(ConnectionNumber connection, std::vector<std::string> ufrags,
                             bool relay, Instant now) {
  if (connection == connection_ && ufrags == ufrags_) return;
  if (had_its_time(now)) former_ = newest_;
  connection_ = connection;
  ufrags_ = std::move(ufrags);
  newest_ = {};
  newest_.relay = relay;
  began_ = now;
}

void PathWatch::on_early(ConnectionNumber connection, std::vector<std::string> ufrags, bool relay,
                         Instant now) {
  on_described(connection, std::move(ufrags), relay, now);
  newest_.any = true;  // what it has found, its offer carries
}

void PathWatch::on_candidate(const LocalCandidate& event) {
  if (event.connection != connection_) return;
  const std::string& line = event.candidate.candidate;
  newest_.ended = newest_.ended || line.empty();
  newest_.any = newest_.any || !line.empty();
  newest_.relayed = newest_.relayed || line.find(" typ relay") != std::string::npos;
}

void PathWatch::on_candidate_failed(const CandidateFailed& event) {
  if (event.connection != connection_) return;
  newest_.refused = newest_.refused || (event.code >= kFirstAnswer && event.code <= kLastAnswer);
}

}  // namespace groupcall

/// How a call's config looks as JSON: the first line of a flight record.
#pragma once

#include "core/public/config.h"
#include "core/wire/json_fields.h"

namespace groupcall::wire {

template <>
struct WordsOf<Topology> {
  static constexpr auto words = std::to_array<std::string_view>({"mesh", "sfu"});
};
template <>
struct WordsOf<ReconnectBy> {
  static constexpr auto words = std::to_array<std::string_view>({"core", "application"});
};
template <>
struct RecordOf<SelfConfig> {
  static constexpr auto fields = std::to_array<Field>({
      field("userId", AT(SelfConfig, user_id), kRequired, limits::kIdBytes),
      blob("userInfo", AT(SelfConfig, user_info), kOptional, limits::kUserInfoBytes),
  });
};
template <>
struct RecordOf<SignallingConfig> {
  static constexpr auto fields = std::to_array<Field>({
      field("url", AT(SignallingConfig, url), kOptional, limits::kTextBytes),
      field("path", AT(SignallingConfig, path), kOptional, limits::kTextBytes),
      field("namespace", AT(SignallingConfig, name_space), kOptional, limits::kIdBytes),
      field("query", AT(SignallingConfig, query), kOptional, limits::kTextBytes),
      blob("auth", AT(SignallingConfig, auth), kOptional, limits::kUserInfoBytes),
      field("application", AT(SignallingConfig, application), kOptional),
      field("reconnect", AT(SignallingConfig, reconnect), kOptional),
  });
};
template <>
struct RecordOf<CallConfig> {
  static constexpr auto fields = std::to_array<Field>({
      field("self", AT(CallConfig, self), kRequired),
      field("signalling", AT(CallConfig, signalling), kRequired),
      field("seed", AT(CallConfig, seed), kRequired, limits::kTextBytes),
      field("topology", AT(CallConfig, topology), kOptional),
      field("joinTimeoutMs", AT(CallConfig, join_timeout_ms), kOptional),
      field("earlyOffers", AT(CallConfig, early_offers), kOptional),
      field("maxParticipants", AT(CallConfig, max_participants), kOptional),
      field("relayOnly", AT(CallConfig, relay_only), kOptional),
      field("keepCamera", AT(CallConfig, keep_camera), kOptional),
      field("releaseMicrophone", AT(CallConfig, release_microphone), kOptional),
  });
};

}  // namespace groupcall::wire

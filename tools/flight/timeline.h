/// What a person wants to know of a record: who came, what was offered, how connections, devices
/// and pictures fared and why, what was repaired.
///
/// It reads events, and reactions where there are any: of what comes after a gap only the first
/// half of the story is known.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/wire/json_document.h"
#include "tools/flight/replayer.h"

namespace groupcall::flight {

struct Entry {
  std::size_t line = 0;
  std::int64_t at_us = 0;  ///< since the first event
  /// `wish room signalling peer offer ice state device message host repair count step sample`
  std::string_view kind;
  std::string peer;  ///< empty: it is of no one peer
  std::string text;
  std::string_view data;  ///< `sample`: the LinkSample as JSON
  std::string_view
      aspect;  ///< of what the text is the new state: `camera`, `transport`, ...; or empty
};

class Timeline {
 public:
  explicit Timeline(std::function<void(const Entry&)> tell) : tell_(std::move(tell)) {}

  void show(const Played& played);

 private:
  using View = wire::JsonView;

  // Events.
  void on_event(View event);
  void on_wish(std::string_view what, View event);
  void on_connection(std::string_view what, View event);
  void on_media(std::string_view what, View event);
  void on_host(std::string_view what, View event);
  void on_frame(std::string_view text);
  void on_server_event(std::string_view json, bool ours);
  void on_channel_text(const std::string& peer, std::string_view json);
  void on_sample(View event);

  // Reactions.
  void on_command(View command);
  void on_patch(View patch);
  void on_self(View self);
  void on_participant(View participant);
  void on_order(View order);
  void forget(const std::string& peer);
  void on_counters(View counters);

  void tell(std::string_view kind, std::string peer, std::string text, std::string_view data = {});
  /// Only if it is another than the last of that peer and aspect.
  void tell_change(std::string_view kind, const std::string& peer, std::string_view aspect,
                   std::string text);

  std::function<void(const Entry&)> tell_;
  std::size_t line_ = 0;
  std::int64_t first_us_ = -1;
  std::int64_t now_us_ = 0;
  std::map<std::string, std::string> shown_;
  std::map<std::string, std::int64_t> counted_;
  std::set<std::string> present_;
};

}  // namespace groupcall::flight

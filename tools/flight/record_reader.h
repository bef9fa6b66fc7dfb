/// Flight records, line by line; the format is in README.md.
///
/// A file is not trusted: whatever is in it, it is a header, events and gaps in that order, or an
/// error that names the line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "tools/flight/line_source.h"

namespace groupcall::flight {

inline constexpr std::int64_t kFormatVersion = 1;

/// `{"groupcall":"record","version":1,"build":"0.1.0+ab12...","config":{...}}`, or what older
/// builds began with: the config alone.
struct Header {
  std::int64_t version = 0;  ///< 0: a config alone
  std::string build;         ///< empty: not known
  bool redacted = false;
  std::string config;  ///< as CallBridge takes it
};

/// `[1000000,{"type":"host.woke"},"cbf29ce484222325"]`. Views are good until the next line.
struct EventLine {
  std::size_t number = 0;  ///< of the line, from 1
  std::int64_t now_us = 0;
  std::string_view event;
  std::string_view hash;      ///< 16 digits, or empty
  std::string_view reaction;  ///< instead of a hash, or empty. Neither: nothing is known of it
};

/// `{"gap":{"events":812,"from":1000000,"to":2000000}}`: so many events are missing.
struct Gap {
  std::int64_t events = 0;
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};

class RecordReader {
 public:
  /// `bytes` must outlive it. Reads the header: check error() first.
  explicit RecordReader(std::string_view bytes, ReadLimits limits = {});

  const Header& header() const { return header_; }
  /// Nothing at the end, and where error() says what is wrong.
  std::optional<std::variant<EventLine, Gap>> next();
  /// `line 7: ...`, or empty.
  const std::string& error() const { return error_; }

 private:
  bool read_line(std::string_view& line);
  void read_header(std::string_view line);
  bool read_event(std::string_view line, EventLine& into);
  bool read_gap(std::string_view line, Gap& into);
  bool fail(std::string_view why);

  LineSource source_;
  Header header_;
  std::size_t number_ = 0;
  std::int64_t last_us_ = 0;
  std::string error_;
};

}  // namespace groupcall::flight

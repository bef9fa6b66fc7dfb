/// The lines of a flight record's bytes, one at a time: plain text, or a gzip file of any number
/// of members, as pages write them.
///
/// A file is not trusted: a kilobyte may stand for a gigabyte, so each line and the whole have
/// limits, and no more than a line and a block is kept.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace groupcall::flight {

struct ReadLimits {
  /// An event is at most 6 MB (wasm/bridge/call_bridge.cpp), and its reaction may quote it.
  std::size_t line_bytes = 16'000'000;
  /// A page keeps 4 MB, which hold some 40 of text; a recorded test run may be longer.
  std::size_t text_bytes = 1'000'000'000;
};

class LineSource {
 public:
  /// `bytes` must outlive it.
  explicit LineSource(std::string_view bytes, ReadLimits limits = {});
  ~LineSource();
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  /// False at the end, and where error() says what is wrong. A last line may lack its line feed.
  bool next(std::string_view& line);

  const std::string& error() const { return error_; }

 private:
  bool more();
  bool inflate_more();
  bool fail(std::string why);

  std::string_view rest_;
  ReadLimits limits_;
  bool deflated_ = false;
  bool in_member_ = false;
  z_stream stream_{};
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t total_ = 0;
  std::string error_;
};

}  // namespace groupcall::flight

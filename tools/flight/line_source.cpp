#include "tools/flight/line_source.h"

#include <algorithm>

namespace groupcall::flight {

namespace {

constexpr std::size_t kBlock = 65'536;
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with gzip's header and checksum

}  // namespace

LineSource::LineSource(std::string_view bytes, ReadLimits limits) : rest_(bytes), limits_(limits) {
  deflated_ = rest_.starts_with(kGzip);
  if (deflated_ && inflateInit2(&stream_, kGzipWindow) != Z_OK) {
    deflated_ = false;
    fail("zlib has no memory");
  }
}

LineSource::~LineSource() {
  if (deflated_) inflateEnd(&stream_);
}

bool LineSource::next(std::string_view& line) {
  for (std::size_t looked = at_;;) {
    const std::size_t end = buffer_.find('\n', looked);
    if (end != std::string::npos) {
      line = std::string_view(buffer_).substr(at_, end - at_);
      at_ = end + 1;
      return true;
    }
    if (buffer_.size() - at_ > limits_.line_bytes)
      return fail("a line is longer than " + std::to_string(limits_.line_bytes) + " bytes");
    buffer_.erase(0, at_);
    at_ = 0;
    looked = buffer_.size();
    if (!more()) break;
  }
  if (!error_.empty() || buffer_.empty()) return false;
  line = buffer_;
  at_ = buffer_.size();
  return true;
}

bool LineSource::more() {
  if (!error_.empty()) return false;
  if (deflated_) return inflate_more();
  const std::string_view block = rest_.substr(0, kBlock);
  if (block.empty()) return false;
  total_ += block.size();
  if (total_ > limits_.text_bytes)
    return fail("it is longer than " + std::to_string(limits_.text_bytes) + " bytes");
  buffer_ += block;
  rest_.remove_prefix(block.size());
  return true;
}

bool LineSource::inflate_more() {
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kBlock);
  // zlib takes no const input, and writes none.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
  stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(rest_.size(), 1U << 30U));
  const auto given = stream_.avail_in;
  stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data() + before);
  stream_.avail_out = kBlock;
  int result = Z_OK;
  while (stream_.avail_out > 0 && result == Z_OK && (stream_.avail_in > 0 || in_member_)) {
    in_member_ = true;
    result = inflate(&stream_, Z_NO_FLUSH);
    if (result != Z_STREAM_END) continue;
    in_member_ = false;
    result = inflateReset(&stream_);
  }
  const std::size_t got = kBlock - stream_.avail_out;
  buffer_.resize(before + got);
  rest_.remove_prefix(given - stream_.avail_in);
  total_ += got;
  if (total_ > limits_.text_bytes)
    return fail("it inflates to more than " + std::to_string(limits_.text_bytes) + " bytes");
  if (got > 0) return true;
  if (result == Z_BUF_ERROR) return fail("the file is truncated: its compressed data ends early");
  if (result != Z_OK)
    return fail(std::string("the compressed data is corrupt: ") +
                (stream_.msg != nullptr ? stream_.msg : "no gzip"));
  return false;
}

bool LineSource::fail(std::string why) {
  if (error_.empty()) error_ = std::move(why);
  return false;
}

}  // namespace groupcall::flight

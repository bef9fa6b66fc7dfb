#include "tools/flight/record_reader.h"

#include <algorithm>
#include <charconv>

#include "core/wire/json_document.h"

namespace groupcall::flight {

namespace {

/// JavaScript's clocks and ours agree up to here.
constexpr std::int64_t kMostUs = std::int64_t{1} << 53;

/// Where the JSON object that begins at `text`'s front ends, or npos.
std::size_t object_end(std::string_view text) {
  bool in_string = false;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && c == '{') {
      ++depth;
    } else if (!in_string && c == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

bool is_hash(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<wire::JsonDocument> parse(std::string_view line) {
  wire::Refusal refusal;
  return wire::JsonDocument::parse(line, ~std::uint32_t{0}, refusal);
}

std::string text_of(std::optional<wire::JsonView> value) {
  return value && value->kind() == wire::JsonKind::Text ? std::string(value->text()) : "";
}

std::int64_t number_of(std::optional<wire::JsonView> value, std::int64_t otherwise) {
  return value ? value->integer().value_or(otherwise) : otherwise;
}

}  // namespace

RecordReader::RecordReader(std::string_view bytes, ReadLimits limits) : source_(bytes, limits) {
  std::string_view line;
  if (read_line(line)) {
    read_header(line);
  } else if (error_.empty()) {
    fail("the file is empty");
  }
}

std::optional<std::variant<EventLine, Gap>> RecordReader::next() {
  std::string_view line;
  if (!error_.empty() || !read_line(line)) return std::nullopt;
  EventLine event;
  Gap gap;
  if (line.starts_with('[') && read_event(line, event)) return event;
  if (line.starts_with('{') && read_gap(line, gap)) return gap;
  fail("neither [time,event,hash or reaction] nor a gap");
  return std::nullopt;
}

bool RecordReader::read_line(std::string_view& line) {
  do {
    ++number_;
    if (!source_.next(line)) {
      if (!source_.error().empty()) fail(source_.error());
      return false;
    }
  } while (line.empty());
  return true;
}

void RecordReader::read_header(std::string_view line) {
  const auto json = parse(line);
  if (!json || !json->root().is_object()) {
    fail("this is no flight record: it does not begin with a JSON object");
    return;
  }
  const wire::JsonView root = json->root();
  if (text_of(root.find("groupcall")) != "record") {
    header_.config = line;
    if (!root.find("seed"))
      fail("this is no flight record: its first line is neither header nor config");
    return;
  }
  header_.version = number_of(root.find("version"), -1);
  header_.build = text_of(root.find("build"));
  const auto redacted = root.find("redacted");
  header_.redacted = redacted && redacted->kind() == wire::JsonKind::Flag && redacted->flag();
  if (header_.version != kFormatVersion) {
    fail("format version " + std::to_string(header_.version) + " of build \"" + header_.build +
         "\"; this tool reads version " + std::to_string(kFormatVersion) + " and what came before");
  } else if (const auto config = root.find("config"); config && config->is_object()) {
    config->write(header_.config);
  } else {
    fail("the header has no config");
  }
}

bool RecordReader::read_event(std::string_view line, EventLine& into) {
  if (!line.ends_with(']')) return false;
  line = line.substr(1, line.size() - 2);
  into.number = number_;
  const auto time = std::from_chars(line.data(), line.data() + line.size(), into.now_us);
  if (time.ec != std::errc() || into.now_us < 0 || into.now_us > kMostUs) return false;
  line.remove_prefix(static_cast<std::size_t>(time.ptr - line.data()));
  if (!line.starts_with(",{")) return false;
  line.remove_prefix(1);
  const std::size_t end = object_end(line);
  if (end == std::string_view::npos) return false;
  into.event = line.substr(0, end);
  line.remove_prefix(end);
  if (line.starts_with(",\"") && line.ends_with('"') && line.size() > 3) {
    into.hash = line.substr(2, line.size() - 3);
    if (!is_hash(into.hash)) return false;
  } else if (line.starts_with(",{")) {
    into.reaction = line.substr(1);
    if (object_end(into.reaction) != into.reaction.size()) return false;
  } else if (!line.empty()) {
    return false;
  }
  if (into.now_us < last_us_) return fail("time runs backwards");
  last_us_ = into.now_us;
  return true;
}

bool RecordReader::read_gap(std::string_view line, Gap& into) {
  const auto json = parse(line);
  const auto gap = json ? json->root().find("gap") : std::nullopt;
  if (!gap || !gap->is_object()) return false;
  into.events = number_of(gap->find("events"), 0);
  into.from_us = number_of(gap->find("from"), -1);
  into.to_us = number_of(gap->find("to"), -1);
  return into.events > 0 && into.from_us >= last_us_ && into.to_us >= into.from_us;
}

bool RecordReader::fail(std::string_view why) {
  if (error_.empty()) error_ = "line " + std::to_string(number_) + ": " + std::string(why);
  return false;
}

}  // namespace groupcall::flight

#include "tools/flight/print.h"

#include <algorithm>
#include <cstdio>
#include <ostream>

#include "core/wire/json_document.h"

namespace groupcall::flight {

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  wire::encode_text(text, out);
  wire::Refusal refusal;
  if (wire::JsonDocument::parse(out, ~std::uint32_t{0}, refusal)) return out;
  // Lines of a file need not be UTF-8.
  std::string plain(text);
  for (char& c : plain)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  out.clear();
  wire::encode_text(plain, out);
  return out;
}

std::string seconds(std::int64_t us) {
  char text[32];
  std::snprintf(text, sizeof text, "%10.3f", static_cast<double>(us) / 1e6);
  return text;
}

/// Of what is a list of types, or the type of one event.
constexpr std::size_t kTypes = 200;

/// Prints what differs around the first byte that does.
void print_texts(std::ostream& out, std::string_view recorded, std::string_view replayed) {
  constexpr std::size_t kBefore = 80;
  constexpr std::size_t kShown = 400;
  const auto [in_recorded, in_replayed] =
      std::mismatch(recorded.begin(), recorded.end(), replayed.begin(), replayed.end());
  const auto at = static_cast<std::size_t>(in_recorded - recorded.begin());
  const std::size_t from = at < kBefore ? 0 : at - kBefore;
  for (const auto& [name, text] :
       {std::pair("recorded", recorded), std::pair("replayed", replayed)})
    out << "  " << name << ": " << (from > 0 ? "..." : "")
        << printable(text.substr(std::min(from, text.size())), kShown) << "\n";
}

void print_difference(std::ostream& out, const std::string& path, const Difference& difference) {
  out << path << ":" << difference.line << ": the reaction to "
      << printable(type_of(difference.event), kTypes) << " differs\n";
  for (const std::string& line : difference.before)
    out << "  before: " << printable(line, kTypes) << "\n";
  out << "  event: " << printable(difference.event, 400) << "\n";
  if (difference.recorded.starts_with('{')) {
    out << "  commands: " << printable(kinds_of(difference.recorded), kTypes) << "\n"
        << "  replayed: " << printable(kinds_of(difference.replayed), kTypes) << "\n";
    return print_texts(out, difference.recorded, difference.replayed);
  }
  out << "  recorded: hash " << difference.recorded << "\n"
      << "  replayed: hash " << difference.replayed_hash << ", "
      << printable(difference.replayed, 1'000) << "\n";
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  const auto byte = [&out](std::size_t at) { return static_cast<unsigned char>(out[at]); };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool two = byte(i) == 0xc2 && i + 1 < out.size() && (byte(i + 1) & 0xe0U) == 0x80;
    if (two) out[i + 1] = '?';
    if (two || byte(i) < 0x20 || byte(i) == 0x7f) out[i] = '?';
  }
  return out + (text.size() > most ? "..." : "");
}

void print_entry(std::ostream& out, const Entry& entry) {
  if (entry.kind == "sample" || entry.kind == "step") return;
  std::string peer = printable(entry.peer, 24);
  peer.resize(std::max<std::size_t>(peer.size(), 14), ' ');
  std::string kind(entry.kind);
  kind.resize(std::max<std::size_t>(kind.size(), 10), ' ');
  out << seconds(entry.at_us) << "  " << kind << "  " << peer << "  " << printable(entry.text, 300)
      << "\n";
}

void print_entry_json(std::ostream& out, const Entry& entry) {
  out << "{\"line\":" << entry.line << ",\"atUs\":" << entry.at_us << ",\"kind\":\"" << entry.kind
      << "\",\"peer\":" << quoted(entry.peer) << ",\"text\":" << quoted(entry.text);
  if (!entry.aspect.empty()) out << ",\"aspect\":\"" << entry.aspect << "\"";
  if (!entry.data.empty()) out << ",\"data\":" << entry.data;
  out << "}\n";
}

void print_header(std::ostream& out, const Header& header, std::string_view this_build) {
  if (header.version == 0) {
    out << "an older record: a config without a header, of an unknown build\n";
  } else {
    out << "recorded by build " << printable(header.build, 100)
        << (header.redacted ? ", redacted" : "") << "\n";
  }
  if (!this_build.empty() && header.build != this_build)
    out << "this is build " << this_build
        << ": where the core has changed since, reactions differ\n";
}

void print_header_json(std::ostream& out, const Header& header, std::string_view this_build) {
  out << "{\"record\":{\"version\":" << header.version << ",\"build\":" << quoted(header.build)
      << ",\"thisBuild\":" << quoted(this_build)
      << ",\"redacted\":" << (header.redacted ? "true" : "false") << "}}\n";
}

void print_outcome(std::ostream& out, const std::string& path, const Outcome& outcome,
                   bool other_build) {
  if (!outcome.error.empty()) out << path << ": " << printable(outcome.error, 400) << "\n";
  if (outcome.difference) {
    print_difference(out, path, *outcome.difference);
    if (other_build)
      out << "  (another build made this record: the core may have changed on purpose)\n";
  }
  if (!outcome.same()) return;
  out << path << ": " << outcome.checked << " events, same reactions\n";
  if (outcome.gap)
    out << path << ": " << outcome.gap->events << " events are missing from"
        << seconds(outcome.gap->from_us) << " s to" << seconds(outcome.gap->to_us) << " s; "
        << outcome.unchecked << " after them are shown, but not checked\n";
  else if (outcome.unchecked > 0)
    out << path << ": " << outcome.unchecked
        << " events at the end have no reaction: the module has died of one\n";
}

void print_outcome_json(std::ostream& out, const Outcome& outcome) {
  out << "{\"outcome\":{\"same\":" << (outcome.same() ? "true" : "false")
      << ",\"checked\":" << outcome.checked << ",\"unchecked\":" << outcome.unchecked;
  if (outcome.gap)
    out << ",\"gap\":{\"events\":" << outcome.gap->events << ",\"from\":" << outcome.gap->from_us
        << ",\"to\":" << outcome.gap->to_us << "}";
  if (outcome.difference) {
    out << ",\"difference\":{\"line\":" << outcome.difference->line
        << ",\"event\":" << quoted(outcome.difference->event)
        << ",\"recorded\":" << quoted(outcome.difference->recorded)
        << ",\"replayed\":" << quoted(outcome.difference->replayed) << "}";
  }
  if (!outcome.error.empty()) out << ",\"error\":" << quoted(outcome.error);
  out << "}}\n";
}

}  // namespace groupcall::flight

/// How `tools/replay` says things: for people, or as JSON, a line each.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tools/flight/replayer.h"
#include "tools/flight/timeline.h"

namespace groupcall::flight {

/// At most so many bytes of a text. Those of a record are other people's: nothing in them may steer
/// a terminal, neither its controls of one byte nor those of two (U+0080 to U+009F).
std::string printable(std::string_view text, std::size_t most);

/// `   12.345  bob       camera on`
void print_entry(std::ostream& out, const Entry& entry);
/// `{"line":7,"atUs":12345000,"kind":"state","peer":"bob","text":"camera on"}`
void print_entry_json(std::ostream& out, const Entry& entry);

/// What record it is, and whether this tool is of the same build; `this_build` may be empty.
void print_header(std::ostream& out, const Header& header, std::string_view this_build);
void print_header_json(std::ostream& out, const Header& header, std::string_view this_build);

/// `FILE: 812 events, same reactions`, or the first difference with what came before it.
void print_outcome(std::ostream& out, const std::string& path, const Outcome& outcome,
                   bool other_build);
void print_outcome_json(std::ostream& out, const Outcome& outcome);

}  // namespace groupcall::flight

// Prints web/src/protocol.ts: the TypeScript types of all that crosses the bridge, out of the
// same field tables that decode and encode it. `print_protocol --check FILE` exits with 1 when
// the file differs, which a test runs.
#include <cctype>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "core/wire/groupcall_message.h"
#include "wasm/bridge/command_tables.h"
#include "wasm/bridge/config_tables.h"
#include "wasm/bridge/event_tables.h"

namespace {

using groupcall::wire::Field;
using groupcall::wire::FieldKind;
using groupcall::wire::FieldSpan;
using groupcall::wire::Presence;
using groupcall::wire::TaggedRecord;

// Names of the types that stand on their own; what has none is written in place.
std::map<const void*, std::string> named;

template <class T>
void name_record(const std::string& name) {
  named[groupcall::wire::RecordOf<T>::fields.data()] = name;
}
template <class T>
void name_words(const std::string& name) {
  named[groupcall::wire::WordsOf<T>::words.data()] = name;
}

std::string union_of(groupcall::wire::Words words) {
  std::string text;
  for (std::string_view word : words)
    text += (text.empty() ? "'" : " | '") + std::string(word) + "'";
  return text;
}

std::string members_of(FieldSpan fields, const std::string& indent);

std::string type_of(const Field& field, const std::string& indent) {
  switch (field.kind) {
    case FieldKind::Flag:
      return "boolean";
    case FieldKind::Number:
    case FieldKind::Index:
      return "number";
    case FieldKind::Text:
      return "string";
    case FieldKind::Blob:
    case FieldKind::Whole:
      return "Readonly<Record<string, unknown>>";
    case FieldKind::Choice:
      return named.count(field.words.data()) ? named[field.words.data()] : union_of(field.words);
    case FieldKind::Record:
      if (named.count(field.record.data())) return named[field.record.data()];
      return "{\n" + members_of(field.record, indent + "  ") + indent + "}";
    case FieldKind::Maybe:
      return type_of(*field.container->element, indent);
    case FieldKind::List:
      return "readonly " + type_of(*field.container->element, indent) + "[]";
  }
  return "never";
}

std::string members_of(FieldSpan fields, const std::string& indent) {
  std::string text;
  for (const Field& field : fields) {
    text += indent + "readonly " + std::string(field.name);
    text += field.presence == Presence::Optional ? "?: " : ": ";
    text += type_of(field, indent) + ";\n";
  }
  return text;
}

template <class T>
std::string interface_of() {
  const FieldSpan fields = groupcall::wire::RecordOf<T>::fields;
  return "export interface " + named.at(fields.data()) + " {\n" + members_of(fields, "  ") +
         "}\n\n";
}
/// `meaning`: for what pages see, what stands above it.
template <class T>
std::string alias_of(const std::string& meaning = "") {
  const groupcall::wire::Words words = groupcall::wire::WordsOf<T>::words;
  const std::string comment = meaning.empty() ? "" : "/** " + meaning + " */\n";
  return comment + "export type " + named.at(words.data()) + " = " + union_of(words) + ";\n";
}

template <class Variant>
std::string tagged_union(const std::string& name) {
  std::string text = "export type " + name + " =";
  for (const TaggedRecord& record : groupcall::wire::RecordSet<Variant>::records) {
    text += "\n  | {\n      readonly type: '" + std::string(record.tag) + "';\n";
    text += members_of(record.fields, "      ") + "    }";
  }
  return text + ";\n\n";
}

/// The words, and what those that pages see are about.
std::string aliases() {
  using namespace groupcall;
  std::string text;
  text += alias_of<CallType>("A call with pictures, or one of voices only.");
  text += alias_of<MediaKind>() + alias_of<StreamName>() + alias_of<TransportState>();
  text += alias_of<MediaState>("How it goes with a device: see `MediaStatus.state`.");
  text += alias_of<MediaReason>(
      "Why a device is in its state: `reasonText()` of `groupcall/reasons` has words for each.");
  text += alias_of<ErrorCode>("What went wrong, as the core names it: see `GroupCallError.code`.");
  text += alias_of<Phase>("Where the call stands: see `CallSnapshot.phase`.");
  text += alias_of<SignallingState>(
      "How it goes with the connection to the server: see `SignallingStatus.state`.");
  text += alias_of<LinkView>("The way to somebody's page: see `Participant.connection`.");
  text += alias_of<ConnectionReason>(
      "Why somebody is not connected: `connectionReasonText()` of `groupcall/reasons` has words "
      "for each.");
  text += alias_of<QualityCause>("What limits a connection most: see `Participant.qualityCause`.");
  text += alias_of<PeerSignalling>(
              "Whether somebody is connected to the server: see `Participant.signalling`.") +
          "\n";
  return text;
}

std::string protocol() {
  using namespace groupcall;
  name_words<CallType>("CallType");
  name_words<MediaKind>("MediaKind");
  name_words<StreamName>("StreamName");
  name_words<TransportState>("TransportState");
  name_words<MediaState>("MediaState");
  name_words<MediaReason>("MediaReason");
  name_words<ErrorCode>("ErrorCode");
  name_words<Phase>("Phase");
  name_words<SignallingState>("SignallingState");
  name_words<LinkView>("LinkView");
  name_words<ConnectionReason>("ConnectionReason");
  name_words<QualityCause>("QualityCause");
  name_words<PeerSignalling>("PeerSignalling");
  name_record<SessionDescription>("CoreDescription");
  name_record<IceCandidate>("CoreCandidate");
  name_record<CallError>("CoreError");
  name_record<MediaView>("MediaView");
  name_record<TrackSource>("TrackSource");
  name_record<RoomView>("RoomView");
  name_record<SignallingView>("SignallingView");
  name_record<SelfView>("SelfView");
  name_record<InvitationView>("InvitationView");
  name_record<ParticipantView>("ParticipantView");
  name_record<LinkSample>("LinkSample");
  name_record<SnapshotPatch>("SnapshotPatch");
  name_record<CallConfig>("CoreConfig");

  std::string text =
      "// Printed by tools/print_protocol from the field tables in wasm/bridge. Do not edit: "
      "change\n"
      "// the table and run `tools/build --protocol`. What each member means, its unit and its "
      "limit\n"
      "// stand in core/public/event.h, command.h and snapshot.h.\n\n";
  text += aliases();
  text += interface_of<SessionDescription>() + interface_of<IceCandidate>();
  text += interface_of<CallError>() + interface_of<MediaView>() + interface_of<TrackSource>();
  text += interface_of<RoomView>() + interface_of<SignallingView>() + interface_of<SelfView>();
  text += interface_of<InvitationView>();
  text += interface_of<ParticipantView>() + interface_of<LinkSample>();
  text += interface_of<SnapshotPatch>() + interface_of<CallConfig>();
  text += "/** What a port reports. */\n" + tagged_union<Event>("CoreEvent");
  text += "/** What a port carries out, in order. */\n" + tagged_union<Command>("CoreCommand");
  text +=
      "/** What CallBridge.handle() returns. */\n"
      "export type Reaction =\n"
      "  | {\n"
      "      readonly commands: readonly CoreCommand[];\n"
      "      /** Microseconds of the clock that was passed in; absent: no deadline. */\n"
      "      readonly wakeAt?: number;\n"
      "      readonly patch?: SnapshotPatch;\n"
      "      readonly refused?: never;\n"
      "    }\n"
      "  | { readonly refused: string; readonly commands?: never };\n\n"
      "/** The events of the application's Socket that the core wants to hear of. */\n"
      "export const SERVER_EVENTS = [\n";
  for (const std::string_view name : wire::server_event_names())
    text += "  '" + std::string(name) + "',\n";
  text += "] as const;\n";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string text = protocol();
  if (argc == 1) {
    std::cout << text;
    return 0;
  }
  if (argc != 3 || std::string(argv[1]) != "--check") {
    std::cerr << "usage: print_protocol [--check FILE]\n";
    return 2;
  }
  std::ifstream file(argv[2]);
  std::stringstream present;
  present << file.rdbuf();
  if (present.str() == text) return 0;
  std::cerr << argv[2] << ": differs from the field tables; run tools/build --protocol\n";
  return 1;
}

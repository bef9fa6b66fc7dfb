#include "tools/flight/replayer.h"

#include "core/wire/json_document.h"

namespace groupcall::flight {

namespace {

constexpr std::size_t kContext = 5;

class Replayer {
 public:
  Replayer(const std::string& config, const ReplayOptions& options)
      : options_(options), bridge_(std::make_unique<bridge::CallBridge>(config)) {
    if (!bridge_->error().empty()) outcome_.error = "the config is refused: " + bridge_->error();
  }

  /// False: enough.
  bool play(const EventLine& line, const std::function<void(const Played&)>& show) {
    if (first_us_ < 0) first_us_ = line.now_us;
    if (options_.until_us >= 0 && line.now_us - first_us_ > options_.until_us) return false;
    // Without hash and reaction: the module died of it, or it comes after a gap.
    const bool known = !line.hash.empty() || !line.reaction.empty();
    if (!bridge_ || (!known && options_.compare)) {
      ++outcome_.unchecked;
      show({line.number, line.now_us, line.event, {}, !bridge_});
      return true;
    }
    const std::string reaction = bridge_->handle(line.event, line.now_us);
    show({line.number, line.now_us, line.event, reaction, false});
    if (options_.compare && !is_same(line, reaction)) return differ(line, reaction);
    ++outcome_.checked;
    context_.push_back("line " + std::to_string(line.number) + ": " + type_of(line.event) + " -> " +
                       kinds_of(reaction));
    if (context_.size() > kContext) context_.pop_front();
    return true;
  }

  void miss(const Gap& gap) {
    const std::int64_t start = first_us_ < 0 ? gap.from_us : first_us_;
    if (!outcome_.gap) outcome_.gap = Gap{gap.events, gap.from_us - start, gap.to_us - start};
    bridge_.reset();
  }

  Outcome& outcome() { return outcome_; }
  const bridge::CallBridge* bridge() const { return bridge_.get(); }

 private:
  bool is_same(const EventLine& line, const std::string& reaction) const {
    return line.reaction.empty() ? bridge_->hash() == line.hash : reaction == line.reaction;
  }

  bool differ(const EventLine& line, const std::string& reaction) {
    const std::string_view recorded = line.reaction.empty() ? line.hash : line.reaction;
    outcome_.difference = Difference{line.number, std::string(line.event), std::string(recorded),
                                     reaction,    bridge_->hash(),         std::move(context_)};
    return false;
  }

  ReplayOptions options_;
  std::unique_ptr<bridge::CallBridge> bridge_;
  Outcome outcome_;
  std::deque<std::string> context_;
  std::int64_t first_us_ = -1;
};

}  // namespace

Outcome replay(RecordReader& reader, const ReplayOptions& options,
               const std::function<void(const Played&)>& show) {
  Outcome bad;
  bad.error = reader.error();
  if (!bad.error.empty()) return bad;
  Replayer replayer(reader.header().config, options);
  if (!replayer.outcome().error.empty()) return replayer.outcome();
  while (auto line = reader.next()) {
    if (const auto* gap = std::get_if<Gap>(&*line)) {
      replayer.miss(*gap);
    } else if (!replayer.play(std::get<EventLine>(*line), show)) {
      return std::move(replayer.outcome());
    }
  }
  Outcome& outcome = replayer.outcome();
  outcome.error = reader.error();
  if (outcome.error.empty() && outcome.checked + outcome.unchecked == 0)
    outcome.error = "it has no events";
  return std::move(outcome);
}

std::string kinds_of(std::string_view reaction) {
  wire::Refusal refusal;
  const auto json = wire::JsonDocument::parse(reaction, ~std::uint32_t{0}, refusal);
  if (!json) return "?";
  if (const auto refused = json->root().find("refused"))
    return "refused: " + std::string(refused->text());
  std::string kinds;
  const auto commands = json->root().find("commands");
  for (auto command = commands ? commands->first() : std::nullopt; command;
       command = command->next()) {
    const auto type = command->find("type");
    if (type) (kinds += kinds.empty() ? "" : " ") += type->text();
  }
  return kinds.empty() ? "nothing" : kinds;
}

std::string type_of(std::string_view event) {
  constexpr std::string_view kKey = "\"type\":\"";
  const std::size_t at = event.find(kKey);
  if (at == std::string_view::npos) return "?";
  event.remove_prefix(at + kKey.size());
  return std::string(event.substr(0, event.find('"')));
}

}  // namespace groupcall::flight

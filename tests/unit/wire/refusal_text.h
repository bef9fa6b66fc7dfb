/// A refusal as one word and its field, so that tables of bad texts read well.
#pragma once

#include <string>

#include "core/wire/codec_error.h"

namespace groupcall::wire {

/// `wrong-shape roomId`, `not-json`
inline std::string text_of(const Refusal& refusal) {
  std::string text(error_name(refusal.error));
  if (!refusal.field.empty()) text.append(" ").append(refusal.field);
  return text;
}

}  // namespace groupcall::wire

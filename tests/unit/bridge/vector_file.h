/// The vectors of the bridge (tests/vectors/bridge): lists of `{"name","event",("refused")}`.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/wire/json_document.h"

namespace groupcall::bridge {

struct BridgeVector {
  std::string name;
  std::string text;     ///< what crosses the bridge
  std::string refused;  ///< empty: it is good
};

inline std::string file_text(const std::string& name) {
  std::ifstream file(GROUPCALL_VECTORS "/bridge/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// `member`: "event" or "config".
inline std::vector<BridgeVector> bridge_vectors(const std::string& file,
                                                std::string_view member = "event") {
  wire::Refusal refusal;
  const auto document = wire::JsonDocument::parse(file_text(file), 1'000'000, refusal);
  std::vector<BridgeVector> vectors;
  EXPECT_TRUE(document) << file;
  if (!document) return vectors;
  for (auto entry = document->root().first(); entry; entry = entry->next()) {
    BridgeVector vector;
    vector.name = file + ": " + std::string(entry->find("name")->text());
    entry->find(member)->write(vector.text);
    if (const auto refused = entry->find("refused")) vector.refused = refused->text();
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

}  // namespace groupcall::bridge

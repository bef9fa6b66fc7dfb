/// Reading members of a JSON object that may be missing or of another kind.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace groupcall::sim {

/// The text at `key`; empty when there is none.
inline std::string text_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The object at `key`; empty when there is none.
inline boost::json::object object_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value && value->is_object() ? value->get_object() : boost::json::object();
}

}  // namespace groupcall::sim

/// Builds one visitor for std::visit out of several lambdas.
#pragma once

namespace groupcall {

template <class... Callables>
struct Overloaded : Callables... {
  using Callables::operator()...;
};
// Written out: clang 14 deduces no class template arguments for aggregates.
template <class... Callables>
Overloaded(Callables...) -> Overloaded<Callables...>;

}  // namespace groupcall

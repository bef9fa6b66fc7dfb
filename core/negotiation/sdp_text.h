/// The few facts that the core reads from an SDP; all else passes through sealed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace groupcall {

/// All `a=ice-ufrag:` values (RFC 8839 section 5.4), each once, in order. Candidates of other
/// ufrags belong to another generation.
std::vector<std::string> ice_ufrags(std::string_view sdp);

/// The session id of `o=` (RFC 8866 section 5.2): another one means another peer connection.
std::string session_id(std::string_view sdp);

/// The ufrag that a candidate line names (`... ufrag abcd ...`), or empty.
std::string_view candidate_ufrag(std::string_view candidate);

}  // namespace groupcall

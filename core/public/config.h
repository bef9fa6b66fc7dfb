/// What a call is made with: who I am, where the server is, every limit and deadline.
///
/// A limit that is not named here does not exist. Hosts set the first block; the
/// rest has defaults that the tests rest on.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/public/ids.h"

namespace groupcall {

enum class Topology : std::uint8_t { Mesh, Sfu };

/// Identity as the chat application has it.
struct SelfConfig {
  UserId user_id;         ///< 1 to 128 bytes
  std::string user_info;  ///< JSON object shown to the others (`fullname`, `profilePic`, ...)
};

/// Who reconnects the application's Socket once it has given up for ever.
enum class ReconnectBy : std::uint8_t { Core, Application };

/// Where our own Socket.IO connection goes, or that the application's Socket is to be used.
struct SignallingConfig {
  std::string url;           ///< `http(s)://host[:port]`, or `ws(s)://`
  std::string path;          ///< default `/socket.io/`
  std::string name_space;    ///< default `/`
  std::string query;         ///< already encoded `a=b&c=d`; `userId=` is added when it is missing
  std::string auth;          ///< JSON object sent with CONNECT; empty: none
  bool application = false;  ///< the application's Socket; of the rest only `reconnect` counts
  ReconnectBy reconnect = ReconnectBy::Core;
};

struct CallConfig {
  SelfConfig self;
  SignallingConfig signalling;
  std::string seed;  ///< any random text; fixes epochs and jitter
  Topology topology = Topology::Mesh;
  std::int64_t join_timeout_ms = 15'000;  ///< `join()` gives up when not admitted by then
  /// Offers that a join carries for the members who are in the room already, so that they
  /// answer at once: 0 (none) to limits::kEarlyOffers. Without effect with `relay_only`.
  std::int64_t early_offers = 0;
  /// People in the room, oneself included: whom the server admits to more leaves again.
  std::int64_t max_participants = 8;
  bool relay_only = false;          ///< the connections may use nothing but TURN servers
  bool keep_camera = false;         ///< turned off it is only muted, and its light stays on
  bool release_microphone = false;  ///< turned off it is released, and opened anew when turned on
};

/// Sizes. Payloads beyond them are refused and counted, never truncated.
namespace limits {
/// The server closes a socket on a frame over 1,000,000 bytes; it may send us as much.
inline constexpr std::uint32_t kFrameBytes = 1'000'000;
/// Identifiers: `group_<24 hex>_<13 digits>` is 44; three times that for other applications.
inline constexpr std::uint32_t kIdBytes = 128;
/// Names, labels, error texts of peers and browsers.
inline constexpr std::uint32_t kTextBytes = 1'024;
/// An SDP with four slots is 6 kB, with every codec of a desktop browser 12 kB; times five.
inline constexpr std::uint32_t kSdpBytes = 64'000;
/// A candidate line is 100 to 250 bytes.
inline constexpr std::uint32_t kCandidateBytes = 1'024;
/// One participant's free-form userInfo; avatars by URL take 2 kB.
inline constexpr std::uint32_t kUserInfoBytes = 16'000;
/// Offers inside a join, the most; every one costs the newcomer a connection that may be for
/// nothing, and the mesh is small.
inline constexpr std::uint32_t kEarlyOffers = 3;
/// They all, deflated and as base64 (three plain ones are 46 kB); beyond that the join goes
/// without them.
inline constexpr std::uint32_t kPackedOffersBytes = 6'000;
/// What a peer's packed offers may be once they are inflated: three of the largest SDPs.
inline constexpr std::uint32_t kUnpackedOffersBytes = 200'000;
/// Candidates that travel with an early offer; later ones are sent when it is known to whom.
inline constexpr std::uint32_t kEarlyCandidates = 16;
/// Nesting of any one participant's blob, and of a frame before it is cut off.
inline constexpr std::uint32_t kBlobDepth = 16;
inline constexpr std::uint32_t kFrameDepth = 32;
/// The mesh ends long before; a hostile roster must end somewhere.
inline constexpr std::uint32_t kParticipants = 256;
/// Candidates that wait for their description, per link: 2 generations of 32.
inline constexpr std::uint32_t kQueuedCandidates = 64;
/// A data channel message of a peer: 16 KiB, which every browser takes and which holds up what
/// comes behind it for 0.4 s at most at 300 kbit/s (RFC 8831, section 6.6).
inline constexpr std::uint32_t kChannelMessageBytes = 16'384;
/// Closed links that are kept for the numbers of their messages: a full mesh of 16 may go and come.
inline constexpr std::size_t kParkedLinks = 16;
/// The text of the application in one, as it travels: quotes, backslashes and line breaks count
/// double, other control characters six times.
inline constexpr std::uint32_t kMessageBytes = 16'000;
/// What is written around it: two words, a number of 16 digits, an id of 13, and names; 86.
inline constexpr std::uint32_t kMessageFrameBytes = 128;
static_assert(kMessageBytes + kMessageFrameBytes <= kChannelMessageBytes);
/// Messages that wait for their acknowledgement, for each peer: a burst of 200 and some more,
/// or 16 of the largest. A full mesh of 16 holds 4 MB of them.
inline constexpr std::uint32_t kOutboxMessages = 256;
inline constexpr std::uint32_t kOutboxBytes = 16 * kChannelMessageBytes;
/// Given to a channel before it is drained: two of the largest, 0.9 s at 300 kbit/s. Signs of
/// life queue behind it, and must not seem to be silent (deadlines::kSilence).
inline constexpr std::uint32_t kChannelBuffer = 2 * kChannelMessageBytes;
/// m-lines of one description: our four, and as many of a peer's own.
inline constexpr std::uint32_t kSlots = 16;
/// Binary attachments of one event. No event of ours has any; a peer's free-form blob may.
inline constexpr std::uint32_t kAttachments = 16;
/// Rings at once: one for each group that a person could answer, and then some.
inline constexpr std::uint32_t kInvitations = 16;
/// Steps of the waterfall of one join: those of the call, and of the first 17 others.
inline constexpr std::uint32_t kTimings = 128;
/// Views kept for setView(), also of those who are not here yet: a full room.
inline constexpr std::size_t kViews = kParticipants;
/// The shorter side of a picture, in pixels: twice 8k and more.
inline constexpr std::int64_t kTileSide = 16'384;
/// Microphones, cameras and speakers of one machine: far more than anybody would look through.
inline constexpr std::uint32_t kDevices = 64;
/// What one tab tells another: two identifiers and some words.
inline constexpr std::uint32_t kTabMessageBytes = 1'024;
}  // namespace limits

/// Times. Sources: core/README.md, "Deadlines"; of speech and the watchdog: core/public/quality.h.
namespace deadlines {
inline constexpr Duration kSocketOpen = 10s;        ///< WebSocket, handshake and CONNECT together
inline constexpr Duration kReconnectFirst = 300ms;  ///< after the immediate first try, doubling
inline constexpr Duration kReconnectSoon = 1s;      ///< ceiling during the first 30 s of an outage
inline constexpr Duration kReconnectLater = 5s;     ///< ceiling after that
inline constexpr Duration kOutageSoon = 30s;
inline constexpr Duration kPingFirst = 500ms;     ///< after connecting: does this server answer?
inline constexpr Duration kPing = 2'500ms;        ///< of silence, then an acked ping
inline constexpr Duration kPingAnswer = 2'500ms;  ///< with the one before: dead in 5 s
inline constexpr Duration kPingDoubted = 1s;      ///< the same, once a link has fallen silent
inline constexpr Duration kRefusedRetry = 5s;  ///< least time to the next try after a CONNECT_ERROR
inline constexpr Duration kLateWake = 2s;      ///< a timer this late: the page stood still
inline constexpr Duration kRing = 45s;         ///< an invitation; the server never cancels it
inline constexpr Duration kTabAnswer = 300ms;  ///< other tabs of this browser answer within
inline constexpr Duration kTakeOverPause = 60s;  ///< least time between automatic take-overs
inline constexpr Duration kStableSocket = 30s;   ///< a socket this old resets the storm guard
inline constexpr Duration kStormWindow = 300s;
inline constexpr int kStormConnections = 10;  ///< per window: half of the server's 20 an address
inline constexpr Duration kJoinAnswer = 5s;   ///< `joined` after `join`, before it is asked again
inline constexpr Duration kLeaveAgain =
    1s;                                     ///< while a lost join may still be under way there, ...
inline constexpr int kLeaves = 5;           ///< ... this often, without an answer to any
inline constexpr Duration kWithdraw = 15s;  ///< a withdrawn join that the server never confirmed

inline constexpr Duration kRoomQuiet = 30s;    ///< no word of the room: does it still list us?
inline constexpr Duration kRoomAnswer = 3s;    ///< a message to ourselves is back by then
inline constexpr Duration kRejoinPause = 60s;  ///< least time between joins because it was not

inline constexpr Duration kOfferResend = 3s;     ///< the same offer again
inline constexpr Duration kOfferRenew = 8s;      ///< a new offer
inline constexpr Duration kLinkGiveUp = 15s;     ///< a new link
inline constexpr Duration kOperation = 10s;      ///< a browser operation that never completes
inline constexpr Duration kEarlyOffers = 100ms;  ///< a join waits for its offers, once connected
inline constexpr Duration kEarlyAnswer = 1s;     ///< then the same offer is sent as a plain one
inline constexpr Duration kEarlyGather = 50ms;   ///< addresses that come later are sent later
inline constexpr Duration kEarlyRelay = 1s;      ///< without a path: ICE again, with the relay
inline constexpr Duration kAlive = 1s;           ///< between signs of life on a data channel
inline constexpr Duration kAcknowledge =
    200ms;  ///< between acknowledgements: a peer's 1,280 messages and 1.3 MB a second at most
inline constexpr Duration kMessageStuck = 15s;  ///< a channel that acknowledges nothing: a new link
inline constexpr Duration kSilence = 1'800ms;  ///< and two samples: at most 3 s after the last byte
inline constexpr Duration kConnect = 15s;      ///< from answer to connected
/// A cause that needs no further proof is told after this long without a connection: a TURN
/// server's refusal took 60 to 117 ms in Chromium, a call to another continent connects in 2 s.
inline constexpr Duration kCertain = 3s;
/// Between an applied answer and another restart that only the browser's `disconnected` or silence
/// calls for: it is told up to 5.5 s after the last packet, so 3.6 s after a restart at 1.9 s,
/// while the new addresses are still tried: a trip by the server and back (0.6 s at 150 ms a way),
/// then lost checks, 0.5 s apart.
inline constexpr Duration kRestartPause = 3s;
inline constexpr Duration kRebuildFirst = 1s;  ///< after an immediate first rebuild, doubling
inline constexpr Duration kRebuildMost = 16s;
inline constexpr Duration kForeignGrace = 4s;  ///< an older client's own offer is awaited first
inline constexpr Duration kForeignNudge = 1s;  ///< after connecting, see protocol section 3
inline constexpr Duration kForeignDead = 15s;  ///< an older client's link: then it is repaired, ...
inline constexpr Duration kRepairPause = 60s;  ///< ... by our leave and join, at most this often
inline constexpr Duration kGhostSilence = 7s;  ///< absent and silent this long: gone
inline constexpr Duration kUnheard = 30s;      ///< listed, and not a word of them: unreachable, ...
inline constexpr Duration kUnheardAgain = 1s;  ///< ... looked at again, where nobody can judge
inline constexpr Duration kUnheardRetry = 60s;  ///< ... and tried this often

inline constexpr Duration kAcquire = 60s;      ///< a permission prompt may take a person a while
inline constexpr Duration kPickScreen = 180s;  ///< and what to share is looked for first
inline constexpr Duration kReopen = 15s;  ///< a device that may be used already, without a prompt
/// A device that another was replaced by, and that ends sooner than this, is not replaced again.
inline constexpr Duration kFallbackPause = 5s;
inline constexpr Duration kFormerTrack = 2s;     ///< a replaced track, while links still send it
inline constexpr Duration kBlackFrames = 120ms;  ///< camera off: let black out before releasing
inline constexpr Duration kAttachRetry = 2s;
inline constexpr Duration kStatsPeriod = 1s;
inline constexpr Duration kStatsEager = 200ms;  ///< while a first picture is awaited
inline constexpr Duration kEagerSpan = 5s;      ///< how long after connecting that lasts
/// No decoded frame for this long; with a sample of 1 s and eager ones after it: told within 3 s.
inline constexpr Duration kFrozen = 1'800ms;
inline constexpr Duration kDrain = 200ms;  ///< `leave()` waits this long for goodbyes
}  // namespace deadlines

/// What is sent to whom (core/README.md, "Uplink budget"). Rates are of RTP, in kbit/s.
namespace budget {
/// Opus takes 32, and 50 headers of 12 bytes a second 5.
inline constexpr std::int64_t kAudioKbps = 40;
/// Where all microphones together are more than half of the uplink: Opus at 16, and its headers.
inline constexpr std::int64_t kThriftyAudioKbps = 24;
/// A camera that gets less than this shows nothing: 2 pictures a second of 15 kbit.
inline constexpr std::int64_t kCameraLeastKbps = 30;
/// Text of a page at 1920x1080 and 5 pictures a second, when it moves, and the least to read any.
inline constexpr std::int64_t kScreenKbps = 1'500;
inline constexpr std::int64_t kScreenLeastKbps = 150;
inline constexpr std::int64_t kScreenFps = 15;
inline constexpr std::int64_t kScreenSlowFps = 5;  ///< below kScreenSlowKbps
inline constexpr std::int64_t kScreenSlowKbps = 500;
/// What a link is trusted to carry before it was seen to: where the browser begins, too.
inline constexpr std::int64_t kTrustedKbps = 300;

/// Sizes of a picture by its shorter side, and what each takes at 30 pictures a second: 0.06 bit
/// for a pixel at 720 lines, and more the smaller it is, up to 0.18.
struct Picture {
  std::int64_t lines;
  std::int64_t kbps;
};
inline constexpr std::array<Picture, 6> kPictures{
    {{90, 80}, {180, 200}, {270, 350}, {360, 600}, {540, 1'000}, {720, 1'700}}};
/// The most that is sent to each of so many others. Every link encodes for itself, so what counts
/// is all of it: 28, 31, 21, 22, 22 and 18 million pixels a second (16:9), which two cores carry.
struct MeshLimit {
  std::int64_t others;  ///< up to so many
  std::size_t picture;  ///< of kPictures
  std::int64_t fps;
};
inline constexpr std::array<MeshLimit, 6> kMeshLimits{
    {{1, 5, 30}, {2, 4, 30}, {3, 3, 30}, {4, 3, 24}, {7, 2, 24}, {limits::kParticipants, 1, 15}}};
inline constexpr std::int64_t kSlowFps = 15;  ///< of a camera that gets less than half of its size
/// A tile of which nothing was told: the usual one of a grid of four on a laptop.
inline constexpr std::int64_t kUsualLines = 360;

// Of an estimate of ours, where the browser has none: so much more in a second while it is used,
// or a sixteenth; a tenth of that within a fifth of where it was too much last time. 6 % less, or
// half of what is lost, on 5 % of loss or on a queue of 60 ms.
inline constexpr std::int64_t kRiseKbps = 20;
inline constexpr std::int64_t kRiseNearKbps = 2;
inline constexpr std::int64_t kLostPermille = 50;
inline constexpr std::int64_t kQueueMs = 60;
inline constexpr Duration kDrained = 3s;  ///< what was a little too much is gone from the queue

/// Nobody's uplink; larger numbers are taken for this one.
inline constexpr std::int64_t kMostKbps = 10'000'000;

inline constexpr Duration kSample = 900ms;  ///< rates are taken over at least this time
inline constexpr Duration kPause = 10s;     ///< no camera: then it is tried again, ...
inline constexpr Duration kTrial = 3s;      ///< ... for so long at least
inline constexpr Duration kCpuSlow =
    3s;  ///< limited by the processor for so long: a size less, ...
inline constexpr Duration kCpuWell = 20s;      ///< ... and not limited for so long: a size more
inline constexpr Duration kViewPause = 250ms;  ///< between two messages of what is shown
}  // namespace budget

}  // namespace groupcall

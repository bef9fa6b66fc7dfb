#!/usr/bin/env node
// Breaks the core on purpose, one fault at a time, and shows which test notices.
//
//   node tests/simulation/mutants.mjs            all faults; exits with 1 if one goes unnoticed
//   node tests/simulation/mutants.mjs 3 7        only these
//   node tests/simulation/mutants.mjs --ask exhaustive_tests 3 7     ask this program alone
//
// Works on a copy of the core in build/mutants. A fault whose text is no longer in the core is
// an error too: a list that silently tests nothing is worth nothing.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const TREE = path.join(ROOT, 'build/mutants/tree');
const BUILD = path.join(ROOT, 'build/mutants/build');
const TEST_LIMIT_MS = 600_000;
/** In the order in which they are asked: seeds where no scenario noticed, then every order. */
const ALL_PROGRAMS = ['scenario_tests', 'seeded_tests', 'exhaustive_tests'];
const words = process.argv.slice(2);
const asked = words.indexOf('--ask');
const PROGRAMS = asked < 0 ? ALL_PROGRAMS : words.splice(asked, 2).slice(1);
if (!PROGRAMS.every((name) => ALL_PROGRAMS.includes(name))) throw new Error(`--ask wants one of ${ALL_PROGRAMS}`);

/**
 * @typedef {{ file: string, find: string, replace: string }} Change
 * @typedef {Change & { fault: string, also?: Change }} Mutant
 */
/** @type {Mutant[]} */
const MUTANTS = [
  {
    fault: 'A microphone that comes after muting is not muted',
    file: 'media/local_media.cpp',
    find: 'if (!d.wanted) enable(track, false, out);',
    replace: '',
  },
  {
    fault: 'Devices that nobody waits for any more stay on',
    file: 'media/local_media.cpp',
    find: 'stop(TrackId(acquired.track), out);',
    replace: '',
  },
  {
    fault: 'The camera is released without black frames',
    file: 'media/local_media.cpp',
    find: 'out.now + deadlines::kBlackFrames',
    replace: 'out.now',
  },
  {
    fault: 'One bad device costs both',
    file: 'media/local_media.cpp',
    find: 'if (alone_next) open(source, out);',
    replace: '',
  },
  {
    fault: 'An offer is sent again a second late',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'ctx.now + deadlines::kOfferResend\n',
    replace: "ctx.now + deadlines::kOfferResend + Duration(1'000'000)\n",
  },
  {
    fault: 'The answer to a repeated offer is not repeated',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'if (from.seq == seq_ && last_answer_',
    replace: 'if (from.seq == seq_ && false && last_answer_',
  },
  {
    fault: 'A repeated offer is applied again',
    file: 'negotiation/peer_negotiation.cpp',
    find: '} else if (from.seq <= seq_) {',
    replace: '} else if (from.seq < seq_) {',
  },
  {
    fault: 'An answer need not fit the offer',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'foreign() || (from.link == link_ && from.seq == seq_)',
    replace: 'true',
  },
  {
    fault: 'An answer from a fresh connection is applied to a used one',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'if (!foreign() && !remote_session_.empty() &&',
    replace: 'if (false && !remote_session_.empty() &&',
  },
  {
    fault: 'Link numbers are used again',
    file: 'public/ids.h',
    find: 'return LinkNumber{above.value >= last_link_ ? above.value + 1 : last_link_};',
    replace: 'return LinkNumber{above.value + 1};',
  },
  {
    fault: 'Both yield when two offers meet',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'if (!(pair_.theirs < pair_.ours)) return;',
    replace: '',
  },
  {
    fault: 'The answerer does not adopt the slots',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  if (first_offer) {',
    replace: '  if (first_offer && foreign()) {',
  },
  {
    fault: 'Candidates of another generation are added',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  return ufrag.empty() ||\n',
    replace: '  return true || ufrag.empty() ||\n',
  },
  {
    fault: 'Candidates that came early are forgotten',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  remote_candidates_.push_back(std::move(queued));',
    replace: '',
  },
  {
    fault: 'Where packets stop, an offer is made that does not restart ICE',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'make_offer(true, 0, ctx.now, ctx);',
    replace: 'make_offer(false, 0, ctx.now, ctx);',
  },
  {
    fault: 'A replaced connection stays open',
    file: 'negotiation/peer_negotiation.cpp',
    find: '    if (!previous_.none()) ctx.commands.push_back(CloseConnection{pair_.peer, previous_});\n    previous_ = {};\n  } else if',
    replace: '    previous_ = {};\n  } else if',
  },
  {
    fault: 'A browser operation may take for ever',
    file: 'negotiation/peer_negotiation.cpp',
    find: '[](const auto& s) { return s.give_up; }',
    replace: '[](const auto&) { return kNever; }',
  },
  {
    fault: 'Attaching a track may take for ever',
    file: 'call/link.cpp',
    find: 'sender.give_up = ctx.now + deadlines::kOperation;',
    replace: '',
  },
  {
    fault: 'Silence of a dead socket counts against the peer',
    file: 'call/router_peers.cpp',
    find: 'session_.last_delivery() >= link->negotiation.waiting_since();',
    replace: 'true;',
  },
  {
    fault: 'Who lost the socket before the link was up is shut out',
    file: 'room/departed_epochs.cpp',
    find: 'if (known->for_good) return false;',
    replace: 'return false;',
  },
  {
    fault: 'The epoch of someone who is gone is forgotten',
    file: 'call/router_peers.cpp',
    find: '  if (who != nullptr) departed_.add(who->epoch, for_good);',
    replace: '',
  },
  {
    fault: 'Someone absent is dropped though media flows',
    file: 'call/router_peers.cpp',
    find: 'if (link == nullptr || !link->negotiation.any_connected()) {',
    replace: 'if (true) {',
  },
  {
    fault: 'Our tracks are not told again after a rejoin',
    file: 'call/router_peers.cpp',
    find: '  phase_deadline_ = kNever;\n  announced_.reset();',
    replace: '  phase_deadline_ = kNever;',
    also: { file: 'call/router_room.cpp', find: '  leave_again_at_ = kNever;\n  announced_.reset();\n  advance', replace: '  leave_again_at_ = kNever;\n  advance' },
  },
  {
    fault: 'Leaving says no goodbye',
    file: 'call/router_room.cpp',
    find: 'commands_.push_back(SendChannel{user, link->channel(), text});',
    replace: '{}',
  },
  {
    fault: 'Leaving before admitted does not wait for it',
    file: 'call/router_room.cpp',
    find: 'if (pending && !session_.halted()) return;',
    replace: '',
  },
  {
    fault: 'Deadlines of dropped links outlive the call',
    file: 'call/router_room.cpp',
    find: 'touch_all();  // their deadlines go with them',
    replace: '',
  },
  {
    fault: 'Muting while the next call waits is lost',
    file: 'call/router_room.cpp',
    find: 'if (next_join_) next_join_->audio = event.on;',
    replace: '',
  },
  {
    fault: 'An older client is offered to at once',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'await_offer(ctx.now + deadlines::kForeignGrace, ctx);\n  } else if (role_ == Role::Offerer) {\n    new_link(ctx);',
    replace: 'new_link(ctx);\n  } else if (role_ == Role::Offerer) {\n    new_link(ctx);',
  },
  {
    fault: 'An older client is not made to look at our tracks',
    file: 'call/router_peers.cpp',
    find: 'if (link->negotiation.pair().foreign()) link->nudge_at',
    replace: 'if (false) link->nudge_at',
  },
  {
    fault: 'An older client gets four slots',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  if (foreign())\n    return {{MediaKind::Audio',
    replace: '  if (false)\n    return {{MediaKind::Audio',
  },
  {
    fault: 'retryAfter is not honoured',
    file: 'signalling/signalling_session.cpp',
    find: 'if (seconds > 0) policy_.hold_until',
    replace: 'if (false) policy_.hold_until',
  },
  {
    fault: 'A long outage is asked about as often as a short one',
    file: 'signalling/reconnect_policy.cpp',
    find: '  ++tries_;\n',
    replace: '  tries_ = 1;\n',
  },
  {
    fault: 'Whom the server has lost does not join again',
    file: 'room/membership.cpp',
    find: 'return Step::Rejoin;',
    replace: 'return Step::Nothing;',
  },
  {
    fault: 'A silent socket is taken for being lost by the server',
    file: 'room/membership.cpp',
    find: 'last_delivery <= asked_at_ || ',
    replace: '',
  },
  {
    fault: 'Tracks do not tell of one who came unannounced',
    file: 'call/router_peers.cpp',
    find: 'if (ours && !roster_.find(user)) list_unannounced',
    replace: 'if (false) list_unannounced',
  },
  {
    fault: 'A message does not tell of one who came unannounced',
    file: 'call/router_peers.cpp',
    find: 'if (!roster_.find(sender) && knows_us && list_unannounced',
    replace: 'if (false && knows_us && list_unannounced',
  },
  {
    fault: 'A late message of one who is gone makes a lasting ghost',
    file: 'call/router_peers.cpp',
    find: '    link->ghost_at = now_ + deadlines::kGhostSilence;\n',
    replace: '    link->ghost_at = kNever;\n',
    also: { file: 'call/router_peers.cpp', find: 'link->unlisted && link->ghost_at > now_', replace: 'link->unlisted' },
  },
  {
    fault: 'A former page that is heard late shuts the living one out',
    file: 'call/router_peers.cpp',
    find: 'const bool alive = knows_us &&',
    replace: 'const bool alive = false && knows_us &&',
  },
  {
    fault: "An answer to another's early offer is applied",
    file: 'negotiation/peer_negotiation.cpp',
    find: 'if (from.early != 0 && from.early != early_) {',
    replace: 'if (false) {',
  },
  {
    fault: "Who answered another's early offer gets none of its own",
    file: 'negotiation/peer_negotiation.cpp',
    find: '    ctx.counters.add(Tally::StaleEarlyOffers);\n    new_link(ctx);\n',
    replace: '    ctx.counters.add(Tally::StaleEarlyOffers);\n',
  },
  {
    fault: 'An answer does not say to which early offer',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  signal.address.early = early_;\n',
    replace: '',
  },
  {
    fault: 'The answer to an early offer is awaited for long',
    file: 'negotiation/peer_negotiation.cpp',
    find: 'ctx.now + deadlines::kEarlyAnswer, false};',
    replace: 'ctx.now + deadlines::kOfferResend, false};',
  },
  {
    fault: 'The newcomer itself counts for the rank of an early offer',
    file: 'room/roster.cpp',
    find: ' && !(user == other)',
    replace: '',
  },
  {
    fault: 'Early offers go by the order of coming',
    file: 'call/early_offers.cpp',
    find: '  std::sort(users.begin(), users.end());\n',
    replace: '',
  },
  {
    fault: 'Early offers that nobody owns stay open',
    file: 'call/router_peers.cpp',
    find: '  sync_links();\n  close_early_offers();\n',
    replace: '  sync_links();\n',
  },
  {
    fault: 'An early offer is taken, and its connection assigned to nobody',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  ctx.commands.push_back(AssignConnection{pair_.peer, connection_});\n',
    replace: '',
  },
  {
    fault: 'Early offers are not remembered as sent',
    file: 'call/early_offers.cpp',
    find: '  phase_ = Phase::Sent;\n',
    replace: '',
  },
  {
    fault: 'A new channel goes on where the old one was',
    file: 'call/pair_messages.cpp',
    find: '    sent_ = 0;\n',
    replace: '',
  },
  {
    fault: 'A message that comes again is delivered again',
    file: 'call/pair_messages.cpp',
    find: 'if (number <= received_) {',
    replace: 'if (number < 0) {',
  },
  {
    fault: 'Messages are numbered anew with each link',
    file: 'call/router_messages.cpp',
    find: 'link.messages.swap((*parked)->messages);',
    replace: ';',
  },
  {
    fault: 'One older client is repaired at the cost of another',
    file: 'call/router_repair.cpp',
    find: 'if (!needs_it && link->unheard_at != kNever) return;',
    replace: '',
  },
  {
    fault: 'Ghosts are tried on and on',
    file: 'negotiation/peer_negotiation.cpp',
    find: '  unheard_ = true;\n',
    replace: '',
  },
  {
    fault: 'A replaced track is stopped while it is still sent',
    file: 'call/call_core.cpp',
    find: 'if (!sent) media_.drop_former',
    replace: 'media_.drop_former',
  },
  {
    fault: 'A device that vanishes is not replaced by another',
    file: 'media/local_media.cpp',
    find: 'if (d.wanted && is_listed(source, d.used)) fall_back(source, MediaReason::DeviceLost, out);',
    replace: '',
  },
  {
    fault: 'A camera that does not work leaves nobody with the one before',
    file: 'media/local_media.cpp',
    find: 'acquire(source, Attempt::Back, std::string(d.used), out);',
    replace: '',
  },
  {
    fault: 'A choice that was changed meanwhile is followed all the same',
    file: 'media/local_media.cpp',
    find: 'const bool outdated = d.attempt == Attempt::Replace && ',
    replace: 'const bool outdated = false && ',
  },
];

function run(command, args, env = {}) {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env }, timeout: TEST_LIMIT_MS, maxBuffer: 1 << 28 });
}

function demand(result, what) {
  if (result.status === 0) return;
  console.error(`${what} failed:\n${result.stdout}\n${result.stderr}`);
  process.exit(2);
}

/** A tree like ours in which the core is a copy. */
function prepare() {
  rmSync(TREE, { recursive: true, force: true });
  mkdirSync(TREE, { recursive: true });
  for (const name of ['CMakeLists.txt', 'wasm', 'tests', 'tools']) symlinkSync(path.join(ROOT, name), path.join(TREE, name));
  cpSync(path.join(ROOT, 'core'), path.join(TREE, 'core'), { recursive: true });
  demand(run('cmake', ['-G', 'Ninja', '-S', TREE, '-B', BUILD, '-DCMAKE_BUILD_TYPE=RelWithAsserts', '-DGROUPCALL_WERROR=OFF']), 'cmake');
}

function build() {
  return spawnSync('ninja', ['-C', BUILD, '-j2', ...PROGRAMS], { encoding: 'utf8' });
}

/** The first test that fails, or null. */
function firstFailure() {
  for (const program of PROGRAMS) {
    const result = run(path.join(BUILD, 'tests/simulation', program), ['--gtest_brief=1', '--gtest_fail_fast'], { GROUPCALL_SEEDS: '300' });
    if (result.status === 0) continue;
    const failed = /\[ {2}FAILED {2}\] (\w+\.\w+)/.exec(result.stdout);
    return failed?.[1] ?? `${program} (${result.signal ?? `exit ${result.status}`})`;
  }
  return null;
}

/** @param {Mutant} mutant */
function judge(mutant) {
  const changes = mutant.also ? [mutant, mutant.also] : [mutant];
  const files = changes.map(({ file }) => path.join(TREE, 'core', file));
  const sources = files.map((file) => readFileSync(file, 'utf8'));
  if (changes.some(({ find }, i) => !sources[i]?.includes(find))) return { noticed: false, by: 'its text is no longer in the core' };
  try {
    for (const [i, { find, replace }] of changes.entries()) {
      const text = readFileSync(files[i], 'utf8');
      writeFileSync(files[i], text.replace(find, () => replace));
    }
    const built = build();
    if (built.status !== 0) return { noticed: false, by: `does not build: ${built.stdout.slice(-400)}` };
    const by = firstFailure();
    return { noticed: by !== null, by: by ?? 'nothing' };
  } finally {
    files.forEach((file, i) => writeFileSync(file, sources[i]));
  }
}

if (!existsSync(path.join(ROOT, 'core'))) throw new Error('run this from a checkout');
const wanted = words.map(Number);
prepare();
demand(build(), 'the build without faults');
const healthy = firstFailure();
if (healthy) {
  console.error(`without any fault, ${healthy} fails: mend that first`);
  process.exit(2);
}
let unnoticed = 0;
console.log('| # | fault | noticed by |\n| --- | --- | --- |');
for (const [index, mutant] of MUTANTS.entries()) {
  if (wanted.length > 0 && !wanted.includes(index + 1)) continue;
  const { noticed, by } = judge(mutant);
  if (!noticed) ++unnoticed;
  console.log(`| ${index + 1} | ${mutant.fault} | ${noticed ? `\`${by}\`` : `**${by}**`} |`);
}
process.exit(unnoticed === 0 ? 0 : 1);

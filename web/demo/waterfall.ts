/** How a call began, as stretches of time: from `timings` of a snapshot, which has moments. Pure: no document. */

import type { CallSnapshot } from 'groupcall';

/** One stretch, in milliseconds since `join()`. */
export interface Stretch {
  readonly step: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The stretches of the call itself, or of one other. */
export interface Waterfall {
  /** Null for the call itself. */
  readonly userId: string | null;
  readonly stretches: readonly Stretch[];
  /** The time axis: zero for whoever was there at the beginning. */
  readonly startMs: number;
  readonly endMs: number;
}

/** What a stretch is called, where it ends, and where it begins: at the latest of these that was reached, else with the join. */
type Step = readonly [name: string, end: string, begins: readonly string[]];

const CALL_STEPS: readonly Step[] = [
  ['Socket open', 'socket-open', []],
  ['Server greets', 'online', ['socket-open']],
  ['Admitted to the room', 'joined', ['online', 'join-sent']],
  ['Microphone open', 'microphone', []],
  ['Camera open', 'camera', []],
];

/** How much later than the call itself somebody may begin and still counts as one who was there. */
const AT_ONCE_MS = 1_000;

const PEER_STEPS: readonly Step[] = [
  ['Answered', 'answered', ['offered']],
  ['Connected', 'connected', ['answered', 'offered']],
  ['First bytes', 'first-byte', ['connected', 'answered', 'offered']],
  ['First picture', 'first-frame', ['first-byte', 'connected', 'answered', 'offered']],
];

type Moments = ReadonlyMap<string, number>;

function stretchesOf(steps: readonly Step[], moments: Moments, startMs: number): Stretch[] {
  return steps.flatMap(([step, end, begins]) => {
    const toMs = moments.get(end);
    if (toMs === undefined) return [];
    // A step may be reached before the one that is usually ahead of it: media flows before all is settled.
    const reached = begins.flatMap((name) => moments.get(name) ?? []).filter((atMs) => atMs <= toMs);
    return [{ step, fromMs: Math.max(startMs, ...reached), toMs }];
  });
}

/** Both sides may offer and answer: what counts is the first offer, and the last answer before the connection. */
function withOffers(moments: Map<string, number>): Moments {
  const offers = ['offer-sent', 'offer-received'].flatMap((name) => moments.get(name) ?? []);
  const connectedMs = moments.get('connected') ?? Infinity;
  const answers = ['answer-sent', 'answer-received'].flatMap((name) => moments.get(name) ?? []).filter((atMs) => atMs <= connectedMs);
  if (offers.length > 0) moments.set('offered', Math.min(...offers));
  if (answers.length > 0) moments.set('answered', Math.max(...answers));
  return moments;
}

/**
 * The call itself first, then the others in the order in which they came.
 *
 * @param timings as in the snapshot: the steps of another end in a space and their id.
 */
export function waterfalls(timings: CallSnapshot['timings']): readonly Waterfall[] {
  const byUser = new Map<string | null, Map<string, number>>([[null, new Map()]]);
  for (const [name, atMs] of Object.entries(timings)) {
    const space = name.indexOf(' ');
    const userId = space < 0 ? null : name.slice(space + 1);
    const moments = byUser.get(userId) ?? new Map<string, number>();
    byUser.set(userId, moments.set(space < 0 ? name : name.slice(0, space), atMs));
  }
  const callMoments = byUser.get(null) ?? new Map<string, number>();
  const call = stretchesOf(CALL_STEPS, callMoments, 0);
  const callEndMs = Math.max(0, ...call.map(({ toMs }) => toMs));
  byUser.delete(null);
  const others = [...byUser].map(([userId, moments]) => {
    const firstMs = Math.min(...moments.values());
    // Who came later has an axis of their own, or all the rest would be too short to see.
    const startMs = firstMs > callEndMs + AT_ONCE_MS ? firstMs : 0;
    return { userId, startMs, stretches: stretchesOf(PEER_STEPS, withOffers(moments), firstMs) };
  });
  const atOnce = [...call, ...others.filter(({ startMs }) => startMs === 0).flatMap(({ stretches }) => stretches)];
  const sharedEndMs = Math.max(1, ...atOnce.map(({ toMs }) => toMs));
  // Of whoever came later it would tell only when that was.
  const firstPictureMs = callMoments.get('first-picture') ?? Infinity;
  if (firstPictureMs <= sharedEndMs) call.push({ step: 'First picture of anybody', fromMs: 0, toMs: firstPictureMs });
  const all = [{ userId: null, startMs: 0, stretches: call }, ...others].filter(({ stretches }) => stretches.length > 0);
  return all.map((one) => ({ ...one, endMs: one.startMs === 0 ? sharedEndMs : Math.max(one.startMs + 1, ...one.stretches.map(({ toMs }) => toMs)) }));
}

/** What somebody sends along who reports a problem. Pure: no document. */

import type { CallSnapshot, Participant } from 'groupcall';

function linkOf({ userId, connection, connectionReason, signalling, olderClient, quality, qualityCause, microphone, camera, screen }: Participant) {
  return { userId, connection, connectionReason, signalling, olderClient, quality, qualityCause, microphone, camera, screen };
}

/**
 * The state of a call as text. Names, labels of devices, the room, and the own words of servers and browsers stay away: ids of the demo
 * are random, and the report may go anywhere.
 *
 * @param environment of the page: browser, time, whether it is secure.
 */
export function reportOf(snapshot: CallSnapshot, environment: Readonly<Record<string, string | boolean>>): string {
  const { phase, error, signalling, self, participants, diagnostics, timings } = snapshot;
  const { userId, microphone, camera, screen } = self;
  const report = {
    groupcall: 'report',
    ...environment,
    phase,
    error: error?.code ?? null,
    signalling: { state: signalling.state, error: signalling.error?.code ?? null },
    self: { userId, microphone, camera, screen },
    participants: participants.map(linkOf),
    diagnostics,
    timings,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

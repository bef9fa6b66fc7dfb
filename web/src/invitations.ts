/** Tells of invitations one by one, where the snapshot only shows what rings. */

import { callOut } from './call-out.js';
import type { Invitation } from './snapshot.js';
import type { SnapshotStore } from './store.js';

/** Calls `listener` once for each invitation that is new in the snapshot; returns how to stop. */
export function onInvitation(store: SnapshotStore, listener: (invitation: Invitation) => void): () => void {
  let before = store.getSnapshot().invitations;
  let stopped = false;
  const stop = store.subscribe(() => {
    const { invitations } = store.getSnapshot();
    const known = new Set(before.map(({ roomId }) => roomId));
    // Before anybody is called: a listener may raise the next change.
    before = invitations;
    for (const invitation of invitations) {
      if (!stopped && !known.has(invitation.roomId)) callOut(listener, invitation);
    }
  });
  return () => {
    stopped = true;
    stop();
  };
}

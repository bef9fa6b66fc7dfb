/** From the form into the call and back. */

import type { CallSnapshot, GroupCall } from 'groupcall';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';

import { firstRoom } from './address.js';
import { CallPage } from './call-page.js';
import { Diagnostics } from './diagnostics.js';
import { FormPage } from './form-page.js';
import { useSnapshot } from './use-snapshot.js';

/** In the call as long as there is one, and while it is being left. */
const selectInCall = ({ phase, room }: CallSnapshot): boolean =>
  phase === 'joined' || phase === 'reconnecting' || (phase === 'leaving' && typeof room?.joinedAtMs === 'number');

export function App(): ReactElement {
  const [call, setCall] = useState<GroupCall | null>(null);
  const [room, setRoom] = useState(firstRoom);
  const inCall = useSnapshot(call, selectInCall) ?? false;
  const [wasInCall, setWasInCall] = useState(false);
  useEffect(() => {
    if (inCall) setWasInCall(true);
  }, [inCall]);
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const diagnostics = { open, onToggle: () => setOpen(!open), buttonRef: toggle };
  const close = useCallback(() => {
    setOpen(false);
    toggle.current?.focus();
  }, []);
  useEffect(() => {
    document.title = inCall ? `${room} · groupcall` : 'groupcall';
  }, [inCall, room]);
  return (
    <div className="groupcall page">
      {inCall && call ? (
        <CallPage call={call} room={room} diagnostics={diagnostics} />
      ) : (
        <FormPage call={call} room={room} onRoom={setRoom} onCall={setCall} wasInCall={wasInCall} diagnostics={diagnostics} />
      )}
      {open && call && <Diagnostics call={call} room={room} onClose={close} />}
    </div>
  );
}

/** Before and after the call: who, where, and how one looks and sounds. */

import type { CallSnapshot, GroupCall } from 'groupcall';
import { englishTexts, PreJoin, type PreJoinChoice } from 'groupcall/react';
import { useEffect, useId, useRef, type ReactElement } from 'react';

import { firstName, pictureSize, putRoomIntoAddress, rememberName } from './address.js';
import { cancelJoin, deviceMemory, joinRoom } from './calls.js';
import { CopyLink } from './copy-button.js';
import { DiagnosticsButton, type DiagnosticsSwitch } from './diagnostics-button.js';
import { Mark } from './icons.js';
import { newRoomName } from './room-name.js';
import { SecureContextNote } from './secure-context-note.js';
import { useSnapshot } from './use-snapshot.js';

const selectError = ({ error }: CallSnapshot) => error;
const selectWaiting = ({ signalling }: CallSnapshot): boolean => signalling.state === 'waiting';

interface RoomFieldProps {
  readonly room: string;
  readonly onRoom: (room: string) => void;
}

/** A room that is left without a name gets a new one. */
function RoomField({ room, onRoom }: RoomFieldProps): ReactElement {
  const id = useId();
  useEffect(() => {
    if (room.trim() !== '') putRoomIntoAddress(room.trim());
  }, [room]);
  return (
    <div className="gc-field">
      <label htmlFor={id}>Room</label>
      <div className="field-row">
        <input
          id={id}
          name="room"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={60}
          value={room}
          aria-describedby={`${id}hint`}
          onChange={({ target }) => onRoom(target.value)}
          onBlur={() => room.trim() === '' && onRoom(newRoomName())}
        />
        <CopyLink />
      </div>
      <p id={`${id}hint`} className="gc-hint">
        Whoever opens the link meets you in this room. Without a name it becomes a new one.
      </p>
    </div>
  );
}

/** Whoever comes out of a call is told so, and finds the focus here. */
function AfterCall({ ended }: { readonly ended: boolean }): ReactElement {
  const title = useRef<HTMLSpanElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <span ref={title} tabIndex={-1}>
      {ended ? 'The call has ended' : 'You left the call'}
    </span>
  );
}

export interface FormPageProps extends RoomFieldProps {
  /** The last one, and the one that is being joined. */
  readonly call: GroupCall | null;
  readonly onCall: (call: GroupCall) => void;
  /** Whether this page has been in a call before. */
  readonly wasInCall: boolean;
  readonly diagnostics: DiagnosticsSwitch;
}

export function FormPage({ call, room, onRoom, onCall, wasInCall, diagnostics }: FormPageProps): ReactElement {
  const error = useSnapshot(call, selectError) ?? null;
  const waiting = useSnapshot(call, selectWaiting) ?? false;
  // Of how this form began: a join from it that fails is no end of a call.
  const ended = useRef(error !== null).current;
  const join = (choice: PreJoinChoice): Promise<void> => {
    const wanted = room.trim() || newRoomName();
    onRoom(wanted);
    rememberName(choice.name);
    return joinRoom(wanted, choice, onCall);
  };
  return (
    <div className="form">
      <header className="brand">
        <h1>
          <Mark />
          groupcall
        </h1>
        {call && <DiagnosticsButton {...diagnostics} />}
      </header>
      <main>
        <SecureContextNote />
        <PreJoin
          name={firstName()}
          onJoin={join}
          onCancel={cancelJoin}
          problem={error}
          status={waiting ? englishTexts.joiningLong : englishTexts.joining}
          video={pictureSize}
          deviceMemory={deviceMemory}
          // After a call nobody expects the camera's light to go on again.
          autoPreview={!wasInCall}
          {...(wasInCall && (ended || !error) && { title: <AfterCall ended={ended} /> })}
          {...(wasInCall && !error && { joinLabel: englishTexts.joinAgain })}
        >
          <RoomField room={room} onRoom={onRoom} />
        </PreJoin>
      </main>
    </div>
  );
}

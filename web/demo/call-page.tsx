/** In the call: the window of the parts, with a link that invites and the diagnostics in its bar. */

import type { GroupCall } from 'groupcall';
import { GroupCallWindow } from 'groupcall/react';
import type { ReactElement } from 'react';

import { invitationLink } from './address.js';
import { CopyLink } from './copy-button.js';
import { DiagnosticsButton, type DiagnosticsSwitch } from './diagnostics-button.js';
import { Icon } from './icons.js';
import { OlderClientLink } from './mixed-call.js';

function Invite({ room }: { readonly room: string }): ReactElement {
  return (
    <div className="invite">
      <Icon name="people" />
      <p className="invite-title">Nobody else is here yet</p>
      <p>Send the link to those you want to talk to. In another tab you are another person.</p>
      <div className="invite-buttons">
        <CopyLink className="gc-primary" />
        <a className="gc-button gc-plain" href={invitationLink()} target="_blank" rel="noopener">
          Open another tab
        </a>
      </div>
      <p className="soft">
        Or see a mixed call: <OlderClientLink room={room} className="plain-link">open the older client</OlderClientLink>
      </p>
    </div>
  );
}

export interface CallPageProps {
  readonly call: GroupCall;
  readonly room: string;
  readonly diagnostics: DiagnosticsSwitch;
}

export function CallPage({ call, room, diagnostics }: CallPageProps): ReactElement {
  return (
    <main className="call">
      <h1 className="gc-hidden">Call in the room {room}</h1>
      <GroupCallWindow
        call={call}
        title={room}
        invite={<Invite room={room} />}
        actions={
          <>
            <CopyLink compact />
            <DiagnosticsButton {...diagnostics} />
          </>
        }
      />
    </main>
  );
}

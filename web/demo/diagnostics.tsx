/** A drawer for the curious: how the call began, how one is connected, what was repaired. */

import type { CallSnapshot, GroupCall } from 'groupcall';
import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

import { CopyButton } from './copy-button.js';
import { DIAGNOSTICS_ID } from './diagnostics-button.js';
import { Icon } from './icons.js';
import { Links } from './links.js';
import { OlderClientLink } from './mixed-call.js';
import { RecordButton } from './record-button.js';
import { reportOf } from './report.js';
import { useSnapshot } from './use-snapshot.js';
import { WaterfallChart } from './waterfall-chart.js';

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Counters({ diagnostics }: { readonly diagnostics: CallSnapshot['diagnostics'] }): ReactElement {
  const all = Object.entries(diagnostics).sort(([one], [other]) => one.localeCompare(other));
  if (all.length === 0) return <p className="soft">Nothing was refused, dropped or repaired.</p>;
  return (
    <dl className="counters">
      {all.map(([name, count]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{count}</dd>
        </div>
      ))}
    </dl>
  );
}

function MixedCall({ room }: { readonly room: string }): ReactElement {
  return (
    <>
      <p className="soft">
        The chat application’s former call client can be in the same room. Open a stand-in for it in another tab, and see a mixed call: who is in it gets the tag “older client”, and cannot get messages to one person alone.
      </p>
      <OlderClientLink room={room}>Open the older client</OlderClientLink>
    </>
  );
}

/** Remembers the names of those who have left: their times stay. */
function useNames({ participants }: CallSnapshot): (userId: string) => string {
  const names = useRef(new Map<string, string>()).current;
  for (const { userId, userInfo } of participants) {
    const name: unknown = userInfo.fullname;
    names.set(userId, typeof name === 'string' && name.trim() !== '' ? name.trim() : userId);
  }
  return (userId) => names.get(userId) ?? userId;
}

const environment = (): Record<string, string | boolean> => ({ at: new Date().toISOString(), browser: navigator.userAgent, secureContext: window.isSecureContext, visibility: document.visibilityState });
const selectAll = (snapshot: CallSnapshot): CallSnapshot => snapshot;

export interface DiagnosticsProps {
  readonly call: GroupCall;
  readonly room: string;
  readonly onClose: () => void;
}

export function Diagnostics({ call, room, onClose }: DiagnosticsProps): ReactElement {
  const snapshot = useSnapshot(call, selectAll) ?? call.getSnapshot();
  const nameFor = useNames(snapshot);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <aside
      id={DIAGNOSTICS_ID}
      className="diagnostics"
      aria-labelledby="diagnostics-title"
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <header>
        <h2 ref={title} id="diagnostics-title" tabIndex={-1}>
          Diagnostics
        </h2>
        <button type="button" className="gc-round" aria-label="Close the diagnostics" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {/* Scrolls, so that the keyboard must get there. */}
      <div className="diagnostics-body" role="region" aria-label="Diagnostics of the call" tabIndex={0}>
        <Section title="How the call began">
          <WaterfallChart timings={snapshot.timings} nameFor={nameFor} />
        </Section>
        <Section title="Connections">
          <p className="soft">
            Server: {snapshot.signalling.state}
            {snapshot.signalling.error && `. ${snapshot.signalling.error.message}`}
          </p>
          <Links participants={snapshot.participants} nameFor={nameFor} />
        </Section>
        <Section title="Counters">
          <Counters diagnostics={snapshot.diagnostics} />
        </Section>
        <Section title="Report">
          <div className="diagnostics-buttons">
            <CopyButton label="Copy report" text={() => reportOf(call.getSnapshot(), environment())} failure="This browser copies nothing" />
            <RecordButton call={call} />
          </div>
        </Section>
        <Section title="Mixed call">
          <MixedCall room={room} />
        </Section>
      </div>
    </aside>
  );
}

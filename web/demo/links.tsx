/** How one is connected with each of the others. */

import type { Participant } from 'groupcall';
import { englishTexts, gradeOf } from 'groupcall/react';
import type { ReactElement } from 'react';

function connectionWords({ connection, connectionReason, signalling }: Participant): string {
  const words = englishTexts.connectionReason(connectionReason).message || englishTexts.connection(connection) || 'Connected';
  return signalling === 'lost' ? `${words}. ${englishTexts.signallingLost}` : words;
}

function qualityWords({ quality, qualityCause }: Participant): string {
  return quality === null ? 'Not measured yet' : englishTexts.qualityDetail(gradeOf(quality), quality, qualityCause);
}

function mediaWords(person: Participant): string {
  return (['microphone', 'camera', 'screen'] as const)
    .filter((device) => device !== 'screen' || person.screen.state !== 'off')
    .map((device) => {
      const { state, reason } = person[device];
      const why = englishTexts.reason(reason, device).message;
      return `${device} ${englishTexts.deviceState(state).toLowerCase()}${why && ` (${why.toLowerCase()})`}`;
    })
    .join(', ');
}

function Link({ person, name }: { readonly person: Participant; readonly name: string }): ReactElement {
  const { quality, connection, olderClient } = person;
  return (
    <li className="link" data-connection={connection} data-grade={quality === null ? undefined : gradeOf(quality)}>
      <p className="link-head">
        <strong>{name}</strong>
        {olderClient && <span className="tag">older client</span>}
        <span className="link-state">{connectionWords(person)}</span>
      </p>
      {quality !== null && (
        <svg className="stretch" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <rect className="stretch-axis" width="100" height="10" />
          <rect className="stretch-bar" width={quality} height="10" />
        </svg>
      )}
      <p className="soft">{qualityWords(person)}</p>
      <p className="soft">{mediaWords(person)}</p>
    </li>
  );
}

export interface LinksProps {
  readonly participants: readonly Participant[];
  readonly nameFor: (userId: string) => string;
}

export function Links({ participants, nameFor }: LinksProps): ReactElement {
  if (participants.length === 0) return <p className="soft">Nobody else is here.</p>;
  return (
    <ul className="links">
      {participants.map((person) => (
        <Link key={person.userId} person={person} name={nameFor(person.userId)} />
      ))}
    </ul>
  );
}

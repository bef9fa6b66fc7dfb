/** Messages above the tiles. */

import { useEffect, useRef, useState, type ReactElement } from 'react';

import type { CallProblem, CallSnapshot } from '../../index.js';
import { sameMembers, useCallActions, useCallSelector, usePlayback } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { useAnnounce } from './announcer.js';
import { deviceReplaced, deviceTrouble, signallingNotice, type NoticeText } from './call-notices.js';
import { useFocusKept } from './focus.js';
import { Icon } from './icons.js';

const selectFacts = ({ phase, signalling, self: { microphone, camera, screen } }: CallSnapshot) => ({ phase, signalling, microphone, camera, screen });

/** Renders each second while `running`; the time, in milliseconds of `performance.now()`. */
export function useSeconds(running: boolean): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    if (!running) return undefined;
    const tick = (): void => setNowMs(performance.now());
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [running]);
  return nowMs;
}

/** Why the server is out of reach: while it is tried again, the snapshot does not say. */
function useOutage({ state, error }: CallSnapshot['signalling']): [CallProblem | null, (problem: CallProblem | null) => void] {
  const [last, setLast] = useState<CallProblem | null>(null);
  const outage = state === 'online' ? null : (error ?? last);
  // Not while rendering: React 18 loses changes of an external store then.
  useEffect(() => setLast(outage), [outage]);
  return [outage, setLast];
}

function NoticeButton({ name, onPress }: { readonly name: string; readonly onPress: () => void }): ReactElement {
  return (
    <button type="button" className="gc-button gc-notice-action" onClick={onPress}>
      {name}
    </button>
  );
}

function Notice({ notice, onAction, onDismiss }: { readonly notice: NoticeText; readonly onAction: () => void; readonly onDismiss: () => void }): ReactElement {
  const texts = useTexts();
  const announce = useAnnounce();
  const element = useRef<HTMLDivElement>(null);
  useFocusKept(element, 'title');
  const { message, remedy = '', detail = '', action, quiet = false, dismissible = false } = notice;
  const said = `${message} ${remedy}`.trim();
  useEffect(() => announce(said), [announce, said]);
  return (
    <div ref={element} className={`gc-notice${quiet ? ' gc-quiet' : ''}`} data-key={notice.key}>
      <Icon name={quiet ? 'retry' : 'alert'} />
      <p>
        <strong>{message}</strong> {remedy} <span className="gc-notice-detail">{detail}</span>
      </p>
      {action && <NoticeButton name={action === 'take-over' ? texts.takeOver : texts.playSound} onPress={onAction} />}
      {dismissible && (
        <button type="button" className="gc-round" aria-label={texts.dismiss} onClick={onDismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

/** The text of a notice, by which one that was dismissed is known. */
const textOf = ({ key, message, remedy = '' }: NoticeText): string => `${key} ${message} ${remedy}`;

/** What keeps the call from being whole, and what to do about it. One that was dismissed comes back with other words only. */
export function Notices(): ReactElement {
  const texts = useTexts();
  const { takeOver } = useCallActions();
  const { needsGesture, resume } = usePlayback();
  const { phase, signalling, ...devices } = useCallSelector(selectFacts, sameMembers);
  const [outage, setOutage] = useOutage(signalling);
  const nowMs = useSeconds(signalling.state === 'waiting');
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const all = [
    signallingNotice(texts, { phase, signalling }, outage, nowMs),
    needsGesture ? ({ key: 'sound', message: texts.soundBlocked, action: 'play-sound' } as const) : null,
    deviceTrouble(texts, devices),
    deviceReplaced(texts, devices),
  ].filter((one): one is NoticeText => one !== null);
  // What has gone may be said again.
  const still = dismissed.filter((text) => all.some((one) => textOf(one) === text));
  useEffect(() => {
    if (still.length !== dismissed.length) setDismissed(still);
  });
  const act = ({ action }: NoticeText): void => {
    if (action === 'play-sound') void resume();
    // From here on it is tried, and nobody else is the cause.
    if (action === 'take-over') {
      setOutage(null);
      takeOver();
    }
  };
  return (
    <div className="gc-notices">
      {all
        .filter((one) => !still.includes(textOf(one)))
        .map((one) => (
          <Notice key={one.key} notice={one} onAction={() => act(one)} onDismiss={() => setDismissed([...still, textOf(one)])} />
        ))}
    </div>
  );
}

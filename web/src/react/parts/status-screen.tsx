/** What the window shows while there is no call: on the way into one, refused, or after it. */

import type { ReactElement } from 'react';

import type { CallSnapshot } from '../../index.js';
import { sameMembers, useCallActions, useCallSelector } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { useFocusAtFirst } from './focus.js';
import { Icon } from './icons.js';

const selectFacts = ({ phase, error, signalling }: CallSnapshot) => ({ phase, error, waiting: signalling.state === 'waiting' });

/** What went wrong and what to do about it, with the focus on it: whoever was in the call is not left in the void. */
export function Problem({ message, remedy, onRetry, onBack }: { readonly message: string; readonly remedy: string; readonly onRetry: (() => void) | undefined; readonly onBack: (() => void) | undefined }): ReactElement {
  const texts = useTexts();
  const title = useFocusAtFirst<HTMLHeadingElement>();
  return (
    <div className="gc-status gc-problem" role="alert">
      <Icon name="alert" />
      <h2 ref={title} tabIndex={-1}>
        {message}
      </h2>
      <p>{remedy}</p>
      <p className="gc-status-buttons">
        {onRetry && (
          <button type="button" className="gc-button gc-primary" onClick={onRetry}>
            {texts.tryAgain}
          </button>
        )}
        {onBack && (
          <button type="button" className="gc-button gc-plain" onClick={onBack}>
            {texts.back}
          </button>
        )}
      </p>
    </div>
  );
}

/** After a call that nobody has closed the window of. */
function Left({ onRetry }: { readonly onRetry: (() => void) | undefined }): ReactElement {
  const texts = useTexts();
  const words = useFocusAtFirst<HTMLParagraphElement>();
  return (
    <div className="gc-status">
      <p ref={words} tabIndex={-1} role="status">
        {texts.left}
      </p>
      {onRetry && (
        <p className="gc-status-buttons">
          <button type="button" className="gc-button gc-primary" onClick={onRetry}>
            {texts.joinAgain}
          </button>
        </p>
      )}
    </div>
  );
}

export interface StatusScreenProps {
  /** The call was there, and has been left. */
  readonly wasInCall: boolean;
  /** Joins again; undefined where nobody knows how. */
  readonly onRetry: (() => void) | undefined;
  /** Leads out of the window; undefined where there is nowhere to go. */
  readonly onBack: (() => void) | undefined;
}

export function StatusScreen({ wasInCall, onRetry, onBack }: StatusScreenProps): ReactElement {
  const texts = useTexts();
  const { leave } = useCallActions();
  const { phase, error, waiting } = useCallSelector(selectFacts, sameMembers);
  if (phase === 'idle' && error) return <Problem {...texts.problem(error)} onRetry={onRetry} onBack={onBack} />;
  if (phase === 'idle' && wasInCall) return <Left onRetry={onRetry} />;
  const words = phase === 'joining' ? (waiting ? texts.joiningLong : texts.joining) : phase === 'leaving' ? texts.leaving : texts.preparing;
  return (
    <div className="gc-status">
      <span className="gc-spinner" aria-hidden="true" />
      <p role="status">{words}</p>
      {phase !== 'leaving' && (phase === 'joining' || onBack) && (
        <p className="gc-status-buttons">
          <button type="button" className="gc-button gc-plain" onClick={() => void leave().then(phase === 'joining' ? undefined : onBack)}>
            {texts.cancel}
          </button>
        </p>
      )}
    </div>
  );
}

/** A button that copies a text, and says whether that worked. */

import { useEffect, useState, type ReactElement } from 'react';

import { invitationLink } from './address.js';
import { Icon } from './icons.js';

const SHOWN_MS = 2_000;

/** The clipboard is for secure pages; elsewhere the old way still works. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'gc-hidden';
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!copied) throw new Error('the browser copies nothing');
}

export interface CopyButtonProps {
  readonly label: string;
  /** Asked for when the button is pressed. */
  readonly text: () => string;
  /** What to do where nothing can be copied. */
  readonly failure: string;
  readonly className?: string;
  /** Its words are hidden where the bar is narrow. */
  readonly compact?: boolean;
}

export function CopyButton({ label, text, failure, className = 'gc-plain', compact = false }: CopyButtonProps): ReactElement {
  const [result, setResult] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (!result) return undefined;
    const timer = setTimeout(() => setResult(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const press = (): void => {
    copy(text()).then(
      () => setResult('copied'),
      (error: unknown) => {
        console.info('groupcall:', error);
        setResult('failed');
      },
    );
  };
  return (
    <>
      <button type="button" className={`gc-button ${className}${result === 'copied' ? ' copied' : ''}`} title={compact ? label : undefined} onClick={press}>
        <Icon name={result === 'copied' ? 'check' : 'link'} />
        <span className={compact && result !== 'failed' ? 'compact' : ''}>{result === 'copied' ? 'Copied' : result === 'failed' ? failure : label}</span>
      </button>
      <span className="gc-hidden" role="status">
        {result === 'copied' ? 'Copied.' : result === 'failed' ? failure : ''}
      </span>
    </>
  );
}

/** Copies the link that invites to the room. */
export function CopyLink(looks: Pick<CopyButtonProps, 'className' | 'compact'>): ReactElement {
  return <CopyButton label="Copy link" text={invitationLink} failure="Copy it from the address bar" {...looks} />;
}

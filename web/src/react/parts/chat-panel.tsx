/** The messages of the call: a panel beside the pictures, above them on a small screen. */

import { useEffect, useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent, type ReactElement } from 'react';

import { useTexts } from '../texts-context.js';
import type { Addressee, ChatLine, ChatLog } from './chat-log.js';
import { Panel } from './panel.js';
import { Select } from './select.js';

/** How far from the end somebody may have scrolled and still follows what comes, in CSS pixels. */
const AT_END_PX = 40;

function Line({ line }: { readonly line: ChatLine }): ReactElement {
  return (
    <li className={`gc-message${line.own ? ' gc-own' : ''}`}>
      <p className="gc-message-head">
        <span className="gc-message-name">{line.name}</span> <span className="gc-message-note">{line.note}</span>{' '}
        <time dateTime={line.at.toISOString()}>{line.at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}</time>
      </p>
      <p className="gc-message-text">{line.text}</p>
    </li>
  );
}

/** Whoever reads what was said before is not torn away from it. */
function Log({ lines }: { readonly lines: readonly ChatLine[] }): ReactElement {
  const texts = useTexts();
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = log.current;
    if (element && (atEnd.current || lines.at(-1)?.own)) element.scrollTop = element.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={log}
      className="gc-chat-log"
      role="log"
      aria-label={texts.messages}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      }}
    >
      <ol>
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ol>
    </div>
  );
}

interface ComposerProps {
  readonly addressees: readonly Addressee[];
  readonly send: ChatLog['send'];
}

function Composer({ addressees, send }: ComposerProps): ReactElement {
  const texts = useTexts();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  // Whoever has left cannot be written to.
  const to = addressees.some(({ userId }) => userId === chosen) ? chosen : '';
  useEffect(() => field.current?.focus(), []);
  const submit = async (): Promise<void> => {
    const written = text.trim();
    // What was typed meanwhile stays.
    if (written !== '' && (await send(written, to))) setText((now) => (now.trim() === written ? '' : now));
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void submit();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };
  const options = [{ value: '', name: texts.everybody }, ...addressees.map(({ userId, name }) => ({ value: userId, name: texts.onlyTo(name) }))];
  return (
    <form className="gc-chat-form" autoComplete="off" onSubmit={onSubmit}>
      <Select label={texts.to} value={to} options={options} onChange={setChosen} />
      <textarea
        ref={field}
        rows={2}
        maxLength={4000}
        aria-label={texts.message}
        placeholder={texts.writeMessage}
        enterKeyHint="send"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="gc-button gc-primary">
        {texts.send}
      </button>
    </form>
  );
}

export function ChatPanel({ id, log, onClose }: { readonly id: string; readonly log: ChatLog; readonly onClose: () => void }): ReactElement {
  const texts = useTexts();
  return (
    <Panel id={id} kind="chat" title={texts.messages} closeName={texts.closeMessages} onClose={onClose}>
      <Log lines={log.lines} />
      <p className="gc-chat-status" role="status">
        {log.status}
      </p>
      <Composer addressees={log.addressees} send={log.send} />
    </Panel>
  );
}

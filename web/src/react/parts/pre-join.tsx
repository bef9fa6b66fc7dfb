/** Before the call: how one looks and sounds, and which devices to use. */

import { useEffect, useId, useRef, useState, type FormEvent, type ReactElement, type ReactNode } from 'react';

import { GroupCallError, type CallProblem, type DeviceMemory, type JoinOptions } from '../../index.js';
import { GroupCallTexts, useTexts } from '../texts-context.js';
import type { Texts } from '../texts.js';
import { Icon } from './icons.js';
import { PreviewPicture } from './preview-picture.js';
import { Select } from './select.js';
import { useShortcuts } from './shortcuts.js';
import { usePreview } from './use-preview.js';

/** What was chosen: `media` and `start` are for `join()`. */
export interface PreJoinChoice {
  readonly media: NonNullable<JoinOptions['media']>;
  readonly start: NonNullable<JoinOptions['start']>;
  /** Empty where it was not asked for. */
  readonly name: string;
}

/** Props of `<PreJoin>`. */
export interface PreJoinProps {
  /**
   * Joins with what was chosen. While the promise that it returns waits, the form waits; what it rejects with is shown if it is a
   * `GroupCallError`. The devices of the preview are released once it has resolved or the form is gone.
   */
  readonly onJoin: (choice: PreJoinChoice) => void | Promise<void>;
  /** Takes a join that is under way back; without it there is no button for that. */
  readonly onCancel?: () => void;
  /** Asks for a name, which may not be empty; the text is what stands there first. */
  readonly name?: string;
  /** What went wrong before, such as `error` of the snapshot. */
  readonly problem?: Pick<CallProblem, 'code' | 'message' | 'remedy'> | null;
  /** The heading; default: a question whether one is ready. */
  readonly title?: ReactNode;
  /** What the main button says. */
  readonly joinLabel?: string;
  /** Fields of the page's own, above the devices. */
  readonly children?: ReactNode;
  /** Whether the devices are on to begin with. Default true. */
  readonly start?: { readonly microphone?: boolean; readonly camera?: boolean };
  /** Constraints beside the chosen devices; they come back in `media`. */
  readonly audio?: MediaTrackConstraints;
  readonly video?: MediaTrackConstraints;
  /** Recalls which devices were chosen the last time: give it to the call as well. */
  readonly deviceMemory?: DeviceMemory;
  /** Whether the keys m and v work, anywhere on the page except in fields. Default true. */
  readonly shortcuts?: boolean;
  /** As of `<GroupCallWindow>`. */
  readonly theme?: 'light' | 'dark';
  readonly texts?: Partial<Texts>;
  readonly className?: string;
}

function Problem({ problem }: { readonly problem: NonNullable<PreJoinProps['problem']> }): ReactElement {
  const { message, remedy } = useTexts().problem(problem);
  return (
    <div className="gc-problem gc-problem-box" role="alert">
      <Icon name="alert" />
      <div>
        <p className="gc-problem-message">{message}</p>
        <p>{remedy}</p>
      </div>
    </div>
  );
}

function NameField({ value, missing, disabled, onChange }: { readonly value: string; readonly missing: boolean; readonly disabled: boolean; readonly onChange: (name: string) => void }): ReactElement {
  const texts = useTexts();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (missing) field.current?.focus();
  }, [missing]);
  return (
    <div className="gc-field">
      <label htmlFor={id}>{texts.yourName}</label>
      <input
        ref={field}
        id={id}
        name="name"
        type="text"
        autoComplete="name"
        maxLength={60}
        value={value}
        disabled={disabled}
        aria-required
        aria-invalid={missing}
        aria-describedby={missing ? `${id}error` : undefined}
        onChange={({ target }) => onChange(target.value)}
      />
      {missing && (
        <p id={`${id}error`} className="gc-field-error">
          {texts.nameMissing}
        </p>
      )}
    </div>
  );
}

/** Runs `onJoin`, and keeps how that goes. */
function useJoin(onJoin: PreJoinProps['onJoin'], joined: () => void) {
  const texts = useTexts();
  const [{ joining, status, problem }, setState] = useState<{ readonly joining: boolean; readonly status: string; readonly problem: GroupCallError | null }>({ joining: false, status: '', problem: null });
  const join = async (choice: PreJoinChoice): Promise<void> => {
    setState({ joining: true, status: texts.joining, problem: null });
    try {
      await onJoin(choice);
      setState({ joining: false, status: '', problem: null });
      joined();
    } catch (error) {
      const known = error instanceof GroupCallError;
      const aborted = known && error.code === 'aborted';
      setState({ joining: false, status: aborted ? texts.joinCancelled : '', problem: known && !aborted ? error : null });
      if (!known) throw error;
    }
  };
  return { joining, status, problem, join };
}

function Form({ onJoin, onCancel, name: firstName, problem, title, joinLabel, children, start, audio, video, deviceMemory, shortcuts = true }: PreJoinProps): ReactElement {
  const texts = useTexts();
  const preview = usePreview({ start, audio, video, deviceMemory });
  const [name, setName] = useState(firstName ?? '');
  const [missing, setMissing] = useState(false);
  const { joining, status, problem: failed, join } = useJoin(onJoin, preview.stop);
  const shown = failed ?? problem ?? null;
  useShortcuts({ m: () => preview.toggle('microphone'), v: () => preview.toggle('camera') }, shortcuts && !joining);
  const { microphone, camera } = preview.devices;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const empty = firstName !== undefined && name.trim() === '';
    setMissing(empty);
    if (empty || joining) return;
    void join({
      name: name.trim(),
      media: { audio: preview.constraints('microphone'), video: preview.constraints('camera') },
      start: { microphone: microphone.wanted, camera: camera.wanted },
    });
  };
  return (
    <>
      <PreviewPicture devices={preview.devices} disabled={joining} shortcuts={shortcuts} onToggle={preview.toggle} onStart={preview.start} />
      <form className="gc-join-form" noValidate onSubmit={submit}>
        <h2>{title ?? texts.readyToJoin}</h2>
        {shown && !joining && <Problem problem={shown} />}
        {firstName !== undefined && <NameField value={name} missing={missing} disabled={joining} onChange={setName} />}
        {children}
        <div className="gc-field-pair">
          {(['camera', 'microphone'] as const).map((kind) => {
            const { disabled, ...menu } = preview.menu(texts, kind);
            return <Select key={kind} label={texts[kind]} {...menu} disabled={disabled || joining} onChange={(deviceId) => preview.choose(kind, deviceId)} />;
          })}
        </div>
        <div className="gc-join-row">
          <button type="submit" className="gc-button gc-primary" aria-disabled={joining}>
            {joining ? texts.joinBusy : (joinLabel ?? (shown ? texts.tryAgain : texts.join))}
          </button>
          {joining && onCancel && (
            <button type="button" className="gc-button gc-plain" onClick={onCancel}>
              {texts.cancel}
            </button>
          )}
        </div>
        <p className="gc-join-status" role="status">
          {status}
        </p>
      </form>
    </>
  );
}

/**
 * The form before a call: preview, level, switches, devices, a name where one is wanted. What a camera or a microphone is missing stands there in words,
 * and one can join without. It needs no provider, and no call: inside of one it suits `join()`.
 *
 * Needs the style sheet `groupcall/style.css`.
 */
export function PreJoin({ theme, texts, className = '', ...form }: PreJoinProps): ReactElement {
  return (
    <GroupCallTexts value={texts}>
      <div className={`groupcall gc-prejoin ${className}`.trim()} data-theme={theme}>
        <div className="gc-prejoin-inside">
          <Form {...form} />
        </div>
      </div>
    </GroupCallTexts>
  );
}

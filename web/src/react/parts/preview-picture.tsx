/** How one looks and sounds before the call. */

import { useEffect, useRef, type ReactElement } from 'react';

import type { InputKind } from '../../index.js';
import { useTexts } from '../texts-context.js';
import type { Texts } from '../texts.js';
import { Icon } from './icons.js';
import { LevelMeter } from './level-meter.js';
import type { PreviewDevice, PreviewState } from './preview.js';

export interface PreviewPictureProps {
  readonly devices: PreviewState;
  readonly disabled: boolean;
  readonly shortcuts: boolean;
  readonly onToggle: (kind: InputKind) => void;
  readonly onStart: () => void;
}

/** Whether its switch is on: one that failed is off, whatever is wanted. */
export function isOn({ wanted, state }: PreviewDevice): boolean {
  return wanted && state !== 'error';
}

function Switch({ kind, device, shortcut, disabled, onToggle }: { readonly kind: InputKind; readonly device: PreviewDevice; readonly shortcut: string | undefined; readonly disabled: boolean; readonly onToggle: (kind: InputKind) => void }): ReactElement {
  const texts = useTexts();
  const on = isOn(device);
  return (
    <button type="button" className="gc-switch" aria-pressed={on} aria-keyshortcuts={shortcut} disabled={disabled} data-device={kind} onClick={() => onToggle(kind)}>
      <Icon name={on ? kind : `${kind}-off`} />
      <span>
        {texts[kind]} <span className="gc-switch-state">{texts.switchState(on)}</span>
      </span>
    </button>
  );
}

/** Why there is no picture, and what to do about it. */
function cameraWords(texts: Texts, { wanted, state, reason }: PreviewDevice): { readonly message: string; readonly remedy: string } {
  if (state === 'loading') return texts.reason(reason, 'camera');
  if (state === 'error') {
    const { message, remedy } = texts.reason(reason, 'camera');
    return { message, remedy: `${remedy} ${texts.joinWithoutCamera}` };
  }
  return { message: wanted ? texts.previewOff : texts.joinDeviceOff('camera'), remedy: '' };
}

function microphoneWords(texts: Texts, { wanted, state, reason }: PreviewDevice): string {
  const { message, remedy } = texts.reason(reason, 'microphone');
  if (state === 'error') return `${message}. ${remedy}`;
  if (state === 'on') return texts.saySomething;
  return wanted ? message : texts.joinDeviceOff('microphone');
}

function Video({ track }: { readonly track: MediaStreamTrack }): ReactElement {
  const texts = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = new MediaStream([track]);
  }, [track]);
  return <video ref={video} className="gc-mirrored" aria-label={texts.previewPicture} autoPlay playsInline muted />;
}

function NoPicture({ camera, onStart, disabled }: { readonly camera: PreviewDevice; readonly onStart: () => void; readonly disabled: boolean }): ReactElement {
  const texts = useTexts();
  const { message, remedy } = cameraWords(texts, camera);
  return (
    <div className="gc-preview-note">
      <Icon name="camera-off" />
      <p className="gc-preview-message">{message}</p>
      <p className="gc-preview-remedy">{remedy}</p>
      {camera.wanted && camera.state === 'off' && (
        <button type="button" className="gc-button" disabled={disabled} onClick={onStart}>
          {texts.startPreview}
        </button>
      )}
    </div>
  );
}

export function PreviewPicture({ devices, disabled, shortcuts, onToggle, onStart }: PreviewPictureProps): ReactElement {
  const texts = useTexts();
  const { microphone, camera } = devices;
  const words = microphoneWords(texts, microphone);
  return (
    <section className="gc-preview" aria-label={texts.preview}>
      <div className="gc-preview-picture">
        {camera.track ? <Video track={camera.track} /> : <NoPicture camera={camera} onStart={onStart} disabled={disabled} />}
        <div className="gc-preview-switches" role="group" aria-label={texts.joinWith}>
          <Switch kind="microphone" device={microphone} shortcut={shortcuts ? 'm' : undefined} disabled={disabled} onToggle={onToggle} />
          <Switch kind="camera" device={camera} shortcut={shortcuts ? 'v' : undefined} disabled={disabled} onToggle={onToggle} />
        </div>
      </div>
      {words !== '' && (
        <div className="gc-level">
          <Icon name={isOn(microphone) ? 'microphone' : 'microphone-off'} />
          {microphone.track && <LevelMeter track={microphone.track} />}
          <p className="gc-level-note">{words}</p>
        </div>
      )}
    </section>
  );
}

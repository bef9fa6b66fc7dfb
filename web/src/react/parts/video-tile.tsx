/** One person of the call. */

import { memo, type ReactElement } from 'react';

import type { Participant, SelfParticipant } from '../../index.js';
import { useParticipant, usePicture } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { connectionWords, deviceWords } from './media-words.js';
import { colourOf, initialsOf, nameOf } from './people.js';
import { DeviceChip, QualityChip } from './tile-chips.js';
import { useTileView } from './tile-view.js';

/** Props of `<VideoTile>`. */
export interface VideoTileProps {
  /** Of one of the others, or one's own (`self.userId` of the snapshot). */
  readonly userId: string;
  /** Shown larger than the others, on purpose (pinned, or the one who speaks): they get twice the share. Default false. */
  readonly prominent?: boolean;
  /** False: their shared screen is not shown anywhere on the page, and need not be sent. Default true. */
  readonly screenShown?: boolean;
}

function isOther(person: Participant | SelfParticipant): person is Participant {
  return 'connection' in person;
}

/** Whether there is a picture: while another camera is being opened, the one before may still be there. */
function hasPicture({ camera, streams }: Participant | SelfParticipant): boolean {
  return camera.state === 'on' || (camera.state === 'replacing' && streams.camera !== null);
}

/** What a tile shows in the place of a picture. The camera's own chip says the reason to those who listen. */
function TileBlank({ person, name, remedy }: { readonly person: Participant | SelfParticipant; readonly name: string; readonly remedy: string }): ReactElement {
  const texts = useTexts();
  const { camera } = person;
  // Whoever turned it off needs no advice; of one's own the notices above have it.
  const advice = remedy || (isOther(person) && camera.state !== 'off' ? texts.reason(camera.reason, 'camera').remedy : '');
  return (
    <div className="gc-tile-blank">
      <div className="gc-avatar" aria-hidden="true">
        {initialsOf(name)}
      </div>
      <p className="gc-tile-reason" aria-hidden="true">
        {deviceWords(texts, camera, 'camera')}
      </p>
      {advice !== '' && <p className="gc-tile-remedy">{advice}</p>}
    </div>
  );
}

function TileFoot({ person, shownName }: { readonly person: Participant | SelfParticipant; readonly shownName: string }): ReactElement {
  const texts = useTexts();
  return (
    <div className="gc-tile-foot">
      <span className="gc-chip gc-tile-name">
        {shownName}
        {person.speaking && <span className="gc-hidden"> {texts.speaking}</span>}
      </span>
      {isOther(person) && person.quality !== null && person.connection === 'connected' && (
        <QualityChip quality={person.quality} cause={person.qualityCause} />
      )}
      <DeviceChip device="microphone" status={person.microphone} />
      <DeviceChip device="camera" status={person.camera} />
    </div>
  );
}

/**
 * Somebody's picture, or why there is none; name, microphone, camera, connection and whether they speak. Tells the call how large it is
 * and whether it can be seen, so that they send no more than that needs. Renders only when something about this one
 * changed, and nothing once they are gone. One tile for each person: of two, the last to change its size counts.
 */
export const VideoTile = memo(function VideoTile({ userId, prominent = false, screenShown = true }: VideoTileProps): ReactElement | null {
  const person = useParticipant(userId);
  return person ? <PresentTile person={person} prominent={prominent} screenShown={screenShown} /> : null;
});

function PresentTile({ person, prominent, screenShown }: { readonly person: Participant | SelfParticipant; readonly prominent: boolean; readonly screenShown: boolean }): ReactElement {
  const texts = useTexts();
  const { userId } = person;
  const other = isOther(person);
  const tile = useTileView<HTMLDivElement>(other ? userId : null, { prominent, screen: screenShown });
  const video = usePicture(userId, 'camera');
  const name = nameOf(person);
  const shownName = other ? name : texts.selfName(name);
  const visible = hasPicture(person);
  const { message, remedy } = other ? connectionWords(texts, person) : { message: '', remedy: '' };
  return (
    <div
      ref={tile}
      className={`groupcall gc-tile${person.speaking ? ' gc-speaking' : ''}`}
      role="group"
      aria-label={shownName}
      data-user-id={userId}
      data-camera={person.camera.state}
      data-microphone={person.microphone.state}
      data-connection={other ? person.connection : 'self'}
      data-colour={colourOf(userId)}
    >
      <video ref={video} className={other ? '' : 'gc-mirrored'} aria-label={texts.pictureOf(name)} hidden={!visible} autoPlay playsInline muted />
      {!visible && <TileBlank person={person} name={name} remedy={remedy} />}
      {message !== '' && (
        <p className="gc-chip gc-tile-connection" title={remedy}>
          {message}
        </p>
      )}
      <TileFoot person={person} shownName={shownName} />
    </div>
  );
}

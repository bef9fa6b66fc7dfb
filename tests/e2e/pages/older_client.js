/**
 * Stands for the chat application's former call client, from what is documented of it: foreign
 * code, with the faults that the package has to live with. Nothing of the package is used here.
 *
 * - Members offer on `participant-joined`, the newcomer on `joined`: both sides at once.
 * - No perfect negotiation: an offer that meets its own lets the browser roll back.
 * - It answers afresh once for each peer, then repeats that answer.
 * - It ignores an answer when stable, drops early candidates, and never restarts ICE.
 * - Its screen is announced and offered as one picture more, and ends without an offer.
 * - A tile takes the first stream of the last `track` event, and looks at it only when that
 *   event or an `update-tracks` of somebody comes; a picture still muted then stays away.
 */

import { io } from '/socket.io/socket.io.esm.min.js';
import { epochMs, receivedOn, until, untilFlowing } from './page_observer.js';

const place = document.getElementById('others');

class OlderClient {
  #socket;
  #roomId;
  #stream;
  #tracks;
  #screen;
  #drawing;
  /** @type {Map<string, { pc: RTCPeerConnection, stream: MediaStream | null, answer: object | null, video: HTMLVideoElement, pictures: number }>} */
  peers = new Map();
  timeline = [];

  async join({ url, userId, roomId, groupId, video }) {
    this.#roomId = roomId;
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    this.#tracks = { audio: true, video: true };
    this.#socket = io(url, { transports: ['websocket'], query: { userId } });
    this.#listen();
    await new Promise((resolve) => this.#socket.once('connect', resolve));
    const userInfo = { userId, fullname: `Older ${userId}`, profilePic: '' };
    this.#socket.emit('groupcall:join', { roomId, groupId, callType: 'video', userInfo });
    await new Promise((resolve) => this.#socket.once('groupcall:joined', resolve));
  }

  leave() {
    this.#emit('groupcall:leave', {});
    for (const userId of [...this.peers.keys()]) this.#forget(userId);
    for (const track of this.#stream.getTracks()) track.stop();
    this.#socket.disconnect();
  }

  toggle(kind, on) {
    for (const track of this.#stream.getTracks()) if (track.kind === kind) track.enabled = on;
    this.#tracks = { ...this.#tracks, [kind]: on };
    this.#emit('groupcall:update-tracks', { tracks: this.#tracks });
  }

  /** A drawn picture, so that it needs no question of the browser's. */
  async shareScreen() {
    const canvas = document.createElement('canvas');
    const paper = canvas.getContext('2d');
    [canvas.width, canvas.height] = [400, 300];
    let turn = 0;
    this.#drawing = setInterval(() => {
      turn += 1;
      paper.fillStyle = `hsl(${(turn * 9) % 360} 60% 50%)`;
      paper.fillRect(0, 0, 400, 300);
    }, 60);
    this.#screen = canvas.captureStream(15);
    const [track] = this.#screen.getTracks();
    this.#emit('groupcall:screen-share-start', { trackId: track.id });
    for (const [userId, { pc }] of this.peers) {
      pc.addTrack(track, this.#screen);
      await this.#offerTo(userId);
    }
  }

  stopScreen() {
    clearInterval(this.#drawing);
    for (const track of this.#screen.getTracks()) track.stop();
    this.#emit('groupcall:screen-share-stop', {});
  }

  #emit(event, payload) {
    this.#socket.emit(event, { roomId: this.#roomId, ...payload });
  }

  #listen() {
    const on = (event, act) => this.#socket.on(`groupcall:${event}`, (payload) => this.#run(event, act, payload));
    on('joined', ({ participants }) => Promise.all(participants.map(({ userId }) => this.#offerTo(userId))));
    on('participant-joined', ({ participant }) => this.#offerTo(participant.userId));
    on('participant-left', ({ userId }) => this.#forget(userId));
    on('tracks-updated', () => this.#renderAll());
    on('webrtc-offer', ({ senderId, offer }) => this.#answer(senderId, offer));
    on('webrtc-answer', ({ senderId, answer }) => this.#applyAnswer(senderId, answer));
    on('webrtc-ice-candidate', ({ senderId, candidate }) => this.#addCandidate(senderId, candidate));
  }

  async #run(event, act, payload) {
    try {
      await act(payload);
    } catch (error) {
      // As it does: it says so on the console and goes on.
      console.warn(`older client: ${event}: ${error.message}`);
    }
  }

  #peer(userId) {
    const known = this.peers.get(userId);
    if (known) return known;
    const pc = new RTCPeerConnection({ iceServers: [] });
    const video = document.createElement('video');
    video.autoplay = true;
    place.append(video);
    const peer = { pc, video, stream: null, answer: null, pictures: 0 };
    this.peers.set(userId, peer);
    this.timeline.push({ at: epochMs(), text: `${userId} is here` });
    for (const track of this.#stream.getTracks()) pc.addTrack(track, this.#stream);
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) this.#emit('groupcall:webrtc-ice-candidate', { candidate: candidate.toJSON(), targetUserId: userId });
    });
    pc.addEventListener('track', ({ streams }) => {
      peer.stream = streams[0];
      this.#render(peer);
    });
    const count = () => {
      peer.pictures += 1;
      video.requestVideoFrameCallback(count);
    };
    video.requestVideoFrameCallback(count);
    return peer;
  }

  #render(peer) {
    const shows = peer.stream?.getVideoTracks().some(({ muted }) => !muted) ?? false;
    if (shows && peer.video.srcObject !== peer.stream) peer.video.srcObject = peer.stream;
  }

  #renderAll() {
    for (const peer of this.peers.values()) this.#render(peer);
  }

  async #offerTo(userId) {
    const { pc } = this.#peer(userId);
    await pc.setLocalDescription(await pc.createOffer());
    const { type, sdp } = pc.localDescription;
    this.#emit('groupcall:webrtc-offer', { offer: { type, sdp }, targetUserId: userId });
  }

  async #answer(userId, offer) {
    const peer = this.#peer(userId);
    if (!peer.answer) {
      await peer.pc.setRemoteDescription(offer);
      await peer.pc.setLocalDescription(await peer.pc.createAnswer());
      const { type, sdp } = peer.pc.localDescription;
      peer.answer = { type, sdp };
    }
    this.#emit('groupcall:webrtc-answer', { answer: peer.answer, targetUserId: userId });
  }

  async #applyAnswer(userId, answer) {
    const peer = this.peers.get(userId);
    if (!peer || peer.pc.signalingState === 'stable') return;
    await peer.pc.setRemoteDescription(answer);
  }

  async #addCandidate(userId, candidate) {
    const peer = this.peers.get(userId);
    if (!peer?.pc.remoteDescription) return;
    await peer.pc.addIceCandidate(candidate);
  }

  #forget(userId) {
    const peer = this.peers.get(userId);
    if (!peer) return;
    peer.pc.close();
    peer.video.remove();
    this.peers.delete(userId);
    this.timeline.push({ at: epochMs(), text: `${userId} is gone` });
  }
}

const client = new OlderClient();

const callPage = {
  client,
  timeline: client.timeline,
  until,
  when: (text) => client.timeline.findLast((entry) => entry.text === text)?.at,

  /** Only what is attached to a tile is seen and heard by a person. */
  async receivedFrom(userId) {
    const attached = client.peers.get(userId)?.video.srcObject;
    return receivedOn({ camera: attached?.getVideoTracks()[0], microphone: attached?.getAudioTracks()[0] });
  },

  untilFlowing: (userIds, limitMs, kinds) => untilFlowing(callPage.receivedFrom, userIds, limitMs, kinds),
};
window.callPage = callPage;

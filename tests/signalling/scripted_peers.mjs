// Stands for the browser's peer connections: every operation succeeds at once, with descriptions that the
// core can read. Nothing connects unless a test says so.

const SLOTS = ['audio', 'video', 'video', 'audio'];

/** Four slots as a browser writes them, as far as the core reads it. */
function descriptionText(userId, connection) {
  const head = `v=0\r\no=- ${connection} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3\r\n`;
  const slots = SLOTS.map((kind, mid) =>
    [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
      'c=IN IP4 0.0.0.0',
      `a=ice-ufrag:${userId}${connection}`,
      `a=ice-pwd:${'p'.repeat(22)}`,
      `a=mid:${mid}`,
      'a=sendrecv',
      `a=msid:${mid < 2 ? 'camera' : 'screen'} track${mid}`,
      '',
    ].join('\r\n'),
  );
  return head + slots.join('');
}

export class ScriptedPeers {
  #userId;
  #report;
  /** The offers that wait for an answer, by peer. */
  #offered = new Set();
  #connected = new Map();
  #samples = 0;

  constructor(userId, report) {
    this.#userId = userId;
    this.#report = report;
  }

  execute(command) {
    const { type, peer, connection, op } = command;
    const about = { peer, connection };
    switch (type) {
      case 'pc.setLocalDescription':
        return this.#describe(about, op);
      case 'pc.setRemoteDescription':
        if (command.description.type === 'offer') this.#offered.add(`${peer} ${connection}`);
        return this.#report({ type: 'pc.remoteDescriptionSet', ...about, op, slots: SLOTS });
      case 'pc.attachTrack':
        return this.#report({ type: 'pc.trackAttached', ...about, op });
      case 'pc.close':
        if (this.#connected.get(peer) === connection) this.#connected.delete(peer);
        return undefined;
      case 'stats.collect':
        return this.#report({ type: 'stats.sampled', op, links: this.#sample() });
      default:
        return undefined;
    }
  }

  /** The transport to that peer comes up, and media flows on it from now on. */
  connect({ peer, connection }) {
    this.#connected.set(peer, connection);
    this.#report({ type: 'pc.transportChanged', peer, connection, state: 'connected' });
  }

  close() {
    this.#connected.clear();
  }

  #describe(about, op) {
    const answers = this.#offered.delete(`${about.peer} ${about.connection}`);
    const sdp = descriptionText(this.#userId, about.connection);
    this.#report({ type: 'pc.localDescriptionSet', ...about, op, description: { type: answers ? 'answer' : 'offer', sdp } });
    const candidate = {
      candidate: 'candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host',
      sdpMid: '0',
      sdpMLineIndex: 0,
      usernameFragment: `${this.#userId}${about.connection}`,
    };
    this.#report({ type: 'pc.candidate', ...about, candidate });
  }

  #sample() {
    this.#samples += 1;
    const slots = SLOTS.map((_, slot) => ({ slot, bytes: this.#samples * 1_000, frames: this.#samples }));
    return [...this.#connected].map(([peer, connection]) => ({ peer, connection, slots }));
  }
}

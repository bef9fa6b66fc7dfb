// Compiled, never run (application_socket_types.test.mjs): real Sockets fit the public options.

import type { Socket } from 'socket.io-client';

import type { ApplicationSocket, GroupCall, GroupCallOptions, Invitation } from '../../../web/src/index.js';

interface FromServer {
  'groupcall:joined': (payload: { roomId: string }) => void;
  'chat:message': (text: string) => void;
}
interface ToServer {
  'chat:send': (text: string, done: (id: number) => void) => void;
}

export function fits(plain: Socket, typed: Socket<FromServer, ToServer>): ApplicationSocket[] {
  const untyped: ApplicationSocket = plain;
  const withTypes: ApplicationSocket = typed;
  return [untyped, withTypes];
}

export function options(socket: Socket<FromServer, ToServer>): GroupCallOptions[] {
  const self = { userId: 'alice' };
  return [
    { self, signalling: { socket } },
    { self, signalling: { socket, reconnect: 'application' } },
    { self, signalling: { url: 'https://host', namespace: '/calls' } },
    // @ts-expect-error: one of the two
    { self, signalling: { socket, url: 'https://host' } },
    // @ts-expect-error: none of the two
    { self, signalling: {} },
    // @ts-expect-error: our own connection always reconnects
    { self, signalling: { url: 'https://host', reconnect: 'core' } },
  ];
}

export function methods(call: GroupCall, socket: Socket<FromServer, ToServer>): () => void {
  call.connect();
  call.setSocket(socket);
  call.takeOver();
  call.disconnect();
  // @ts-expect-error: there is one event
  call.on('ring', () => {});
  // @ts-expect-error: a WebSocket is no Socket
  call.setSocket(new WebSocket('ws://host'));
  return call.on('invitation', ({ roomId, caller }: Invitation) => {
    call.declineInvitation(`${roomId}${caller.fullname ?? ''}`);
  });
}

// Views as the core sends them, complete, with the members that a test cares for.

export const off = { state: 'off', reason: 'none' };
export const on = { state: 'on', reason: 'none' };

export function participantView(userId, members = {}) {
  return {
    userId,
    userInfo: { userId, fullname: `Name of ${userId}`, nested: { list: [1, 2] } },
    connection: 'connected',
    connectionReason: 'none',
    signalling: 'present',
    olderClient: false,
    microphone: on,
    camera: on,
    screen: off,
    microphoneSource: { connection: 1, slot: 0 },
    cameraSource: { connection: 1, slot: 1 },
    screenSource: { connection: 1 },
    ...members,
  };
}

export function selfView(members = {}) {
  return {
    microphone: off,
    camera: off,
    screen: off,
    microphoneTrack: '',
    cameraTrack: '',
    screenTrack: '',
    microphoneDevice: '',
    cameraDevice: '',
    deviceError: '',
    ...members,
  };
}

export function invitationView(roomId, members = {}) {
  return {
    roomId,
    groupId: 'g1',
    callType: 'video',
    caller: { userId: 'bob', fullname: 'Bob', nested: { list: [1] } },
    groupName: 'Friends',
    endsAtMs: 46_000,
    ...members,
  };
}

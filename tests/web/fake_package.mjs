// In place of the package for the demo's calls.ts: tests give what makes calls, as `globalThis.fakePackage`.

export class GroupCallError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
    this.detail = '';
  }
}
export const createGroupCall = (options) => globalThis.fakePackage.createGroupCall(options);
export const keepScreenOn = (call) => globalThis.fakePackage.keepScreenOn(call);
export const rememberDevices = (storage) => storage;

/** What a person in a call should know about the connection to the server. Pure: no document. */

/** "Next try in 3 s." */
function nextTry({ state, retryAtMs }, nowMs) {
  if (state !== 'waiting' || retryAtMs === null) return 'Trying now.';
  const seconds = Math.ceil((retryAtMs - nowMs) / 1_000);
  return seconds > 0 ? `Next try in ${seconds} s.` : 'Trying now.';
}

/**
 * The notice for a snapshot of a call, null when there is nothing to say.
 *
 * @param {import('groupcall').CallSnapshot} snapshot
 * @param {import('groupcall').CallProblem | null} lastError of this outage: while it connects, none is known
 * @param {number} nowMs
 * @param {() => void} takeOver
 */
export function signallingNotice({ phase, signalling }, lastError, nowMs, takeOver) {
  const error = signalling.error ?? lastError;
  if (signalling.state === 'halted' && error) {
    const { message, remedy } = error;
    return { message, remedy, ...(error.code === 'replaced' && { action: { name: 'Use it here', run: takeOver } }) };
  }
  if (phase !== 'reconnecting') return null;
  return {
    message: error?.message ?? 'The connection to the server is interrupted.',
    remedy: 'The call goes on meanwhile; nobody can join or leave until the server is back.',
    detail: nextTry(signalling, nowMs),
    quiet: true,
  };
}

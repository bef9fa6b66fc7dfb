/**
 * Calls a function of the page's own (a listener, the record). What it throws neither stops
 * the call nor goes unseen: it becomes an uncaught error of the page.
 */
export function callOut<Arguments extends unknown[]>(
  callback: (...values: Arguments) => void,
  ...values: Arguments
): void {
  try {
    callback(...values);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

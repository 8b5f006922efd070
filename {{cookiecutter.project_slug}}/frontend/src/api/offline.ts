/** A sentence for something that did not load, unless the reason is that the user is offline. */
export function unlessOffline(sentence: string): string {
  return navigator.onLine ? sentence : "You are offline.";
}

/** Returns the sentence for something that failed to load, or another if the user is offline. */
export function unlessOffline(sentence: string): string {
  return navigator.onLine ? sentence : "You are offline.";
}

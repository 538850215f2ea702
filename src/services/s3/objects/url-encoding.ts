/** encoding-type=url: how keys that XML cannot carry are listed. */
export function createKeyEncoder(encodingType: string | undefined): (key: string) => string {
  return encodingType === "url" ? encodeKeyForUrl : (key) => key;
}

function encodeKeyForUrl(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

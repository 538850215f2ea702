/** What a provider answers, as far as anybody wants to hear it. */
export class TooLongError extends Error {}

/** Throws TooLongError behind so many bytes, however much more there is. */
export async function limitedText(response: Response, mostBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > mostBytes) throw new TooLongError("a provider's answer is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

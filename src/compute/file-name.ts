/** Names of machines, images and volumes are the caller's; as file names they must stay below their folder. */
export function fileName(id: string): string {
  return id
    .replaceAll(/[^\w.-]/g, (character) => `%${character.codePointAt(0)!.toString(16)}`)
    .replace(/^\./, "%2e");
}

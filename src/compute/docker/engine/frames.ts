/** Output of a container without a terminal: frames of one stream each. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerAttach */

export interface Outputs {
  stdout: Buffer;
  stderr: Buffer;
  /** Both, in the order in which they came. */
  both: Buffer;
}

const headerBytes = 8;

/** Takes frames out of pieces that may end anywhere; a last frame that is cut is given as far as it goes. */
export function splitFrames(bytes: Uint8Array): Outputs {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: { stdout: Buffer[]; stderr: Buffer[]; both: Buffer[] } = {
    stdout: [],
    stderr: [],
    both: [],
  };
  for (let at = 0; at + headerBytes <= all.length;) {
    const size = all.readUInt32BE(at + 4);
    const content = all.subarray(at + headerBytes, at + headerBytes + size);
    (all[at] === 2 ? found.stderr : found.stdout).push(content);
    found.both.push(content);
    at += headerBytes + size;
  }
  return {
    stdout: Buffer.concat(found.stdout),
    stderr: Buffer.concat(found.stderr),
    both: Buffer.concat(found.both),
  };
}

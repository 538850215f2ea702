/** How much of a connection's bytes and time the server gives before it gives up. */

/** Bodies up to this size are waited for, so that their handler finds them whole. */
export const gatheredBytes = 64 * 1024;
/** A reply backlog above which no further pipelined request is taken up. */
export const mostUnsentBytes = 1024 * 1024;
/** How long and how much of a refused request is still read, so that the refusal arrives. */
export const lingerMs = 2000;
export const lingerBytes = 4 * 1024 * 1024;

/** For a socket that was given away: its receiver handles its errors. */
export function ignoreError(): void {}

/** "PT5M", "PT1H30M", "P1D" as FIS writes durations, in milliseconds. Throws RangeError. */
export function readIsoDuration(text: string): number {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!found || found.slice(1).every((one) => one === undefined))
    throw new RangeError(`"${text}" is not a duration; write for example PT5M`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((one) => Number(one ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

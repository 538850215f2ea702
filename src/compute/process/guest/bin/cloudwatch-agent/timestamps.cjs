/** Reads times out of log lines by formats such as "%Y-%m-%d %H:%M:%S". */
"use strict";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const codes = {
  Y: "(?<Y>\\d{4})",
  y: "(?<y>\\d{2})",
  m: "(?<m>\\d{1,2})",
  d: "(?<d>\\d{1,2})",
  e: "\\s?(?<d>\\d{1,2})",
  b: `(?<b>${months.join("|")})`,
  H: "(?<H>\\d{1,2})",
  M: "(?<M>\\d{1,2})",
  S: "(?<S>\\d{1,2})",
  f: "(?<f>\\d{1,9})",
  z: "(?<z>[+-]\\d{2}:?\\d{2}|Z)",
};

/** `read` answers milliseconds since the epoch, or undefined for a line without a time. */
function createClock(format, timezone = "Local") {
  if (format === undefined) return { read: () => undefined };
  const pattern = new RegExp(
    format.replaceAll(/%-?(\w)|[.*+?^${}()|[\]\\]/g, (text, code) =>
      code === undefined ? `\\${text}` : (codes[code] ?? text),
    ),
  );
  return {
    read(line) {
      const found = pattern.exec(line)?.groups;
      if (!found) return undefined;
      const now = new Date();
      const year = found.Y
        ? Number(found.Y)
        : found.y
          ? 2000 + Number(found.y)
          : now.getUTCFullYear();
      const month = found.b
        ? months.indexOf(found.b)
        : Number(found.m ?? now.getUTCMonth() + 1) - 1;
      const parts = [
        year,
        month,
        Number(found.d ?? now.getUTCDate()),
        Number(found.H ?? 0),
        Number(found.M ?? 0),
        Number(found.S ?? 0),
        Math.floor(Number(`0.${found.f ?? 0}`) * 1000),
      ];
      const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})/.exec(found.z ?? "") ?? [];
      if (sign !== undefined)
        return (
          Date.UTC(...parts) - Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
        );
      return found.z === "Z" || timezone === "UTC"
        ? Date.UTC(...parts)
        : new Date(...parts).getTime();
    },
  };
}

module.exports = { createClock };

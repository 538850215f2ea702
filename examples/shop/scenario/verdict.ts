/** What the scenario found, and whether that is good enough. */

export interface Findings {
  sessionsKept: number;
  sessionsLost: number;
  ordersPlaced: number;
  ordersLost: number;
  requests: number;
  /** All failed requests, and those of them within two seconds of the kill. */
  failures: number;
  failuresAtKill: number;
  mostServers: number;
  serversAtEnd: number;
  serversAtStart: number;
  replaced: boolean;
  alarmMails: number;
}

interface Line {
  text: string;
  good: boolean;
}

/** As many as can be under way on one server at once. */
const mostInFlight = 24;

export function judge(findings: Findings): Line[] {
  const f = findings;
  return [
    {
      text: `sessions lost      ${f.sessionsLost} of ${f.sessionsKept}`,
      good: f.sessionsLost === 0 && f.sessionsKept > 0,
    },
    {
      text: `orders lost        ${f.ordersLost} of ${f.ordersPlaced}`,
      good: f.ordersLost === 0 && f.ordersPlaced > 0,
    },
    {
      text: `requests failed    ${f.failures} of ${f.requests}, ${f.failuresAtKill} of them in flight at the kill`,
      good: f.failures === f.failuresAtKill && f.failures <= mostInFlight && f.requests > 0,
    },
    {
      text: `scale-out          from ${f.serversAtStart} to ${f.mostServers} servers`,
      good: f.mostServers > f.serversAtStart,
    },
    { text: `killed instance    ${f.replaced ? "replaced" : "not replaced"}`, good: f.replaced },
    {
      text: `scale-in           to ${f.serversAtEnd} servers`,
      good: f.serversAtEnd < f.mostServers,
    },
    { text: `alarm notices      ${f.alarmMails}`, good: f.alarmMails > 0 },
  ];
}

/** Prints the verdict; true when all of it is good. */
export function printVerdict(findings: Findings): boolean {
  const lines = judge(findings);
  process.stdout.write("\n");
  for (const { text, good } of lines) process.stdout.write(`  ${good ? "✔" : "✖"} ${text}\n`);
  const passed = lines.every(({ good }) => good);
  process.stdout.write(`\n  ${passed ? "The shop held." : "The shop did not hold."}\n`);
  return passed;
}

/**
 * What instance types cost, in US dollars per hour: on demand as AWS lists it for Linux in us-east-1
 * (https://aws.amazon.com/ec2/pricing/on-demand/), and on the Spot market with a discount that
 * differs by pool and wanders a little. Only the order of prices matters here: it decides what allocation strategies take.
 */

/** Dollars per vCPU and hour, by family. */
const perCpu: Record<string, number> = Object.fromEntries(
  `
  a1 .0255 c3 .0525 c4 .05 c5 .0425 c5a .0385 c5ad .043 c5d .048 c5n .054 c6a .03825 c6g .034
  c6gd .0384 c6gn .0432 c6i .0425 c6id .0504 c6in .0567 c7a .05132 c7g .03625 c7gd .0454 c7gn .0624
  c7i .044625 c7i-flex .0424 c8g .03988 d2 .1725 d3 .12475 g4dn .1315 g5 .2515 i3 .078 i3en .113
  i4i .0858 inf1 .057 m3 .067 m4 .05 m5 .048 m5a .043 m5ad .0515 m5d .0565 m5dn .068 m5n .0595
  m5zn .0826 m6a .0432 m6g .0385 m6gd .0452 m6i .048 m6id .0593 m6in .0696 m7a .05796 m7g .0408
  m7gd .0534 m7i .0504 m7i-flex .04788 m8g .04488 r3 .083 r4 .0665 r5 .063 r5a .0565 r5ad .0655
  r5b .0745 r5d .072 r5dn .0835 r5n .0745 r6a .0567 r6g .0504 r6gd .0576 r6i .063 r6id .0756
  r6in .0872 r7a .07608 r7g .05355 r7gd .068 r7i .06615 r8g .05892 x1 .1042 x2gd .0835 z1d .093`
    .trim()
    .split(/\s+/)
    .reduce<[string, number][]>((pairs, word, index, words) => {
      if (index % 2 === 0) pairs.push([word, Number(words[index + 1])]);
      return pairs;
    }, []),
);

/** Burstable types cost by their memory: dollars per GiB and hour. */
const perGiB: Record<string, number> = { t2: 0.0116, t3: 0.0104, t3a: 0.0094, t4g: 0.0084 };

export interface PricedType {
  instanceType: string;
  vcpus: number;
  memoryMiB: number;
}

/** Dollars per hour on demand; of families that are not in the table an estimate by size. */
export function onDemandPrice({ instanceType, vcpus, memoryMiB }: PricedType): number {
  const family = instanceType.slice(0, instanceType.indexOf("."));
  const memoryGiB = memoryMiB / 1024;
  const burstable = perGiB[family];
  if (burstable !== undefined) return rounded(burstable * memoryGiB);
  const known = perCpu[family];
  return rounded(known === undefined ? 0.037 * vcpus + 0.0028 * memoryGiB : known * vcpus);
}

/** Dollars per hour on the Spot market of one zone, over the long term: 30 to 60 percent of the listed price. */
export function spotPrice(type: PricedType, zone: string): number {
  return rounded(onDemandPrice(type) * (0.3 + 0.3 * lot(`price/${type.instanceType}/${zone}`)));
}

/** "Spot prices are set by Amazon EC2 and adjust gradually": here each pool's once in six hours. */
const spotPeriodMs = 6 * 3_600_000;
/** How much of the distance between the limits a price wanders. */
const wandering = 0.2;

export interface SpotQuote {
  /** Dollars per hour, 30 to 60 percent of the listed price. */
  price: number;
  /** Since when and until when it is so. */
  sinceMs: number;
  untilMs: number;
}

/** What a pool costs at a moment: the same for the same moment, in every cloud. */
export function spotPriceAt(type: PricedType, zone: string, timeMs: number): SpotQuote {
  const pool = `${type.instanceType}/${zone}`;
  const offsetMs = Math.floor(lot(`offset/${pool}`) * spotPeriodMs);
  const period = Math.floor((timeMs - offsetMs) / spotPeriodMs);
  const level = (1 - wandering) * lot(`price/${pool}`) + wandering * lot(`price/${pool}/${period}`);
  const sinceMs = period * spotPeriodMs + offsetMs;
  return {
    price: rounded(onDemandPrice(type) * (0.3 + 0.3 * level)),
    sinceMs,
    untilMs: sinceMs + spotPeriodMs,
  };
}

/** How much spare capacity a Spot pool has, from 1 (little) to 10 (plenty), as placement scores say it. */
export function spotDepth(instanceType: string, zone: string): number {
  return 1 + Math.floor(10 * lot(`depth/${instanceType}/${zone}`));
}

const rounded = (dollars: number) => Math.round(dollars * 10_000) / 10_000;

/** A number in [0, 1) that belongs to the text for ever (FNV-1a). */
function lot(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  // The last step spreads neighbouring texts, which FNV leaves close in its high bits.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

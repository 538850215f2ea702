/** Which parts of a sparse file hold data, so that holes need not be read. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Range {
  from: number;
  to: number;
}

/** Node cannot seek to data (lseek(2), SEEK_DATA is 3, SEEK_HOLE 4); Perl and Python can. */
const perl = String.raw`
sysopen(my $file, $ARGV[0], 0) or die "$ARGV[0]: $!";
my $at = 0;
while (defined(my $data = sysseek($file, $at, 3))) {
  $at = sysseek($file, $data, 4);
  print $data + 0, " ", $at + 0, "\n";
}
`;
const python = String.raw`
import os, sys
file = os.open(sys.argv[1], os.O_RDONLY)
at = 0
while True:
    try: data = os.lseek(file, at, os.SEEK_DATA)
    except OSError: break
    at = os.lseek(file, data, os.SEEK_HOLE)
    print(data, at)
`;
const programs = [
  ["perl", "-e", perl],
  ["python3", "-c", python],
] as const;
const mostOutputBytes = 256 * 1024 ** 2;

/** In ascending order; the whole file where neither program is there, or it cannot tell. */
export async function dataRanges(path: string): Promise<Range[]> {
  const { size, blocks } = await stat(path);
  if (size === 0 || blocks === 0) return [];
  for (const [program, ...given] of programs)
    try {
      const { stdout } = await run(program, [...given, path], { maxBuffer: mostOutputBytes });
      return readRanges(stdout);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  return [{ from: 0, to: size }];
}

function readRanges(text: string): Range[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [from, to] = line.split(" ").map(Number);
      return { from: from!, to: to! };
    });
}

/** The numbers of the blocks that the ranges touch, each once, ascending. */
export function blocksOf(ranges: readonly Range[], blockBytes: number): number[] {
  const found: number[] = [];
  let next = 0;
  for (const { from, to } of ranges) {
    const last = Math.ceil(to / blockBytes);
    for (let block = Math.max(next, Math.floor(from / blockBytes)); block < last; block++)
      found.push(block);
    next = Math.max(next, last);
  }
  return found;
}

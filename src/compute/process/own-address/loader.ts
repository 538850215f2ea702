/**
 * Hands programs to the kernel. Node cannot make the bpf(2) call; Perl and Python can, and one of
 * the two is on every Linux that runs machines with a root of their own.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { counterPrograms, mapPlace } from "./byte-counter.ts";
import { ipv6OnlyProgram } from "./ipv6-only.ts";
import type { AddressProgram } from "./programs.ts";

const run = promisify(execFile);

/** The number of bpf(2), by Node's name of the processor; all of these are little-endian. */
const callNumbers: Record<string, number> = { x64: 321, arm64: 280, riscv64: 280 };

/** Loads a program, KIND:TYPE:HEX, and attaches it to the control group, in place of its like. */
const perlAttach = String.raw`
sub attach {
  my ($kind, $type, $hex) = split /:/, shift;
  my ($code, $license, $log) = (pack("H*", $hex), "Apache-2.0\0", "\0" x 65536);
  my $load = pack("L L P P L L P L L a16 L L", $kind, length($code) / 8, $code, $license, 1, length($log), $log, 0, 0, "fogbank", 0, $type);
  my $program = syscall($call, 5, $load, length($load));
  my $error = "$!";
  $log =~ s/\0.*//s;
  die "load $type: $error $log" if $program < 0;
  my $attach = pack("L L L L", fileno($directory), $program, $type, 0);
  die "attach $type: $!" if syscall($call, 8, $attach, length($attach)) < 0;
}
sub count { my $with = unpack("H*", pack("L", $map)); for (@_) { s/$place/$with/; attach($_); } }
`;

const pythonAttach = String.raw`
libc = ctypes.CDLL(None, use_errno=True)
at = ctypes.addressof
def bpf(command, attributes, what):
    result = libc.syscall(call, command, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes))
    if result < 0: raise OSError(what + ": " + os.strerror(ctypes.get_errno()))
    return result
directory = os.open(group, os.O_RDONLY)
def attach(entry):
    sort, kind, text = entry.split(":"); sort = int(sort); kind = int(kind); raw = bytes.fromhex(text)
    code = ctypes.create_string_buffer(raw, len(raw)); licence = ctypes.create_string_buffer(b"Apache-2.0"); log = ctypes.create_string_buffer(65536)
    program = bpf(5, struct.pack("=IIQQIIQII16sII", sort, len(raw) // 8, at(code), at(licence), 1, 65536, at(log), 0, 0, b"fogbank", 0, kind), "load")
    bpf(8, struct.pack("=IIII", directory, program, kind, 0), "attach")
def count(counters, entries):
    for entry in entries: attach(entry.replace(place, struct.pack("=I", counters).hex()))
`;

/**
 * Arguments: the control group's directory, the call's number, what stands for a map in a program,
 * KIND:TYPE:HEX for each program. Prints the number of the map that programs of kind 8 count in;
 * nothing when the kernel does not want them, which only leaves bytes uncounted. Without those of kind 25,
 * which older kernels do not take, sockets for IPv6 alone cannot be bound.
 */
const perl = String.raw`
our ($group, $call, $place, @programs) = @ARGV;
our $map;
sysopen(our $directory, $group, 0) or die "$group: $!";
${perlAttach}
attach($_) for grep { /^18:/ } @programs;
eval { attach($_) for grep { /^25:/ } @programs };
eval {
  my $create = pack("L5", 2, 4, 16, 1, 0);
  $map = syscall($call, 0, $create, length($create));
  die if $map < 0;
  count(grep { /^8:/ } @programs);
  my $info = "\0" x 8;
  my $ask = pack("L L P", $map, 8, $info);
  die if syscall($call, 15, $ask, length($ask)) < 0;
  print((unpack("L L", $info))[1]);
};
`;

const python = String.raw`
import ctypes, os, struct, sys
group, call, place, programs = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
${pythonAttach}
try:
    for entry in programs:
        if entry.startswith("18:"): attach(entry)
except OSError as error: sys.exit(str(error))
try:
    for entry in programs:
        if entry.startswith("25:"): attach(entry)
except OSError: pass
try:
    counters = bpf(0, struct.pack("=IIIII", 2, 4, 16, 1, 0), "map")
    count(counters, [entry for entry in programs if entry.startswith("8:")])
    info = ctypes.create_string_buffer(8)
    bpf(15, struct.pack("=IIQ", counters, 8, at(info)), "info")
    print(struct.unpack("=II", info.raw)[1])
except OSError: pass
`;

/** Arguments as above, but all programs count, in a map that there is: its number comes before them. */
const perlRecount = String.raw`
our ($group, $call, $place, $number, @programs) = @ARGV;
sysopen(our $directory, $group, 0) or die "$group: $!";
${perlAttach}
my $get = pack("L L L", $number, 0, 0);
our $map = syscall($call, 14, $get, length($get));
die "map $number: $!" if $map < 0;
count(@programs);
`;

const pythonRecount = String.raw`
import ctypes, os, struct, sys
group, call, place, number, programs = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:]
${pythonAttach}
try: count(bpf(14, struct.pack("=III", number, 0, 0), "map"), programs)
except OSError as error: sys.exit(str(error))
`;

/** Arguments: the call's number, numbers of maps. Prints "NUMBER IN OUT" for each that is there. */
const perlReader = String.raw`
my ($call, @maps) = @ARGV;
for (@maps) {
  my $get = pack("L L L", $_, 0, 0);
  my $map = syscall($call, 14, $get, length($get));
  next if $map < 0;
  my ($key, $value) = (pack("L", 0), "\0" x 16);
  my $look = pack("L L P P Q", $map, 0, $key, $value, 0);
  print join(" ", $_, unpack("Q Q", $value)), "\n" if syscall($call, 1, $look, length($look)) >= 0;
}
`;

const pythonReader = String.raw`
import ctypes, struct, sys
call = int(sys.argv[1]); libc = ctypes.CDLL(None); at = ctypes.addressof
def bpf(command, attributes): return libc.syscall(call, command, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes))
for number in sys.argv[2:]:
    counters = bpf(14, struct.pack("=III", int(number), 0, 0))
    if counters < 0: continue
    key = ctypes.create_string_buffer(4); value = ctypes.create_string_buffer(16)
    if bpf(1, struct.pack("=IIQQQ", counters, 0, at(key), at(value), 0)) >= 0: print(number, *struct.unpack("=QQ", value.raw))
`;

/**
 * Attaches the programs to the control group, and others that count its bytes; they stay for as long
 * as it does. Gives the number of the map with the counts, if the kernel counts. Rejects when it
 * refuses the programs.
 */
export async function attachPrograms(
  group: string,
  programs: readonly AddressProgram[],
): Promise<number | undefined> {
  const given = programs.map(({ attachType, hex }) => `18:${attachType}:${hex}`);
  const counted = counterPrograms.map(({ attachType, hex }) => `8:${attachType}:${hex}`);
  const { kind, attachType, hex } = ipv6OnlyProgram;
  const all = [...given, `${kind}:${attachType}:${hex}`, ...counted];
  const map = await speak(perl, python, [group, callNumber(), mapPlace, ...all]);
  return map === "" ? undefined : Number(map);
}

/** Has the group's bytes counted, in the map that counted them so far, by these programs from now on. */
export async function replaceCounters(
  group: string,
  map: number,
  programs: readonly { attachType: number; hex: string }[],
): Promise<void> {
  const given = programs.map(({ attachType, hex }) => `8:${attachType}:${hex}`);
  await speak(perlRecount, pythonRecount, [group, callNumber(), mapPlace, String(map), ...given]);
}

/** Bytes that went in and out, by the map's number; maps that are gone are left out. */
export async function readCounters(
  maps: readonly number[],
): Promise<Map<number, { inBytes: number; outBytes: number }>> {
  const text = await speak(perlReader, pythonReader, [callNumber(), ...maps.map(String)]);
  const rows = text.split("\n").filter(Boolean);
  return new Map(
    rows.map((row) => {
      const [map, inBytes, outBytes] = row.split(" ").map(Number) as [number, number, number];
      return [map, { inBytes, outBytes }];
    }),
  );
}

export function callNumber(): string {
  const call = callNumbers[process.arch];
  if (call === undefined) throw new Error(`the number of bpf(2) on ${process.arch} is not known`);
  return String(call);
}

async function speak(perlText: string, pythonText: string, rest: string[]): Promise<string> {
  const options = { env: { PATH: "/usr/local/bin:/usr/bin:/bin" }, timeout: 10_000 };
  try {
    return (await run("perl", ["-e", perlText, ...rest], options)).stdout.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return (await run("python3", ["-c", pythonText, ...rest], options)).stdout.trim();
  }
}

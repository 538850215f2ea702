/**
 * Hands programs to the kernel. Node cannot make the bpf(2) call; Perl and Python can, and one of
 * the two is on every Linux that runs machines with a root of their own.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { AddressProgram } from "./programs.ts";

const run = promisify(execFile);

/** The number of bpf(2), by Node's name of the processor; all of these are little-endian. */
const callNumbers: Record<string, number> = { x64: 321, arm64: 280, riscv64: 280 };

/** Arguments: the control group's directory, the call's number, TYPE:HEX for each program. */
const perl = String.raw`
my ($group, $call, @programs) = @ARGV;
sysopen(my $directory, $group, 0) or die "$group: $!";
for (@programs) {
  my ($type, $hex) = split /:/;
  my ($code, $license, $log) = (pack("H*", $hex), "Apache-2.0\0", "\0" x 65536);
  my $load = pack("L L P P L L P L L a16 L L", 18, length($code) / 8, $code, $license, 1, length($log), $log, 0, 0, "fogbank", 0, $type);
  my $program = syscall($call, 5, $load, length($load));
  my $error = "$!";
  $log =~ s/\0.*//s;
  die "load $type: $error $log" if $program < 0;
  my $attach = pack("L L L L", fileno($directory), $program, $type, 0);
  die "attach $type: $!" if syscall($call, 8, $attach, length($attach)) < 0;
}
`;

const python = String.raw`
import ctypes, os, struct, sys
group, call, programs = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
libc = ctypes.CDLL(None, use_errno=True)
def bpf(command, attributes, what):
    result = libc.syscall(call, command, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes))
    if result < 0: sys.exit(what + ": " + os.strerror(ctypes.get_errno()))
    return result
directory = os.open(group, os.O_RDONLY)
for entry in programs:
    kind, text = entry.split(":"); kind = int(kind); raw = bytes.fromhex(text)
    code = ctypes.create_string_buffer(raw, len(raw)); licence = ctypes.create_string_buffer(b"Apache-2.0"); log = ctypes.create_string_buffer(65536)
    at = ctypes.addressof
    program = bpf(5, struct.pack("=IIQQIIQII16sII", 18, len(raw) // 8, at(code), at(licence), 1, 65536, at(log), 0, 0, b"fogbank", 0, kind), "load")
    bpf(8, struct.pack("=IIII", directory, program, kind, 0), "attach")
`;

/** Attaches the programs to the control group; they stay for as long as it does. Rejects when the kernel refuses. */
export async function attachPrograms(
  group: string,
  programs: readonly AddressProgram[],
): Promise<void> {
  const call = callNumbers[process.arch];
  if (call === undefined) throw new Error(`the number of bpf(2) on ${process.arch} is not known`);
  const given = programs.map(({ attachType, code }) => `${attachType}:${code.toString("hex")}`);
  const rest = [group, String(call), ...given];
  const options = { env: { PATH: "/usr/local/bin:/usr/bin:/bin" }, timeout: 10_000 };
  try {
    await run("perl", ["-e", perl, ...rest], options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await run("python3", ["-c", python, ...rest], options);
  }
}

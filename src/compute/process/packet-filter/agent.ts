/**
 * Speaks bpf(2) for Fogbank: a small program in Perl or Python that stays, holds the maps which all
 * guarded machines share, and ends with Fogbank. What it attached stays with the machines.
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { callNumber } from "../own-address/loader.ts";

/**
 * A command per line, a line of answer each: "ok …" or "error …".
 *   map NAME TYPE KEY_BYTES VALUE_BYTES ENTRIES    open NAME NUMBER    close NAME
 *   put NAME KEY VALUE    remove NAME KEY    dump NAME
 *   attach GROUP KIND:TYPE:HEX …, {NAME} in HEX for a map
 */
const perl = String.raw`
use strict; $| = 1;
my $call = shift; my (%maps, %sizes, $pass);
sub bpf { my ($command, $attributes, $what) = @_; my $result = syscall($call, $command + 0, $attributes, length($attributes)); die "$what: $!\n" if $result < 0; $result }
sub quit { my ($command, $attributes) = @_; syscall($call, $command + 0, $attributes, length($attributes)) }
my %does = (
  map => sub { my ($name, $type, $key, $value, $entries) = @_; POSIX::close($maps{$name}) if defined $maps{$name};
    $maps{$name} = bpf(0, pack("L5", $type, $key, $value, $entries, 0), "map"); $sizes{$name} = [$key, $value]; "" },
  open => sub { my ($name, $number) = @_; $maps{$name} = bpf(14, pack("L3", $number, 0, 0), "open"); "" },
  close => sub { my ($name) = @_; POSIX::close($maps{$name}) if defined $maps{$name}; delete $maps{$name}; "" },
  put => sub { my ($name, $key, $value) = @_; $key = pack("H*", $key); $value = pack("H*", $value); bpf(2, pack("L L P P Q", $maps{$name}, 0, $key, $value, 0), "put"); "" },
  remove => sub { my ($name, $key) = @_; $key = pack("H*", $key); quit(3, pack("L L P Q Q", $maps{$name}, 0, $key, 0, 0)); "" },
  dump => sub { my ($name) = @_; my ($key_bytes, $value_bytes) = @{$sizes{$name}}; my ($at, @keys, @found);
    for (my $i = 0; $i < 65536; $i++) { my $next = "\0" x $key_bytes; my $ask = defined $at ? pack("L L P P Q", $maps{$name}, 0, $at, $next, 0) : pack("L L Q P Q", $maps{$name}, 0, 0, $next, 0);
      last if quit(4, $ask) < 0; $at = $next . ""; push @keys, $at; }
    for my $key (@keys) { my $value = "\0" x $value_bytes; next if quit(1, pack("L L P P Q", $maps{$name}, 0, $key, $value, 0)) < 0; push @found, unpack("H*", $key) . "=" . unpack("H*", $value); }
    join(" ", @found) },
  attach => sub { my ($group, @programs) = @_; sysopen(my $directory, $group, 0) or die "$group: $!\n";
    for (@programs) { my ($kind, $type, $hex) = split /:/; $hex =~ s/\{(\w+)\}/unpack("H*", pack("L", $maps{$1}))/ge;
      my ($code, $license, $log) = (pack("H*", $hex), "Apache-2.0\0", "\0" x 65536);
      my $load = pack("L L P P L L P L L a16 L L", $kind, length($code) / 8, $code, $license, 0, 0, "", 0, 0, "fogbank", 0, $type);
      substr($load, 24, 16) = pack("L L Q", 0, 0, 0);
      my $program = quit(5, $load);
      if ($program < 0) { my $error = "$!"; substr($load, 24, 16) = pack("L L P", 1, length($log), $log); quit(5, $load); $log =~ s/\0.*//s; $log =~ s/\n/ | /g; die "load $type: $error " . substr($log, -2000) . "\n" }
      my $result = quit(8, pack("L L L L", fileno($directory), $program, $type, 0)); my $error = "$!"; POSIX::close($program); die "attach $type: $error\n" if $result < 0; }
    close $directory; "" },
);
require POSIX;
while (my $line = <STDIN>) { chomp $line; my ($word, @rest) = split / /, $line; my $answer = eval { $does{$word}->(@rest) }; my $error = $@; $error =~ s/\n/ /g; print defined $answer ? "ok $answer\n" : "error $error\n"; }
`;

const python = String.raw`
import ctypes, os, re, struct, sys
call = int(sys.argv[1]); libc = ctypes.CDLL(None, use_errno=True); at = ctypes.addressof; maps = {}; sizes = {}
def quiet(command, attributes): return libc.syscall(call, command, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes))
def bpf(command, attributes, what):
    result = quiet(command, attributes)
    if result < 0: raise OSError(what + ": " + os.strerror(ctypes.get_errno()))
    return result
def room(raw): return ctypes.create_string_buffer(raw, len(raw))
def close(name):
    if name in maps: os.close(maps.pop(name))
    return ""
def make(name, kind, key, value, entries):
    close(name); maps[name] = bpf(0, struct.pack("=IIIII", int(kind), int(key), int(value), int(entries), 0), "map"); sizes[name] = (int(key), int(value)); return ""
def reopen(name, number): maps[name] = bpf(14, struct.pack("=III", int(number), 0, 0), "open"); return ""
def put(name, key, value):
    k = room(bytes.fromhex(key)); v = room(bytes.fromhex(value)); bpf(2, struct.pack("=IIQQQ", maps[name], 0, at(k), at(v), 0), "put"); return ""
def remove(name, key):
    k = room(bytes.fromhex(key)); quiet(3, struct.pack("=IIQQQ", maps[name], 0, at(k), 0, 0)); return ""
def dump(name):
    size, width = sizes[name]; here = None; keys = []; found = []
    for _ in range(65536):
        following = room(b"\0" * size)
        if quiet(4, struct.pack("=IIQQQ", maps[name], 0, at(here) if here else 0, at(following), 0)) < 0: break
        here = following; keys.append(here)
    for k in keys:
        v = room(b"\0" * width)
        if quiet(1, struct.pack("=IIQQQ", maps[name], 0, at(k), at(v), 0)) < 0: continue
        found.append(k.raw.hex() + "=" + v.raw.hex())
    return " ".join(found)
def attach(group, *programs):
    directory = os.open(group, os.O_RDONLY)
    try:
        for entry in programs:
            sort, kind, text = entry.split(":"); sort = int(sort); kind = int(kind)
            raw = bytes.fromhex(re.sub(r"\{(\w+)\}", lambda found: struct.pack("=I", maps[found.group(1)]).hex(), text))
            code = room(raw); licence = ctypes.create_string_buffer(b"Apache-2.0"); log = ctypes.create_string_buffer(65536)
            load = lambda level: quiet(5, struct.pack("=IIQQIIQII16sII", sort, len(raw) // 8, at(code), at(licence), level, 65536 * level, at(log) * level, 0, 0, b"fogbank", 0, kind))
            program = load(0)
            if program < 0:
                reason = os.strerror(ctypes.get_errno()); load(1); raise OSError("load %d: %s %s" % (kind, reason, log.value.decode("latin1").replace("\n", " | ")[-2000:]))
            try: bpf(8, struct.pack("=IIII", directory, program, kind, 0), "attach %d" % kind)
            finally: os.close(program)
    finally: os.close(directory)
    return ""
does = {"map": make, "open": reopen, "close": close, "put": put, "remove": remove, "dump": dump, "attach": attach}
for line in sys.stdin:
    word, *rest = line.rstrip("\n").split(" ")
    try: print("ok " + does[word](*rest), flush=True)
    except Exception as error: print("error " + str(error).replace("\n", " "), flush=True)
`;

export interface BpfAgent {
  /** Rejects with the kernel's words. Commands are done in the order in which they are given. */
  ask(...words: (string | number)[]): Promise<string>;
  /** True until its process has ended. */
  readonly alive: boolean;
  close(): void;
}

/** Rejects where this host has neither Perl nor Python. */
export async function startAgent(): Promise<BpfAgent> {
  const call = callNumber();
  try {
    return await start("perl", ["-e", perl, call]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return start("python3", ["-c", python, call]);
  }
}

async function start(program: string, rest: string[]): Promise<BpfAgent> {
  const child: ChildProcessWithoutNullStreams = spawn(program, rest, {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdio: "pipe",
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  // It keeps nobody's event loop alive but while an answer is due; it ends with its input.
  const pipes = [child.stdin, child.stdout, child.stderr] as unknown as Socket[];
  const hold = (busy: boolean) => pipes[1]![busy ? "ref" : "unref"]();
  child.unref();
  for (const pipe of pipes) pipe.unref();
  const waiting: { resolve(text: string): void; reject(error: Error): void }[] = [];
  let alive = true;
  let lastWords = "";
  child.stderr.on("data", (chunk: Buffer) => (lastWords = chunk.toString().trim().slice(-500)));
  child.stdin.on("error", () => (alive = false));
  child.once("close", () => {
    alive = false;
    for (const one of waiting.splice(0))
      one.reject(new Error(`the packet filter's agent has ended: ${lastWords}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const one = waiting.shift();
    hold(waiting.length > 0);
    if (line.startsWith("ok ")) one?.resolve(line.slice(3));
    else one?.reject(new Error(line.replace(/^error /, "").trim()));
  });
  return {
    ask(...words) {
      if (!alive) return Promise.reject(new Error("the packet filter's agent has ended"));
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        hold(true);
        child.stdin.write(`${words.join(" ")}\n`);
      });
    },
    get alive() {
      return alive;
    },
    close() {
      alive = false;
      child.stdin.end();
    },
  };
}
